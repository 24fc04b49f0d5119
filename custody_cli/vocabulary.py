"""A closed list of words, and which of them somebody means who types four letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

ENOUGH_LETTERS = 4


class Vocabulary:
    """A list of words, found by the whole word or by four letters that tell it."""

    def __init__(self, words: Sequence[str], nearest: Callable[[str], Sequence[str]]) -> None:
        self.words = tuple(words)
        self._nearest = nearest
        self._by_form = {form(word): word for word in words}

    def find(self, typed: str) -> str | None:
        """Return the word meant, None where there is none or more than one."""
        sought = form(typed)
        if sought in self._by_form:
            return self._by_form[sought]
        if len(sought) < ENOUGH_LETTERS:
            return None
        begun = [word for known, word in self._by_form.items() if known.startswith(sought)]
        return begun[0] if len(begun) == 1 else None

    def near(self, typed: str) -> str:
        """Say which words were perhaps meant."""
        found = ", ".join(self._nearest(form(typed)))
        return f"; nearest: {found}" if found else ""


def form(word: str) -> str:
    """Bring a word into the form in which words are compared."""
    return unicodedata.normalize("NFKD", word).lower()
