"""The mark of rehearsals: secrets and cards that can never be taken for real ones, nor used so.

The first 33 bits of a rehearsal's secret are fixed, so that its English phrase begins "practice
practice practice"; its cards carry one fixed identifier, whose first word is "practice". Chance
gives the mark once in 8,589,934,592 secrets, and the identifier once in 32,768 sets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.errors import Refused
from ceremonies.secret import Secret

if TYPE_CHECKING:
    from ceremonies.keys.card import Card
    from ceremonies.keys.seed import Seed

_PHRASE_WORD = 1355
_CARD_WORD = 684

MARK_BITS = 33
MARK = _PHRASE_WORD << 22 | _PHRASE_WORD << 11 | _PHRASE_WORD
"""The first 33 bits of a rehearsal's secret: three times "practice" in BIP-39's English list."""

SET_IDENTIFIER = _CARD_WORD << 5
"""The 15-bit identifier of a rehearsal's cards: its first ten bits are SLIP-39's "practice"."""

_MARKED_BYTES = -(-MARK_BITS // 8)
_BITS_BESIDE = 8 * _MARKED_BYTES - MARK_BITS


def is_marked(secret: Secret | Seed) -> bool:
    """Whether a secret, of either scheme, begins with the mark."""
    held = secret if isinstance(secret, Secret) else secret.secret
    beginning = held.reveal()[:_MARKED_BYTES]
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


def is_practice_set(card: Card) -> bool:
    """Whether a card says it is of a rehearsal's set; one real set in 32,768 says so too."""
    return int(card.set_id, 16) == SET_IDENTIFIER


def insist_earnest(seed: Seed) -> None:
    """Refuse a rehearsal's secret, wherever money may come to depend on it.

    Raises:
        Refused: it carries the mark.
    """
    if is_marked(seed):
        raise Refused(
            "this is a rehearsal's secret: it carries the practice mark",
            hint="never let a coin depend on it; it serves in rehearsals and on regtest alone",
        )


def insist_practice(seed: Seed) -> None:
    """Refuse a secret that may be a real one, wherever a rehearsal would expose it.

    Raises:
        Refused: it does not carry the mark.
    """
    if not is_marked(seed):
        raise Refused(
            "this is no rehearsal's secret: it does not carry the practice mark",
            hint="keep real secrets out of rehearsals; if it is the rehearsal's own, check the "
            "cards, their passphrase and the scheme",
        )
