"""The plan: what of a script goes into its log, and what `show` prints before anything happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ceremonies.conduct.actions import Expected, everybody
from ceremonies.conduct.asks import Confirm
from ceremonies.conduct.script import Script, Step, read
from ceremonies.log.facts import Plan, PlannedRole, PlannedStep
from ceremonies.log.promised import Planned
from ceremonies.network import REGTEST


def plan_of(script: Script, *, rehearsal: bool) -> Plan:
    """Return the second record of the script's log."""
    network = REGTEST if rehearsal else script.network
    return Plan(
        ceremony=script.id,
        title=script.title,
        network=network.name if network else "",
        steps=tuple(
            PlannedStep(
                id=step.id,
                do=step.action.name,
                role=step.role,
                cls=step.action.cls.value,
                attest=step.attest,
                mandatory=step.is_mandatory,
            )
            for step in script.steps
        ),
        roles=tuple(
            PlannedRole(
                role=role.name, least=role.least, most=role.most, independent=role.independent
            )
            for role in script.roles
        ),
        conflicts=script.conflicts,
        quorum=script.quorum,
    )


def planned(data: bytes, *, rehearsal: bool) -> Planned:
    """Return the plan and the promises that a script's bytes give, for comparing a log with them.

    Raises:
        InputError: it is not a script.
    """
    script = read(data)
    if rehearsal:
        script = replace(script, network=REGTEST)
    promises = [one for step in script.steps for one in step.action.promises(script, step)]
    return Planned(
        plan=plan_of(script, rehearsal=rehearsal),
        # practice keeps to a script as far as the machine at hand does
        promises=tuple(one for one in promises if not (rehearsal and one.in_earnest)),
    )


def expected(script: Script, step: Step) -> Iterator[Expected]:
    """Yield everything a step will ask, in order, attestation included."""
    yield from step.action.expects(script, step)
    roles = {role.name: role for role in script.roles}
    for name in step.attest:
        if name in roles:
            yield from everybody(roles[name], field=f"{step.id}.attest.{name}", ask=Confirm)
