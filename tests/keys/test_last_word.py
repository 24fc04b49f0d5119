"""The last word of a phrase: all there can be, one that is drawn, in every length and language."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keys_material import bip39_seeds, everything_said, known_pool, phrase

from ceremonies.errors import InputError
from ceremonies.keys import bip39
from ceremonies.keys.last_word import draw, possible, word_of
from ceremonies.keys.seed import Seed, read_seed
from ceremonies.secret import Secret

# the phrase of BIP-39's own vectors, and how many last words its length leaves
WAYS = {12: 128, 15: 64, 18: 32, 21: 16, 24: 8}


def beginning(seed: Seed) -> Secret:
    return phrase(" ".join(seed.written().reveal().decode().split()[:-1]))


@settings(max_examples=15, deadline=None)
@given(bip39_seeds(), st.sampled_from(bip39.languages()))
def test_the_right_word_is_among_them_and_every_one_makes_a_phrase(
    seed: Seed, language: str
) -> None:
    seed = Seed(seed.scheme, seed.secret, language)
    found = possible(beginning(seed), language)
    assert len(found) == WAYS[len(seed.secret) * 3 // 4]
    assert seed in found
    words = [word_of(one).reveal() for one in found]
    assert len(set(words)) == len(words)
    for one in found:
        assert read_seed(one.written(), language) == one
        assert beginning(one) == beginning(seed)


def test_no_other_word_of_the_list_completes_it() -> None:
    begun = phrase("legal winner thank year wave sausage worth useful legal winner thank")
    allowed = {word_of(seed).reveal().decode() for seed in possible(begun)}
    assert "yellow" in allowed
    for word in bip39.wordlist():
        text = begun.reveal().decode() + " " + word
        try:
            bip39.decode(phrase(text), "english")
        except InputError:
            assert word not in allowed
        else:
            assert word in allowed


def test_each_word_is_drawn_about_as_often_and_by_the_pool_alone() -> None:
    seeds = possible(phrase(" ".join(["zoo"] * 23)))
    drawn = [draw(seeds, known_pool(label=n.to_bytes(4, "big"))) for n in range(400)]
    counts = Counter(word_of(seed).reveal() for seed in drawn)
    assert len(counts) == 8
    # eight words, 400 draws: fewer than 20 or more than 90 of one is a chance below 1e-5
    assert all(20 <= count <= 90 for count in counts.values())
    assert draw(seeds, known_pool()) == draw(seeds, known_pool())


@pytest.mark.parametrize("count", [0, 1, 10, 12, 13, 24, 500])
def test_another_number_of_words_is_refused(count: int) -> None:
    with pytest.raises(InputError, match="empty" if count == 0 else f"not {count}$"):
        possible(phrase(" ".join(["zebra"] * count)))


def test_wrong_words_are_named_by_position_and_never_quoted() -> None:
    words = ["zebra"] * 4 + ["zebrra"] + ["zebra"] * 6
    with pytest.raises(
        InputError, match=r"^word 5 of the beginning is not in the english"
    ) as caught:
        possible(phrase(" ".join(words)))
    assert "zebr" not in everything_said(caught.value)


def test_words_of_several_lists_need_a_language() -> None:
    common = sorted(set(bip39.wordlist("english")) & set(bip39.wordlist("french")))
    begun = phrase(" ".join(common[:11]))
    with pytest.raises(InputError, match="english and french"):
        possible(begun)
    assert possible(begun, "french")[0].language == "french"
