"""Words of a closed list: reading them, finding the nearest, completing them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress

from ceremonies.errors import InputError
from ceremonies.secret import Secret

_CANDIDATES = 3


def normal(text: str) -> str:
    """Bring typed text to the form the lists are in: NFKD (as BIP-39 asks) and lower case."""
    return unicodedata.normalize("NFKD", text).lower()


def read_text(written: Secret, *, what: str) -> str:
    """Read UTF-8 text.

    Raises:
        InputError: it is not UTF-8.
    """
    # suppressed, not replaced: the decoder's exception carries the bytes, even as a context
    with suppress(UnicodeDecodeError):
        return written.reveal().decode("utf-8")
    raise InputError(f"{what} is not UTF-8 text", hint="write it as plain text, without formatting")


def read_words(written: Secret, *, what: str) -> tuple[str, ...]:
    """Read words parted by any white space, the ideographic space of Japanese phrases included.

    Raises:
        InputError: it is not UTF-8, or there are no words.
    """
    words = tuple(normal(read_text(written, what=what)).split())
    if not words:
        raise InputError(f"{what} is empty", hint="write its words, parted by spaces")
    return words


def insist_listed(
    words: Iterable[str], listed: Collection[str], *, what: str, of_list: str
) -> None:
    """Refuse words that are not in a list, by their positions and never by themselves.

    Raises:
        InputError: naming every such position, the first word being word 1.
    """
    wrong = [str(at) for at, word in enumerate(words, start=1) if word not in listed]
    if not wrong:
        return
    count = "word" if len(wrong) == 1 else "words"
    verb = "is" if len(wrong) == 1 else "are"
    raise InputError(
        f"{count} {in_a_row(wrong)} of {what} {verb} not in the {of_list} list",
        hint="check each letter; the first four tell the words of a list apart",
    )


def in_a_row(names: Sequence[str]) -> str:
    """Say names as a person would: `1, 4 and 7`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def nearest(word: str, listed: Sequence[str]) -> tuple[str, ...]:
    """Find at most three words of a list that a mistyped word may have meant, best first."""
    import difflib

    return tuple(difflib.get_close_matches(normal(word), listed, n=_CANDIDATES, cutoff=0.5))


def complete(prefix: str, listed: Sequence[str]) -> tuple[str, ...]:
    """Find the words of a list that begin so; none for an empty prefix."""
    start = normal(prefix)
    return tuple(word for word in listed if word.startswith(start)) if start else ()
