"""Keys as they are pressed, one by one, for what is looked at and not typed into."""

from __future__ import annotations

import os
import select
import termios
import tty as terminals
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from custody_cli.screen import Tty

ENDS = ("q", "\x04")
"""The keys that end it: q, and Ctrl-D."""

_HIDE, _SHOW, _PLAIN = "\x1b[?25l", "\x1b[?25h", "\x1b[0m"
_MOST = 64


@contextmanager
def one_by_one(tty: Tty) -> Iterator[None]:
    """Take keys one by one, unechoed, with the cursor hidden; Ctrl-C still stops."""
    descriptor = tty.reader.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        terminals.setcbreak(descriptor)
        print(_HIDE, end="", file=tty.writer, flush=True)
        yield
    finally:
        with suppress(OSError):
            print(_PLAIN + _SHOW, end="", file=tty.writer, flush=True)
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def pressed(tty: Tty, seconds: float) -> str:
    """Wait so long at most, and return the keys that were pressed; Ctrl-D where there is no more.

    Arrow keys and the like, which send several characters behind an escape, mean nothing here.
    """
    ready, _, _ = select.select([tty.reader], [], [], max(seconds, 0))
    if not ready:
        return ""
    typed = os.read(tty.reader.fileno(), _MOST).decode("latin-1")
    return "\x04" if not typed else typed.partition("\x1b")[0]
