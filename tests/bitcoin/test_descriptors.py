"""Descriptors: checksums, normal form, branches, and private keys that must not enter."""

from __future__ import annotations

import string

import pytest
from btclib_wallet.descriptors import add_checksum
from wire_material import CASES, case_named

from ceremonies.bitcoin import descriptor as descriptors
from ceremonies.errors import InputError
from ceremonies.network import MAINNET, NETWORKS, REGTEST, SIGNET, TESTNET4

# BIP-380's own example and BIP-84's account, so that these tests need nothing from outside
ZPUB_AS_XPUB = (
    "xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZ"
    "XYVUhLv1VMrjPC7PW6V"
)
RECEIVE = f"wpkh([73c5da0a/84h/0h/0h]{ZPUB_AS_XPUB}/0/*)"
CHANGE = f"wpkh([73c5da0a/84h/0h/0h]{ZPUB_AS_XPUB}/1/*)"
BOTH = f"wpkh([73c5da0a/84h/0h/0h]{ZPUB_AS_XPUB}/<0;1>/*)"

# published keys: BIP-32's first vector, and the private key 1 in its three spellings
XPRV = (
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGt"
    "RBeJgk33yuGBxrMPHi"
)
WIFS = (
    "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn",
    "5HpHagT65TZzG1PH3CSu63k8DbpvD8s5ip4nEB3kEsreAnchuDf",
    "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA",
)


def test_bip380s_own_checksum_is_accepted() -> None:
    assert descriptors.normalised("raw(deadbeef)#89f8spxm") == "raw(deadbeef)#89f8spxm"


@pytest.mark.parametrize(
    "text",
    [
        "raw(deadbeef)#",
        "raw(deadbeef)#89f8spxmx",
        "raw(deadbeef)#89f8spx",
        "raw(dedbeef)#89f8spxm",
        "raw(deadbeef)##9f8spxm",
        "raw(Ü)#00000000",
        "raw(deadbeef)#89f8spxm\n",
        " raw(deadbeef)#89f8spxm",
        "#89f8spxm",
        "",
    ],
)
def test_bip380s_invalid_checksums_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        descriptors.normalised(text)


def test_a_descriptor_without_a_checksum_is_refused() -> None:
    with pytest.raises(InputError, match="no checksum"):
        descriptors.normalised(RECEIVE)


def test_every_change_of_one_character_is_refused() -> None:
    text = add_checksum(BOTH)
    characters = sorted({*text, *"0aAzqx'#*<> ,é"})
    for at, old in enumerate(text):
        for new in {old.swapcase(), "'", "#", "é", *characters[at % 6 :: 6]}:
            if new != old:
                with pytest.raises(InputError):
                    descriptors.normalised(text[:at] + new + text[at + 1 :])


def test_every_lost_doubled_or_swapped_character_is_refused() -> None:
    text = add_checksum(BOTH)
    for at in range(len(text)):
        swapped = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        for damaged in (text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], swapped):
            if damaged != text:
                with pytest.raises(InputError):
                    descriptors.normalised(damaged)


def test_an_apostrophe_becomes_an_h_with_a_checksum_of_its_own() -> None:
    apostrophes = add_checksum(BOTH.replace("h/", "'/").replace("0h]", "0']"))
    assert "'" in apostrophes
    assert descriptors.normalised(apostrophes) == add_checksum(BOTH)


def test_a_multipath_descriptor_is_its_two_branches() -> None:
    two = add_checksum(RECEIVE), add_checksum(CHANGE)
    assert descriptors.branches(add_checksum(BOTH)) == two
    assert descriptors.merged(*two) == add_checksum(BOTH)


@pytest.mark.parametrize("name", CASES)
def test_every_corpus_descriptor_is_the_pair_of_its_branches(name: str) -> None:
    text = case_named(name)["descriptor"]
    assert descriptors.normalised(text) == text
    assert descriptors.merged(*descriptors.branches(text)) == text


@pytest.mark.parametrize(
    "other",
    [
        RECEIVE,
        BOTH,
        CHANGE.replace("wpkh(", "pkh("),
        CHANGE.replace("73c5da0a", "73c5da0b"),
        CHANGE.replace("84h", "49h"),
        CHANGE.replace("/1/*", "/1/2/*"),
        CHANGE.replace("/1/*", "/1"),
        CHANGE.replace(ZPUB_AS_XPUB, XPRV.replace("prv", "pub")),
    ],
)
def test_descriptors_of_two_wallets_are_no_pair(other: str) -> None:
    with pytest.raises(InputError, match="one wallet"):
        descriptors.merged(add_checksum(RECEIVE), add_checksum(other))


SECRETS = [
    XPRV,
    XPRV.replace("xprv", "tprv"),
    XPRV[:-1] + "j",
    XPRV.replace("xprv", "xpvr"),
    XPRV[4:],
    *WIFS,
    WIFS[0][:-1],
    WIFS[0] + "x",
]
SHAPES = [
    "wpkh({})",
    "pkh({})",
    "wpkh({}/0/*)",
    "wpkh([73c5da0a/84h]{}/0/*)",
    "wsh(multi(1,{}," + ZPUB_AS_XPUB + "/0/*))",
    "wsh(multi({}," + ZPUB_AS_XPUB + "/0/*))",
    "wpkh(" + ZPUB_AS_XPUB + "/{}/*)",
    "wpkh([{}]" + ZPUB_AS_XPUB + "/0/*)",
    "tr(musig({}," + ZPUB_AS_XPUB + "/0/*))",
    "tr(" + ZPUB_AS_XPUB + "/0/*,pk({}))",
    "wsh(and_v(v:pk({}),older(5)))",
    "{}(" + ZPUB_AS_XPUB + ")",
    "raw({})",
    "addr({})",
    "{}",
]


def refusal(text: str, network_name: str = "mainnet") -> InputError:
    with pytest.raises(InputError) as caught:
        read(text, network_name)
    return caught.value


def read(text: str, network_name: str) -> list[descriptors.Descriptor]:
    parts = descriptors.branches(descriptors.normalised(text))
    return [descriptors.parse(part, NETWORKS[network_name]) for part in parts]


@pytest.mark.parametrize("secret", SECRETS, ids=range(len(SECRETS)))
def test_a_private_key_is_refused_and_never_repeated(secret: str) -> None:
    for shape in SHAPES:
        body = shape.format(secret)
        for text in (add_checksum(body), body, body + "#00000000", add_checksum(body)[:-1]):
            for network in ("mainnet", "regtest"):
                error = refusal(text, network)
                said = f"{error.cause} {error.hint} {error!r} {error.__cause__!r}"
                assert not any(secret[at : at + 6] in said for at in range(len(secret) - 5))
                assert error.__suppress_context__ or error.__context__ is None


def test_a_private_extended_key_is_named_as_what_it_is() -> None:
    assert "private key" in refusal(add_checksum(f"wpkh({XPRV}/0/*)")).cause
    assert "private key" in refusal(add_checksum(f"pkh({WIFS[0]})")).cause


@pytest.mark.parametrize(
    "body",
    [
        "wpkh(XPUB/0h/*)",
        "wpkh(XPUB/0/*h)",
        "wpkh(XPUB/*/0)",
        "combo(XPUB/0/*)",
        "addr(bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu)",
        "raw(deadbeef)",
        "wpkh(0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798)",
        "wpkh(XPUB/0/*",
        "wpkh(XPUB/0/*))",
        "wpkh()",
        "wsh(wpkh(XPUB/0/*))",
        "sh(sh(pk(XPUB/0/*)))",
        "wsh(sortedmulti(2,XPUB/0/*))",
        "wsh(sortedmulti(0,XPUB/0/*))",
        "wpkh([73c5da0a/84h/2147483648h]XPUB/0/*)",
        "wpkh([73c5da0/84h]XPUB/0/*)",
        "wsh(older(5))",
        "nonsense(XPUB/0/*)",
    ],
)
def test_what_is_no_wallet_is_refused(body: str) -> None:
    refusal(add_checksum(body.replace("XPUB", ZPUB_AS_XPUB)))


def test_keys_of_another_network_are_refused() -> None:
    tpub = case_named("wpkh")["descriptor"]
    assert refusal(tpub, "mainnet")
    for network in (TESTNET4, SIGNET, REGTEST):
        assert descriptors.parse(descriptors.branches(tpub)[0], network).network is network
        assert refusal(add_checksum(RECEIVE), network.name)


def test_a_descriptor_is_read_into_plain_values() -> None:
    read = descriptors.parse(add_checksum(RECEIVE), MAINNET)
    (key,) = read.keys
    hardened = 2**31
    assert (read.kind, read.multisig, read.is_ranged) == ("wpkh", None, True)
    assert (key.fingerprint, key.xpub, key.steps) == ("73c5da0a", ZPUB_AS_XPUB, (0,))
    assert key.origin == (84 + hardened, hardened, hardened)
    assert key.prefix == (*key.origin, 0)
    assert key.steps_at(7) == (0, 7)


@pytest.mark.parametrize(
    ("body", "kind", "multisig", "key_path_only"),
    [
        ("pkh(K)", "pkh", None, False),
        ("sh(wpkh(K))", "sh-wpkh", None, False),
        ("wpkh(K)", "wpkh", None, False),
        ("tr(K)", "tr", None, True),
        ("tr(K,pk(L))", "tr", None, False),
        ("tr(musig(K,L))", "tr", None, False),
        ("pk(K)", "pk", None, False),
        ("wsh(sortedmulti(2,K,L,M))", "wsh", (2, 3, True), False),
        ("wsh(multi(1,K,L))", "wsh", (1, 2, False), False),
        ("sh(wsh(sortedmulti(2,K,L)))", "sh-wsh", (2, 2, True), False),
        ("sh(multi(2,K,L))", "sh", (2, 2, False), False),
        ("wsh(and_v(v:pk(K),older(9)))", "wsh", None, False),
    ],
)
def test_what_kind_of_wallet_a_descriptor_is(
    body: str, kind: str, multisig: tuple[int, int, bool] | None, key_path_only: bool
) -> None:
    keys = {name: f"{ZPUB_AS_XPUB}/{branch}/*" for branch, name in enumerate("KLM")}
    written = "".join(keys.get(character, character) for character in body)
    read = descriptors.parse(add_checksum(written), MAINNET)
    assert read.kind == kind
    assert read.is_key_path_only is key_path_only
    assert read.multisig == (multisig and descriptors.Multisig(*multisig))


def test_an_index_derives_the_script_its_keys_and_where_they_come_from() -> None:
    read = descriptors.parse(add_checksum(RECEIVE), MAINNET)
    found = read.at(0)
    known = "0330d54fd0dd420a6e5f8d3624f5f3482cae350f79d5f0753bf5beef9c2d91af3c"  # BIP-84
    assert {key.hex(): origin for key, origin in found.keys.items()} == {
        known: ("73c5da0a", (*read.keys[0].origin, 0, 0))
    }
    assert found.script == read.script_at(0)
    assert found.taproot is None
    assert read.script_at(1) != read.script_at(0)


def test_a_taproot_tree_is_stated_with_its_leaves() -> None:
    key, other = f"{ZPUB_AS_XPUB}/0/*", f"{ZPUB_AS_XPUB}/1/*"
    alone = descriptors.parse(add_checksum(f"tr({key})"), MAINNET).at(3).taproot
    assert alone is not None
    assert (alone.merkle_root, alone.leaves) == (b"", ())
    tree = descriptors.parse(add_checksum(f"tr({key},pk({other}))"), MAINNET).at(3).taproot
    assert tree is not None
    ((control, leaf, version),) = tree.leaves
    assert tree.internal_key == alone.internal_key == control[1:33]
    assert (version, leaf[:1], leaf[-1:]) == (0xC0, b"\x20", b"\xac")


def test_the_checksum_alphabet_is_what_is_tested_above() -> None:
    # a character outside BIP-380's set is refused, not mapped to one inside it
    for character in set(map(chr, range(1, 256))) - set(string.printable):
        with pytest.raises(InputError):
            descriptors.normalised(f"raw({character})#00000000")
