"""Shuffled cards as chance: read from the top of decks of 52, credited by the number of orders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod

from ceremonies.errors import InputError
from ceremonies.keys import health

CARDS = 52
NEW_SHUFFLE = "/"

_RANKS, _SUITS = "A23456789TJQK", "CDHS"
_CARD = re.compile(r"(10|[2-9TJQKA])([CDHS♣♦♥♠])", re.IGNORECASE)
_SIGNS = str.maketrans("♣♦♥♠", _SUITS)
_BETWEEN = " \t\r\n,"

_Pairs = frozenset[tuple[str, str]]


def _both_ways(pairs: Iterator[tuple[str, str]]) -> _Pairs:
    known = [*pairs]
    return frozenset([*known, *((second, first) for first, second in known)])


_BY_SUIT = _both_ways((a + suit, b + suit) for suit in _SUITS for a, b in pairwise(_RANKS))
_BY_RANK = _both_ways(
    (rank + one, rank + other)
    for rank in _RANKS
    for one in _SUITS
    for other in _SUITS
    if one < other
)


class Deck:
    """Cards of well shuffled decks, in the order they lie in.

    An outcome is a card such as `TS`; the first one of another shuffle is written `/TS`. After 52
    cards another shuffle begins by itself.
    """

    kind = "cards"
    one = "card"
    many = "cards"
    how = "cards such as AS 10H TD 9c; / begins another shuffle"

    def read(self, text: str, before: Sequence[str] = ()) -> tuple[str, ...]:
        """Read cards; each comes once in a shuffle."""
        decks = _decks(before)
        last = decks[-1] if decks else []
        lying = {card: len(before) - len(last) + at for at, card in enumerate(last, start=1)}
        found: list[str] = []
        at = 0
        while (at := _skipped(text, at)) < len(text):
            position = len(before) + len(found) + 1
            begins = text[at] == NEW_SHUFFLE
            match = _CARD.match(text, _skipped(text, at + 1) if begins else at)
            if match is None or (begins and not lying):
                raise _no_card(position)
            card = match[1].upper().replace("10", "T") + match[2].upper().translate(_SIGNS)
            begins = begins or len(lying) == CARDS
            if begins:
                lying.clear()
            if card in lying:
                raise InputError(
                    f"card {position} is the same as card {lying[card]}",
                    hint="a deck has each card once; / begins another shuffle",
                )
            lying[card] = position
            found.append(NEW_SHUFFLE + card if begins else card)
            at = match.end()
        return tuple(found)

    def bits(self, outcomes: Sequence[str]) -> int:
        """Credit log2 of the number of orders that so many cards can lie in, rounded down."""
        return _worth([len(deck) for deck in _decks(outcomes)])

    def needed(self, bits: int) -> int:
        """Count cards of as many shuffles as it takes."""
        count = 0
        while _worth([CARDS] * (count // CARDS) + [count % CARDS]) < bits:
            count += 1
        return count

    def joined(self, outcomes: Sequence[str]) -> str:
        """Write two signs a card, and `/` between shuffles."""
        return "".join(outcomes)

    def doubt(self, outcomes: Sequence[str]) -> str:
        """Say that a shuffle keeps too many neighbours of a sorted deck, or of the one before."""
        decks = _decks(outcomes)
        for number, deck in enumerate(decks, start=1):
            if _keeps(deck, _BY_SUIT) or _keeps(deck, _BY_RANK):
                return f"shuffle {number} keeps much of the order of a sorted deck"
            if number > 1 and _keeps(deck, _both_ways(pairwise(decks[number - 2]))):
                return f"shuffle {number} keeps much of the order of the shuffle before"
        return ""


def _no_card(position: int) -> InputError:
    return InputError(
        f"card {position} is no playing card",
        hint="write A 2 3 4 5 6 7 8 9 10 (or T) J Q K and one of s h d c; / stands between "
        "two shuffles",
    )


def _skipped(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BETWEEN:
        at += 1
    return at


def _decks(outcomes: Sequence[str]) -> list[list[str]]:
    decks: list[list[str]] = []
    for card in outcomes:
        if not decks or card.startswith(NEW_SHUFFLE):
            decks.append([])
        decks[-1].append(card.removeprefix(NEW_SHUFFLE))
    return decks


def _worth(sizes: Sequence[int]) -> int:
    orders = prod(CARDS - drawn for size in sizes for drawn in range(size))
    return orders.bit_length() - 1


def _keeps(deck: Sequence[str], known: _Pairs) -> bool:
    pairs = [*pairwise(deck)]
    if len(pairs) < health.FEWEST:
        return False
    kept = sum(pair in known for pair in pairs)
    # two neighbours are any of 52 x 51 pairs, all of them equally likely
    return health.at_least(kept, len(pairs), len(known) / (CARDS * (CARDS - 1))) < health.ALARM
