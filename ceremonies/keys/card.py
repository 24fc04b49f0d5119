"""SLIP-39 cards: the groups they are dealt in, one card, and a whole set of them."""

from __future__ import annotations

import re
from typing import Self

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.keys.seed import Scheme
from ceremonies.secret import Secret

MOST_OF_ANYTHING = 16
"""The most groups of a set, and the most cards of a group (SLIP-39)."""

_WRITTEN = re.compile(r"([1-9][0-9]?)of([1-9][0-9]?)")


class Group(Frozen):
    """How many cards of a group are needed, of how many there are.

    Raises:
        InputError: SLIP-39 has no such group.
    """

    needs: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.needs <= self.of <= MOST_OF_ANYTHING:
            raise InputError(
                f"there is no group of {self.needs} of {self.of} cards",
                hint="a group needs at least 1 card, has at most 16, and needs no more than it has",
            )
        if self.needs == 1 and self.of > 1:
            raise InputError(
                f"a group of 1 of {self.of} would be {self.of} copies of one card",
                hint="use 1of1 and copy its card, or give each holder a group of their own",
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2of3`.

        Raises:
            InputError: it is not that, or SLIP-39 has no such group.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise InputError("a group is not of the form NofM", hint="write for example 2of3")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.needs}of{self.of}"


class Card(Frozen, kw_only=True):
    """One SLIP-39 share, and what it says of itself.

    `words` is its phrase in UTF-8, one space between words. `set_id` is the identifier in four
    hexadecimal digits. `group` and `member` count from 1; `needs` cards of this group and
    `groups_needed` of `of_groups` groups recover the secret of `secret_bytes` bytes.
    `extendable` and `exponent` say how it was encrypted.
    """

    words: Secret
    set_id: str
    group: int
    member: int
    needs: int
    of_groups: int
    groups_needed: int
    extendable: bool
    exponent: int
    secret_bytes: int

    @property
    def terms(self) -> tuple[object, ...]:
        """What all cards of one set have in common, besides the identifier."""
        return (
            self.of_groups,
            self.groups_needed,
            self.extendable,
            self.exponent,
            self.secret_bytes,
        )


class CardSet(Frozen, kw_only=True):
    """All cards of one split: `cards[g]` are those of `groups[g]`, in the order of members."""

    set_id: str
    scheme: Scheme
    groups: tuple[Group, ...]
    groups_needed: int
    cards: tuple[tuple[Card, ...], ...]
