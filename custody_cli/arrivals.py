"""Public payloads as commands name them: a file, `-`, a picture, a folder, a video, a camera."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

from ceremonies.exchange import detect, file, source
from ceremonies.exchange.scan import Scan
from ceremonies.exchange.source import Arrived
from custody_cli.counter import Counter
from custody_cli.sources import STANDARD, payload_from

CAMERA = "camera"
"""The name under which a camera is read; a file of that name is `./camera`."""


def arrived_from(name: str, *, what: str) -> Arrived:
    """Read a payload from wherever it is.

    Raises:
        InputError: there is none, not all of it, or more than one.
        MachineError: what reads it is not there.
    """
    arrived = _arrived_from(name, what)
    # a carrier may say no more than that it carries bytes
    return replace(arrived, payload=detect.named(arrived.payload))


def _arrived_from(name: str, what: str) -> Arrived:
    if name == CAMERA:
        from custody_cli.viewfinder import read_camera

        return read_camera(what)
    with Counter(in_words) as counter:
        if name == STANDARD or _is_pipe(name):
            content = payload_from(name, what=what, limit=file.MAX_SIZE)
            return source.from_bytes(content, watch=counter)
        return source.from_path(Path(name), what=what, watch=counter)


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
