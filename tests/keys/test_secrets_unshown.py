"""Nothing that holds a secret shows it: in text, in a pickle, in a copy."""

from __future__ import annotations

import copy
import dataclasses
import json

import pytest
from keys_material import ROLLS, known_pool, quotes, refuses_to_pickle, rolled

from ceremonies.keys import by_hand, commitment, dice_only
from ceremonies.keys.card import Group
from ceremonies.keys.deck import Deck
from ceremonies.keys.entropy import system
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.slip39 import split
from ceremonies.secret import Secret

SEED = Seed(Scheme.BIP39, Secret(b"canarycanarycana"))
CARDS = split(SEED, [Group(2, 3)], groups_needed=1, pool=known_pool())
HOLDERS = {
    "seed": SEED,
    "master secret": Seed(Scheme.SLIP39, Secret(b"canarycanarycana")),
    "source": rolled(ROLLS),
    "sides": by_hand.source(by_hand.die(20), Secret(b"17-3-20-8-11")),
    "flips": by_hand.source(by_hand.COINS, Secret(b"hthhtththh")),
    "shuffle": by_hand.source(Deck(), Secret(b"AS4D9CKH2SJD7H")),
    "seed of dice alone": dice_only.seed_of(rolled(ROLLS[:50]), words=12),
    "committed part": commitment.draw_part(),
    "system": system(),
    "pool": known_pool(),
    "card": CARDS.cards[0][0],
    "set": CARDS,
}


MADE = (ROLLS.decode(), ROLLS[:50].decode(), "17-3-20-8-11", "1011010011", "AS4D9CKH2SJD7H")
PHRASES = [SEED.written(), *(card.words for row in CARDS.cards for card in row)]


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=list(HOLDERS))
def test_a_holder_of_a_secret_shows_nothing(holder: object) -> None:
    for shown in (repr(holder), str(holder), f"{holder}", f"{holder!r:>400}"):
        assert "Secret(" in shown
        assert not any(quotes(shown, words.reveal().decode().split()) for words in PHRASES)
        assert not any(text in shown for text in ("canary", b"canary".hex(), *MADE))


def test_the_check_for_quotes_sees_a_quote() -> None:
    words = PHRASES[0].reveal().decode().split()
    assert quotes(f"Invalid: '{words[3]} {words[4]} ...'", words)
    assert not quotes(f"{words[4]} {words[3]}", words)


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=list(HOLDERS))
def test_a_holder_of_a_secret_is_not_pickled_copied_or_serialised(holder: object) -> None:
    assert refuses_to_pickle(holder)
    with pytest.raises(TypeError):
        copy.deepcopy(holder)
    with pytest.raises(TypeError):
        dataclasses.asdict(holder)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        json.dumps(holder)
