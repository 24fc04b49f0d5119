"""A payload from whatever it came in: a file, text lines, pictures, videos, a folder of them.

Which it is, is detected; then it is read strictly. All of it is read, so that two payloads in one
source are found and not guessed between; only a video ends as soon as a series is complete.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ceremonies import disk
from ceremonies.errors import InputError, MachineError
from ceremonies.exchange import detect, file, pictures, video
from ceremonies.exchange.payload import Arrived, Encoding, Format
from ceremonies.exchange.pictures import Budget
from ceremonies.exchange.scan import Scan
from ceremonies.exchange.seen import head_of, is_seen

MAX_FILES = 5_000
"""How many files of a folder are looked at."""

_SURE = 15
"""Frames of a video with nothing but one plain code, until it is believed to be all."""

Watch = Callable[[Scan], None]
"""Told how far reading is, after each frame."""


class Taker(Protocol):
    """Takes the codes of one frame after the other."""

    def add_frame(self, codes: Iterable[bytes]) -> None:
        """Take the codes of one picture, or one line of text."""

    @property
    def read(self) -> object | None:
        """What is complete, if anything is."""

    @property
    def plain(self) -> object | None:
        """What a plain code said, where nothing else was read."""


class Codes:
    """Takes codes as they are, whatever they say."""

    def __init__(self) -> None:
        self.contents: dict[bytes, None] = {}
        self.read = None

    def add_frame(self, codes: Iterable[bytes]) -> None:
        """Take the codes of one picture."""
        self.contents.update(dict.fromkeys(codes))

    @property
    def plain(self) -> bytes | None:
        """The only code there is."""
        return next(iter(self.contents)) if len(self.contents) == 1 else None


T = TypeVar("T", bound=Taker)


def nobody(_taker: object) -> None:
    """Watch nothing."""


def from_path(path: Path, *, what: str, watch: Watch = nobody) -> Arrived:
    """Read a payload from a file, a video, or a folder of pictures and videos.

    Raises:
        InputError: it cannot be read, holds none, or more than one; the missing parts are named.
        MachineError: what reads it is not installed.
    """
    if not is_seen(path, what=what):
        return from_bytes(disk.read(path, limit=file.MAX_SIZE, what=what), watch=watch)
    scan = Scan()
    spoiled = _look(path, scan, watch, what)
    try:
        return _arrived(scan)
    except InputError as error:
        if not spoiled:
            raise
        raise InputError(
            error.cause,
            hint=f"{error.hint}; {_counted(len(spoiled))} of the folder could not be read: "
            f"{spoiled[0].cause}",
        ) from None


def codes_at(path: Path, *, what: str) -> list[bytes]:
    """Return the content of each different code in a picture, a video, or a folder of them.

    Raises:
        InputError: it cannot be read.
        MachineError: what reads it is not installed.
    """
    codes = Codes()
    _look(path, codes, nobody, what)
    return list(codes.contents)


def codes_in(picture: bytes) -> list[bytes]:
    """Return the content of each different code in the content of a picture's file.

    Raises:
        InputError: it cannot be read.
    """
    codes = Codes()
    _scanned(picture, codes, Budget(), nobody)
    return list(codes.contents)


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


def _scanned(content: bytes, taker: T, budget: Budget, watch: Callable[[T], None]) -> bool:
    """Scan a picture or text lines; False where it is neither."""
    if pictures.is_picture(content):
        for codes in pictures.codes_in(content, budget):
            taker.add_frame(codes)
            watch(taker)
        return True
    lines = detect.parts_in(content)
    for line in lines or ():
        budget.spend(len(line))
        taker.add_frame([line])
    return lines is not None


def _look(
    path: Path, taker: T, watch: Callable[[T], None], what: str
) -> list[InputError | MachineError]:
    """Look at a picture, a video or a folder; return what is wrong with files of the folder."""
    budget = Budget()
    if os.path.isdir(path):
        return _folder(path, taker, budget, watch)
    _file(path, taker, budget, watch, what)
    return []


def _file(path: Path, taker: T, budget: Budget, watch: Callable[[T], None], what: str) -> bool:
    """Look at a picture, a video or text lines; False where it is none of them."""
    head = head_of(path, what=what)
    if video.is_video(head) and not pictures.is_picture(head):
        _video(path, taker, budget, watch)
        return True
    return _scanned(disk.read(path, limit=file.MAX_SIZE, what=what), taker, budget, watch)


def _folder(
    folder: Path, taker: T, budget: Budget, watch: Callable[[T], None]
) -> list[InputError | MachineError]:
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
    looked_at = 0
    spoiled: list[InputError | MachineError] = []
    for path in files:
        try:
            looked_at += _file(path, taker, budget, watch, "a file of the folder")
        except (InputError, MachineError) as error:
            # one spoiled photo among many is common: what it lacks is told as missing
            spoiled.append(error)
            taker.add_frame([])
    if spoiled and not looked_at:
        raise type(spoiled[0])(
            f"of {len(spoiled)} files in the folder none can be read: {spoiled[0].cause}",
            hint=spoiled[0].hint,
        )
    if not looked_at:
        raise InputError(
            "the folder holds no picture",
            hint="name the folder that the pictures are in, or a video",
        )
    return spoiled


def _video(path: Path, taker: Taker, budget: Budget, watch: Callable[[Any], None]) -> None:
    """Look at a video until what it shows is complete; where that was so before, at all of it."""
    plain, was_complete, reader = 0, taker.read is not None, video.Reader()
    for frame in video.frames(path, budget):
        taker.add_frame(reader.codes_in(frame))
        watch(taker)
        plain += taker.plain is not None
        if not was_complete and (taker.read is not None or plain >= _SURE):
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


def _in_human_order(name: str) -> list[tuple[int, str]]:
    """Order `frame-2` before `frame-10`."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]+)", name)
    ]


def _counted(files: int) -> str:
    return "1 file" if files == 1 else f"{files} files"
