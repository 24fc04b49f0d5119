"""A terminal that shows one sheet at a time, page by page, and reads a line below it.

Where the terminal calls itself dumb no escape codes are sent: a rule and empty lines part the
sheets.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from types import FrameType

from rich.cells import set_cell_size

from ceremonies.exchange.halfblocks import BLACK_ON_WHITE, RESET
from custody_cli.prompt import Message, Prompt
from custody_cli.screen import Tty
from custody_cli.show.place import WIDTH, Sheet, Size

_CLEAR = "\x1b[2J\x1b[H"
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


class Stage:
    """Shows sheets at a terminal, and reads what is typed under them.

    What is on a `secret` stage is not shown to whoever wakes the suspended program, but once more
    after Enter.
    """

    def __init__(self, tty: Tty, *, secret: bool = False) -> None:
        self.tty = tty
        self.is_dumb = tty.is_dumb
        self._is_bold = not self.is_dumb and not os.environ.get("NO_COLOR")
        self._is_secret = secret
        self._was_suspended = False

    @property
    def size(self) -> Size:
        """How large the window is now."""
        return Size(*self.tty.size)

    def ask(
        self, sheet: Sheet, message: Message, *, prompt: Prompt | None = None, at_end: bool = False
    ) -> str:
        """Show a sheet, Enter turning its pages, and return the line typed under the last one.

        `prompt` reads that line, else a plain one does. `at_end` shows the last page alone.

        Raises:
            Declined: Ctrl-D.
        """
        plain = Prompt(self.tty, fresh=True, plain=True)
        start, width = -1, -1
        while True:
            if width != self.size.width:
                # broken into other lines, it is read from its beginning
                start, width = 0, self.size.width
            if at_end:
                start = sheet.last_page(self.size)
            is_last = sheet.page(start, self.size).is_last
            if is_last:
                typed = self._line(sheet, start, message, prompt or plain)
            else:
                self._line(sheet, start, partial(self._turning, sheet, start), plain)
            if self._was_suspended:
                continue
            if is_last:
                return typed
            start = sheet.page(start, self.size).end

    def push_off(self) -> None:
        """Leave nothing on a screen that cannot be cleared."""
        if self.is_dumb:
            # after a hangup there is no terminal left
            with contextlib.suppress(OSError):
                print("\n" * self.size.height, end="", file=self.tty.writer, flush=True)

    def _turning(self, sheet: Sheet, start: int, _typed: str) -> str:
        page = sheet.page(start, self.size)
        return f"Enter for more, line {page.end} of {page.total}: "

    def _line(self, sheet: Sheet, start: int, message: Message, prompt: Prompt) -> str:
        def draw() -> None:
            self._draw(sheet.page(start, self.size).lines, is_code=sheet.code is not None)

        def draw_again() -> None:
            # a window that changes while it is drawn to is drawn to once only
            with contextlib.suppress(RuntimeError):
                draw()
                prompt.show(message)

        self._was_suspended = False
        draw()
        if not prompt.is_plain:
            # a line that can be edited draws itself again, and not what stands above it
            return prompt.read(message, redraw=draw)
        with self._watched(draw_again):
            return prompt.read(message)

    def _draw(self, lines: tuple[str, ...], *, is_code: bool) -> None:
        first, *others = (*lines, "")
        if is_code and not self.is_dumb:
            # white to the edges, whatever the colours of the terminal: no code is read without
            first, *others = (_on_white(line, self.size.width) for line in (first, *others))
        if not self.is_dumb:
            print(_CLEAR, end="", file=self.tty.writer)
        elif self._is_secret:
            self.push_off()
        else:
            print(f"\n{'=' * min(self.size.width, WIDTH)}\n", file=self.tty.writer)
        heading = f"{_BOLD}{first}{_PLAIN}" if self._is_bold else first
        self.tty.say("\n".join([heading, *others]))

    @contextlib.contextmanager
    def _watched(self, draw: Callable[[], None]) -> Iterator[None]:
        def redraw(_number: int, _frame: FrameType | None) -> None:
            draw()

        leave = signal.getsignal(signal.SIGTSTP)

        def suspend(number: int, frame: FrameType | None) -> None:
            self._was_suspended = True
            if callable(leave):
                leave(number, frame)

        handlers = {signal.SIGWINCH: redraw}
        handlers |= {signal.SIGTSTP: suspend} if self._is_secret else {signal.SIGCONT: redraw}
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _on_white(line: str, width: int) -> str:
    return f"{BLACK_ON_WHITE}{set_cell_size(line, width)}{RESET}"
