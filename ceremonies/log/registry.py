"""The registry: one line for each final seal, so that a ceremony that is missing is noticed.

Lines are chained as records are: each names SHA-256(0x00 || line with its LF) of the one before.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ceremonies import disk
from ceremonies.errors import InputError, IntegrityError, MachineError, Refused
from ceremonies.log.lines import LineFile
from ceremonies.log.records import NO_RECORD, identity
from ceremonies.log.seal import Seal

_LIMIT = 256 * disk.MEBIBYTE
_ANOTHER_COPY = "keep it as it is, and compare it with another copy"
_LINE = re.compile(
    rb'\{"v":1,"seq":(?P<seq>0|[1-9][0-9]{0,14}),"prev":"(?P<prev>[0-9a-f]{64})",'
    rb'"log":"(?P<log>[A-Za-z0-9][A-Za-z0-9._/-]{0,199})",'
    rb'"size":(?P<size>[1-9][0-9]{0,14}),"seal_sha256":"(?P<seal>[0-9a-f]{64})"\}\n'
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The final seal of one ceremony."""

    log: str
    seal: str


def read(path: Path) -> tuple[Entry, ...]:
    """Read a registry.

    Raises:
        InputError: it cannot be read.
        IntegrityError: a line is none, does not follow, or is of a log that was there before.
    """
    return _parsed(disk.read(path, limit=_LIMIT, what="the registry"))


def add(path: Path, seal: Seal) -> int:
    """Add the final seal of a ceremony and return its number; the first one makes the file.

    Raises:
        Refused: the log is there already.
        IntegrityError: the registry is damaged.
        MachineError: another process writes it, or the disk failed.
    """
    if not os.path.lexists(path):
        disk.create(path, b"")
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise MachineError(
            f"cannot open the registry: {(error.strerror or 'unknown error').lower()}",
            hint="check the name and the medium",
        ) from None
    try:
        return _added(descriptor, seal)
    finally:
        os.close(descriptor)


def differences(
    entries: Sequence[Entry], seals: Sequence[tuple[str, str]]
) -> Iterator[tuple[int | None, str]]:
    """Yield what a registry and logs, by name and final seal, do not have in common.

    With the place of the log that is not as the registry has it, or None for one that is missing.
    """
    listed = {entry.log: entry.seal for entry in entries}
    for place, (log, seal) in enumerate(seals):
        if log and seal and log not in listed:
            yield place, "the registry does not have it"
        elif log and seal and listed[log] != seal:
            yield place, "the registry has another final seal of it"
        elif log and not seal and log in listed:
            yield place, "the registry has a final seal of it, and the folder has not"
    here = {log for log, _ in seals}
    for entry in entries:
        if entry.log not in here:
            yield None, f"the registry has {_named(entry)}, and no folder was given that has"


def _named(entry: Entry) -> str:
    return f"{entry.log} (final seal {entry.seal[:16]})"


def _added(descriptor: int, seal: Seal) -> int:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise MachineError(
            "another process is writing the registry", hint="try again when it is done"
        ) from None
    data = disk.read_stream(descriptor, limit=_LIMIT, what="the registry")
    whole = data.rfind(b"\n") + 1
    entries = _parsed(data[:whole])
    if any(entry.log == seal.log for entry in entries):
        raise Refused(f"{seal.log} is in the registry already", hint="one final seal is enough")
    lines = LineFile(descriptor, name="the registry", size=len(data))
    if whole < len(data):
        lines.cut(whole)  # half a line was acknowledged to nobody
    prev = identity(data[:whole].splitlines(keepends=True)[-1]) if whole else NO_RECORD
    text = (
        f'{{"v":1,"seq":{len(entries)},"prev":"{prev.hex()}","log":"{seal.log}",'
        f'"size":{seal.size},"seal_sha256":"{seal.id}"}}\n'
    )
    lines.append(text.encode())
    return len(entries)


def _parsed(data: bytes) -> tuple[Entry, ...]:
    entries: dict[str, Entry] = {}
    prev = NO_RECORD
    for seq, line in enumerate(data.splitlines(keepends=True)):
        found = _LINE.fullmatch(line)
        if found is None:
            if not seq:
                raise InputError("this is no registry of final seals", hint=_ANOTHER_COPY)
            raise IntegrityError(f"line {seq + 1} of the registry is none", hint=_ANOTHER_COPY)
        if int(found["seq"]) != seq or found["prev"] != prev.hex().encode():
            raise IntegrityError(
                f"line {seq + 1} of the registry does not follow the one before it",
                hint=_ANOTHER_COPY,
            )
        entry = Entry(log=found["log"].decode(), seal=found["seal"].decode())
        if entries.setdefault(entry.log, entry) is not entry:
            raise IntegrityError(f"the registry has {entry.log} twice", hint=_ANOTHER_COPY)
        prev = identity(line)
    return tuple(entries.values())
