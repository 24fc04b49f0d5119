"""The reveal file: what opens the commitments of a log, kept beside it and away from auditors."""

from __future__ import annotations

import os
from pathlib import Path

from ceremonies import disk
from ceremonies.errors import MachineError
from ceremonies.log.lines import LineFile

FILE = "reveal.jsonl"
_LIMIT = 64 * disk.MEBIBYTE


def open_reveal(folder: Path) -> LineFile:
    """Open the reveal file for writing; the lock on the log is the lock on it too.

    Raises:
        MachineError: the disk failed.
        InputError: it is too long to be one.
    """
    path = folder / FILE
    if not os.path.lexists(path):
        disk.create(path, b"", mode=0o600)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise MachineError(
            f"cannot open {FILE}: {(error.strerror or 'unknown error').lower()}",
            hint="check the folder and the medium",
        ) from None
    try:
        return _whole_lines(descriptor)
    except BaseException:
        os.close(descriptor)
        raise


def _whole_lines(descriptor: int) -> LineFile:
    data = disk.read_stream(descriptor, limit=_LIMIT, what=FILE)
    lines = LineFile(descriptor, name=FILE, size=len(data))
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        # an opening is on the disk before its commitment is logged: half of one opens nothing
        lines.cut(whole)
    return lines
