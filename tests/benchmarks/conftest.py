"""Benchmarks: skipped unless they are asked for, and their ratios told in one table at the end."""

from __future__ import annotations

from typing import Any

import pytest
from timings import LINES, Timings


@pytest.fixture(scope="session", autouse=True)
def _asked_for(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("benchmarks run with --benchmark-enable: make bench")


@pytest.fixture
def timings(benchmark: Any, request: pytest.FixtureRequest) -> Timings:
    return Timings(benchmark, request.config.stash.setdefault(LINES, []))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    lines = config.stash.get(LINES, [])
    if lines:
        terminalreporter.section("ratios of this run")
    for line in lines:
        terminalreporter.write_line(str(line))
