"""A payload from whatever it came in: a file, text lines, pictures, a folder, a video.

Which it is, is detected; then it is read strictly. All of it is read, so that two payloads in one
source are found and not guessed between; only a video ends as soon as a series is complete.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ceremonies import disk
from ceremonies.errors import InputError
from ceremonies.exchange import detect, file, pictures, reading, video
from ceremonies.exchange.payload import Encoding, Format, Payload
from ceremonies.exchange.pictures import Budget
from ceremonies.exchange.scan import Scan

MAX_FILES = 5_000
"""How many files of a folder are looked at."""

_HEAD = 4_096
_SURE = 15
"""Frames of a video with nothing but one plain code, until it is believed to be all."""

Watch = Callable[[Scan], None]
"""Told how far reading is, after each frame."""


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A payload, what carried it, and how many frames were read and used for it."""

    payload: Payload
    format: Format
    encoding: Encoding
    frames_read: int = 0
    frames_used: int = 0


def nobody(_scan: Scan) -> None:
    """Watch nothing."""


def from_path(path: Path, *, what: str, watch: Watch = nobody) -> Arrived:
    """Read a payload from a file or a folder of pictures.

    Raises:
        InputError: it cannot be read, holds none, or more than one; the missing parts are named.
        MachineError: what reads it is not installed.
    """
    if os.path.isdir(path):
        scan = Scan()
        _folder(path, scan, watch)
        return _arrived(scan)
    if os.path.isfile(path) and video.is_video(_head(path, what)) and not _is_picture(path, what):
        scan = Scan()
        _video(path, scan, watch)
        return _arrived(scan)
    return from_bytes(disk.read(path, limit=file.MAX_SIZE, what=what), watch=watch)


def from_bytes(content: bytes, *, watch: Watch = nobody) -> Arrived:
    """Read a payload from the content of one file: a picture, text lines, or the payload itself.

    Raises:
        InputError: as `from_path`.
    """
    scan = Scan()
    if _scanned(content, scan, Budget(), watch):
        return _arrived(scan)
    if video.is_video(content):
        raise InputError(
            "a video cannot be read from standard input", hint="name it as a file instead"
        )
    found = detect.payload_in(content)
    return Arrived(payload=found.payload, format=Format.FILE, encoding=found.encoding)


def _scanned(content: bytes, scan: Scan, budget: Budget, watch: Watch) -> bool:
    """Scan a picture or text lines; False where it is neither."""
    if pictures.is_picture(content):
        for codes in pictures.codes_in(content, budget):
            scan.add_frame(codes)
            watch(scan)
        return True
    lines = detect.parts_in(content)
    for line in lines or ():
        budget.spend(len(line))
        scan.add_frame([line])
    return lines is not None


def _folder(folder: Path, scan: Scan, watch: Watch) -> None:
    try:
        names = sorted(folder.iterdir(), key=lambda path: _in_human_order(path.name))
    except OSError:
        raise InputError("the folder cannot be read", hint="check its permissions") from None
    # unlike Path.is_file, false where a file may not be looked at
    files = [path for path in names if os.path.isfile(path) and not path.name.startswith(".")]
    if len(files) > MAX_FILES:
        raise InputError(
            f"the folder holds {len(files)} files", hint="keep the pictures in one of their own"
        )
    budget, looked_at = Budget(), 0
    spoiled: list[InputError] = []
    for path in files:
        try:
            content = disk.read(path, limit=file.MAX_SIZE, what="a file of the folder")
            looked_at += _scanned(content, scan, budget, watch)
        except InputError as error:
            # one spoiled photo among many is common: what it lacks is told as missing
            spoiled.append(error)
            scan.add_frame([])
    if looked_at:
        return
    if spoiled:
        raise InputError(
            f"of {len(spoiled)} files in the folder none can be read: {spoiled[0].cause}",
            hint=spoiled[0].hint,
        )
    raise InputError(
        "the folder holds no picture", hint="name the folder that the pictures are in, or a video"
    )


def _video(path: Path, scan: Scan, watch: Watch) -> None:
    plain = 0
    for frame in video.frames(path, Budget()):
        scan.add_frame(reading.read_picture(frame, thoroughly=False))
        watch(scan)
        plain += scan.plain is not None
        if scan.read is not None or plain >= _SURE:
            return


def _arrived(scan: Scan) -> Arrived:
    read = scan.result()
    return Arrived(
        payload=read.payload,
        format=read.format,
        encoding=Encoding.BINARY,
        frames_read=scan.frames,
        frames_used=read.used,
    )


def _is_picture(path: Path, what: str) -> bool:
    return pictures.is_picture(_head(path, what))


def _head(path: Path, what: str) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise InputError(
            f"cannot read {what}: {reason}", hint="check the name and the medium"
        ) from None


def _in_human_order(name: str) -> list[tuple[int, str]]:
    """Order `frame-2` before `frame-10`."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]+)", name)
    ]
