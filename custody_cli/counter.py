"""A line at the terminal that tells how far something is, once it takes longer than a moment."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_SILENT_SECONDS = 0.5
_BETWEEN_SECONDS = 0.2


class Counter(Generic[T]):
    """Draws `in_words` of what it is called with on stderr, where that is a terminal.

    Programs are told nothing: `is_silent` is for them.
    """

    def __init__(self, in_words: Callable[[T], str], *, is_silent: bool = False) -> None:
        self._in_words = in_words
        self._begun = self._told = time.monotonic()
        self._shows = sys.stderr.isatty() and not is_silent
        self._is_open = False

    def __enter__(self) -> Counter[T]:
        return self

    def __exit__(self, *_raised: object) -> None:
        if self._is_open:
            sys.stderr.write("\n")

    def __call__(self, now_at: T) -> None:
        """Draw the line again, a few times a second."""
        if not self._shows:
            return
        now = time.monotonic()
        if now - self._begun > _SILENT_SECONDS and now - self._told > _BETWEEN_SECONDS:
            self._told, self._is_open = now, True
            sys.stderr.write(f"\r\x1b[K{self._in_words(now_at)}")
            sys.stderr.flush()
