"""The screens on the rehearsal's page are what a person at the terminal sees."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
import pytest
from doc_pages import TUTORIAL, blocks
from shared_data import ROOT

from ceremonies.log.chain import read_records

ROLLS = "25163 41526 36214 55312 64134 21665 32451 16423 51364 24613"


@dataclass
class Guided:
    """The guided rehearsal on a terminal of 80 by 24."""

    child: pexpect.spawn
    kept: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        import pyte

        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.Stream(self._screen)

    @property
    def shown(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip("\n")

    def sees(self, text: str, *, above: str = "") -> None:
        """Wait until the cursor stands behind this text, and a line above begins so."""
        end = time.monotonic() + 30
        while not (self._last().endswith(text) and f"\n{above}" in self.shown):
            assert time.monotonic() < end, f"never saw {text}:\n{self.shown}"
            try:
                self._stream.feed(self.child.read_nonblocking(65536, 0.1))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                raise AssertionError(f"it ended before {text}:\n{self.shown}") from None

    def types(self, line: str = "") -> None:
        self.child.send(line + "\r")

    def keeps(self) -> None:
        self.kept.append(self.shown)

    def stops(self) -> int:
        """Press Ctrl-C, and return the exit code."""
        self.child.sendintr()
        for part in iter(self._rest, ""):
            self._stream.feed(part)
        self.child.close()
        assert isinstance(self.child.exitstatus, int)
        return self.child.exitstatus

    def _rest(self) -> str:
        try:
            return str(self.child.read_nonblocking(65536, 20))
        except pexpect.EOF:
            return ""

    def _last(self) -> str:
        return str(self._screen.display[self._screen.cursor.y]).rstrip()


@pytest.fixture
def guided(tmp_path: Path) -> Iterator[Guided]:
    kept = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    child = pexpect.spawn(
        sys.executable,
        ["-c", _WITH_CTRL_C, str(tmp_path / "made")],
        cwd=str(tmp_path),
        env={**kept, "TERM": "xterm", "HOME": str(tmp_path)},
        dimensions=(24, 80),
        encoding="utf-8",
    )
    child.delaybeforesend = None
    try:
        yield Guided(child)
    finally:
        child.close(force=True)


_WITH_CTRL_C = """
import runpy, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("custody_cli.rehearse", run_name="__main__", alter_sys=True)
"""


def test_the_screens_of_the_page_are_those_of_the_guided_rehearsal(
    guided: Guided, tmp_path: Path
) -> None:
    for waits, above, typed in (
        ("type play to have it played for you:", "", ""),
        ("Enter begins the ceremony:", "", ""),
        ("Enter goes on:", "", ""),
        ("yes or no:", "           The script demands of the room", "yes"),
        ("yes or no:", "           same?", "yes"),
        ("yes or no:", "block 0 of regtest", "yes"),
        ("press Enter:", "", ""),
        ("0 of 50 rolls, 0 bits:", "", ROLLS),
        ("50 of 50 rolls, 129 bits, looks fair:", "", ""),
        ("press Enter:", "", ""),
    ):
        guided.sees(waits, above=above)
        guided.types(typed)
    guided.sees("Enter clears the screen:")
    guided.keeps()
    guided.types()
    guided.sees("press Enter:")
    guided.types()
    guided.sees("word 1 of 24:")
    guided.types("practise")
    guided.sees("word 1 of 24:", above="Again")
    guided.keeps()
    guided.types("prac")
    guided.sees("word 2 of 24:")
    guided.types("=")
    guided.sees("press Enter:")
    guided.types()
    guided.sees("Enter clears the screen:")
    guided.keeps()
    assert guided.stops() == 130
    *screens, stopped = (one.text.rstrip("\n") for one in blocks(TUTORIAL, "text"))
    assert guided.kept == screens
    where = stopped.replace("/…", str(tmp_path / "made"))
    assert guided.shown.replace("\n", "").endswith(where.replace("\n", ""))
    assert read_records(tmp_path / "made" / "keygen")[-1].type == "paused"
