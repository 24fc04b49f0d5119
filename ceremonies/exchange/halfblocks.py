"""A code as lines of a terminal: two modules a character, in black and white of its own."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.exchange.drawing import LARGEST, Code

MARGIN = 1
"""The quiet zone at least; a window that is larger is white to its edges."""

BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m"
"""Of the colour cube, which themes leave alone, unlike the sixteen named colours."""
RESET = "\x1b[0m"

_BLOCKS = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def lines(code: Code, *, margin: int = MARGIN) -> list[str]:
    """Return the rows of a code, without colours, with its margin on all sides."""
    blank = bytes(code.side + 2 * margin)
    edge = bytes(margin)
    rows = [blank] * margin + [edge + row + edge for row in code.rows] + [blank] * margin
    if len(rows) % 2:
        rows.append(blank)
    return [
        "".join([_BLOCKS[pair] for pair in zip(upper, lower, strict=True)])
        for upper, lower in zip(rows[::2], rows[1::2], strict=True)
    ]


def coloured(code: Code, *, margin: int) -> Iterator[str]:
    """Yield rows that are black on white wherever they are printed."""
    return (f"{BLACK_ON_WHITE}{line}{RESET}" for line in lines(code, margin=margin))


def size(version: int, *, margin: int = MARGIN) -> tuple[int, int]:
    """Return how many columns and rows a code takes."""
    side = 17 + 4 * version + 2 * margin
    return side, -(-side // 2)


def largest_version(columns: int, rows: int) -> int:
    """Return the largest version that fits a window, 0 where none does."""
    fits = (
        version
        for version in range(LARGEST, 0, -1)
        if size(version)[0] <= columns and size(version)[1] <= rows
    )
    return next(fits, 0)
