"""The key that typed words give: recombined, and of the right kind for the occasion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ceremonies.conduct.context import AnyContext
from ceremonies.conduct.slots import HeldKey, Typed
from ceremonies.errors import IntegrityError
from ceremonies.keys.card import Card, CardSet, Group


def key_of(context: AnyContext, typed: Typed) -> HeldKey:
    """Recover the key from what was typed; every quorum there is must give the same.

    Raises:
        IntegrityError: two quorums give different keys, or two implementations disagree.
        Refused: it is a rehearsal's key in earnest, or the reverse.
    """
    from ceremonies.keys import slip39
    from ceremonies.keys.account import fingerprint_of
    from ceremonies.keys.rehearsal import insist_kind
    from ceremonies.keys.seed import Scheme

    scheme = Scheme(context.script.seed.scheme) if context.script.seed else Scheme.BIP39
    if typed.phrase is not None:
        seed = typed.phrase
    else:
        cards_words = typed.passphrase if scheme is Scheme.SLIP39 else None
        seeds = [
            slip39.recover(cards, scheme=scheme, passphrase=cards_words)
            for cards in _quorums(typed.cards)
        ]
        seed = seeds[0]
        if any(other.secret != seed.secret for other in seeds):
            raise IntegrityError(
                "two quorums of the cards give different keys",
                hint="stop; do not use these cards",
            )
    insist_kind(seed, rehearsal=context.is_rehearsal)
    passphrase = typed.passphrase if scheme is Scheme.BIP39 else None
    return HeldKey(seed, passphrase, fingerprint_of(seed, passphrase))


def _quorums(cards: Sequence[Card]) -> Iterator[tuple[Card, ...]]:
    """Yield every quorum where all cards of a set are there, else the one there is."""
    from ceremonies.keys import quorum
    from ceremonies.keys.seed import Scheme

    rows = [tuple(row) for _, row in groupby(cards, key=lambda card: card.group)]
    groups = tuple(Group(row[0].needs, len(row)) for row in rows)
    yield from quorum.quorums(
        CardSet(
            set_id=cards[0].set_id,
            scheme=Scheme.BIP39,
            groups=groups,
            groups_needed=cards[0].groups_needed,
            cards=tuple(rows),
        )
    )
