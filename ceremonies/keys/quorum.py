"""Which cards recover a secret together: every way of a set, and whether these here do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, combinations, product
from math import comb, prod
from typing import TypeVar

from ceremonies.errors import InputError
from ceremonies.keys.card import Card, CardSet, Group
from ceremonies.keys.wordlist import in_a_row

T = TypeVar("T")

_ONE_SET = "bring cards of one set; sets cannot be mixed"

MOST_TRIED = 1_000
"""How many quorums of a set are tried before a rotation through all cards must do."""


def quorums(cards: CardSet) -> Iterator[tuple[Card, ...]]:
    """Yield the quorums to try: each there is, or a rotation in which each card takes part.

    A quorum has `groups_needed` groups and from each exactly as many cards as it needs.
    """
    return ways(cards.cards, cards.groups, cards.groups_needed)


def ways(
    rows: Sequence[Sequence[T]], groups: Sequence[Group], groups_needed: int
) -> Iterator[tuple[T, ...]]:
    """Yield the quorums to try of anything that is dealt in groups, one row for each group."""
    counts = [comb(group.of, group.needs) for group in groups]
    count = sum(prod(some) for some in combinations(counts, groups_needed))
    return (_every if count <= MOST_TRIED else _rotation)(rows, groups, groups_needed)


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


def _every(
    rows: Sequence[Sequence[T]], groups: Sequence[Group], groups_needed: int
) -> Iterator[tuple[T, ...]]:
    members = [
        list(combinations(row, group.needs)) for row, group in zip(rows, groups, strict=True)
    ]
    for some in combinations(members, groups_needed):
        for chosen in product(*some):
            yield tuple(chain.from_iterable(chosen))


def _rotation(
    rows: Sequence[Sequence[T]], groups: Sequence[Group], groups_needed: int
) -> Iterator[tuple[T, ...]]:
    pairs = list(zip(rows, groups, strict=True))
    for turn in range(max(group.of for group in groups)):
        for start in range(0, len(pairs), groups_needed):
            chosen = _window(pairs, start, groups_needed)
            yield tuple(
                chain.from_iterable(_window(row, turn, group.needs) for row, group in chosen)
            )


def _window(row: Sequence[T], start: int, size: int) -> list[T]:
    return [row[(start + step) % len(row)] for step in range(size)]


def _insist_one_set(cards: Sequence[Card]) -> None:
    numbered = dict(enumerate(cards, start=1))
    if found := _stray(numbered, lambda card: card.set_id):
        odd, usual = found
        raise InputError(
            f"card {odd} is of set {numbered[odd].set_id}, and card {usual} of set "
            f"{numbered[usual].set_id}",
            hint=_ONE_SET,
        )
    if found := _stray(numbered, lambda card: card.terms):
        odd, usual = found
        raise InputError(
            f"card {odd} is of another split than card {usual}, though both say set "
            f"{numbered[odd].set_id}",
            hint=_ONE_SET,
        )
    for group in sorted({card.group for card in cards}):
        of_group = {number: card for number, card in numbered.items() if card.group == group}
        if found := _stray(of_group, lambda card: card.needs):
            odd, usual = found
            raise InputError(
                f"card {usual} says that group {group} needs {_cards(numbered[usual].needs)}, "
                f"and card {odd} says {numbered[odd].needs}",
                hint="one of them is of another set; sets cannot be mixed",
            )


def _stray(numbered: Mapping[int, Card], said: Callable[[Card], object]) -> tuple[int, int] | None:
    """Find the first card that says something else than most, and the first that says the same."""
    sayings = {number: said(card) for number, card in numbered.items()}
    ((usual, _),) = Counter(sayings.values()).most_common(1)
    strays = [number for number, saying in sayings.items() if saying != usual]
    return (
        (strays[0], next(n for n, saying in sayings.items() if saying == usual)) if strays else None
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
    complete = [group for group in sorted(given) if given[group] >= needed[group]]
    begun = sorted(set(given) - set(complete), key=lambda group: needed[group] - given[group])
    if begun and len(complete) >= groups_needed:
        raise InputError(
            f"card {_first_of(begun, cards)} is of group {begun[0]}, which is not needed: "
            f"{_groups(complete)} complete",
            hint="leave it out; SLIP-39 takes neither fewer nor more",
        )
    if begun:
        others = begun[groups_needed - len(complete) :]
        stray = f"; card {_first_of(others, cards)} is of group {others[0]}" if others else ""
        raise InputError(
            f"group {begun[0]} needs {_cards(needed[begun[0]])}, "
            f"and {given[begun[0]]} given{stray}",
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
    for group in complete:
        if given[group] > needed[group]:
            raise InputError(
                f"group {group} needs {_cards(needed[group])}, and {given[group]} given",
                hint="leave out a card of this group; SLIP-39 takes neither fewer nor more",
            )


def _first_of(groups: Sequence[int], cards: Sequence[Card]) -> int:
    return next(number for number, card in enumerate(cards, start=1) if card.group == groups[0])


def _groups(groups: Sequence[int]) -> str:
    verb = "is" if len(groups) == 1 else "are"
    return f"group{'s' * (len(groups) > 1)} {in_a_row([str(group) for group in groups])} {verb}"


def _cards(count: int) -> str:
    return "1 card" if count == 1 else f"{count} cards"
