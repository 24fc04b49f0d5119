"""Work that is spread over processes comes back in order, or not at all."""

from __future__ import annotations

import os
import signal
import time

import pytest

from ceremonies.errors import MachineError
from custody_cli.crew import spread


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_results_come_in_the_order_of_the_work(jobs: int) -> None:
    def work(number: int) -> dict[str, object]:
        time.sleep(0.002 * (number % 3))
        return {"number": number, "text": "é" * 40_000 if number == 7 else ""}

    found = [*spread(work, 50, jobs=jobs)]
    assert [one["number"] for one in found] == list(range(50))
    assert found[7]["text"] == "é" * 40_000


def test_several_processes_work() -> None:
    def work(_: int) -> int:
        time.sleep(0.02)
        return os.getpid()

    workers = set(spread(work, 12, jobs=3))
    assert len(workers) > 1
    assert os.getpid() not in workers


@pytest.mark.parametrize("how", ["killed", "raised"])
def test_a_worker_that_ends_is_an_error_and_leaves_nobody(how: str) -> None:
    def work(number: int) -> int:
        if number == 5:
            if how == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            os._exit(3)
        return number

    with pytest.raises(MachineError, match="ended before it was done"):
        list(spread(work, 20, jobs=2))
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_nobody_is_left_when_results_are_not_wanted_any_more() -> None:
    results = spread(lambda number: number, 1000, jobs=2)
    assert next(iter(results)) == 0
    results.close()  # type: ignore[attr-defined]
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
