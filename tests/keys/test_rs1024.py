"""One wrong word on a SLIP-39 card: always refused, and its position told."""

from __future__ import annotations

import random

import pytest
from keys_material import known_pool, phrase
from shamir_mnemonic import generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from ceremonies.errors import InputError
from ceremonies.keys import rs1024
from ceremonies.keys.card import Group
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.slip39 import read_card, split
from ceremonies.secret import Secret

SEED = Seed(Scheme.BIP39, Secret(bytes(range(16))))


def numbers(words: str) -> list[int]:
    return [WORDLIST.index(word) for word in words.split()]


def a_card(*, extendable: bool = True, size: int = 16) -> list[str]:
    seed = Seed(Scheme.SLIP39, Secret(bytes(range(size))))
    made = split(seed, [Group(2, 3)], groups_needed=1, pool=known_pool(), extendable=extendable)
    return made.cards[0][0].words.reveal().decode().split()


@pytest.mark.parametrize("extendable", [True, False])
def test_every_single_wrong_word_of_a_card_is_located(*, extendable: bool) -> None:
    card = numbers(" ".join(a_card(extendable=extendable)))
    for position in range(len(card)):
        for word in set(range(1024)) - {card[position]}:
            wrong = [*card[:position], word, *card[position + 1 :]]
            assert not rs1024.is_valid(wrong)
            assert rs1024.wrong_word(wrong) == position + 1


def test_a_card_with_any_single_wrong_word_is_refused_by_position() -> None:
    card = a_card()
    for position in range(len(card)):
        for word in WORDLIST[position % 8 :: 8]:
            if word == card[position]:
                continue
            with pytest.raises(InputError) as caught:
                read_card(phrase(" ".join([*card[:position], word, *card[position + 1 :]])))
            assert caught.value.cause.endswith(f"if one word is wrong, it is word {position + 1}")


@pytest.mark.parametrize("size", [16, 32, 64])
def test_the_longest_cards_are_no_exception(size: int) -> None:
    card = numbers(" ".join(a_card(size=size)))
    chance = random.Random(size)
    for position in range(len(card)):
        wrong = list(card)
        wrong[position] ^= chance.randrange(1, 1024)
        assert rs1024.wrong_word(wrong) == position + 1


def test_two_words_that_changed_places_are_named() -> None:
    card = a_card()
    card[4], card[11] = card[11], card[4]
    with pytest.raises(InputError, match="words 5 and 12 seem to have changed places"):
        read_card(phrase(" ".join(card)))


def test_more_than_one_wrong_word_is_not_pinned_on_one() -> None:
    card, chance = numbers(" ".join(a_card())), random.Random(39)
    for _ in range(2_000):
        wrong = list(card)
        for position in chance.sample(range(len(card)), chance.choice([2, 3])):
            wrong[position] ^= chance.randrange(1, 1024)
        assert not rs1024.is_valid(wrong)
        assert rs1024.wrong_word(wrong) is None
    with pytest.raises(InputError, match="more than one word is wrong"):
        read_card(phrase(" ".join(WORDLIST[number] for number in wrong)))


def test_what_the_checksum_says_is_what_the_reference_says() -> None:
    for extendable in (True, False):
        made = generate_mnemonics(1, [(3, 5)], bytes(32), extendable=extendable)
        assert all(rs1024.is_valid(numbers(words)) for words in made[0])


def test_a_card_that_contradicts_itself_is_told_from_one_that_was_misread() -> None:
    from shamir_mnemonic.rs1024 import create_checksum

    card = numbers(" ".join(a_card()))[:-3]
    card[2] = card[2] & ~0b111100 | 0b001100  # of one group, four are needed
    card += create_checksum(card, b"shamir_extendable")
    with pytest.raises(InputError, match="what it says of itself cannot be"):
        read_card(phrase(" ".join(WORDLIST[number] for number in card)))
