"""Seeds: two schemes, how they are written and read, and what is refused."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_material import (
    ROLLS,
    bip39_seeds,
    everything_said,
    known_pool,
    phrase,
    rolled,
    slip39_seeds,
)
from shared_data import ROOT, corpus

from ceremonies.errors import InputError, MachineError
from ceremonies.keys import bip39
from ceremonies.keys.entropy import draw
from ceremonies.keys.seed import Scheme, Seed, draw_seed, read_seed
from ceremonies.secret import Secret

MASTER = "bb54aac4b89dc868ba37d9cc21b2cece"


@given(bip39_seeds() | slip39_seeds())
def test_what_is_written_is_read_again(seed: Seed) -> None:
    assert read_seed(seed.written()) == seed


def test_a_phrase_in_another_language_stays_in_it() -> None:
    seed = Seed(Scheme.BIP39, Secret(bytes(range(16))), "italian")
    again = read_seed(seed.written())
    assert again == seed
    assert again.language == "italian"


def test_a_phrase_in_another_language_is_another_key() -> None:
    seeds = [Seed(Scheme.BIP39, Secret(bytes(16)), name) for name in ("english", "italian")]
    assert seeds[0].bip32_seed() != seeds[1].bip32_seed()


@pytest.mark.parametrize("written", [f"slip39:{MASTER}", f"SLIP39:{MASTER.upper()}\n"])
def test_a_master_secret_is_the_bip32_seed(written: str) -> None:
    seed = read_seed(phrase(written))
    assert seed.scheme is Scheme.SLIP39
    assert seed.bip32_seed().reveal().hex() == MASTER


def test_a_master_secret_takes_no_passphrase() -> None:
    with pytest.raises(InputError, match="takes no passphrase"):
        read_seed(phrase(f"slip39:{MASTER}")).bip32_seed(Secret(b"TREZOR"))


def test_the_schemes_give_different_keys_from_the_same_bytes() -> None:
    same = Secret(bytes(range(16)))
    assert Seed(Scheme.BIP39, same).bip32_seed() != Seed(Scheme.SLIP39, same).bip32_seed()


def test_every_phrase_of_the_corpus_is_read() -> None:
    phrases = {signer["mnemonic"] for case in corpus() for signer in case["signers"]}
    assert phrases
    for words in phrases:
        assert read_seed(phrase(words)).written() == phrase(words)


@pytest.mark.parametrize("digits", [MASTER, MASTER.upper(), MASTER * 2, MASTER * 4, f" {MASTER}\n"])
def test_bare_hexadecimal_is_refused_because_it_names_no_scheme(digits: str) -> None:
    with pytest.raises(InputError, match="does not say its scheme") as caught:
        read_seed(phrase(digits))
    assert "slip39:HEX" in caught.value.hint
    assert MASTER not in everything_said(caught.value).lower()


@pytest.mark.parametrize(
    "rest", ["", "00", "bb" * 15, "bb" * 65, "bb" * 66, "bb" * 15 + "b", "zz" * 16, "bb " * 16]
)
def test_a_malformed_master_secret_is_refused(rest: str) -> None:
    with pytest.raises(InputError, match=r"no master secret|not hexadecimal"):
        read_seed(phrase(f"slip39:{rest}"))


@pytest.mark.parametrize("count", [20, 33])
def test_a_card_given_as_a_seed_is_recognised(count: int) -> None:
    with pytest.raises(InputError) as caught:
        read_seed(phrase(" ".join(["academic"] * count)))
    assert "SLIP-39 card" in caught.value.hint


@pytest.mark.parametrize(("scheme", "size"), [(Scheme.BIP39, 18), (Scheme.BIP39, 64)])
def test_a_secret_of_a_size_the_scheme_has_not_is_refused(scheme: Scheme, size: int) -> None:
    with pytest.raises(InputError, match=f"^{size} bytes"):
        Seed(scheme, Secret(bytes(size)))


@pytest.mark.parametrize("words", [12, 15, 18, 21, 24])
def test_a_new_seed_has_the_words_it_was_asked_for(words: int) -> None:
    written = draw_seed(known_pool(), words=words).written().reveal().decode()
    assert len(written.split()) == words


@pytest.mark.parametrize("words", [0, 11, 13, 25, 48])
def test_a_new_seed_of_other_lengths_is_refused(words: int) -> None:
    with pytest.raises(InputError, match=f"of {words} words"):
        draw_seed(known_pool(), words=words)


def test_a_new_seed_is_not_longer_than_its_entropy() -> None:
    pool = draw([rolled(ROLLS[:50])])
    draw_seed(pool, words=12)
    with pytest.raises(MachineError, match="256 are needed"):
        draw_seed(pool, words=24)


def test_two_dice_inputs_give_two_seeds_under_one_known_system_generator() -> None:
    one = draw_seed(known_pool(ROLLS), words=24)
    other = draw_seed(known_pool(ROLLS[::-1]), words=24)
    assert one.secret != other.secret


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        seed = read_seed(Secret(data))
    except InputError:
        return
    assert read_seed(seed.written()) == seed


@given(st.lists(st.sampled_from(bip39.wordlist()), min_size=12, max_size=12))
def test_errors_about_phrases_never_quote_a_word(words: list[str]) -> None:
    spelled = [f"{word[:3]}qx{word[3:]}" for word in words]
    with pytest.raises(InputError) as caught:
        read_seed(phrase(" ".join(spelled)))
    assert "qx" not in everything_said(caught.value)


def test_importing_a_seed_loads_no_heavy_library() -> None:
    heavy = "{'cryptography', 'shamir_mnemonic', 'mnemonic', 'bip39_slip39', 'btclib_wallet'}"
    code = (
        "import sys, ceremonies.keys.seed, ceremonies.keys.slip39\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
