"""The pool that new secrets are drawn from: the system's part, and what people made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ceremonies.keys import by_hand, entropy
from ceremonies.keys.by_hand import Method
from ceremonies.keys.deck import Deck
from ceremonies.keys.entropy import Pool, Source
from ceremonies.secret import Secret
from custody_cli.sources import is_asked, secret_from


@dataclass(frozen=True, kw_only=True)
class HandMade:
    """What `--dice`, `--coins`, `--cards` and `--hex` name: a SOURCE each, or none."""

    dice: str | None = None
    sides: int = 6
    coins: str | None = None
    cards: str | None = None
    typed_hex: str | None = None

    def methods(self) -> Iterator[tuple[Method, str]]:
        """Yield the methods that are used, each with its SOURCE.

        Raises:
            InputError: there is no die with so many sides.
        """
        die = by_hand.die(self.sides)
        named = (
            (die, self.dice),
            (by_hand.COINS, self.coins),
            (Deck(), self.cards),
            (by_hand.HEX, self.typed_hex),
        )
        yield from ((method, source) for method, source in named if source is not None)

    @property
    def asks(self) -> bool:
        """Whether a person is asked for any of it."""
        return any(is_asked(source) for _, source in self.methods())

    def sources(self) -> list[Source]:
        """Read or ask for all that was made by hand.

        Raises:
            InputError: something is no outcome, or they can hardly be chance.
            MachineError: the terminal to ask at is recorded.
            WrongUsage: there is no terminal to ask at.
        """
        return [source_from(source, method) for method, source in self.methods()]


def pool_from(made: HandMade, *, system: Source | None = None) -> Pool:
    """Mix the system's generator, or what was drawn of it already, with what was made by hand.

    Raises:
        InputError: what was made by hand is not what it should be.
        MachineError: the system's generator is not fit.
    """
    return entropy.draw([system or entropy.system(), *made.sources()])


def source_from(source: str, method: Method, *, exactly: int | None = None) -> Source:
    """Read what was made by hand, or ask for it: so much for 256 bits, or `exactly` so many.

    The number is insisted on at the terminal alone; what comes from elsewhere is for the caller.
    """

    def ask() -> Secret:
        from custody_cli import terminal

        return terminal.ask_by_hand(
            method,
            wanted=exactly or method.needed(entropy.MOST_BITS),
            is_exact=exactly is not None,
            accept=accept,
        )

    def accept(written: Secret) -> Secret:
        by_hand.source(method, written)
        return written

    with secret_from(source, ask, what=f"the source of {method.one}s") as written:
        return by_hand.source(method, written)
