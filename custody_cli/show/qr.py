"""Codes, drawn in the terminal where results go."""

from __future__ import annotations

import shutil

from ceremonies.errors import MachineError
from ceremonies.exchange import drawing, halfblocks
from ceremonies.exchange.drawing import Code


def print_code(text: str) -> None:
    """Print one plain code, such as an address, after reading it back.

    Raises:
        InputError: it is too long for one code.
        MachineError: the window is too small, which says how large it must be.
    """
    code = drawing.draw(text.encode())
    for line in halfblocks.coloured(code, margin=_margin(code)):
        print(line)


def _margin(code: Code) -> int:
    window = shutil.get_terminal_size()
    for margin in range(drawing.QUIET, halfblocks.MARGIN - 1, -1):
        columns, rows = halfblocks.size(code.version, margin=margin)
        if columns <= window.columns and rows < window.lines:
            return margin
    columns, rows = halfblocks.size(code.version)
    raise MachineError(
        f"the window has {window.columns} columns and {window.lines} rows",
        hint=f"make it {columns} columns and {rows + 1} rows large",
    )
