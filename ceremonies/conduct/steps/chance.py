"""Chance for the key: every source that the script names, mixed."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Mistyped, Steps, TypeDice, ask, retyped
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import EntropyForm, Script, Step
from ceremonies.conduct.slots import ENTROPY
from ceremonies.keys import entropy
from ceremonies.log import facts
from ceremonies.secret import Secret


def _run(context: Context[Params]) -> Steps[None]:
    sources = []
    for form in context.script.entropy:
        if form.kind == "system":
            source = entropy.system(context.world.os_random)
        else:
            source = yield from _dice(context, form)
        context.log(facts.EntropyCollected(kind=source.kind, bits=source.bits))
        sources.append(source)
    context.table.put(ENTROPY, entropy.draw(sources))


def _dice(context: Context[Params], form: EntropyForm) -> Steps[entropy.Source]:
    wanted = rolls_for(form.bits)

    def check(rolls: Secret) -> None:
        retyped(lambda: entropy.dice(rolls))
        if entropy.dice(rolls).bits < form.bits:
            raise Mistyped(f"{wanted} rolls are needed for {form.bits} bits")

    rolls = yield from ask(
        TypeDice(
            field=context.field("dice"),
            by=context.actor,
            text=f"Roll a six-sided die {wanted} times, and type each number as it falls. "
            "Whoever knows all the numbers knows part of the key: let nobody else see them.",
            wanted=wanted,
            check=check,
        )
    )
    return entropy.dice(rolls)


def rolls_for(bits: int) -> int:
    """Return how many rolls of a six-sided die are worth so many bits."""
    rolls = 1
    while (6**rolls).bit_length() - 1 < bits:
        rolls += 1
    return rolls


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    for form in script.entropy:
        if form.kind == "dice":
            yield Expected(field=f"{step.id}.dice", ask=TypeDice, role=step.role)


COLLECT_ENTROPY = Action(
    name="collect-entropy",
    about="Chance is collected: from dice, by hand, and from the system's generator.",
    cls=Class.PURE,
    run=_run,
    expects=_expects,
    params=Params,
    gives=(ENTROPY,),
)
