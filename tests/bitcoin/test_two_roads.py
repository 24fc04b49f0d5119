"""Keys and addresses by the engine, and again by bip-utils on pure Python curve arithmetic."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from btclib_wallet.descriptors import add_checksum
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import ROOT, vectors

from ceremonies.bitcoin import bip32, mnemonics, script, second_opinion
from ceremonies.bitcoin import descriptor as descriptors
from ceremonies.bitcoin.derivation import parse_path
from ceremonies.errors import InputError
from ceremonies.network import MAINNET, NETWORKS, REGTEST, Network
from ceremonies.secret import Secret

SEEDS = st.binary(min_size=16, max_size=64).map(Secret)
STEPS = st.one_of(st.integers(0, 3), st.integers(0, 2**32 - 1))
NETWORK = st.sampled_from(list(NETWORKS.values()))
KINDS = ("pkh", "sh-wpkh", "wpkh", "tr")
SHAPES = {"pkh": "pkh({})", "sh-wpkh": "sh(wpkh({}))", "wpkh": "wpkh({})", "tr": "tr({})"}


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.lists(STEPS, max_size=3).map(tuple), NETWORK)
def test_both_roads_give_one_account(seed: Secret, path: tuple[int, ...], network: Network) -> None:
    master = bip32.master(seed, network)
    ours = master.fingerprint, master.at(path).xpub
    assert ours == second_opinion.account(seed, path, network)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.lists(st.integers(0, 2**31 - 1), max_size=3).map(tuple), NETWORK)
def test_a_public_child_of_the_second_road_is_the_private_one_of_the_first(
    seed: Secret, steps: tuple[int, ...], network: Network
) -> None:
    account = bip32.master(seed, network).at((2**31,))
    child = second_opinion.child_key(account.xpub, steps, network)
    assert child == account.at(steps).public_key


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(0, 2**31 - 1), NETWORK, st.sampled_from(KINDS))
def test_both_roads_give_one_address_of_one_key(
    seed: Secret, index: int, network: Network, kind: str
) -> None:
    node = bip32.master(seed, network)
    text = add_checksum(SHAPES[kind].format(f"{node.xpub}/*"))
    ours = script.address(descriptors.parse(text, network).script_at(index), network)
    key = node.at((index,)).public_key
    assert ours == second_opinion.single_key_address(kind, key, network)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=20, unique=True),
    st.data(),
    NETWORK,
    st.sampled_from(["sh", "wsh", "sh-wsh"]),
    st.booleans(),
)
def test_both_roads_give_one_multisig_address(
    indices: list[int], data: st.DataObject, network: Network, kind: str, sort: bool
) -> None:
    indices = indices[:15] if kind == "sh" else indices
    threshold = data.draw(st.integers(1, len(indices)))
    node = bip32.master(Secret(bytes(range(16))), network)
    inner = f"{'sortedmulti' if sort else 'multi'}({threshold},"
    inner += ",".join(f"{node.xpub}/{index}" for index in indices) + ")"
    for function in reversed(kind.split("-")):
        inner = f"{function}({inner})"
    ours = descriptors.parse(add_checksum(inner), network).script_at(0)
    keys = [node.at((index,)).public_key for index in indices]
    theirs = second_opinion.multisig_address(kind, threshold, keys, sort=sort, network=network)
    assert script.address(ours, network) == theirs


@pytest.mark.parametrize("position", range(24))
def test_bip32s_published_keys_by_both_roads(position: int) -> None:
    vector = vectors("bip32")[position]
    phrase = Secret(vector["mnemonic"].encode())
    seed = mnemonics.bip39_seed(phrase, "")
    master = bip32.master(seed, MAINNET)
    checked = vector["vectors"][:: 1 if position == 0 else 2]
    for each in checked:
        path = parse_path(each["path"])
        assert master.at(path).xpub == each["xpub"]
        assert second_opinion.account(seed, path, MAINNET)[1] == each["xpub"]


@pytest.mark.parametrize("position", range(24))
def test_bip32s_published_public_derivations_by_both_roads(position: int) -> None:
    known = {v["path"]: v["xpub"] for v in vectors("bip32")[position]["vectors"]}
    checked = 0
    for path, xpub in known.items():
        parent, _, step = path.rpartition("/")
        if parent in known and step.isdigit():
            ours = descriptors.parse(add_checksum(f"pkh({known[parent]}/{step})"), MAINNET)
            (key,) = ours.at(0).keys
            assert key == second_opinion.child_key(known[parent], (int(step),), MAINNET)
            assert key == second_opinion.child_key(xpub, (), MAINNET)
            checked += 1
    assert checked


BIP32_FIRST = {
    "m": (
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD2"
        "65TMg7usUDFdp6W1EGMcet8"
    ),
    "m/0h": (
        "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ"
        "9xv5ski8PX9rL2dZXvgGDnw"
    ),
    "m/0h/1/2h/2/1000000000": (
        "xpub6H1LXWLaKsWFhvm6RVpEL9P4KfRZSW7abD2ttkWP3SSQvnyA8FSVqNTEcYFgJS2UaFcxupHiYkro49S8yGas"
        "TvXEYBVPamhGW6cFJodrTHy"
    ),
}


@pytest.mark.parametrize("path", BIP32_FIRST)
def test_bip32s_first_vector_by_both_roads(path: str) -> None:
    seed = Secret(bytes(range(16)))
    steps = parse_path(path)
    assert bip32.master(seed, MAINNET).at(steps).xpub == BIP32_FIRST[path]
    assert second_opinion.account(seed, steps, MAINNET) == ("3442193e", BIP32_FIRST[path])


@pytest.mark.parametrize(
    ("kind", "network", "path", "address"),
    [
        ("pkh", "mainnet", "m/44h/0h/0h/0/0", "1LqBGSKuX5yYUonjxT5qGfpUsXKYYWeabA"),
        ("sh-wpkh", "regtest", "m/49h/1h/0h/0/0", "2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2"),
        ("wpkh", "mainnet", "m/84h/0h/0h/0/0", "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu"),
        ("wpkh", "mainnet", "m/84h/0h/0h/1/0", "bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el"),
        (
            "tr",
            "mainnet",
            "m/86h/0h/0h/0/0",
            "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
        ),
    ],
)
def test_the_published_addresses_of_bip_44_49_84_and_86(
    kind: str, network: str, path: str, address: str
) -> None:
    phrase = Secret(b"abandon " * 11 + b"about")
    chosen = NETWORKS[network]
    node = bip32.master(mnemonics.bip39_seed(phrase, ""), chosen).at(parse_path(path))
    assert second_opinion.single_key_address(kind, node.public_key, chosen) == address
    read = descriptors.parse(add_checksum(SHAPES[kind].format(node.xpub)), chosen)
    assert script.address(read.script_at(0), chosen) == address


def test_bip67s_published_multisig_address() -> None:
    keys = [
        bytes.fromhex("02ff12471208c14bd580709cb2358d98975247d8765f92bc25eab3b2763ed605f8"),
        bytes.fromhex("02fe6f0a5a297eb38c391581c4413e084773ea23954d93f7753db7dc0adc188b2f"),
    ]
    made = second_opinion.multisig_address("sh", 2, keys, sort=True, network=MAINNET)
    assert made == "39bgKC7RFbpoCRbtD5KEdkYKtNyhpsNa3Z"
    unsorted = second_opinion.multisig_address("sh", 2, keys, sort=False, network=MAINNET)
    assert unsorted != made


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_seed_of_another_length_makes_no_master_key(size: int) -> None:
    with pytest.raises(InputError) as caught:
        bip32.master(Secret(b"\xaa" * size), REGTEST)
    assert caught.value.__suppress_context__
    assert "aa" not in str(caught.value)


def test_a_private_node_shows_its_public_fingerprint_alone() -> None:
    node = bip32.master(Secret(bytes(range(16))), MAINNET)
    assert repr(node) == "PrivateNode(3442193e)"
    assert "xprv" not in f"{node}{vars(node)!r}"[:30]
    with pytest.raises(TypeError):
        __import__("copy").copy(node)


# what bip-utils must not touch: libsecp256k1, by whichever of the two bindings
POISONED = """
import sys
class Poison:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("coincurve", "btclib_secp256k1"):
            raise AssertionError(f"{name} was loaded")
sys.meta_path.insert(0, Poison())
from ceremonies.bitcoin import second_opinion
from ceremonies.network import MAINNET
from ceremonies.secret import Secret
fingerprint, xpub = second_opinion.account(Secret(bytes(range(16))), (2**31, 1), MAINNET)
key = second_opinion.child_key(xpub, (0, 5), MAINNET)
for kind in ("pkh", "sh-wpkh", "wpkh", "tr"):
    second_opinion.single_key_address(kind, key, MAINNET)
second_opinion.multisig_address("wsh", 1, [key], sort=True, network=MAINNET)
import ecdsa
assert "coincurve" not in sys.modules and "btclib_secp256k1" not in sys.modules
print(fingerprint, ecdsa.__name__)
"""

COINCURVE_FIRST = """
import bip_utils
from ceremonies.bitcoin import second_opinion
from ceremonies.errors import IntegrityError
from ceremonies.network import MAINNET
from ceremonies.secret import Secret
try:
    second_opinion.account(Secret(bytes(range(16))), (), MAINNET)
except IntegrityError as error:
    print(error)
"""


def answer_of(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_second_road_runs_where_no_libsecp256k1_can_be_loaded() -> None:
    assert answer_of(POISONED) == "3442193e ecdsa"


def test_the_second_road_refuses_to_run_on_the_first_ones_curve() -> None:
    assert "first one's curve arithmetic" in answer_of(COINCURVE_FIRST)
