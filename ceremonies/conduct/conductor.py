"""The conductor: walks a ceremony step by step, and goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from ceremonies.conduct import resuming
from ceremonies.conduct.asks import Ask, Steps, placed
from ceremonies.conduct.attesting import attest
from ceremonies.conduct.ceremony import Ceremony
from ceremonies.conduct.presence import attended
from ceremonies.conduct.script import Step
from ceremonies.conduct.watch import insist_still, watched
from ceremonies.errors import CeremonyError, InputError, IntegrityError, MachineError, Refused
from ceremonies.log import facts

R = TypeVar("R")

Answer = Callable[[Ask[Any]], object]
"""Whoever answers: a terminal, a file of prepared answers, a rehearsal, a test."""


def conduct(ceremony: Ceremony, answer: Answer) -> None:
    """Conduct a ceremony to its end; whatever stops it is logged and raised.

    Raises:
        CeremonyError: a step failed, or a person said no; the ceremony is paused.
    """
    hold(ceremony, walk(ceremony), answer)


def hold(ceremony: Ceremony, steps: Steps[R], answer: Answer) -> R:
    """Hold a conversation that belongs to a ceremony; whatever stops it is logged and raised."""
    try:
        return drive(watched(attended(steps, ceremony.table), ceremony), answer)
    except BaseException as why:
        ceremony.pause(why)
        raise


def drive(steps: Steps[R], answer: Answer) -> R:
    """Send each ask's raw answer back, and return what the conversation comes to."""
    raw: object = None
    begun = False
    try:
        while True:
            try:
                asked = steps.send(raw) if begun else next(steps)
            except StopIteration as ended:
                result: R = ended.value
                return result
            begun = True
            raw = answer(asked)
    finally:
        steps.close()


def walk(ceremony: Ceremony) -> Steps[None]:
    """Do every step that is not done, and again what an interruption lost."""
    first = 0
    if ceremony.is_resumed:
        first = yield from resuming.resumed(ceremony)
    for step in ceremony.script.steps[first:]:
        yield from _step(ceremony, step)


def _step(ceremony: Ceremony, step: Step) -> Steps[None]:
    journal, progress = ceremony.journal, ceremony.progress
    if not progress.is_closed:
        journal.append(facts.Begin(step=step.id, attempt=progress.attempts[step.id] + 1))
        insist_still(ceremony)
    try:
        yield from placed(step.action.run(ceremony.context(step)), ceremony.place(step))
    except (InputError, Refused, IntegrityError, MachineError) as why:
        if step.on_fail == "pause":
            raise
        journal.append(facts.Failed(step=step.id, why=_kind(why)))
        if step.on_fail == "abort":
            raise
        yield from _excused(ceremony, step, why)
        return
    for slot in step.action.gives:
        assert ceremony.table.has(slot), f"{step.action.name} gives {slot.name}"
    # the closing step ends with the record `closed`, which nothing may follow
    if not ceremony.progress.is_closed:
        journal.append(facts.End(step=step.id))
        yield from attest(ceremony, step)


def _kind(why: CeremonyError) -> Literal["input", "refused", "integrity", "machine"]:
    match why:
        case InputError():
            return "input"
        case Refused():
            return "refused"
        case IntegrityError():
            return "integrity"
    return "machine"


def _excused(ceremony: Ceremony, step: Step, why: CeremonyError) -> Steps[None]:
    """Have two people of different roles go on without a step that failed."""
    asked = resuming.two_people(
        ceremony,
        text=f"Step {step.id} failed. The script lets two people go on without it. Do you say so?",
        shown=f"{why.cause}\n{why.hint}",
    )
    persons = yield from placed(asked, ceremony.place(step))
    ceremony.journal.append(
        facts.ExceptionMade(step=step.id, why=f"not done: {why.cause}"[:500], persons=persons)
    )
