"""Frames of a video file, or of a camera; the one door of OpenCV, which is optional."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from ceremonies.errors import InputError, MachineError
from ceremonies.exchange import reading
from ceremonies.exchange.pictures import MAX_PIXELS, Budget

_LARGEST = 1_920
"""Frames with a longer side are halved until they are not longer: a video of 4K needs no more."""
_SETTINGS = {
    "OPENCV_LOG_LEVEL": "SILENT",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "OPENCV_FFMPEG_CAPTURE_OPTIONS": "protocol_whitelist;file",
}
"""OpenCV is told by the environment alone: to keep messages to itself, and to read only files."""

_WAYS = ((3, True), (3, False), (5, True), (5, False))
"""Gaps between the lines of a terminal, in pixels, and whether what is dark closes them."""

_HOW = 'install it with pip install "custody-cli[camera]", or take photos instead'


def is_video(content: bytes) -> bool:
    """Whether a file begins as one of the containers that phones and screen recorders write.

    Only these: play lists and descriptions of streams can name other files, and addresses.
    """
    return (
        content[4:8] == b"ftyp"
        or content.startswith(b"\x1a\x45\xdf\xa3")
        or (content[:4] == b"RIFF" and content[8:12] == b"AVI ")
    )


def frames(path: Path, budget: Budget) -> Iterator[Any]:
    """Yield the frames of a video file as arrays of grey.

    Raises:
        InputError: it holds none.
        MachineError: OpenCV is not installed.
    """
    cv2 = _opencv()
    source = cv2.VideoCapture(str(path.absolute()), cv2.CAP_FFMPEG)
    if not source.isOpened():
        # some builds read AVI on their own alone
        source = cv2.VideoCapture(str(path.absolute()), cv2.CAP_ANY)
    width, height = (
        int(source.get(known)) for known in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
    )
    if width * height > MAX_PIXELS:
        raise InputError(f"the video has {width} x {height} pixels", hint="make it smaller")
    number = 0
    for frame in _all(cv2, source):
        number += 1
        budget.spend(frame.shape[0] * frame.shape[1])
        yield frame
    if not number:
        raise InputError(
            "the video holds no frame that can be read", hint="take it again, or take photos"
        )


def camera(number: int = 0) -> Iterator[Any]:
    """Yield what a camera sees, as arrays of grey, for ever.

    Raises:
        MachineError: there is no such camera, or OpenCV is not installed.
    """
    cv2 = _opencv()
    source = cv2.VideoCapture(number)
    with suppress(Exception):
        source.set(cv2.CAP_PROP_FRAME_WIDTH, 1280)
        source.set(cv2.CAP_PROP_FRAME_HEIGHT, 720)
    if not source.isOpened():
        raise MachineError(
            f"there is no camera {number}",
            hint="connect one, or take photos or a video with anything and read those",
        )
    yield from _all(cv2, source)
    raise MachineError("the camera has gone", hint="connect it again, or read photos")


class Reader:
    """Reads frames as they come: one with nothing in it is looked at once more, in another way.

    Each such frame in the next way: whatever it takes comes round again, at the price of one look.
    """

    def __init__(self) -> None:
        self._missed = 0

    def codes_in(self, frame: Any) -> list[bytes]:
        """Return the content of every code in a frame."""
        found = reading.read_picture(frame, thoroughly=False)
        if found:
            return found
        cv2 = _opencv()
        gap, is_dark = _WAYS[self._missed % len(_WAYS)]
        self._missed += 1
        grow = cv2.erode if is_dark else cv2.dilate
        square = cv2.getStructuringElement(cv2.MORPH_RECT, (gap, gap))
        return reading.read_picture(grow(frame, square), thoroughly=False)


def shrink(frame: Any, width: int, height: int) -> Any:
    """Return a frame in another size, for a preview."""
    cv2 = _opencv()
    return cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)


def _all(cv2: ModuleType, source: Any) -> Iterator[Any]:
    try:
        while True:
            there, frame = source.read()
            if not there:
                return
            grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) if frame.ndim == 3 else frame
            while max(grey.shape) > _LARGEST:
                grey = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
            yield grey
    finally:
        source.release()


def _opencv() -> ModuleType:
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        import cv2
    except ImportError:
        raise MachineError(
            "opencv, which reads videos and cameras, is not here", hint=_HOW
        ) from None
    module: ModuleType = cv2
    return module
