"""People who wait are told that the program works; they are not told when they need not wait."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pexpect
import pytest
from custody_process import environment

from custody_cli.working import TOLD

WAITS = """
import time
from ceremonies.conduct.asks import Acknowledge
from ceremonies.conduct.people import Person
from custody_cli.working import told_of

asked = Acknowledge(field="a.b", by=Person("alice", "operator"), text="Look.")
with told_of(lambda ask: "read", after_s={after_s}) as answer:
    for _ in range(3):
        assert answer(asked) == "read"
        time.sleep({takes_s})
time.sleep({after_s} * 2)
print("done")
"""


@contextmanager
def waited(*, after_s: float, takes_s: float) -> Iterator[str]:
    """What is at the terminal after three answers, each of which takes so long to work on."""
    body = WAITS.format(after_s=after_s, takes_s=takes_s)
    child = pexpect.spawn(
        sys.executable, ["-c", body], env=environment(TERM="vt100"), encoding="utf-8", timeout=20
    )
    try:
        child.expect("done")
        yield child.before
    finally:
        child.close(force=True)


@pytest.mark.parametrize(("takes_s", "times"), [(0.4, 3), (0.0, 0)])
def test_it_is_told_once_where_the_next_ask_is_long_in_coming(takes_s: float, times: int) -> None:
    with waited(after_s=0.15, takes_s=takes_s) as seen:
        assert seen == f"{TOLD}\r\n" * times


def test_without_a_terminal_nothing_is_told_and_nothing_fails() -> None:
    body = WAITS.format(after_s=0.05, takes_s=0.1)
    done = subprocess.run(
        [sys.executable, "-c", body],
        env=environment(),
        capture_output=True,
        start_new_session=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"done\n", b"")
