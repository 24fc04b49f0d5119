"""Progress is told at a terminal alone, after a moment, and never to programs."""

from __future__ import annotations

import io
import itertools
import sys

import pytest

from custody_cli import counter
from custody_cli.counter import Counter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, *, is_silent: bool = False) -> str:
    """What is drawn of ten steps, a tenth of a second each."""
    clock = itertools.count(0, 0.1)
    monkeypatch.setattr(counter.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(sys, "stderr", stream)
    with Counter[int](lambda n: f"{n} of 10", is_silent=is_silent) as counting:
        for number in range(1, 11):
            counting(number)
    return stream.getvalue()


def test_a_terminal_is_told_after_half_a_second_and_a_few_times_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert told(monkeypatch, Terminal()) == "\r\x1b[K6 of 10\r\x1b[K9 of 10\n"


def test_files_and_programs_are_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, io.StringIO()) == ""
    assert told(monkeypatch, Terminal(), is_silent=True) == ""
