"""Chance made by hand: how dice, coins, cards and typed hex are read, credited and doubted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.keys import health
from ceremonies.keys.entropy import Source
from ceremonies.secret import Secret

FEWEST_SIDES, MOST_SIDES = 2, 1000
D6 = 6
_ONE_DIGIT = 9
_SPACE = " \t\r\n"
_BETWEEN = re.compile(r"[ \t\r\n]*[,-][ \t\r\n]*|[ \t\r\n]+")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")
_HEADS_AND_TAILS = str.maketrans("ht", "10")


class Method(Protocol):
    """A way to make chance by hand.

    `kind` names it in answers, in logs and in the pool; `one` and `many` are what it makes, and
    `how` is what may be typed.
    """

    @property
    def kind(self) -> str:
        """Its name."""

    @property
    def one(self) -> str:
        """One of its outcomes, such as `dice roll`."""

    @property
    def many(self) -> str:
        """Several of them, such as `rolls`."""

    @property
    def how(self) -> str:
        """What may be typed."""

    def read(self, text: str, before: Sequence[str] = ()) -> tuple[str, ...]:
        """Read outcomes that follow those `before`, each in its one form.

        Raises:
            InputError: something is none, by its position among all of them.
        """

    def bits(self, outcomes: Sequence[str]) -> int:
        """Credit outcomes, rounded down."""

    def doubt(self, outcomes: Sequence[str]) -> str:
        """Say why they can hardly be chance; empty where nothing speaks against it."""

    def joined(self, outcomes: Sequence[str]) -> str:
        """Write outcomes in the one form that is mixed; it says where each of them ends."""

    def needed(self, bits: int) -> int:
        """Return how many outcomes are worth so many bits."""


def source(method: Method, written: Secret) -> Source:
    """Take what a person wrote down as a source of the pool.

    Raises:
        InputError: something is no outcome (by position), there is none, or they can hardly be
            chance.
    """
    # what is no UTF-8 is no outcome either, and is named by its position
    found = method.read(written.reveal().decode("utf-8", "replace"))
    if not found:
        raise InputError(
            f"there are no {method.one}s",
            hint=f"{method.needed(128)} {method.many} give 128 bits, {method.needed(256)} give 256",
        )
    if why := method.doubt(found):
        raise InputError(
            f"the {len(found)} {method.one}s show a pattern, not chance: {why}",
            hint="chance comes from a real die, coin or deck, for each one; never make it up",
        )
    data = Secret(method.joined(found).encode("ascii"))
    return Source(kind=method.kind, data=data, bits=method.bits(found))


class _Faces(Frozen, kw_only=True):
    """Faces that are equally likely, each outcome independent of the others."""

    kind: str
    one: str
    many: str
    how: str
    faces: int
    is_none: str
    hint: str

    def bits(self, outcomes: Sequence[str]) -> int:
        """Credit log2 of the faces for each, rounded down for all together."""
        # faces^n lies between 2^bits and 2^(bits + 1): exact, where a logarithm would be rounded
        return int(self.faces ** len(outcomes)).bit_length() - 1

    def doubt(self, outcomes: Sequence[str]) -> str:
        """Say what the health tests say."""
        return health.doubt(outcomes, self.faces)

    def needed(self, bits: int) -> int:
        """Count up to the first number that is worth it."""
        count = 0
        while int(self.faces**count).bit_length() - 1 < bits:
            count += 1
        return count

    def _wrong(self, position: int) -> InputError:
        return InputError(f"{self.one} {position} {self.is_none}", hint=self.hint)


class _Signs(_Faces, kw_only=True):
    """Faces of one sign each; white space between them does not matter."""

    signs: str

    def read(self, text: str, before: Sequence[str] = ()) -> tuple[str, ...]:
        """Read one sign after the other, in small letters."""
        found = tuple(sign.lower() for sign in text if sign not in _SPACE)
        for position, sign in enumerate(found, start=len(before) + 1):
            if sign not in self.signs:
                raise self._wrong(position)
        return found

    def joined(self, outcomes: Sequence[str]) -> str:
        """Write them without anything between."""
        return "".join(outcomes)


class _Coins(_Signs, kw_only=True):
    """Heads and tails, by their letters or as 1 and 0."""

    def read(self, text: str, before: Sequence[str] = ()) -> tuple[str, ...]:
        """Read flips as 1 and 0, written in one way and not in both."""
        found = super().read(text, before)
        if not {*"ht"}.isdisjoint(found) and not {*"01"}.isdisjoint(found):
            raise InputError(
                "coin flips are written in two ways",
                hint="write h and t, or 1 and 0, and not both",
            )
        return tuple(flip.translate(_HEADS_AND_TAILS) for flip in found)


class _Numbers(_Faces, kw_only=True):
    """Faces with numbers of more than one digit, so that something stands between them."""

    def read(self, text: str, before: Sequence[str] = ()) -> tuple[str, ...]:
        """Read numbers with white space, a comma or a dash between them."""
        stripped = text.strip(_SPACE)
        found = tuple(_BETWEEN.split(stripped)) if stripped else ()
        for position, number in enumerate(found, start=len(before) + 1):
            if not _NUMBER.fullmatch(number) or int(number) > self.faces:
                raise self._wrong(position)
        return found

    def joined(self, outcomes: Sequence[str]) -> str:
        """Write them with dashes between, as Krux does."""
        return "-".join(outcomes)


def die(sides: int = D6) -> Method:
    """Return the way of a die with 2 to 1,000 numbered sides; `dice` is the kind of six.

    Raises:
        InputError: no die has so many sides.
    """
    if not FEWEST_SIDES <= sides <= MOST_SIDES:
        raise InputError(
            f"there is no die of {sides} sides", hint="a die has 2 to 1,000 sides, numbered from 1"
        )
    kind = "dice" if sides == D6 else f"d{sides}"
    is_none = f"is not a number from 1 to {sides}"
    if sides <= _ONE_DIGIT:
        return _Signs(
            kind=kind,
            one="dice roll",
            many="rolls",
            how=f"the digits 1 to {sides}",
            faces=sides,
            is_none=is_none,
            hint=f"write only the numbers of one {'six' if sides == D6 else sides}-sided die",
            signs="123456789"[:sides],
        )
    return _Numbers(
        kind=kind,
        one="dice roll",
        many="rolls",
        how=f"the numbers 1 to {sides}, spaces between",
        faces=sides,
        is_none=is_none,
        hint=f"write numbers from 1 to {sides}, with spaces, commas or dashes between",
    )


DICE = die(D6)

COINS: Method = _Coins(
    kind="coins",
    one="coin flip",
    many="flips",
    how="h for heads, t for tails (or 1 and 0)",
    faces=2,
    is_none="is neither heads nor tails",
    hint="write h and t, or 1 and 0",
    signs="ht10",
)

HEX: Method = _Signs(
    kind="hex",
    one="hex digit",
    many="digits",
    how="the hexadecimal digits 0 to 9 and a to f",
    faces=16,
    is_none="is no hexadecimal digit",
    hint="write 0 to 9 and a to f, without 0x",
    signs="0123456789abcdef",
)
