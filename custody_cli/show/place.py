"""One ask of a ceremony as lines of text: where we are, who acts, what happens, what to type.

Pure: an ask and a size come in, lines go out. Every text that a script or a file may have written
is escaped here (`ceremonies.spoken.visible`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.cells import cell_len, chop_cells, set_cell_size

from ceremonies.conduct.asks import Ask
from ceremonies.exchange import halfblocks
from ceremonies.exchange.drawing import QUIET, Code
from ceremonies.spoken import visible

WIDTH, HEIGHT = 80, 24
_LABEL = len("Who acts   ")
_GAPS = 2  # an empty line above the body, and one below
_LEAST_BODY = 3
_LEAST_COLUMNS = 3
_BETWEEN = "   "


@dataclass(frozen=True)
class Size:
    """The size of a terminal, in characters."""

    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class Page:
    """Lines that fit a screen with a prompt below; `end` of `total` lines of the body are shown."""

    lines: tuple[str, ...]
    end: int
    total: int

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.end >= self.total


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What one ask looks like.

    `typing` says what to type, and `mistake` why it is asked again. `body` is public text, its
    line breaks kept; `words` are drawn in numbered columns below it. A `brief` sheet leaves out
    what the step is for, to make room for words. `below` is how many lines are kept free under it.
    A `code` takes the place of a body, whole or not at all; the page is then black on white.
    """

    ask: Ask[Any]
    title: str
    rehearsal: bool
    typing: str
    mistake: str = ""
    body: str = ""
    words: Sequence[str] = ()
    brief: bool = False
    below: int = 2
    code: Code | None = None

    def page(self, start: int, size: Size) -> Page:
        """Lay out the page whose first line of the body is `start`."""
        width = min(size.width, WIDTH)
        head = tuple(self._head(width))
        around = len(head) + self.below + _GAPS
        room = max(size.height - around, _LEAST_BODY)
        if self.code is not None:
            body = tuple(self._drawn(self.code, width, size.height, around))
        else:
            body = tuple(self._body(width, room))
        shown = body[start : start + room]
        between = ("",) if shown else ()
        return Page((*head, *between, *shown), min(start + room, len(body)), len(body))

    def shows_code(self, size: Size) -> bool:
        """Whether a window of this size has room for the code."""
        width = min(size.width, WIDTH)
        room = size.height - len(tuple(self._head(width))) - self.below - _GAPS
        return self.code is not None and _margin(self.code, width, room) > 0

    def last_page(self, size: Size) -> int:
        """Return where the last page starts when all are turned one after the other."""
        start = 0
        while not (page := self.page(start, size)).is_last:
            start = page.end
        return start

    def _head(self, width: int) -> Iterator[str]:
        place = self.ask.place
        where = ["REHEARSAL"] if self.rehearsal else []
        if place is not None:
            where.append(f"step {place.number} of {place.total}")
        where.append(flowing(self.title))
        yield _cut(" · ".join(where), width)
        yield "-" * width
        yield from _row("Who acts", str(self.ask.by), width)
        label = "What"
        if place is not None and not self.brief and flowing(place.say) != flowing(self.ask.text):
            yield from _row(label, place.say, width)
            label = ""
        yield from _row(label, self.ask.text, width)
        yield from _row("Type", self.typing, width)
        if self.mistake:
            yield from _row("Again", self.mistake, width)

    def _drawn(self, code: Code, width: int, height: int, around: int) -> Iterator[str]:
        margin = _margin(code, width, height - around)
        if margin:
            indent = " " * (QUIET - margin)
            yield from (indent + line for line in halfblocks.lines(code, margin=margin))
            return
        columns, rows = halfblocks.size(code.version)
        yield from _wrapped(
            "This window is too small for the code, which takes at least "
            f"{columns} columns and {around + rows} lines: enlarge it, or the code stays unseen.",
            width,
        )

    def _body(self, width: int, room: int) -> Iterator[str]:
        above: list[str] = []
        for line in self.body.rstrip("\n").split("\n") if self.body else ():
            shown = visible(line)
            above += [shown] if cell_len(shown) <= width else _wrapped(shown, width)
        if self.words and above:
            above.append("")
        yield from above
        if self.words:
            yield from columns(self.words, width=width, height=room - len(above))


def _margin(code: Code, width: int, room: int) -> int:
    """Return how many white modules fit around a code, up to four; 0 where not even one does."""
    for margin in range(QUIET, 0, -1):
        columns, rows = halfblocks.size(code.version, margin=margin)
        if columns <= width and rows <= room:
            return margin
    return 0


def columns(words: Sequence[str], *, width: int, height: int) -> Iterator[str]:
    """Draw words numbered in columns, downwards, in as few columns as the height allows."""
    broad = max(cell_len(visible(word)) for word in words) + len("33 ")
    most = max((width + len(_BETWEEN)) // (broad + len(_BETWEEN)), 1)
    wanted = max(_LEAST_COLUMNS, math.ceil(len(words) / max(height, 1)))
    rows = math.ceil(len(words) / min(wanted, most))
    for row in range(rows):
        cells = (
            f"{number + 1:>2} {visible(words[number])}" for number in range(row, len(words), rows)
        )
        yield _BETWEEN.join(cell + " " * (broad - cell_len(cell)) for cell in cells).rstrip()


def flowing(text: str) -> str:
    """Escape a text that may be broken into lines anywhere."""
    return visible(" ".join(text.split()))


def _row(label: str, text: str, width: int) -> Iterator[str]:
    for line in _wrapped(flowing(text), max(width - _LABEL, 1)):
        yield f"{label:<{_LABEL}}{line}".rstrip()
        label = ""


def _cut(line: str, width: int) -> str:
    return line if cell_len(line) <= width else set_cell_size(line, width - 1).rstrip() + "…"


def _wrapped(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in _that_fit(text.split(" "), width):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) > width:
            yield line
            longer = word
        line = longer
    yield line


def _that_fit(words: Iterable[str], width: int) -> Iterator[str]:
    for word in words:
        yield from chop_cells(word, width) or [""]
