"""Output scripts: their kinds and addresses, beside published vectors and the engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from btclib.script.script_pub_key import ScriptPubKey, type_and_payload
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.bitcoin import script
from ceremonies.network import MAINNET, NETWORKS, REGTEST, SIGNET, TESTNET4

HASH_20, HASH_32 = st.binary(min_size=20, max_size=20), st.binary(min_size=32, max_size=32)
SCRIPTS = st.one_of(
    st.builds(lambda h: b"\x76\xa9\x14" + h + b"\x88\xac", HASH_20),
    st.builds(lambda h: b"\xa9\x14" + h + b"\x87", HASH_20),
    st.builds(lambda h: b"\x00\x14" + h, HASH_20),
    st.builds(lambda h: b"\x00\x20" + h, HASH_32),
    st.builds(lambda h: b"\x51\x20" + h, HASH_32),
    st.builds(lambda d: b"\x6a" + bytes([len(d)]) + d, st.binary(max_size=75)),
    st.builds(
        lambda v, p: bytes([0x50 + v, len(p)]) + p,
        st.integers(1, 16),
        st.binary(min_size=2, max_size=40),
    ),
    st.binary(max_size=50),
)
NETWORK = st.sampled_from(list(NETWORKS.values()))


# BIP-173 (two), BIP-350, BIP-86, the first block's coinbase, pay-to-anchor
PUBLISHED = {
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3": (
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"
    ),
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0": (
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    ),
    "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr": (
        "5120a60869f0dbcf1dc659c9cecbaf8050135ea9e8cdc487053f1dc6880949dc684c"
    ),
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac",
    "bc1pfeessrawgf": "51024e73",
}


@pytest.mark.parametrize("address", PUBLISHED)
def test_published_addresses(address: str) -> None:
    written = PUBLISHED[address]
    assert script.address(bytes.fromhex(written), MAINNET) == address


@given(SCRIPTS, NETWORK)
def test_an_address_is_the_engines_own_for_that_network(
    written: bytes, network: script.Network
) -> None:
    theirs = ScriptPubKey(written, network.name, check_validity=False).address
    assert (script.address(written, network) or "") == theirs


@given(SCRIPTS)
def test_an_address_of_one_network_is_none_of_the_others(written: bytes) -> None:
    text = script.address(written, MAINNET)
    if text is not None:
        for other in (TESTNET4, SIGNET, REGTEST):
            assert script.address(written, other) != text


@given(SCRIPTS)
def test_kinds_are_what_the_engine_says_they_are(written: bytes) -> None:
    kind, _ = type_and_payload(written)
    assert script.is_p2sh(written) == (kind == "p2sh")
    assert script.is_p2wpkh(written) == (kind == "p2wpkh")
    assert script.is_p2wsh(written) == (kind == "p2wsh")
    assert script.is_p2tr(written) == (kind == "p2tr")
    assert script.is_data(written) or kind != "nulldata"


@pytest.mark.parametrize(
    ("kind", "honest"),
    [
        (script.is_p2sh, b"\xa9\x14" + bytes(20) + b"\x87"),
        (script.is_p2wpkh, b"\x00\x14" + bytes(20)),
        (script.is_p2wsh, b"\x00\x20" + bytes(32)),
        (script.is_p2tr, b"\x51\x20" + bytes(32)),
    ],
)
def test_a_script_one_byte_away_from_a_kind_is_not_of_that_kind(
    kind: Callable[[bytes], bool], honest: bytes
) -> None:
    assert kind(honest)
    for at in (0, 1):
        assert not kind(honest[:at] + bytes([honest[at] ^ 1]) + honest[at + 1 :])
    if kind is script.is_p2sh:
        assert not kind(honest[:-1] + b"\x88")
    assert not kind(honest + b"\x00")
    assert not kind(honest[:-1])


@given(st.integers(0, 16), st.binary(min_size=2, max_size=40))
def test_a_witness_program_is_its_version_and_bytes(version: int, program: bytes) -> None:
    first = bytes([0x50 + version if version else 0])
    written = first + bytes([len(program)]) + program
    assert script.witness_program(written) == (version, program)
    assert script.witness_program(written + b"\x00") is None
    assert script.witness_program(written[:-1]) is None


@pytest.mark.parametrize("written", ["", "00", "0001aa", "51", "6a0201ff", "4f02aaaa", "6102aaaa"])
def test_what_is_no_witness_program_is_not_taken_for_one(written: str) -> None:
    assert script.witness_program(bytes.fromhex(written)) is None


# BIP-340, vectors 4 and 5
ON_CURVE = "d69c3509bb99e412e68b0fe8544e72837dfa30746d8be2aa65975f29d22dc7b9"
OFF_CURVE = "eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34"


def test_whether_an_x_coordinate_is_on_the_curve() -> None:
    assert script.is_x_on_curve(bytes.fromhex(ON_CURVE))
    assert not script.is_x_on_curve(bytes.fromhex(OFF_CURVE))
    assert not script.is_x_on_curve(bytes(32))
    assert not script.is_x_on_curve(b"\xff" * 32)


# BIP-341's wallet vectors: (internal key, Merkle root, output key)
@pytest.mark.parametrize(
    ("internal", "root", "output"),
    [
        (
            "d6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d",
            "",
            "53a1f6e454df1aa2776a2814a721372d6258050de330b3c6d10ee8f4e0dda343",
        ),
        (
            "187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27",
            "5b75adecf53548f3ec6ad7d78383bf84cc57b55a3127c72b9a2481752dd88b21",
            "147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3",
        ),
    ],
)
def test_the_output_key_an_internal_key_and_root_commit_to(
    internal: str, root: str, output: str
) -> None:
    found = script.taproot_output_key(bytes.fromhex(internal), bytes.fromhex(root))
    assert found.hex() == output


def test_a_control_block_proves_its_own_leaf_alone() -> None:
    # BIP-341's second wallet vector
    leaf = bytes.fromhex("20d85a959b0290bf19bb89ed43c916be835475d013da4b362117393e25a48229b8ac")
    control = bytes.fromhex("c1187791b6f712a8ea41c8ecdd0ee77fab3e85263b37e1ec18a3651926b3a6cf27")
    output = bytes.fromhex("147c9c57132f6e7ecddba9800bb0c4449251c92a1e60371ee77557b6620f3ea3")
    assert script.leaf_is_proved(output, leaf, control)
    assert not script.leaf_is_proved(output[::-1], leaf, control)
    assert not script.leaf_is_proved(output, leaf[:-1] + b"\xad", control)
    for bad in (b"", b"\xc0" + control[1:], control[:-1], control + bytes(32), bytes(33)):
        assert not script.leaf_is_proved(output, leaf, bad)
