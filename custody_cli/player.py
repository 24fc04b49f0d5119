"""A series of codes played in the terminal, as large as the window allows, until somebody ends it.

Codes are drawn ahead while the last one is on the screen, and each is read back as it is drawn.
"""

from __future__ import annotations

import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ceremonies.errors import CeremonyError, Declined, InputError
from ceremonies.exchange import halfblocks, series
from ceremonies.exchange.drawing import LARGEST, draw
from ceremonies.exchange.payload import Format
from ceremonies.exchange.series import Series
from custody_cli.presses import ENDS, one_by_one, pressed
from custody_cli.screen import Tty, alternate_screen, terminal

SLOWEST, FASTEST = 1, 15

_AHEAD = 4
_WAIT = 0.05
_KEYS = "+ faster  - slower  > denser  < sparser  space pause  n next  q end"
_KEYS_OF_NONE = "> denser  q end"
_HOME = "\x1b[H"
_PLAINLY = (
    "This terminal calls itself dumb: codes do not play on it, and have its own colours. Most\n"
    "readers take light on dark too; where yours does not, write pictures with --png or --gif."
)


class Player:
    """What is played, how fast, and how dense its codes may be."""

    def __init__(self, first: Series, *, max_version: int, fps: int) -> None:
        self._first, self._form = first, first.format
        self.fps, self.paused, self.ended = fps, False, False
        self._dense = max_version
        self._window, self._changed = (0, 0), True
        self._series: Series | None = None
        self._codes: Iterator[bytes] = iter(())
        self._ahead: deque[tuple[int, list[str]]] = deque()
        self._number = 0
        self._trouble = ""
        self._shown = 1

    def play(self) -> None:
        """Show the codes until `q` or Ctrl-D.

        Raises:
            InputError: a dumb terminal is too small.
            WrongUsage: there is no terminal.
        """
        with terminal() as tty:
            if tty.is_dumb:
                self._play_plainly(tty)
                return
        # a payload is public: a terminal that is recorded may show it
        with alternate_screen(rehearsal=True) as tty, one_by_one(tty), self._redrawn_on_return():
            due = time.monotonic()
            while not self.ended:
                now = time.monotonic()
                if self._fit(tty):
                    # one code that stood still may be a series now
                    due = self._following(now)
                if now >= due and not self.paused:
                    self._show(tty)
                    due = self._following(now)
                for key in pressed(tty, 0 if self._draw_ahead() else min(due - now, _WAIT)):
                    due = self._obey(tty, key, due)

    def _play_plainly(self, tty: Tty) -> None:
        """Print one code below the other, in the colours of the terminal, at each Enter."""
        columns, rows = tty.size
        fitting = halfblocks.largest_version(columns, rows - 1)
        if not fitting:
            raise InputError("the terminal is too small for a code", hint="write one with --png")
        made = series.again(self._first, max_version=min(self._dense, fitting))
        is_one = made.parts == 1
        tty.say(_PLAINLY)
        for number, text in enumerate(made.endless(), start=1):
            tty.say("\n".join(halfblocks.lines(draw(text, version=made.version))))
            shown = number if made.format is Format.UR else (number - 1) % made.parts + 1
            what = f"{shown} of {made.parts}  Enter shows the next, q ends: "
            try:
                typed = tty.line("Enter ends: " if is_one else what)
            except Declined:
                return
            if is_one or typed.lower() == "q":
                return

    @contextmanager
    def _redrawn_on_return(self) -> Iterator[None]:
        """Draw a code that stands still once more where the program goes on, once suspended."""

        def draw_again(_number: int, _frame: FrameType | None) -> None:
            self._changed = True

        before = signal.signal(signal.SIGCONT, draw_again)
        try:
            yield
        finally:
            signal.signal(signal.SIGCONT, before)

    @property
    def version(self) -> int:
        """The version that is on the screen, 0 where none fits."""
        return self._series.version if self._series else 0

    @property
    def _is_series(self) -> bool:
        return self._series is not None and self._series.parts > 1

    def _following(self, now: float) -> float:
        """When the next code is due, after one that is shown now."""
        return now + (1 / self.fps if self._is_series else 3600)

    def _obey(self, tty: Tty, key: str, due: float) -> float:
        """Do what a key says, and return when the next code is due."""
        if key in ENDS:
            self.ended = True
        elif key in "+-":
            self.fps = min(max(self.fps + (1 if key == "+" else -1), SLOWEST), FASTEST)
        elif key in "<>":
            self._change_density(1 if key == ">" else -1)
            return time.monotonic()
        elif key == " ":
            self.paused = not self.paused
        elif key == "n":
            self.paused = True
            self._draw_ahead()
            self._show(tty)
        self._tell(tty)
        return due if self.paused else min(due, time.monotonic() + 1 / self.fps)

    def _change_density(self, step: int) -> None:
        # a sparser series is one that looks so; a denser one may take several steps to
        fitting = halfblocks.largest_version(self._window[0], self._window[1] - 1)
        shown = self.version or fitting
        before = shown if step < 0 else max(min(self._dense, fitting), shown)
        self._dense = min(max(before + step, 1), LARGEST)
        self._changed = True

    def _fit(self, tty: Tty) -> bool:
        """Make and show the series anew where the window or the density has changed."""
        window = tty.size
        if window == self._window and not self._changed:
            return False
        self._window, self._changed = window, False
        fitting = halfblocks.largest_version(window[0], window[1] - 1)
        self._ahead.clear()
        self._number, self._series, self._trouble = 0, None, ""
        try:
            if not fitting:
                columns, rows = halfblocks.size(1)
                raise InputError(f"{columns} by {rows + 1} is the least", hint="")
            self._series = series.again(self._first, max_version=min(self._dense, fitting))
            self._codes = self._series.endless()
        except CeremonyError as error:
            wanted = "larger window" if self._dense >= fitting else "denser codes"
            self._trouble = f"{wanted}: {error.cause}"
        print(halfblocks.BLACK_ON_WHITE + "\x1b[2J", end="", file=tty.writer)
        self._show(tty)
        return True

    def _draw_ahead(self) -> bool:
        """Draw one code more, unless enough are drawn; whether there was something to do."""
        if self._series is None or len(self._ahead) >= (_AHEAD if self._is_series else 1):
            return False
        if not self._is_series and self._number:
            return False
        code = draw(next(self._codes), version=self._series.version)
        self._number += 1
        self._ahead.append((self._number, halfblocks.lines(code)))
        return True

    def _show(self, tty: Tty) -> None:
        if self._trouble:
            _paint(tty, [self._trouble], self._window, _KEYS_OF_NONE)
            return
        if not self._ahead:
            self._draw_ahead()
        if self._ahead:
            number, lines = self._ahead.popleft()
            self._shown = number
            _paint(tty, lines, self._window, self._status())

    def _tell(self, tty: Tty) -> None:
        columns, rows = self._window
        line = self._status()[:columns].ljust(columns)
        print(f"\x1b[{rows};1H{line}", end="", file=tty.writer, flush=True)

    def _status(self) -> str:
        if self._series is None:
            return _KEYS_OF_NONE
        if not self._is_series:
            return f"version {self.version}  > denser  < sparser  q end"
        parts = self._series.parts
        number = (self._shown - 1) % parts + 1 if self._form is not Format.UR else self._shown
        state = "paused" if self.paused else f"{self.fps}/s"
        return f"{number} of {parts}  {state}  v{self.version}  {_KEYS}"


def _paint(tty: Tty, lines: list[str], window: tuple[int, int], status: str) -> None:
    """Draw lines in the middle of a white screen, and the status below them."""
    columns, rows = window
    blank = " " * columns
    above = max((rows - 1 - len(lines)) // 2, 0)
    every = [blank] * above + [line[:columns].center(columns) for line in lines]
    every += [blank] * (rows - 1 - len(every))
    every = [*every[: rows - 1], status[:columns].ljust(columns)]
    drawn = _HOME + halfblocks.BLACK_ON_WHITE + "\r\n".join(every)
    print(drawn, end="", file=tty.writer, flush=True)
