"""Public payloads as commands name them: a file, `-`, a picture, a folder, a video, a camera."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path

from ceremonies.exchange import file, source
from ceremonies.exchange.scan import Scan
from ceremonies.exchange.source import Arrived
from custody_cli.sources import STANDARD, payload_from

CAMERA = "camera"
"""The name under which a camera is read; a file of that name is `./camera`."""

_SILENT_SECONDS = 0.5


def arrived_from(name: str, *, what: str) -> Arrived:
    """Read a payload from wherever it is.

    Raises:
        InputError: there is none, not all of it, or more than one.
        MachineError: what reads it is not there.
    """
    if name == CAMERA:
        from custody_cli.viewfinder import read_camera

        return read_camera(what)
    with Counter() as counter:
        if name == STANDARD or _is_pipe(name):
            content = payload_from(name, what=what, limit=file.MAX_SIZE)
            return source.from_bytes(content, watch=counter)
        return source.from_path(Path(name), what=what, watch=counter)


class Counter:
    """Tells how far reading is, on a terminal, once it takes longer than a moment."""

    def __init__(self) -> None:
        self._begun = self._told = time.monotonic()
        self._shows = sys.stderr.isatty()
        self._is_open = False

    def __enter__(self) -> Counter:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._is_open:
            sys.stderr.write("\n")

    def __call__(self, scan: Scan) -> None:
        """Draw the line again, a few times a second."""
        now = time.monotonic()
        if self._shows and now - self._begun > _SILENT_SECONDS and now - self._told > 0.2:
            self._told, self._is_open = now, True
            sys.stderr.write(f"\r\x1b[K{in_words(scan)}")
            sys.stderr.flush()


def in_words(scan: Scan) -> str:
    """Say how far a scan is, in one line."""
    progress = scan.progress
    frames = f"{scan.frames} frames"
    if progress is None:
        return f"{frames}, nothing yet"
    return f"{frames}, {progress.have} of {progress.of} parts"


def _is_pipe(name: str) -> bool:
    try:
        mode = os.stat(name).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
