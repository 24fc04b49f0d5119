"""How a log is found to be wrong."""

from __future__ import annotations

from pathlib import Path


class Wrong(Exception):
    """The log breaks a rule."""


class Unreadable(Exception):
    """Nothing can be said of it."""


def need(what: object, why: str) -> None:
    """Insist on a rule."""
    if not what:
        raise Wrong(why)


def plain(path: Path, most: int | None = None) -> bytes:
    """Read a file that is one, and no link."""
    need(path.is_file() and not path.is_symlink(), f"{path.name} is no plain file")
    content = path.read_bytes()
    need(most is None or len(content) <= most, f"{path.name} is too long")
    return content
