"""What a log tells: its records as plain values, and what its reveal file opens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from ceremonies import disk
from ceremonies.errors import InputError
from ceremonies.log.commitment import Opening
from ceremonies.log.evidence import read_plain
from ceremonies.log.records import Record
from ceremonies.log.reveal import FILE
from ceremonies.strict import json_value

_LIMIT = 64 * disk.MEBIBYTE


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    seq: Annotated[int, msgspec.Meta(ge=0)]
    field: str
    salt: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    value: str


def plain(record: Record) -> dict[str, object]:
    """Return a record as its number, its type and what it says, under the names of the log."""
    said: dict[str, object] = msgspec.to_builtins(record.fact)
    return {"seq": record.seq, "type": record.type, **said}


class Openings:
    """What the reveal file of a folder opens of its log.

    The file is kept apart from what auditors get: where it is missing, nothing is opened. A line
    that opens nothing, such as one that a crash left, is passed over.
    """

    def __init__(self, folder: Path, *, log: str) -> None:
        self._of: dict[int, list[Opening]] = {}
        for line in _lines(folder):
            opening = Opening(
                log=log, seq=line.seq, field=line.field, salt=line.salt, value=line.value
            )
            self._of.setdefault(line.seq, []).append(opening)

    def of(self, record: Record) -> dict[tuple[int, str], str]:
        """Return the values that are opened of one record, by its number and the commitment."""
        found = {}
        for opening in self._of.get(record.seq, ()):
            commitment = _commitment(opening)
            if commitment and commitment in msgspec.structs.astuple(record.fact):
                found[record.seq, commitment] = opening.value
        return found


def opened(folder: Path, records: Iterable[Record], *, log: str) -> dict[tuple[int, str], str]:
    """Return what the folder's reveal file opens of these records."""
    openings = Openings(folder, log=log)
    found: dict[tuple[int, str], str] = {}
    for record in records:
        found |= openings.of(record)
    return found


def _commitment(opening: Opening) -> str:
    try:
        return opening.commitment
    except ValueError:  # its field is none that a log withholds
        return ""


def _lines(folder: Path) -> Iterator[_Line]:
    try:
        data = read_plain(folder / FILE, limit=_LIMIT)
    except InputError:
        return
    for line in data.splitlines():
        try:
            yield json_value(line, _Line, what="a line of the reveal file")
        except InputError:
            continue
