"""How far a scan is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ceremonies.exchange.scan import Scan


def in_words(scan: Scan) -> str:
    """Say how far a scan is, in one line."""
    progress = scan.progress
    frames = f"{scan.frames} frames"
    if progress is None:
        return f"{frames}, nothing yet"
    return f"{frames}, {progress.have} of {progress.of} parts"
