"""Public payloads as commands name them: a file, `-`, a picture, a folder, a video, a camera."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ceremonies import disk
from ceremonies.exchange import file
from ceremonies.exchange.payload import Arrived, Format
from ceremonies.frozen import replace
from custody_cli.show.scan import in_words
from custody_cli.sources import CAMERA, STANDARD, payload_from


def arrived_from(name: str, *, what: str) -> Arrived:
    """Read a payload from wherever it is.

    Raises:
        InputError: there is none, not all of it, or more than one.
        MachineError: what reads it is not there.
    """
    content = None if name == CAMERA else _content(name, what)
    if content is not None and file.begins_as_one(content):
        payload, encoding = file.read(content)
        return Arrived(payload=payload, format=Format.FILE, encoding=encoding)
    # all carriers are loaded here; signing all day reads plain files
    from ceremonies.exchange import detect

    arrived = _carried(name, content, what)
    # a carrier may say no more than that it carries bytes
    return replace(arrived, payload=detect.named(arrived.payload))


def _content(name: str, what: str) -> bytes | None:
    """Read a stream, or a file that is no more than a PSBT or a transaction."""
    if name == STANDARD or _is_pipe(name):
        return payload_from(name, what=what, limit=file.MAX_SIZE)
    return disk.read(Path(name), limit=file.MAX_SIZE, what=what) if _is_plain(name) else None


def _carried(name: str, content: bytes | None, what: str) -> Arrived:
    """Read what comes as codes, or in a form that is not known yet."""
    if name == CAMERA:
        from custody_cli.viewfinder import read_camera

        return read_camera(what)
    from ceremonies.exchange import source
    from custody_cli.counter import Counter

    with Counter(in_words) as counter:
        if content is not None:
            return source.from_bytes(content, watch=counter)
        return source.from_path(Path(name), what=what, watch=counter)


def _is_pipe(name: str) -> bool:
    mode = _mode(name)
    return mode is not None and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _is_plain(name: str) -> bool:
    """Whether it is a file that begins as a PSBT or a transaction does."""
    mode = _mode(name)
    if mode is None or not stat.S_ISREG(mode):
        return False
    try:
        with open(name, "rb") as stream:
            return file.begins_as_one(stream.read(64))
    except OSError:
        return False


def _mode(name: str) -> int | None:
    try:
        return os.stat(name).st_mode
    except (OSError, ValueError):
        return None
