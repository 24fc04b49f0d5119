"""A secret code on the screen of one person: scanned off its cells, and gone afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from asks_made import COMPACT, DIGITS
from room_material import ALONE, Visitor, insist_gone, visitor

from ceremonies.exchange import reading

_HALVES = {" ": "bb", "▀": "fb", "▄": "bf", "█": "ff"}
_SCALE = 3
BEGUN = "Enter clears the screen"


def scanned(screen: Any) -> list[bytes]:
    """What a camera reads off a dark terminal: each half of a cell in the colour it is drawn in."""
    rows = []
    for y in range(screen.lines):
        cells = [screen.buffer[y][x] for x in range(screen.columns)]
        for half in (0, 1):
            row = b""
            for cell in cells:
                which = _HALVES.get(cell.data, "bb")[half]
                row += bytes([_grey(cell.fg if which == "f" else cell.bg, which)]) * _SCALE
            rows += [row] * _SCALE
    picture = memoryview(b"".join(rows)).cast("B", (len(rows), screen.columns * _SCALE))
    return reading.read_picture(picture, thoroughly=False)


def _grey(colour: str, which: str) -> int:
    named = {"default": 200 if which == "f" else 0}
    return named[colour] if colour in named else int(colour[:2], 16)


def resize(someone: Visitor, columns: int, rows: int) -> None:
    someone.child.setwinsize(rows, columns)
    someone.screens.alternate.resize(rows, columns)
    someone.screens.main.resize(rows, columns)


@pytest.mark.parametrize(
    ("kind", "content", "rehearse"),
    [("show-code", DIGITS, False), ("show-compact", COMPACT, True)],
    ids=["standard", "compact, rehearsed"],
)
def test_a_code_is_scanned_off_a_screen_of_80_by_24_and_is_gone_afterwards(
    kind: str, content: bytes, rehearse: bool
) -> None:
    with visitor(kind, rehearse=rehearse) as someone:
        someone.answers(ALONE, "")
        someone.sees(BEGUN)
        assert not someone.screens.is_main
        assert scanned(someone.screens.alternate) == [content]
        cells = [
            cell for row in range(22) for cell in someone.screens.alternate.buffer[row].values()
        ]
        assert {(cell.fg, cell.bg) for cell in cells} == {("000000", "ffffff")}
        drawn = someone.drawn()
        assert "Who acts" in drawn
        assert "Enter, when the device shows a fingerprint" in drawn
        assert drawn.startswith("REHEARSAL") == rehearse
        someone.types("")
        someone.ends("answer None")
        insist_gone(someone, "▀", "▄", "█", DIGITS.decode(), COMPACT.hex())


def test_a_window_that_is_too_small_says_by_how_much_and_shows_it_when_it_is_larger() -> None:
    with visitor("show-code") as someone:
        someone.sees(ALONE)
        resize(someone, 80, 20)
        someone.types("")
        someone.sees("at least 31 columns and 24[\\s]+lines")
        assert scanned(someone.screens.alternate) == []
        # whoever goes on has seen nothing
        someone.answers("Enter, when the window is larger", "")
        someone.has_seen("when the window is larger", times=2)
        resize(someone, 80, 24)
        someone.sees(BEGUN)
        assert scanned(someone.screens.alternate) == [DIGITS]
        resize(someone, 30, 40)
        someone.sees("too small")
        resize(someone, 100, 30)
        someone.sees(BEGUN)
        someone.types("")
        someone.ends("answer None")
        insist_gone(someone, "▀", "▄", "█")


def test_a_dumb_terminal_is_sent_no_colours_and_pushes_the_code_off() -> None:
    with visitor("show-code", term="dumb") as someone:
        someone.answers(ALONE, "")
        someone.sees(BEGUN)
        assert "▀" in someone.screens.visible()
        assert "\x1b[38" not in someone.seen
        someone.types("")
        someone.ends("answer None")
        assert "▀" not in someone.screens.visible()
