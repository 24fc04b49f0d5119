"""What was shown as codes, or read from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.exchange.payload import Kind, Payload
from ceremonies.spoken import visible
from custody_cli.show.console import console, facts

if TYPE_CHECKING:
    from custody_cli.contract import QrReadAnswer, QrShowAnswer


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
        for line in payload.data.decode("utf-8").splitlines():
            print(visible(line))


def _series(found: QrShowAnswer) -> str:
    if found["format"] == "static":
        return "one plain code"
    return f"{found['parts']} as {found['format']}"
