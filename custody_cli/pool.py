"""The pool that new secrets are drawn from: the system's randomness, and dice where rolled."""

from __future__ import annotations

from ceremonies.keys import entropy
from ceremonies.secret import Secret
from custody_cli.sources import secret_from

_DICE_BITS = 256


def pool_from(dice: str | None) -> entropy.Pool:
    """Mix the system's generator with rolls from a SOURCE, if there is one.

    Raises:
        InputError: the rolls are not rolls, or plainly not fair.
        MachineError: the system's generator is not fit.
    """
    sources = [entropy.system()]
    if dice is not None:
        with secret_from(dice, _ask_rolls, what="the dice rolls") as rolls:
            sources.append(entropy.dice(rolls))
    return entropy.draw(sources)


def _ask_rolls() -> Secret:
    from custody_cli import terminal

    def accept(rolls: Secret) -> Secret:
        entropy.dice(rolls)
        return rolls

    return terminal.ask_dice("Roll the dice and type them", bits=_DICE_BITS, accept=accept)
