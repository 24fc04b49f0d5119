"""What rehearsals insist on: that practice and earnest are never taken for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.errors import Refused
from ceremonies.keys.mark import SET_IDENTIFIER, is_marked
from ceremonies.keys.seed import Seed

if TYPE_CHECKING:
    from ceremonies.keys.card import Card


def is_practice_set(card: Card) -> bool:
    """Whether a card says it is of a rehearsal's set; one real set in 32,768 says so too."""
    return int(card.set_id, 16) == SET_IDENTIFIER


def insist_kind(seed: Seed, *, rehearsal: bool) -> None:
    """Insist that a secret is a rehearsal's, or that it is none.

    Raises:
        Refused: it is of the other kind.
    """
    (insist_practice if rehearsal else insist_earnest)(seed)


def insist_earnest(seed: Seed) -> None:
    """Refuse a rehearsal's secret, wherever money may come to depend on it.

    Raises:
        Refused: it carries the mark.
    """
    if is_marked(seed.secret):
        raise Refused(
            "this is a rehearsal's secret: it carries the practice mark",
            hint="never let a coin depend on it; it serves in rehearsals and on regtest alone",
        )


def insist_practice(seed: Seed) -> None:
    """Refuse a secret that may be a real one, wherever a rehearsal would expose it.

    Raises:
        Refused: it does not carry the mark.
    """
    if not is_marked(seed.secret):
        raise Refused(
            "this is no rehearsal's secret: it does not carry the practice mark",
            hint="keep real secrets out of rehearsals; if it is the rehearsal's own, check the "
            "cards, their passphrase and the scheme",
        )
