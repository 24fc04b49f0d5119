"""The terminal as a device: where a person is asked, and the alternate screen for secrets."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType
from typing import TextIO

from ceremonies.errors import Declined
from custody_cli.exits import WrongUsage
from custody_cli.recorders import insist_unrecorded

_ENTER = "\x1b[?1049h\x1b[H"
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
_LEAVE = "\x1b[?1049l"
_DUMB = {"", "dumb", "unknown"}


@dataclass(frozen=True)
class Tty:
    """A terminal with a person at it; results never go there."""

    reader: TextIO
    writer: TextIO

    @property
    def size(self) -> tuple[int, int]:
        """How many columns and lines fit; 80 and 24 where it does not say, as a serial line."""
        try:
            found = os.get_terminal_size(self.writer.fileno())
        except OSError:
            return 80, 24
        return found.columns or 80, found.lines or 24

    @property
    def is_dumb(self) -> bool:
        """Whether it says that it knows no escape codes."""
        return os.environ.get("TERM", "").lower() in _DUMB

    @property
    def rows(self) -> int:
        """How many lines fit on it."""
        return self.size[1]

    def say(self, text: str = "") -> None:
        """Write one line for eyes."""
        print(text, file=self.writer, flush=True)

    def clear(self) -> None:
        """Wipe what is on the screen and what scrolled off it."""
        print(_CLEAR, end="", file=self.writer, flush=True)

    def line(self, prompt: str) -> str:
        """Read one line, ignoring whatever was typed before the prompt was shown.

        Raises:
            Declined: Ctrl-D.
        """
        termios.tcflush(self.reader.fileno(), termios.TCIFLUSH)
        print(prompt, end="", file=self.writer, flush=True)
        typed = self.reader.readline()
        if not typed:
            self.say()
            raise Declined("the operator ended the input", hint="nothing was done; run it again")
        return typed.strip()


@contextlib.contextmanager
def terminal() -> Iterator[Tty]:
    """Open the terminal: the controlling one, else standard input with standard error.

    Raises:
        WrongUsage: there is none, so nobody can be asked.
    """
    try:
        reader = open("/dev/tty", encoding="utf-8", errors="replace")  # noqa: SIM115
    except OSError:
        if not (os.isatty(0) and os.isatty(2)):
            raise WrongUsage(
                "there is no terminal to ask at",
                hint="give what would be asked as an option, from a file, - or fd:N",
            ) from None
        yield Tty(sys.stdin, sys.stderr)
        return
    with reader, open("/dev/tty", "w", encoding="utf-8", errors="replace") as writer:
        yield Tty(reader, writer)


def insist_terminal(cause: str, *, hint: str) -> None:
    """Refuse what needs a terminal where there is none, before any of it is done.

    Raises:
        WrongUsage: there is none.
    """
    try:
        with terminal():
            return
    except WrongUsage:
        raise WrongUsage(cause, hint=hint) from None


@contextlib.contextmanager
def alternate_screen(*, rehearsal: bool = False) -> Iterator[Tty]:
    """Open the terminal on its alternate screen, cleared before it is left in whatever way.

    Suspending the program (SIGTSTP) leaves the screen first, and comes back to an empty one. What
    is on it is secret, so that a recorded terminal is refused, save in a `rehearsal`.

    Raises:
        MachineError: the terminal is recorded, or that cannot be told.
        WrongUsage: there is no terminal.
    """
    with terminal() as tty:
        if not rehearsal:
            insist_unrecorded()

        def leave() -> None:
            # after a hangup there is no terminal left to clear
            with contextlib.suppress(OSError):
                print(_CLEAR + _LEAVE, end="", file=tty.writer, flush=True)

        def suspend(_number: int, _frame: FrameType | None) -> None:
            leave()
            signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTSTP)
            signal.signal(signal.SIGTSTP, suspend)
            print(_ENTER + _CLEAR, end="", file=tty.writer, flush=True)
            tty.say("(suspended and cleared; go on, or press Ctrl-D to end)")

        before = signal.signal(signal.SIGTSTP, suspend)
        try:
            print(_ENTER + _CLEAR, end="", file=tty.writer, flush=True)
            yield tty
        finally:
            leave()
            signal.signal(signal.SIGTSTP, before)


@contextlib.contextmanager
def unechoed(tty: Tty) -> Iterator[None]:
    """Show nothing of what is typed."""
    descriptor = tty.reader.fileno()
    before = termios.tcgetattr(descriptor)
    silent = [*before]
    silent[3] = before[3] & ~termios.ECHO
    try:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, silent)
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
