"""How hashes are read aloud, and how foreign text is shown without being obeyed."""

from __future__ import annotations

import unicodedata
from functools import cache

_SHOWN_AS_THEMSELVES = ("L", "M", "N", "P", "S")
"""Unicode categories that draw something; everything else (controls, bidi, private) is escaped."""


@cache
def _pgp_words() -> tuple[tuple[str, str], ...]:
    from importlib import resources

    words = resources.files("ceremonies").joinpath("pgp_words.txt").read_text("ascii").split()
    return tuple(zip(words[::2], words[1::2], strict=True))


def words(data: bytes) -> str:
    """Say bytes as PGP words (Juola and Zimmermann, 1995), one a byte.

    Two-syllable words on even positions and three-syllable words on odd ones, so that a word
    dropped, repeated or swapped in reading is heard.
    """
    pairs = _pgp_words()
    return " ".join(pairs[byte][position % 2] for position, byte in enumerate(data))


def visible(text: str) -> str:
    """Escape every character that could move, recolour or reorder what a reader sees.

    Control, escape, bidirectional and invisible characters become `\\xNN` or `\\u{NNNN}`; the
    backslash itself is doubled, so that nothing can pretend to be an escape.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character == " " or unicodedata.category(character)[0] in _SHOWN_AS_THEMSELVES:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:04x}}}"


def in_fours(text: str) -> str:
    """Group an address for the eye: `bcrt 1qxy …`, four characters at a time."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
