"""The machine stays fit: in earnest it is looked at again as each step begins, and before a secret.

A cable that is put in, or swap that is turned on, after the machine was checked stops a ceremony
before the next step, and within a step before the next word is shown or typed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ceremonies.conduct.asks import (
    Ask,
    ShowSecret,
    Steps,
    TypeDice,
    TypePassphrase,
    TypeWords,
    through,
)
from ceremonies.errors import Finding, Level, MachineError
from ceremonies.log import facts

if TYPE_CHECKING:
    from ceremonies.conduct.ceremony import Ceremony
    from ceremonies.machine.probes import Probe

R = TypeVar("R")

_SECRET = (ShowSecret, TypeDice, TypePassphrase, TypeWords)


def checked(probes: Sequence[Probe], demands: Collection[str]) -> facts.MachineChecked:
    """State what probes found: fit where everything that is demanded is right."""
    return facts.MachineChecked(
        probes=tuple(facts.ProbeResult(name=one.name, ok=one.ok) for one in probes),
        fit=not unfit(probes, demands),
    )


def unfit(probes: Sequence[Probe], demands: Collection[str]) -> list[Probe]:
    """Return what is not right, and demanded."""
    return [one for one in probes if not one.ok and one.name in demands]


def error_of(found: Sequence[Probe]) -> MachineError:
    """Say what is not right with the machine."""
    return MachineError(
        f"this machine is not fit for a ceremony ({', '.join(one.name for one in found)})",
        hint="do what each finding says, then resume",
        findings=[
            Finding(rule=one.name, level=Level.REFUSE, where="", message=one.message, hint=one.hint)
            for one in found
        ],
    )


def watched(steps: Steps[R], ceremony: Ceremony) -> Steps[R]:
    """Look at the machine before each ask that shows or takes a secret; rehearsals go on anyway.

    Raises:
        MachineError: it is not fit any more, and the log says so.
    """

    def handle(asked: Ask[Any]) -> Steps[object]:
        if isinstance(asked, _SECRET):
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
    if found := unfit(probes, demands):
        ceremony.journal.append(checked(probes, demands))
        raise error_of(found)
