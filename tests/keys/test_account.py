"""Account keys: their paths, their two roads, and the fingerprint that names them."""

from __future__ import annotations

import pytest
from btclib_wallet.descriptors import strip_checksum
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import corpus

from ceremonies.bitcoin import bip32, second_opinion
from ceremonies.bitcoin.derivation import format_path, parse_path
from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys import account
from ceremonies.keys.seed import Scheme, Seed, read_seed
from ceremonies.network import MAINNET, NETWORKS, REGTEST, Network
from ceremonies.secret import Secret

CASES = ("wpkh", "wpkh-passphrase", "sh-wpkh", "pkh", "tr", "wsh-2of3", "sh-wsh-2of3")
ABANDON = Secret(b"abandon " * 11 + b"about")

# BIP-84 and BIP-86's published accounts of that phrase, and BIP-44's well-known one
PUBLISHED = {
    "pkh": (
        "m/44h/0h/0h",
        (
            "xpub6BosfCnifzxcFwrSzQiqu2DBVTshkCXacvNsWGYJVVhhawA7d4R5WSWGFNbi8Aw6ZRc1brxMyWMzG3DSSSSo"
            "ekkudhUd9yLb6qx39T9nMdj"
        ),
    ),
    "wpkh": (
        "m/84h/0h/0h",
        (
            "xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ"
            "4ZeZXYVUhLv1VMrjPC7PW6V"
        ),
    ),
    "tr": (
        "m/86h/0h/0h",
        (
            "xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECo"
            "Y49yfdDEHGCtMMj92pReUsQ"
        ),
    ),
}


def phrase_seed(passphrase: str = "") -> Secret:
    return read_seed(ABANDON).bip32_seed(Secret(passphrase.encode()) if passphrase else None)


@pytest.mark.parametrize("script", PUBLISHED)
def test_the_published_accounts_of_a_phrase(script: str) -> None:
    path, xpub = PUBLISHED[script]
    steps = account.account_path(script, 0, MAINNET)
    assert format_path(steps) == path
    found = account.derive(phrase_seed(), steps, MAINNET)
    assert (found.fingerprint, found.path, found.xpub) == ("73c5da0a", path, xpub)
    assert found.key == f"[73c5da0a{path[1:]}]{xpub}"
    assert found.agreed_by == ("btclib-wallet", "bip-utils")


@pytest.mark.parametrize("name", CASES)
def test_the_accounts_of_the_corpus(name: str) -> None:
    case = next(case for case in corpus() if case["case"] == name)
    script = name.removesuffix("-passphrase").removesuffix("-2of3")
    path = account.account_path(script, 0, REGTEST)
    assert format_path(path) == format_path(parse_path("m/" + case["path"]))
    for signer in case["signers"]:
        seed = read_seed(Secret(signer["mnemonic"].encode()))
        passphrase = Secret(signer["passphrase"].encode()) if signer["passphrase"] else None
        found = account.derive(seed.bip32_seed(passphrase), path, REGTEST)
        assert (found.fingerprint, found.xpub) == (signer["fingerprint"], signer["account_xpub"])
        assert account.fingerprint_of(seed, passphrase) == signer["fingerprint"]
        assert found.key in case["descriptor"]


@pytest.mark.parametrize(
    ("script", "mainnet", "regtest"),
    [
        ("pkh", "m/44h/0h/7h", "m/44h/1h/7h"),
        ("sh-wpkh", "m/49h/0h/7h", "m/49h/1h/7h"),
        ("wpkh", "m/84h/0h/7h", "m/84h/1h/7h"),
        ("tr", "m/86h/0h/7h", "m/86h/1h/7h"),
        ("sh-wsh", "m/48h/0h/7h/1h", "m/48h/1h/7h/1h"),
        ("wsh", "m/48h/0h/7h/2h", "m/48h/1h/7h/2h"),
    ],
)
def test_each_script_has_the_path_of_its_standard(script: str, mainnet: str, regtest: str) -> None:
    assert format_path(account.account_path(script, 7, MAINNET)) == mainnet
    assert format_path(account.account_path(script, 7, REGTEST)) == regtest
    assert script in account.SCRIPTS


@pytest.mark.parametrize("number", [-1, 2**31, 2**32])
def test_an_account_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(InputError, match=f"no account {number}"):
        account.account_path("wpkh", number, MAINNET)


@pytest.mark.parametrize("script", ["", "WPKH", "p2wpkh", "sh(wpkh)"])
def test_an_unknown_script_is_refused(script: str) -> None:
    with pytest.raises(InputError, match="unknown script"):
        account.account_path(script, 0, MAINNET)


@pytest.mark.parametrize("script", account.SINGLE_KEY_SCRIPTS)
def test_the_descriptor_of_one_key_is_its_wallet(script: str) -> None:
    path = account.account_path(script, 0, MAINNET)
    found = account.derive(phrase_seed(), path, MAINNET)
    text = found.descriptor(script)
    assert text is not None
    shapes = {"pkh": "pkh({})", "sh-wpkh": "sh(wpkh({}))", "wpkh": "wpkh({})", "tr": "tr({})"}
    assert strip_checksum(text) == shapes[script].format(f"{found.key}/<0;1>/*")


def test_a_multisig_account_is_no_wallet_by_itself() -> None:
    found = account.derive(phrase_seed(), account.account_path("wsh", 0, MAINNET), MAINNET)
    assert found.descriptor("wsh") is None
    assert found.descriptor("sh-wsh") is None


def test_one_seed_has_one_fingerprint_on_every_network() -> None:
    found = {account.derive(phrase_seed(), (), each).fingerprint for each in NETWORKS.values()}
    assert found == {account.fingerprint_of(read_seed(ABANDON), None)} == {"73c5da0a"}


def test_the_scheme_chooses_the_key() -> None:
    secret = bytes(range(16))
    found = {
        scheme: account.fingerprint_of(Seed(scheme, Secret(secret)), None) for scheme in Scheme
    }
    assert found == {Scheme.BIP39: "05d027a5", Scheme.SLIP39: "3442193e"}


def test_a_passphrase_makes_another_key() -> None:
    seed = read_seed(ABANDON)
    # Trezor's own test passphrase, of BIP-39's vectors
    assert account.fingerprint_of(seed, Secret(b"TREZOR")) == "b4e3f5ed"
    assert account.fingerprint_of(seed, Secret(b"trezor")) != "b4e3f5ed"


@settings(max_examples=15, deadline=None)
@given(
    st.binary(min_size=16, max_size=64),
    st.sampled_from(account.SCRIPTS),
    st.integers(0, 2**31 - 1),
    st.sampled_from(list(NETWORKS.values())),
)
def test_both_roads_agree_about_every_account(
    seed: bytes, script: str, number: int, network: Network
) -> None:
    found = account.derive(Secret(seed), account.account_path(script, number, network), network)
    assert found.xpub.startswith("xpub" if network.is_mainnet else "tpub")


@pytest.mark.parametrize("position", [0, 1])
def test_where_the_roads_part_there_is_no_account(
    position: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = second_opinion.account

    def lying(*arguments: object) -> tuple[str, ...]:
        found = list(honest(*arguments))  # type: ignore[arg-type]
        found[position] = found[position][::-1]
        return tuple(found)

    monkeypatch.setattr(second_opinion, "account", lying)
    with pytest.raises(IntegrityError, match="disagree") as caught:
        account.derive(phrase_seed(), account.account_path("wpkh", 0, MAINNET), MAINNET)
    # both values are public, and named
    assert "73c5da0a" in str(caught.value)


def test_where_the_first_road_is_wrong_there_is_no_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = bip32.master(Secret(bytes(16)), MAINNET)
    monkeypatch.setattr(bip32, "master", lambda *_: other)
    with pytest.raises(IntegrityError, match="disagree"):
        account.fingerprint_of(read_seed(ABANDON), None)


@pytest.mark.parametrize("written", ["73c5da0a", "73C5DA0A"])
def test_the_expected_fingerprint_may_be_in_either_case(written: str) -> None:
    account.insist_fingerprint("73c5da0a", written)


def test_another_fingerprint_than_expected_stops() -> None:
    with pytest.raises(IntegrityError, match="73c5da0a, and 73c5da0b was expected"):
        account.insist_fingerprint("73c5da0a", "73C5DA0B")


@pytest.mark.parametrize(
    "written", ["", "73c5da0", "73c5da0a0", "73c5da0g", "0x73c5da0a", " 73c5da0"]
)
def test_an_expected_fingerprint_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(InputError):
        account.insist_fingerprint("73c5da0a", written)
