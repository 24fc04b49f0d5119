"""Text cut into numbered parts, `p3of12 TEXT`, as Specter wallets write it; read only."""

from __future__ import annotations

import re

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen

MAX_PARTS = 1_000
"""More parts than anybody shows this way."""

_PART = re.compile(r"p([1-9][0-9]{0,3})of([1-9][0-9]{0,3}) (.+)", re.IGNORECASE | re.ASCII)


class Piece(Frozen, kw_only=True):
    """One code: how many there are, which this is (from 0), and its text."""

    count: int
    index: int
    text: str

    @property
    def stream(self) -> tuple[int]:
        """What all parts of one text have in common: no more than how many they are."""
        return (self.count,)


def is_pmofn(text: str) -> bool:
    """Whether a text says it is a part of a text."""
    return _PART.match(text) is not None


def parse(text: str) -> Piece:
    """Read one code.

    Raises:
        InputError: it claims what cannot be.
    """
    found = _PART.fullmatch(text)
    if not found or not int(found[1]) <= int(found[2]) <= MAX_PARTS:
        raise InputError("the code is not a part of a text", hint="scan or copy it again")
    return Piece(count=int(found[2]), index=int(found[1]) - 1, text=found[3])


def join(pieces: list[Piece]) -> str:
    """Return the text of all parts, in order."""
    return "".join(piece.text for piece in pieces)
