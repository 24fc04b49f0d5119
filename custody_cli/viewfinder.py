"""A camera at the terminal: what it sees, and how many parts it has."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ceremonies.errors import Declined, InputError
from ceremonies.exchange import halfblocks, video
from ceremonies.exchange.payload import Arrived, Encoding
from ceremonies.exchange.scan import Read, Scan
from ceremonies.exchange.source import Codes
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.presses import ENDS, one_by_one, pressed
from custody_cli.screen import Tty, alternate_screen, insist_terminal, terminal
from custody_cli.show.scan import in_words

_EVERY = 0.15
_SURE = 15
_SURE_OF_SECRET = 3
_COARSE = 12
"""How many columns a secret code is previewed in: enough to aim by, too few to scan."""
_GREYS, _DARKEST = 24, 232


def read_camera(what: str, frames: Iterable[Any] | None = None) -> Arrived:
    """Read a payload from the first camera, showing what it sees; `r` begins anew.

    Raises:
        Declined: `q` or Ctrl-D.
        InputError: it sees several payloads.
        MachineError: there is no camera, or nothing that reads it.
        WrongUsage: there is no terminal.
    """
    with _before_camera(frames, is_public=True) as (tty, seen):
        scan, reader = Scan(live=True), video.Reader()
        drawn, plain = 0.0, 0
        for frame in seen:
            scan.add_frame(reader.codes_in(frame))
            plain = plain + 1 if scan.plain else 0
            found = scan.read or (scan.plain if plain >= _SURE else None)
            if found or scan.is_hopeless:
                return _arrived(found or scan.result(), scan)
            if time.monotonic() - drawn > _EVERY:
                drawn = time.monotonic()
                _draw(tty, frame, scan, what)
            if _begins_anew(tty):
                scan.reset()
    return _arrived(scan.result(), scan)


def secret_before_camera(what: str, frames: Iterable[Any] | None = None) -> Secret:
    """Return what the one code says that the first camera sees, in frame after frame.

    What it sees is shown too coarsely to be read off the screen.

    Raises:
        CeremonyError: as `read_camera` does.
        MachineError: the terminal is recorded.
    """
    with _before_camera(frames, is_public=False) as (tty, seen):
        codes, drawn, sure, reader = Codes(), 0.0, 0, video.Reader()
        for frame in seen:
            found = reader.codes_in(frame)
            codes.add_frame(found)
            sure = sure + 1 if found and codes.plain else 0
            if codes.plain and sure >= _SURE_OF_SECRET:
                return Secret(codes.plain)
            if time.monotonic() - drawn > _EVERY:
                drawn = time.monotonic()
                several = f"{len(codes.contents)} different codes: show one alone, and press r"
                told = several if len(codes.contents) > 1 else "nothing yet"
                _paint(tty, frame, [f"{what}: {told}   r begin anew  q end"], columns=_COARSE)
            if _begins_anew(tty):
                codes, sure = Codes(), 0
    raise InputError("the camera saw no code", hint="closer, sharper, in even light")


@contextmanager
def _before_camera(
    frames: Iterable[Any] | None, *, is_public: bool
) -> Iterator[tuple[Tty, Iterable[Any]]]:
    insist_terminal(
        "there is no terminal to show what the camera sees",
        hint="take photos or a video of the codes, and read those",
    )
    with terminal() as tty:
        if tty.is_dumb:
            raise WrongUsage(
                "this terminal calls itself dumb, and cannot show what the camera sees",
                hint="take photos or a video of the codes, and read those",
            )
    seen = video.camera() if frames is None else frames
    with alternate_screen(rehearsal=is_public) as tty, one_by_one(tty):
        yield tty, seen


def _begins_anew(tty: Tty) -> bool:
    """Whether `r` was pressed; `q` and Ctrl-D decline."""
    keys = pressed(tty, 0)
    if any(key in ENDS for key in keys):
        raise Declined("the operator ended the scan", hint="nothing was read; run it again")
    return "r" in keys


def _arrived(read: Read, scan: Scan) -> Arrived:
    return Arrived(
        payload=read.payload,
        format=read.format,
        encoding=Encoding.BINARY,
        frames_read=scan.frames,
        frames_used=read.used,
    )


def _draw(tty: Tty, frame: Any, scan: Scan, what: str) -> None:
    columns, _ = tty.size
    progress = scan.progress
    have, of = (progress.have, progress.of) if progress else (0, 1)
    filled = have * (columns - 2) // of
    bar = f"[{'#' * filled}{'.' * (columns - 2 - filled)}]"
    told = [f"{what}: {in_words(scan)}", bar, (progress.missing if progress else "")]
    told[0] += "   r begin anew  q end"
    _paint(tty, frame, told, columns=columns)


def _paint(tty: Tty, frame: Any, told: list[str], *, columns: int) -> None:
    """Draw a frame in at most so many columns, and lines of text below it."""
    window, rows = tty.size
    room = max(rows - len(told), 1)
    height, width = frame.shape
    wide = max(min(columns, 2 * room * width // height), 2)
    high = max(wide * height // width // 2 * 2, 2)
    small = video.shrink(frame, wide, high)
    lines = [_greys(small[y], small[y + 1]) for y in range(0, high, 2)][:room]
    page = "\r\n".join([*lines, *(f"\x1b[K{line[:window]}" for line in told)])
    print(f"\x1b[H{page}\x1b[J", end="", file=tty.writer, flush=True)


def _greys(upper: Any, lower: Any) -> str:
    cells = "".join(
        f"\x1b[38;5;{_shade(top)};48;5;{_shade(bottom)}m▀"
        for top, bottom in zip(upper, lower, strict=True)
    )
    return cells + halfblocks.RESET


def _shade(grey: int) -> int:
    return _DARKEST + int(grey) * _GREYS // 256
