"""Derivation paths (BIP-32), written and read in one way: `m/48h/1h/0h/2h`."""

from __future__ import annotations

from ceremonies.errors import InputError

HARDENED = 0x80000000

_HOW = "write it like m/84h/0h/0h"


def parse_path(text: str) -> tuple[int, ...]:
    """Read a path that begins with `m`; hardened steps end in `h` or `'`.

    Raises:
        InputError: it is not a path.
    """
    head, *steps = text.split("/")
    if head != "m":
        raise InputError("the path does not begin with m", hint=_HOW)
    return tuple(_step(step, position) for position, step in enumerate(steps, start=1))


def _step(text: str, position: int) -> int:
    digits = text[:-1] if text[-1:] in ("h", "'") else text
    if not (digits.isascii() and digits.isdigit()) or (len(digits) > 1 and digits[0] == "0"):
        raise InputError(f"step {position} of the path is not a number", hint=_HOW)
    if len(digits) > 10 or int(digits) >= HARDENED:
        raise InputError(f"step {position} of the path is 2147483648 or more", hint=_HOW)
    return int(digits) + (HARDENED if digits != text else 0)


def format_path(path: tuple[int, ...]) -> str:
    """Write a path as `m/48h/1h/0h/2h`."""
    steps = (f"{step - HARDENED}h" if step >= HARDENED else str(step) for step in path)
    return "/".join(("m", *steps))
