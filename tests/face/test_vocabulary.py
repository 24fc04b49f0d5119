"""Words as people type them: whole, by four letters, without their accents, in every language."""

from __future__ import annotations

import random
import unicodedata

import pytest

from ceremonies.keys import bip39, slip39
from custody_cli.vocabulary import ENOUGH_LETTERS, Vocabulary, form, unaccented

AMBIGUOUS = {"russian": 1, "turkish": 12}
"""How many words share their first four letters with another, in lists that are not BIP-39's."""


def vocabulary(language: str) -> Vocabulary:
    return Vocabulary(bip39.wordlist(language), lambda word: bip39.nearest(word, language))


@pytest.mark.parametrize("language", bip39.languages())
def test_every_word_is_found_in_any_unicode_form_and_case(language: str) -> None:
    known = vocabulary(language)
    for word in bip39.wordlist(language):
        # Turkish has two letters i, which capital letters do not keep apart
        shouted = word if language == "turkish" else word.upper()
        for written in (word, unicodedata.normalize("NFC", word), shouted):
            assert known.find(written) == word


@pytest.mark.parametrize("language", bip39.languages())
def test_four_letters_tell_every_word_of_four_letters_or_more(language: str) -> None:
    known, untold = vocabulary(language), []
    for word in bip39.wordlist(language):
        composed = unicodedata.normalize("NFC", word)
        if len(composed) >= ENOUGH_LETTERS and known.find(composed[:ENOUGH_LETTERS]) != word:
            untold.append(word)
    assert len(untold) == AMBIGUOUS.get(language, 0)


@pytest.mark.parametrize("language", bip39.languages())
def test_accents_may_be_left_out_where_one_word_is_left(language: str) -> None:
    known = vocabulary(language)
    for word in bip39.wordlist(language):
        assert known.find(unaccented(form(word))) == word


def test_a_word_is_never_guessed_from_fewer_letters_or_when_two_begin_so() -> None:
    known = Vocabulary(("abaco", "abacus", "zebra"), lambda _: ())
    assert known.find("zeb") is None
    assert known.find("abac") is None
    assert known.find("zebr") == "zebra"


@pytest.mark.parametrize("language", [*bip39.languages(), "slip39"])
def test_a_word_with_one_wrong_letter_is_among_the_nearest(language: str) -> None:
    listed = slip39.wordlist() if language == "slip39" else bip39.wordlist(language)
    nearest = slip39.nearest if language == "slip39" else lambda w: bip39.nearest(w, language)
    chance = random.Random(language)
    long = [word for word in listed if len(word) >= 6]
    if not long:
        pytest.skip("the words of this language have one sign each: nothing is left to compare")
    tried = chance.sample(long, 12)
    found = 0
    for word in tried:
        at = chance.randrange(1, len(word))
        found += word in nearest(word[:at] + word[at - 1] + word[at + 1 :])
    assert found >= 11
