"""The machine stays fit: in earnest it is looked at again as each step begins, and before a secret.

A cable that is put in, or swap that is turned on, after the machine was checked stops a ceremony
before the next step, and within a step before the next word is shown or typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ceremonies.conduct import fitness
from ceremonies.conduct.asks import (
    Ask,
    ShowSecret,
    Steps,
    TypeDice,
    TypePassphrase,
    TypeWords,
    through,
)
from ceremonies.conduct.presence import TypePin

if TYPE_CHECKING:
    from ceremonies.conduct.ceremony import Ceremony

R = TypeVar("R")

_SECRET = (ShowSecret, TypeDice, TypePassphrase, TypeWords)


def watched(steps: Steps[R], ceremony: Ceremony) -> Steps[R]:
    """Look at the machine before each ask that shows or takes a secret; rehearsals go on anyway.

    Raises:
        MachineError: it is not fit any more, and the log says so.
    """

    def handle(asked: Ask[Any]) -> Steps[object]:
        # a PIN is of this session alone, and whoever ends a ceremony on an unfit machine types it
        if isinstance(asked, _SECRET) and not isinstance(asked, TypePin):
            insist_still(ceremony)
        return (yield asked)

    return through(steps, handle)


def insist_still(ceremony: Ceremony) -> None:
    """Insist that the machine is what it was when it was checked; a rehearsal goes on anyway.

    Raises:
        MachineError: it is not fit any more, and the log says so.
    """
    if ceremony.is_rehearsal:
        return
    checks = [one for one in ceremony.script.steps if one.action.name == "check-machine"]
    past = ceremony.progress.ended
    demands = {name for one in checks if one.id in past for name in one.params.demands}
    probes = ceremony.world.probes()
    if found := fitness.unfit(probes, demands):
        ceremony.journal.append(fitness.checked(probes, demands))
        raise fitness.error_of(found)
