"""The cards of a set as records name them: `1-2` is the second of the first group."""

from __future__ import annotations

import re
from collections import Counter

from ceremonies.log.facts import SharesSplit

_CARD = re.compile(r"(?P<group>[1-9][0-9]{0,3})-(?P<member>[1-9][0-9]{0,2})")
_GROUP = re.compile(r"(?P<needed>[0-9]{1,3})of(?P<cards>[0-9]{1,3})")


def count(split: SharesSplit) -> int:
    """Return how many cards a set has."""
    return sum(_size(group) for group in split.groups)


def is_of(card: str, split: SharesSplit) -> bool:
    """Tell whether a set has a card of this name."""
    found = _CARD.fullmatch(card)
    if found is None or int(found["group"]) > len(split.groups):
        return False
    return int(found["member"]) <= _size(split.groups[int(found["group"]) - 1])


def is_quorum(cards: tuple[str, ...], split: SharesSplit) -> bool:
    """Tell whether these cards are of a set, and enough of enough groups."""
    if not all(is_of(card, split) for card in cards):
        return False
    came = Counter(card.partition("-")[0] for card in set(cards))
    full = [
        number
        for number, group in enumerate(split.groups, start=1)
        if (found := _GROUP.fullmatch(group)) and came[str(number)] >= int(found["needed"])
    ]
    return len(full) >= split.groups_needed


def _size(group: str) -> int:
    found = _GROUP.fullmatch(group)
    return int(found["cards"]) if found else 0
