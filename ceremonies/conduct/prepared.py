"""Prepared answers, `ceremony-answers/1`: a file that answers in place of people, where it may.

In production it answers public data alone; typing back, secrets, attestation and approval come
from people. In a rehearsal it may answer everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from ceremonies import disk, strict
from ceremonies.conduct import practice
from ceremonies.conduct.asks import (
    Ask,
    GiveFile,
    ShowSecret,
    SignSeal,
    TypeBack,
    TypeDice,
    TypePassphrase,
    TypeWords,
)
from ceremonies.conduct.handed import content_of
from ceremonies.errors import InputError
from ceremonies.secret import Secret

MAX_SIZE = 4 * disk.MEBIBYTE
"""The longest answers file that is read, in bytes."""

AS_SHOWN = "as-shown"
"""Types back what was shown; only rehearsals remember it."""

Answer = Callable[[Ask[Any]], object]


class _Inline(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The content of a file, written in the answers themselves."""

    text: str


_One = str | _Inline


class Answers(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """The file: answers by field, one or several in turn, and by kind where no field is named."""

    schema: Literal["ceremony-answers/1"]
    every: dict[str, str] = {}
    answers: dict[str, _One | list[_One]] = {}


def read(data: bytes) -> Answers:
    """Read an answers file strictly.

    Raises:
        InputError: it is not one.
    """
    return strict.toml_value(data, Answers, what="the answers file")


class Prepared:
    """Answers what it may from a file, and hands every other ask to `otherwise`."""

    def __init__(
        self, answers: Answers, *, rehearsal: bool, otherwise: Answer | None = None
    ) -> None:
        self._answers = answers
        self._rehearsal = rehearsal
        self._otherwise = otherwise
        self._given: Counter[str] = Counter()
        self._shown: dict[str, Secret] = {}

    def __call__(self, asked: Ask[Any]) -> object:
        """Return the raw answer to an ask.

        Raises:
            InputError: there is none, or the one there is was not accepted.
        """
        if isinstance(asked, ShowSecret) and self._rehearsal:
            self._shown[asked.about] = asked.words
        prepared = self._next(asked) if asked.public or self._rehearsal else None
        if prepared is not None:
            return self._raw(asked, prepared)
        if self._otherwise is not None:
            return self._otherwise(asked)
        if asked.mistake:
            raise InputError(
                f"the prepared answer to {asked.field} was not accepted: {asked.mistake}",
                hint="correct the answers file",
            )
        raise InputError(
            f"the answers file does not answer {asked.field} ({asked.kind})",
            hint="add it to the answers file, or run this at a terminal",
        )

    def _next(self, asked: Ask[Any]) -> _One | None:
        found = self._answers.answers.get(asked.field, self._answers.every.get(asked.kind))
        if isinstance(found, list):
            turn = self._given[asked.field]
            self._given[asked.field] += 1
            return found[turn] if turn < len(found) else None
        # the same answer once more would be wrong once more
        return None if asked.mistake else found

    def _raw(self, asked: Ask[Any], prepared: _One) -> object:
        match asked:
            case GiveFile():
                return _content(asked, prepared)
            case _ if isinstance(prepared, _Inline):
                raise InputError(
                    f"{asked.field} is no file, and its answer is written as one",
                    hint="write the answer as a plain text",
                )
            case TypeWords() if prepared == AS_SHOWN:
                return self._as_shown(asked)
            case TypeBack() if prepared == AS_SHOWN:
                return asked.expected
            case TypeWords() | TypeDice() | TypePassphrase():
                return Secret(prepared.encode())
            case SignSeal():
                return practice.signature(asked.by.name, asked.seal, asked.namespace)
            case _:
                return prepared

    def _as_shown(self, asked: TypeWords) -> Secret:
        if asked.about not in self._shown:
            raise InputError(
                f"{asked.field} cannot be answered as shown: {asked.about} was not shown here",
                hint="write its words into the answers file",
            )
        return self._shown[asked.about]


def _content(asked: GiveFile, prepared: _One) -> bytes:
    if isinstance(prepared, _Inline):
        return prepared.text.encode()
    return content_of(asked, prepared)


def of_fields(fields: Mapping[str, str]) -> Answers:
    """Make answers of plain fields, as a caller that drives a ceremony knows them."""
    return Answers(schema="ceremony-answers/1", answers=dict(fields))
