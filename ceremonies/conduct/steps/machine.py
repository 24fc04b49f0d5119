"""Is this machine fit? The probes of `custody doctor`, as a step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ceremonies.conduct import fitness
from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Acknowledge, Confirm, Steps, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.people import Person
from ceremonies.conduct.script import Script, Step
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.machine.probes import Probe
from ceremonies.spoken import in_fours

Demand = Literal["network", "swap", "core-dumps", "clock", "entropy"]


class CheckMachine(Params, frozen=True, kw_only=True):
    """`demands` are the probes that must succeed in production."""

    demands: tuple[Demand, ...] = ("network", "swap", "core-dumps", "clock", "entropy")


def _run(context: Context[CheckMachine]) -> Steps[None]:
    probes = context.world.probes()
    context.log(fitness.checked(probes, context.params.demands))
    unfit = fitness.unfit(probes, context.params.demands)
    if unfit and not context.is_rehearsal:
        raise fitness.error_of(unfit)
    if unfit:
        verdict = "Not fit; good enough for a rehearsal."
    elif all(probe.ok for probe in probes):
        verdict = "This machine is fit."
    else:
        verdict = "NOT everything is right: the script demands less. Read the lines with NO."
    yield from ask(
        Acknowledge(
            field=context.field("seen"),
            by=Person("", context.step.role),
            text=f"{verdict} Compare the hashes of the script, the program and the signers file "
            "with your own.",
            shown="\n".join((*map(_line, probes), *_what_runs(context))),
        )
    )
    yield from _room(context)


def _room(context: Context[CheckMachine]) -> Steps[None]:
    for number, demand in enumerate(context.script.room, start=1):
        yield from ask(
            Confirm(
                field=context.field(f"room-{number}"),
                by=Person("", context.step.role),
                text=f"The script demands of the room: {demand}. Is it so?",
            )
        )
    if context.script.room:
        context.log(facts.RoomChecked(demands=context.script.room))


def _line(probe: Probe) -> str:
    return f"{'ok ' if probe.ok else 'NO '} {probe.name:<12}{probe.message}"


def _what_runs(context: Context[CheckMachine]) -> Iterator[str]:
    for name, sha256 in (
        ("script", context.script.sha256),
        ("program", context.world.program_sha256),
        ("people", context.signers.sha256),
    ):
        yield f"    {name:<12}{in_fours(sha256[:32])}"
        yield f"    {'':<12}{in_fours(sha256[32:])}"


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.seen", ask=Acknowledge, role=step.role)
    for number in range(1, len(script.room) + 1):
        yield Expected(field=f"{step.id}.room-{number}", ask=Confirm, role=step.role)


def _promises(script: Script, step: Step) -> Iterator[Promise]:
    demands = set(step.params.demands)
    yield Promise(
        step=step.id,
        kind=facts.MachineChecked,
        what=f"a machine that passes {', '.join(step.params.demands) or 'the check'}",
        holds=lambda fact: fact.fit and demands <= {one.name for one in fact.probes if one.ok},
        every_session=True,
        in_earnest=True,
    )
    if script.room:
        yield Promise(
            step=step.id,
            kind=facts.RoomChecked,
            what="a room that is as the script demands",
            holds=lambda fact: fact.demands == script.room,
            every_session=True,
        )


CHECK_MACHINE = Action(
    name="check-machine",
    about="The machine is checked: no network, no swap, no core dumps, a working generator.",
    cls=Class.PURE,
    run=_run,
    expects=_expects,
    params=CheckMachine,
    opens=True,
    promises=_promises,
)
