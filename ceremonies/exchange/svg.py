"""A code as an SVG: one path of horizontal runs, sharp at every size."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ceremonies.exchange.drawing import QUIET, Code


def write(code: Code) -> bytes:
    """Write one code, black on white, with its quiet zone."""
    side = code.side + 2 * QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
        ' shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{"".join(_runs(code))}" fill="#000"/></svg>\n'
    ).encode()


def _runs(code: Code) -> Iterator[str]:
    for y, row in enumerate(code.rows, start=QUIET):
        x = QUIET
        for dark, run in groupby(row):
            length = len(list(run))
            if dark:
                yield f"M{x} {y}h{length}v1h-{length}z"
            x += length
