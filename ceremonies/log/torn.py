"""Records that a crash left half written: moved aside whole, never cut silently."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from ceremonies import disk
from ceremonies.errors import MachineError
from ceremonies.log.facts import Recovered
from ceremonies.log.records import MOST_BYTES, Record

_NAME = re.compile(r"torn-([0-9]{8,15})\.bytes")


def keep(folder: Path, tail: bytes, *, seq: int, records: Iterable[Record]) -> None:
    """Write the bytes that were to be record `seq` into a file of their own.

    A crash may have come after this and before the log was shortened: then they are there already.

    Raises:
        MachineError: the disk failed.
    """
    digest = hashlib.sha256(tail).hexdigest()
    if any(fact.sha256 == digest for fact in unexplained(folder, records)):
        return
    taken = _names(folder)
    number = seq
    while f"torn-{number:08d}.bytes" in taken:
        number += 1
    disk.create(folder / f"torn-{number:08d}.bytes", tail)


def unexplained(folder: Path, records: Iterable[Record]) -> list[Recovered]:
    """Say of each file of torn bytes that no record names what a record has to say.

    Raises:
        InputError: such a file cannot be read, or is too long to be one.
        MachineError: the disk failed.
    """
    named = {record.fact.kept_as for record in records if isinstance(record.fact, Recovered)}
    found = []
    for name in _names(folder):
        if name not in named:
            data = disk.read(folder / name, limit=MOST_BYTES, what=name)
            digest = hashlib.sha256(data).hexdigest()
            found.append(Recovered(bytes=len(data), sha256=digest, kept_as=name))
    return found


def _names(folder: Path) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError as error:
        raise MachineError(
            f"cannot list the folder of the log: {(error.strerror or 'unknown error').lower()}",
            hint="check the medium",
        ) from None
    return sorted(filter(_NAME.fullmatch, names))
