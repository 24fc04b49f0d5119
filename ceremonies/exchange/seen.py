"""What codes are seen in: pictures, videos, and folders of them, told by how they begin."""

from __future__ import annotations

import os
from pathlib import Path

from ceremonies.errors import InputError
from ceremonies.exchange import pictures, video

_HEAD = 4_096


def is_seen(path: Path, *, what: str) -> bool:
    """Whether a name is of something that codes are seen in: a picture, a video, a folder.

    Raises:
        InputError: it cannot be read.
    """
    if os.path.isdir(path):
        return True
    if not os.path.isfile(path):
        return False
    head = head_of(path, what=what)
    return pictures.is_picture(head) or video.is_video(head)


def head_of(path: Path, *, what: str) -> bytes:
    """Return the beginning of a file, by which it is told what it is.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise InputError(
            f"cannot read {what}: {reason}", hint="check the name and the medium"
        ) from None
