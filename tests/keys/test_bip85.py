"""BIP-85: the published children, and two implementations that must agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_material import phrase

from ceremonies.bitcoin import children, second_opinion
from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys import bip85
from ceremonies.keys.seed import read_seed
from ceremonies.network import MAINNET, REGTEST
from ceremonies.secret import Secret

# the phrase whose master key is the root of every vector of BIP-85
PHRASE = "install scatter logic circle pencil average fall shoe quantum disease suspect usage"
ROOT = (
    "xprv9s21ZrQH143K2LBWUUQRFXhucrQqBpKdRRxNVq2zBqsx8HVqFk2uYo8kmbaLLHRdqtQpUm98uKfu3vca1LqdGhUtyoF"
    "nCNkfmXRyPXLjbKb"
)
SEED = read_seed(phrase(PHRASE)).bip32_seed()

WORDS = {
    12: "girl mad pet galaxy egg matter matrix prison refuse sense ordinary nose",
    18: (
        "near account window bike charge season chef number sketch tomorrow excuse sniff circle "
        "vital hockey outdoor supply token"
    ),
    24: (
        "puppy ocean match cereal symbol another shed magic wrap hammer bulb intact gadget divorce "
        "twin tonight reason outdoor destroy simple truth cigar social volcano"
    ),
}
XPRV = (
    "xprv9s21ZrQH143K2srSbCSg4m4kLvPMzcWydgmKEnMmoZUurYuBuYG46c6P71UGXMzmriLzCCBvKQWBUv3vPB3m1SATMhp"
    "3uEjXHJ42jFg7myX"
)
HEX = (
    "492db4698cf3b73a5a24998aa3e9d7fa96275d85724a91e71aa2d645442f878555d078fd1f1f67e368976f04137b1f7a"
    "0d19232136ca50c44614af72b5582a5c"
)


def test_the_phrase_is_that_of_the_published_root() -> None:
    from btclib_wallet.bip32 import rootxprv_from_seed

    assert rootxprv_from_seed(SEED.reveal()) == ROOT


@pytest.mark.parametrize(("count", "written"), WORDS.items())
def test_the_published_phrases(count: int, written: str) -> None:
    child = bip85.words(SEED, MAINNET, count=count)
    assert child.written == phrase(written)
    assert child.path == f"m/83696968h/39h/0h/{count}h/0h"
    assert bip85.words(SEED, REGTEST, count=count) == child


def test_the_published_keys_and_bytes() -> None:
    wif = bip85.wif(SEED, MAINNET)
    assert wif.written == Secret(b"Kzyv4uF39d4Jrw2W7UryTHwZr1zQVNk4dAFyqE6BuMrMh1Za7uhp")
    assert wif.path == "m/83696968h/2h/0h"
    xprv = bip85.xprv(SEED, MAINNET)
    assert (xprv.written, xprv.path) == (phrase(XPRV), "m/83696968h/32h/0h")
    data = bip85.hexadecimal(SEED, MAINNET, size=64)
    assert (data.written, data.path) == (phrase(HEX), "m/83696968h/128169h/64h/0h")


@pytest.mark.parametrize(
    ("index", "entropy"),
    [
        (
            0,
            (
                "efecfbccffea313214232d29e71563d941229afb4338c21f9517c41aaa0d16f00b83d2a09ef747e7a64e8e2b"
                "d5a14869e693da66ce94ac2da570ab7ee48618f7"
            ),
        ),
        (
            1,
            (
                "70c6e3e8ebee8dc4c0dbba66076819bb8c09672527c4277ca8729532ad711872218f826919f6b67218adde99"
                "018a6df9095ab2b58d803b5b93ec9802085a690e"
            ),
        ),
    ],
)
def test_the_published_entropy(index: int, entropy: str) -> None:
    path = tuple(step + 2**31 for step in (83696968, 0, index))
    assert children.child(SEED, path, MAINNET).entropy.reveal().hex() == entropy


def test_children_of_other_networks_are_written_for_them() -> None:
    assert bip85.xprv(SEED, REGTEST).written.reveal().startswith(b"tprv")
    assert bip85.wif(SEED, REGTEST).written.reveal().startswith(b"c")
    one, other = bip85.xprv(SEED, REGTEST), bip85.xprv(SEED, MAINNET)
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("language", bip85.LANGUAGES)
def test_a_child_in_any_language_is_a_phrase_of_that_language(language: str) -> None:
    child = bip85.words(SEED, MAINNET, count=12, language=language)
    assert read_seed(child.written, language).language == language
    assert f"/39h/{bip85.LANGUAGES.index(language)}h/" in child.path


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31 - 1), st.integers(16, 64))
def test_every_child_is_another(index: int, size: int) -> None:
    made = bip85.hexadecimal(SEED, MAINNET, size=size, index=index)
    assert len(made.written) == 2 * size
    beside = index + 1 if index < 2**31 - 1 else 0
    assert bip85.hexadecimal(SEED, MAINNET, size=size, index=beside).written != made.written


def test_children_that_there_are_not() -> None:
    with pytest.raises(InputError, match="13 words"):
        bip85.words(SEED, MAINNET, count=13)
    with pytest.raises(InputError, match="this language has no number"):
        bip85.words(SEED, MAINNET, count=12, language="turkish")
    for index in (-1, 2**31):
        with pytest.raises(InputError, match="there is no child"):
            bip85.wif(SEED, MAINNET, index=index)
    for size in (15, 65, 0, -1):
        with pytest.raises(InputError, match=f"{size} bytes"):
            bip85.hexadecimal(SEED, MAINNET, size=size)


def test_a_second_road_that_differs_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(second_opinion, "private_key", lambda *_: Secret(bytes(32)))
        with pytest.raises(IntegrityError, match="disagree"):
            bip85.words(SEED, MAINNET, count=12)
    with monkeypatch.context() as patch:
        patch.setattr(second_opinion, "wif", lambda *_: Secret(b"K"))
        with pytest.raises(IntegrityError, match="disagree"):
            bip85.wif(SEED, MAINNET)
    with monkeypatch.context() as patch:
        patch.setattr(second_opinion, "master_xprv", lambda *_: (Secret(b"xprv"), "00000000"))
        with pytest.raises(IntegrityError, match="disagree"):
            bip85.xprv(SEED, MAINNET)
