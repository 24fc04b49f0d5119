"""Timing things in turn, and the lines of the table that is told at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest


@dataclass(frozen=True)
class Line:
    """One line of the table: what was measured, beside what, and what is wanted of the ratio."""

    what: str
    measured: str
    beside: str
    ratio: float
    wanted: str

    def __str__(self) -> str:
        told = f"{self.what:<33}{self.measured:>9}  beside {self.beside:<42}{self.ratio:6.2f}x"
        return f"{told}  {self.wanted}".rstrip()


CPU = time.process_time
"""The timer of tests marked `pytest.mark.benchmark(timer=CPU)`."""

LINES = pytest.StashKey[list[Line]]()


class Timings:
    """Times things side by side, in turn, so that a busy machine slows all of them alike.

    What counts is the fastest run of each: what the machine does when nothing is in its way. Work
    in this process is told in seconds of its CPU (a test so marked gives `CPU` as its timer).
    """

    def __init__(self, benchmark: Any, lines: list[Line]) -> None:
        self._benchmark = benchmark
        self._lines = lines

    def fastest(
        self,
        subject: Callable[[], object],
        *beside: Callable[[], object],
        rounds: int,
        timer: Callable[[], float] = time.perf_counter,
    ) -> list[float]:
        """The fewest seconds of the subject, which pytest-benchmark lists, and of the others."""
        taken: list[list[float]] = [[] for _ in beside]

        def others() -> None:
            for runs, other in zip(taken, beside, strict=True):
                began = timer()
                other()
                runs.append(timer() - began)

        self._benchmark.pedantic(subject, setup=others, rounds=rounds, warmup_rounds=1)
        return [self._benchmark.stats.stats.min, *map(min, taken)]

    def tell(
        self, what: str, measured: str, beside: str, *, ratio: float, wanted: str = ""
    ) -> None:
        """Add a line to the table."""
        self._lines.append(Line(what, measured, beside, ratio, wanted))
