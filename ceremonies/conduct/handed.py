"""What whoever answers hands over where a ceremony asks for a file: the content of a path."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.conduct.asks import GiveFile, GivePayload

if TYPE_CHECKING:
    from ceremonies.exchange.source import Watch


def content_of(asked: GiveFile, path: Path, *, watch: Watch | None = None) -> bytes:
    """Return the content of a file, or the payload in the codes of a folder or a video.

    Raises:
        InputError: it cannot be read, is too long, or its codes hold no whole payload.
        MachineError: what reads a video is not installed.
    """
    if isinstance(asked, GivePayload):
        from ceremonies.exchange import source

        if source.is_seen(path, what=asked.what):
            arrived = source.from_path(path, what=asked.what, watch=watch or source.nobody)
            return arrived.payload.data
    return disk.read(path, limit=asked.limit, what=asked.what)
