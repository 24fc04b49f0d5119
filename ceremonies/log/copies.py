"""Several logs side by side: copies of one, and logs of machines that took part together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, kw_only=True)
class Linked:
    """A log, the seals that hold for it by size and SHA-256, and those that it names of others."""

    log: str
    seals: frozenset[tuple[int, str]]
    peers: Sequence[tuple[int, str, int, str]]


def broken_links(logs: Sequence[Linked]) -> Iterator[tuple[int, str]]:
    """Yield the place of each log that names a seal of another, which that does not have; and of
    the other, because one of them is not what its people saw.
    """
    places = _places(logs)
    for place, one in enumerate(logs):
        for record, log, size, seal in one.peers:
            others = places.get(log, ())
            if not others or _is_held(logs, others, (size, seal)):
                continue
            named = f"record {record} (peer.seal)"
            yield place, f"{named} names a seal of {size} records of {log}, which does not have it"
            for other in others:
                yield other, f"{named} of {one.log} names a seal of {size} records that is not here"


def loose_links(logs: Sequence[Linked]) -> Iterator[tuple[int, str]]:
    """Yield the place of each log that names one which is not there, or does not name it too."""
    places = _places(logs)
    for place, one in enumerate(logs):
        for log in dict.fromkeys(log for _, log, _, _ in one.peers):
            others = places.get(log, ())
            if not others:
                yield place, f"it names a seal of {log}: verify that log beside it"
            elif not any(peer[1] == one.log for other in others for peer in logs[other].peers):
                yield place, f"it names a seal of {log}, which names none of this log"


def held(logs: Sequence[Linked]) -> list[tuple[bool | None, ...]]:
    """Tell of each log which of the seals it names are held: None of a log that is not there."""
    places = _places(logs)
    return [
        tuple(
            _is_held(logs, places[log], (size, seal)) if log in places else None
            for _, log, size, seal in one.peers
        )
        for one in logs
    ]


def _is_held(logs: Sequence[Linked], places: Iterable[int], seal: tuple[int, str]) -> bool:
    return any(seal in logs[place].seals for place in places)


def _places(logs: Sequence[Linked]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for place, one in enumerate(logs):
        if one.log:
            places.setdefault(one.log, []).append(place)
    return places


def _is_torn(line: bytes, beside: bytes) -> bool:
    return not line.endswith(b"\n") and beside.startswith(line)


def _size(folder: Path) -> int:
    return (folder / FILE).stat().st_size
