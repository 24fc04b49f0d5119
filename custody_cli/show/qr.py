"""Codes in the terminal where results go, and what was shown or read."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ceremonies.errors import MachineError
from ceremonies.exchange import drawing, halfblocks
from ceremonies.exchange.drawing import Code
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.spoken import visible
from custody_cli.show.console import console, facts

if TYPE_CHECKING:
    from custody_cli.contract import QrReadAnswer, QrShowAnswer


def print_code(text: str) -> None:
    """Print one plain code, such as an address, after reading it back.

    Raises:
        InputError: it is too long for one code.
        MachineError: the window is too small, which says how large it must be.
    """
    code = drawing.draw(text.encode())
    for line in halfblocks.coloured(code, margin=_margin(code)):
        print(line)


def shown(found: QrShowAnswer) -> None:
    """Tell what was shown."""
    console().print(
        facts(
            (
                ("kind", f"{found['kind']}, {found['bytes']} bytes"),
                ("codes", f"{_series(found)} of version {found['version']}"),
                ("written to", found["output"] or "the terminal"),
            )
        )
    )


def read(found: QrReadAnswer, payload: Payload) -> None:
    """Tell what was read; text is printed whole where it was not written to a file."""
    frames = f"{found['frames_used']} used of {found['frames_read']}"
    console().print(
        facts(
            (
                ("kind", f"{found['kind']}, {found['bytes']} bytes"),
                ("carrier", found["format"]),
                ("frames", frames),
                ("written to", found["output"] or "nowhere: use -o FILE"),
            )
        )
    )
    if found["output"] is None and payload.kind in (Kind.TEXT, Kind.JSON):
        print(visible(payload.data.decode("utf-8")))


def _series(found: QrShowAnswer) -> str:
    if found["format"] == "static":
        return "one plain code"
    return f"{found['parts']} as {found['format']}"


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
