"""Ceremony scripts as commands name them: a built-in's id, or a file."""

from __future__ import annotations

from pathlib import Path

from ceremonies import disk
from ceremonies.conduct import builtin
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import MAX_SIZE, read


def script_from(name: str) -> Script:
    """Read a script; a name without a dot or a slash is a built-in's.

    Raises:
        InputError: there is no such script, or it is not one.
    """
    if "." in name or "/" in name:
        return read(disk.read(Path(name), limit=MAX_SIZE, what="the script"))
    return builtin.script(name)
