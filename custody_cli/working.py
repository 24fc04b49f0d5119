"""Says that the program works where people wait, and nothing is asked of anybody."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from ceremonies.conduct.asks import Ask
from ceremonies.conduct.conductor import Answer
from custody_cli.exits import WrongUsage
from custody_cli.screen import terminal

AFTER_S = 2.0
"""How long people wait without a word."""

TOLD = "working; nothing is asked of anybody now"


@contextlib.contextmanager
def told_of(answer: Answer, *, after_s: float = AFTER_S) -> Iterator[Answer]:
    """Answer as `answer` does, and tell at the terminal when the next ask is long in coming."""
    waiting: list[threading.Timer] = []

    def rest() -> None:
        while waiting:
            timer = waiting.pop()
            timer.cancel()
            # what it may be writing is not to be on the next screen
            timer.join()

    def answered(asked: Ask[Any]) -> object:
        rest()
        raw = answer(asked)
        timer = threading.Timer(after_s, _tell)
        timer.daemon = True
        waiting.append(timer)
        timer.start()
        return raw

    try:
        yield answered
    finally:
        rest()


def _tell() -> None:
    with contextlib.suppress(OSError, WrongUsage), terminal() as tty:
        tty.say(TOLD)
