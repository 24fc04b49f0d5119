"""The player and the camera's view in a pseudo-terminal, read off the screen as a phone would."""

from __future__ import annotations

import fcntl
import os
import random
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest
from exchange_material import DARK
from shared_data import ROOT

from ceremonies.exchange import reading
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.exchange.scan import Scan

DATA = b"psbt\xff" + random.Random(8).randbytes(700)


class Terminal:
    """A terminal of a size, with a program in it."""

    def __init__(self, columns: int, rows: int) -> None:
        self.main, self.other = os.openpty()
        self.size = (columns, rows)
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.seen = b""
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)
        self.size = (columns, rows)

    def press(self, keys: str) -> None:
        os.write(self.main, keys.encode())

    def look(self, seconds: float = 0.1) -> None:
        """Take what comes until nothing does for a moment."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and select.select([self.main], [], [], 0.05)[0]:
            try:
                data = os.read(self.main, 65_536)
            except OSError:
                return
            self.seen += data
            self._stream.feed(data)

    def wait_for(self, text: str, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while text not in "\n".join(self.screen.display):
            assert time.monotonic() < until, "\n".join(self.screen.display)
            self.look(0.2)

    def wait_for_end(self, process: subprocess.Popen[bytes], seconds: float = 60) -> bytes:
        """Go on looking until the program has ended, and return what it answered."""
        until = time.monotonic() + seconds
        while process.poll() is None:
            assert time.monotonic() < until
            self.look(0.1)
        self.look(0.3)
        assert process.stdout is not None
        return process.stdout.read()

    def scanned(self) -> list[bytes]:
        """The code that is on the screen, by its characters, 3 pixels a module."""
        columns, rows = self.size
        pixels = bytearray()
        for line in self.screen.display[: rows - 1]:
            for half in (0, 1):
                cells = [DARK.get(character, (0, 0))[half] for character in line]
                row = b"".join((b"\0" if dark else b"\xff") * 3 for dark in cells)
                pixels += row * 3
        view = memoryview(bytes(pixels)).cast("B", (2 * (rows - 1) * 3, columns * 3))
        return reading.read_picture(view, thoroughly=False)


@contextmanager
def running(
    terminal: Terminal, *arguments: str, cwd: Path, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    def own_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=terminal.other,
        stdout=subprocess.PIPE,
        stderr=terminal.other,
        cwd=cwd,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
            **environment,
        },
        preexec_fn=own_terminal,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("form", "window"), [("bbqr", (80, 24)), ("ur", (120, 40))])
def test_a_series_is_played_and_scanned_off_the_screen(
    form: str, window: tuple[int, int], tmp_path: Path
) -> None:
    (tmp_path / "it.psbt").write_bytes(DATA)
    terminal, scan = Terminal(*window), Scan()
    call = ("-m", "custody_cli", "qr", "show", "it.psbt", "--as", form, "--fps", "15", "--json")
    with running(terminal, *call, cwd=tmp_path) as process:
        terminal.wait_for("faster")
        until = time.monotonic() + 60
        while scan.read is None and time.monotonic() < until:
            terminal.look(0.05)
            scan.add_frame(terminal.scanned())
        assert scan.result().payload == Payload(Kind.PSBT, DATA)
        terminal.press("q")
        told = terminal.wait_for_end(process)
        assert process.returncode == 0
        assert b'"output": null' in told
    # colours of its own, and the screen is left as it was
    assert b"\x1b[38;5;16;48;5;231m" in terminal.seen
    assert terminal.seen.rindex(b"\x1b[?1049l") > terminal.seen.rindex(b"\x1b[?1049h")
    assert b"\x1b[?25h" in terminal.seen[terminal.seen.rindex(b"\x1b[?25l") :]


def test_keys_and_the_window_change_what_is_played(tmp_path: Path) -> None:
    (tmp_path / "it.psbt").write_bytes(DATA)
    terminal = Terminal(80, 24)
    call = ("-m", "custody_cli", "qr", "show", "it.psbt", "--max-version", "8")
    with running(terminal, *call, cwd=tmp_path) as process:
        terminal.wait_for("v6")
        terminal.wait_for("5/s")
        terminal.press("+")
        terminal.wait_for("6/s")
        terminal.press("-")
        terminal.press("-")
        terminal.wait_for("4/s")
        terminal.press("<")
        terminal.wait_for("v5")
        terminal.press(" ")
        terminal.wait_for("paused")
        number = next(line for line in terminal.screen.display if "paused" in line).split()[0]
        terminal.press("n")
        terminal.wait_for(f"{int(number) + 1} of")
        assert len(terminal.scanned()) == 1
        terminal.resize(120, 40)
        denser = re.compile(r"v(?:[89]|1\d) ")
        for _ in range(100):
            terminal.press(">")
            terminal.look(0.3)
            if denser.search(terminal.screen.display[-1]):
                break
        else:
            pytest.fail(terminal.screen.display[-1])
        assert len(terminal.scanned()) == 1
        terminal.resize(20, 10)
        terminal.wait_for("window")
        terminal.press("\x03")
        terminal.wait_for_end(process)
        assert process.returncode == 130


def test_a_window_that_was_too_small_plays_once_it_is_large_enough(tmp_path: Path) -> None:
    (tmp_path / "it.psbt").write_bytes(DATA)
    terminal = Terminal(20, 10)
    with running(
        terminal, "-m", "custody_cli", "qr", "show", "it.psbt", "--fps", "15", cwd=tmp_path
    ) as process:
        terminal.wait_for("window")
        terminal.resize(80, 24)
        for number in (1, 2, 3):
            terminal.wait_for(f"{number} of ")
        terminal.press("q")
        terminal.wait_for_end(process)
        assert process.returncode == 0


def test_codes_that_were_made_too_sparse_say_so_and_come_back(tmp_path: Path) -> None:
    (tmp_path / "it.psbt").write_bytes(DATA)
    terminal = Terminal(80, 24)
    call = ("-m", "custody_cli", "qr", "show", "it.psbt", "--as", "ur")
    with running(terminal, *call, cwd=tmp_path) as process:
        terminal.wait_for("v6")
        for version in (5, 4):
            terminal.press("<")
            terminal.wait_for(f"v{version} ")
        terminal.press("<")
        terminal.wait_for("denser codes: the codes are too small for a ur")
        terminal.wait_for("> denser  q end")
        terminal.press(">")
        terminal.wait_for("v6")
        terminal.press("q")
        terminal.wait_for_end(process)


def test_a_code_that_stands_still_is_there_again_after_the_program_was_suspended(
    tmp_path: Path,
) -> None:
    (tmp_path / "note.txt").write_text("bcrt1qexample")
    terminal = Terminal(80, 24)
    call = ("-m", "custody_cli", "qr", "show", "note.txt", "--as", "static")
    with running(terminal, *call, cwd=tmp_path) as process:
        terminal.wait_for("version")
        process.send_signal(signal.SIGTSTP)
        terminal.wait_for("suspended")
        process.send_signal(signal.SIGCONT)
        terminal.wait_for("version")
        terminal.look(0.3)
        assert terminal.scanned() == [b"bcrt1qexample"]
        terminal.press("q")
        terminal.wait_for_end(process)


def test_a_dumb_terminal_prints_one_code_below_the_other(tmp_path: Path) -> None:
    (tmp_path / "it.psbt").write_bytes(DATA)
    terminal, scan = Terminal(80, 24), Scan()
    call = ("-m", "custody_cli", "qr", "show", "it.psbt", "--json")
    with running(terminal, *call, cwd=tmp_path, TERM="dumb") as process:
        number = 1
        while scan.read is None:
            terminal.wait_for(f"{number} of ")
            terminal.look(0.2)
            scan.add_frame(terminal.scanned())
            terminal.press("\r")
            number += 1
            assert number < 20
        # what is typed before it is asked for is thrown away
        terminal.look(1)
        terminal.press("q\r")
        told = terminal.wait_for_end(process)
    assert process.returncode == 0
    assert b'"output": null' in told
    assert scan.result().payload.data == DATA
    assert b"\x1b" not in terminal.seen


def test_a_dumb_terminal_that_is_too_small_says_what_else_there_is(tmp_path: Path) -> None:
    (tmp_path / "it.psbt").write_bytes(DATA)
    terminal = Terminal(20, 5)
    call = ("-m", "custody_cli", "qr", "show", "it.psbt")
    with running(terminal, *call, cwd=tmp_path, TERM="dumb") as process:
        terminal.wait_for_end(process)
    assert process.returncode == 3
    assert b"--png" in terminal.seen


def test_a_serial_line_without_a_size_and_without_colour_shows_black_on_white(
    tmp_path: Path,
) -> None:
    (tmp_path / "note.txt").write_text("bcrt1qexample")
    terminal = Terminal(80, 24)
    fcntl.ioctl(terminal.main, termios.TIOCSWINSZ, struct.pack("HHHH", 0, 0, 0, 0))
    call = ("-m", "custody_cli", "qr", "show", "note.txt", "--as", "static")
    with running(terminal, *call, cwd=tmp_path, TERM="vt220", NO_COLOR="1") as process:
        terminal.wait_for("version")
        terminal.look(0.3)
        assert terminal.scanned() == [b"bcrt1qexample"]
        # they are what makes it a code, and no decoration
        assert b"\x1b[38;5;16;48;5;231m" in terminal.seen
        terminal.press("q")
        terminal.wait_for_end(process)


VIEW = """
import cv2, sys, numpy
from ceremonies.exchange import series
from ceremonies.exchange.payload import Format, Kind, Payload
from custody_cli.viewfinder import read_camera

made = series.make(Payload(Kind.PSBT, open("it.psbt", "rb").read()), Format.UR, max_version=8)
def seen():
    yield numpy.full((240, 320), 90, numpy.uint8)
    for code in made.codes():
        side, pixels = code.bitmap(scale=4)
        yield numpy.frombuffer(pixels, numpy.uint8).reshape(side, side)
arrived = read_camera("the psbt", seen())
print(arrived.payload.data == open("it.psbt", "rb").read(), arrived.frames_used)
"""


def test_the_camera_shows_what_it_sees_and_how_far_it_is(tmp_path: Path) -> None:
    (tmp_path / "it.psbt").write_bytes(DATA)
    terminal = Terminal(80, 24)
    with running(terminal, "-c", VIEW, cwd=tmp_path) as process:
        told = terminal.wait_for_end(process)
    assert told.startswith(b"True "), told
    assert b"r begin anew  q end" in terminal.seen
    # the preview is in greys
    assert b"\x1b[38;5;240;48;5;240m" in terminal.seen


SECRET_VIEW = """
import numpy, sys
from ceremonies.exchange.drawing import draw
from custody_cli.viewfinder import secret_before_camera

def seen():
    side, pixels = draw(bytes(range(128, 160))).bitmap(scale=4)
    code = numpy.frombuffer(pixels, numpy.uint8).reshape(side, side)
    for number in range(5):
        # the preview is drawn before anything is read
        yield numpy.full((240, 320), 90, numpy.uint8)
    for number in range(2):
        yield code
        yield numpy.full((240, 320), 90, numpy.uint8)
    for number in range(5):
        yield code
print(secret_before_camera("the seed", seen()).reveal() == bytes(range(128, 160)))
"""


def test_a_secret_before_the_camera_cannot_be_scanned_off_the_screen(tmp_path: Path) -> None:
    terminal = Terminal(80, 24)
    with running(terminal, "-c", SECRET_VIEW, cwd=tmp_path) as process:
        told = terminal.wait_for_end(process)
    assert told == b"True\n", told
    assert b"the seed: nothing yet" in terminal.seen
    widest = max(line.count(b"\xe2\x96\x80") for line in terminal.seen.split(b"\r\n"))
    assert 0 < widest <= 12
    assert terminal.seen.endswith(b"\x1b[2J\x1b[3J\x1b[H\x1b[?1049l")


def test_without_a_terminal_there_is_nothing_to_play_on(tmp_path: Path) -> None:
    (tmp_path / "it.psbt").write_bytes(DATA)
    done = subprocess.run(
        [sys.executable, "-m", "custody_cli", "qr", "show", "it.psbt"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert b"--gif" in done.stderr
