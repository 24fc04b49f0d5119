"""The scripts that come with the program, and the answers that play them unattended."""

from __future__ import annotations

from importlib import resources

from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.errors import InputError
from ceremonies.spoken import visible

_SCRIPT, _ANSWERS = ".toml", ".answers.toml"


def ids() -> tuple[str, ...]:
    """Return the id of every built-in script, in order."""
    names = (entry.name for entry in resources.files("ceremonies").joinpath("scripts").iterdir())
    return tuple(
        sorted(
            name.removesuffix(_SCRIPT)
            for name in names
            if name.endswith(_SCRIPT) and not name.endswith(_ANSWERS)
        )
    )


def script(name: str) -> Script:
    """Read a built-in script.

    Raises:
        InputError: there is none of this name.
    """
    if name not in ids():
        raise InputError(
            f"there is no ceremony {visible(name)}",
            hint=f"name a file, or one of {', '.join(ids())}",
        )
    return read(_data(name + _SCRIPT))


def answers(name: str) -> bytes:
    """Return the answers file that plays a built-in script unattended, in a rehearsal.

    Raises:
        InputError: no built-in has this name.
    """
    if name not in ids():
        raise InputError(
            f"{visible(name)} is no built-in, and has no answers of its own",
            hint="write an answers file, and give it with --answers",
        )
    return _data(name + _ANSWERS)


def _data(name: str) -> bytes:
    return resources.files("ceremonies").joinpath("scripts", name).read_bytes()
