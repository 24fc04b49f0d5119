"""Several logs side by side: copies of one, and logs of machines that took part together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from ceremonies.errors import InputError
from ceremonies.log.chain import FILE


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One folder that has a log of this name."""

    folder: Path
    log: str


@dataclass(frozen=True, kw_only=True)
class Fork:
    """Where a copy parts from the one at the place `against`, from which `record` on."""

    record: int
    against: int
    problem: str


def forks(copies: Sequence[Copy]) -> Mapping[int, Fork]:
    """Compare the copies of each log, and say of each that parts from another where it does.

    The keys are places in `copies`. A copy that is only shorter is the same log at an earlier time.

    Raises:
        InputError: a log cannot be read any more.
    """
    found: dict[int, Fork] = {}
    longest: dict[str, int] = {}
    for place, copy in enumerate(copies):
        if not copy.log:
            continue
        other = longest.setdefault(copy.log, place)
        if other == place:
            continue
        record = parting(copies[other].folder, copy.folder)
        if record is not None:
            for one, against in ((other, place), (place, other)):
                problem = (
                    f"there are two logs of this name: from record {record} on, "
                    f"{copies[against].folder} says something else"
                )
                fork = Fork(record=record, against=against, problem=problem)
                found.setdefault(one, fork)
        elif _size(copy.folder) > _size(copies[other].folder):
            longest[copy.log] = place
    return found


def parting(one: Path, other: Path) -> int | None:
    """Return the first record that two logs do not share; None where one begins the other.

    Raises:
        InputError: one of them cannot be read.
    """
    try:
        with (one / FILE).open("rb") as first, (other / FILE).open("rb") as second:
            for seq, (line, beside) in enumerate(zip_longest(first, second)):
                if line is None or beside is None:
                    return None
                # a line that a crash tore is the beginning of the whole one
                if line != beside and not (_is_torn(line, beside) or _is_torn(beside, line)):
                    return seq
    except OSError as error:
        raise InputError(
            f"cannot read the log: {(error.strerror or 'unknown error').lower()}",
            hint="check the medium",
        ) from None
    return None


def _is_torn(line: bytes, beside: bytes) -> bool:
    return not line.endswith(b"\n") and beside.startswith(line)


def _size(folder: Path) -> int:
    return (folder / FILE).stat().st_size
