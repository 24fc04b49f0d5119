"""Whether a machine is fit for a ceremony: what probes found, and what was demanded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ceremonies.errors import Finding, Level, MachineError
from ceremonies.log import facts

if TYPE_CHECKING:
    from ceremonies.machine.probes import Probe


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
