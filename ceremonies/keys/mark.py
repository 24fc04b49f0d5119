"""The practice mark: bits by which a rehearsal's secrets and cards are told from real ones.

The first 33 bits of a rehearsal's secret are fixed, so that its English phrase begins "practice
practice practice"; its cards carry one fixed identifier, whose first word is "practice". Chance
gives the mark once in 8,589,934,592 secrets, and the identifier once in 32,768 sets.
"""

from __future__ import annotations

from ceremonies.secret import Secret

_PHRASE_WORD = 1355
_CARD_WORD = 684

MARK_BITS = 33
MARK = _PHRASE_WORD << 22 | _PHRASE_WORD << 11 | _PHRASE_WORD
"""The first 33 bits of a rehearsal's secret: three times "practice" in BIP-39's English list."""

SET_IDENTIFIER = _CARD_WORD << 5
"""The 15-bit identifier of a rehearsal's cards: its first ten bits are SLIP-39's "practice"."""

_MARKED_BYTES = -(-MARK_BITS // 8)
_BITS_BESIDE = 8 * _MARKED_BYTES - MARK_BITS


def is_marked(secret: Secret) -> bool:
    """Whether a secret, of either scheme, begins with the mark."""
    beginning = secret.reveal()[:_MARKED_BYTES]
    is_whole = len(beginning) == _MARKED_BYTES
    return is_whole and int.from_bytes(beginning, "big") >> _BITS_BESIDE == MARK


def with_mark(secret: Secret) -> Secret:
    """Put the mark in place of the first 33 bits; the other bits, and the size, stay.

    `secret` is BIP-39 entropy or a SLIP-39 master secret: 16 bytes or more.
    """
    data = secret.reveal()
    if len(data) < _MARKED_BYTES:
        raise ValueError("the secret is shorter than the mark")
    kept = int.from_bytes(data[:_MARKED_BYTES], "big") & ((1 << _BITS_BESIDE) - 1)
    beginning = (MARK << _BITS_BESIDE | kept).to_bytes(_MARKED_BYTES, "big")
    return Secret(beginning + data[_MARKED_BYTES:])
