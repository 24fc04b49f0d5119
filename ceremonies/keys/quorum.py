"""Which cards recover a secret together: every way of a set, and whether these here do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, product
from math import comb, prod
from typing import TypeVar

from ceremonies.errors import InputError
from ceremonies.keys.card import Card, CardSet

T = TypeVar("T")

MOST_TRIED = 1_000
"""How many quorums of a set are tried before a rotation through all cards must do."""


def quorums(cards: CardSet) -> Iterator[tuple[Card, ...]]:
    """Yield the quorums to try: each there is, or a rotation in which each card takes part.

    A quorum has `groups_needed` groups and from each exactly as many cards as it needs.
    """
    ways = _every_quorum if _count(cards) <= MOST_TRIED else _rotation
    return ways(cards)


def insist_quorum(cards: Sequence[Card]) -> None:
    """Refuse cards that are not exactly one quorum of one set, saying what is wrong with them.

    Raises:
        InputError: no cards, one of another set, one twice, too few or too many; cards are named
            by their position in `cards`, counting from 1.
    """
    if not cards:
        raise InputError("there are no cards", hint="give the cards of one set")
    insist_together(cards)
    _insist_enough(cards)


def insist_together(cards: Sequence[Card]) -> None:
    """Refuse cards that are not different cards of one set; there may be too few of them.

    Raises:
        InputError: one of another set, or one twice.
    """
    _insist_one_set(cards)
    _insist_different(cards)


def picked(cards: Sequence[Card]) -> tuple[Card, ...]:
    """Pick one exact quorum out of cards that are `together`: none while they are too few."""
    groups: dict[int, list[Card]] = {}
    for card in cards:
        groups.setdefault(card.group, []).append(card)
    complete = [row[: row[0].needs] for row in groups.values() if len(row) >= row[0].needs]
    if not cards or len(complete) < cards[0].groups_needed:
        return ()
    return tuple(chain.from_iterable(complete[: cards[0].groups_needed]))


def _count(cards: CardSet) -> int:
    ways = [comb(group.of, group.needs) for group in cards.groups]
    return sum(prod(some) for some in combinations(ways, cards.groups_needed))


def _every_quorum(cards: CardSet) -> Iterator[tuple[Card, ...]]:
    members = [
        list(combinations(row, group.needs))
        for row, group in zip(cards.cards, cards.groups, strict=True)
    ]
    for some in combinations(members, cards.groups_needed):
        for chosen in product(*some):
            yield tuple(chain.from_iterable(chosen))


def _rotation(cards: CardSet) -> Iterator[tuple[Card, ...]]:
    rows = list(zip(cards.cards, cards.groups, strict=True))
    for turn in range(max(group.of for group in cards.groups)):
        for start in range(0, len(rows), cards.groups_needed):
            chosen = _window(rows, start, cards.groups_needed)
            yield tuple(
                chain.from_iterable(_window(row, turn, group.needs) for row, group in chosen)
            )


def _window(row: Sequence[T], start: int, size: int) -> list[T]:
    return [row[(start + step) % len(row)] for step in range(size)]


def _insist_one_set(cards: Sequence[Card]) -> None:
    first = cards[0]
    for position, card in enumerate(cards, start=1):
        if card.set_id != first.set_id:
            raise InputError(
                f"card {position} is of set {card.set_id}, and card 1 of set {first.set_id}",
                hint="bring cards of one set; sets cannot be mixed",
            )
        if card.terms != first.terms:
            raise InputError(
                f"card {position} is of another split than card 1, though both say set "
                f"{first.set_id}",
                hint="bring cards of one set; sets cannot be mixed",
            )
    thresholds: dict[int, tuple[int, int]] = {}
    for position, card in enumerate(cards, start=1):
        earlier, needs = thresholds.setdefault(card.group, (position, card.needs))
        if card.needs != needs:
            raise InputError(
                f"card {earlier} says that group {card.group} needs {needs} cards, "
                f"and card {position} says {card.needs}",
                hint="one of them is of another set; sets cannot be mixed",
            )


def _insist_different(cards: Sequence[Card]) -> None:
    seen: dict[tuple[int, int], int] = {}
    for position, card in enumerate(cards, start=1):
        earlier = seen.setdefault((card.group, card.member), position)
        if earlier == position:
            continue
        place = f"card {card.member} of group {card.group}"
        if cards[earlier - 1].words == card.words:
            raise InputError(
                f"cards {earlier} and {position} are the same: {place}",
                hint="bring a different card",
            )
        raise InputError(
            f"cards {earlier} and {position} both say that they are {place}, and differ",
            hint="one of them is of another set; sets cannot be mixed",
        )


def _insist_enough(cards: Sequence[Card]) -> None:
    needed, given = {card.group: card.needs for card in cards}, Counter(c.group for c in cards)
    groups_needed = cards[0].groups_needed
    for group in sorted(given):
        if given[group] < needed[group]:
            raise InputError(
                f"group {group} needs {_cards(needed[group])}, and {given[group]} given",
                hint="bring the missing cards of this group",
            )
    if len(given) < groups_needed:
        raise InputError(
            f"{groups_needed} groups are needed, and cards of {len(given)} given",
            hint="bring the cards of another group",
        )
    if len(given) > groups_needed:
        raise InputError(
            f"{groups_needed} of the groups are needed, and cards of {len(given)} given",
            hint="leave out the cards of a group; SLIP-39 takes neither fewer nor more",
        )
    for group in sorted(given):
        if given[group] > needed[group]:
            raise InputError(
                f"group {group} needs {_cards(needed[group])}, and {given[group]} given",
                hint="leave out a card of this group; SLIP-39 takes neither fewer nor more",
            )


def _cards(count: int) -> str:
    return "1 card" if count == 1 else f"{count} cards"
