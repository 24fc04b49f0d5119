"""A closed list of words, and which of them somebody means who types four letters."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import islice, takewhile

ENOUGH_LETTERS = 4


class Vocabulary:
    """A list of words, found by the whole word or by four letters that tell it.

    Accents may be left out where that leaves one word.
    """

    def __init__(self, words: Sequence[str], nearest: Callable[[str], Sequence[str]]) -> None:
        self.words = tuple(words)
        self._nearest = nearest
        self._by_form = {form(word): word for word in words}
        self._plain = sorted((unaccented(known), known) for known in self._by_form)

    def find(self, typed: str) -> str | None:
        """Return the word meant, None where there is none or more than one."""
        sought = form(typed)
        if sought in self._by_form:
            return self._by_form[sought]
        plain = unaccented(sought)
        begun = self._beginning(plain)
        whole = [known for unmarked, known in begun if unmarked == plain]
        if len(whole) == 1:
            return self._by_form[whole[0]]
        if len(plain) < ENOUGH_LETTERS:
            return None
        exact = [known for _, known in begun if known.startswith(sought)]
        meant = exact or [known for _, known in begun]
        return self._by_form[meant[0]] if len(meant) == 1 else None

    def _beginning(self, plain: str) -> list[tuple[str, str]]:
        start = bisect_left(self._plain, (plain,))
        begun = takewhile(lambda pair: pair[0].startswith(plain), islice(self._plain, start, None))
        return list(begun)

    def near(self, typed: str) -> str:
        """Say which words were perhaps meant."""
        found = ", ".join(self._nearest(form(typed)))
        return f"; nearest: {found}" if found else ""


def form(word: str) -> str:
    """Bring a word into the form in which words are compared."""
    return unicodedata.normalize("NFKD", word).lower()


def unaccented(word: str) -> str:
    """Leave out the accents of a word in that form."""
    return "".join(sign for sign in word if not unicodedata.combining(sign))
