"""What is handed over where a ceremony asks for a file: the content of what somebody names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ceremonies import disk
from ceremonies.conduct.asks import Ask, GiveFile, GivePayload
from ceremonies.errors import InputError

if TYPE_CHECKING:
    from ceremonies.exchange.source import Watch

_SIGNATURE_LIMIT = 64 * 1024


def content_of(asked: Ask[Any], name: str, *, watch: Watch | None = None) -> bytes:
    """Return the content of a file or signature, or the payload in the codes of a folder or video.

    Raises:
        InputError: it cannot be read, is too long, or its codes hold no whole payload.
        MachineError: what reads a video is not installed.
    """
    if not name or "\0" in name:
        raise InputError("that is no name of a file", hint="type the name of one")
    path = Path(os.path.expanduser(name))
    may_be_photos = isinstance(asked, GivePayload) and os.path.isdir(path)
    # reading a pipe or a terminal would wait for ever
    if os.path.exists(path) and not (os.path.isfile(path) or may_be_photos):
        raise InputError("that is a folder or a device", hint="type the name of a file")
    if isinstance(asked, GivePayload):
        from ceremonies.exchange import seen, source

        if seen.is_seen(path, what=asked.what):
            arrived = source.from_path(path, what=asked.what, watch=watch or source.nobody)
            return arrived.payload.data
    if isinstance(asked, GiveFile):
        return disk.read(path, limit=asked.limit, what=asked.what)
    return disk.read(path, limit=_SIGNATURE_LIMIT, what="the signature")
