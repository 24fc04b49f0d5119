"""Things are destroyed before the eyes of two people: cards, media, machines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Choose, Confirm, Mistyped, Steps, TypeText, ask
from ceremonies.conduct.context import Context
from ceremonies.conduct.people import NOBODY
from ceremonies.conduct.script import Line, Script, Step
from ceremonies.conduct.steps.typed import typed_line
from ceremonies.errors import Refused
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.spoken import visible

_MOST = 64
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ./-]{0,39}")
_METHODS = ("shredded", "burned", "pulverised", "degaussed", "dissolved")


class Destroy(Params, frozen=True, kw_only=True):
    """`items` are what the script knows of; whatever else there is, is asked for."""

    items: tuple[Line, ...] = ()
    more: bool = True


def _run(context: Context[Destroy]) -> Steps[None]:
    witnesses = tuple(
        dict.fromkeys(person.name for person in context.people.of(context.step.role))
    )[:2]
    if len(witnesses) < 2:
        raise Refused(
            f"two people must see it as {context.step.role}, and there is one",
            hint="resume with two of them",
        )
    # whoever was interrupted goes on with what the log does not have yet
    done = [*_in_step(context.step.id, (record.fact for record in context.journal.records))]
    for number, item in enumerate(context.params.items, start=1):
        if item not in done:
            yield from _destroyed(context, number, item)
            done.append(item)
    while context.params.more and len(done) < _MOST:
        item = yield from _another(context, len(done) + 1)
        if item == NOBODY:
            break
        yield from _destroyed(context, len(done) + 1, item)
        done.append(item)


def _in_step(step: str, told: Iterable[facts.Fact]) -> Iterator[str]:
    """Yield what every attempt at a step destroyed; another step destroys for itself."""
    begun = ""
    for fact in told:
        if isinstance(fact, facts.Begin):
            begun = fact.step
        elif isinstance(fact, facts.ItemDestroyed) and begun == step:
            yield fact.item


def _another(context: Context[Destroy], number: int) -> Steps[str]:
    def check(typed: str) -> str:
        if typed == NOBODY and number == 1:
            raise Mistyped("name at least one thing that is destroyed")
        if not 0 < len(typed) <= 100 or visible(typed) != typed:
            raise Mistyped("name it in up to 100 letters")
        return typed

    text = (
        "What is to be destroyed? Name one thing, such as `the laptop` "
        f"(or {NOBODY}, when that was all)."
    )
    return (yield from typed_line(context, f"item-{number}", text, check))


def _destroyed(context: Context[Destroy], number: int, item: str) -> Steps[None]:
    place = f"item-{number}"
    serial = yield from typed_line(
        context,
        f"{place}.serial",
        f"Type the serial number of {item}, or what else tells it from others. The log gets a "
        "commitment to it.",
        _checked,
    )
    method = yield from ask(
        Choose(
            field=context.field(f"{place}.method"),
            by=context.actor,
            text=f"How is {item} destroyed?",
            options=_METHODS,
        )
    )
    first, second = context.people.of(context.step.role)[:2]
    for at, person in enumerate((first, second), start=1):
        yield from ask(
            Confirm(
                field=context.field(f"{place}.seen-{at}"),
                by=person,
                text=f"Destroy {item} now. Did you see it {method}, so that nothing of it can be "
                "read again?",
                shown=f"{item}\nserial {serial}",
            )
        )
    context.log(
        facts.ItemDestroyed(
            item=item,
            method=method,
            serial_commitment=context.journal.withhold("serial", serial),
            persons=(first.name, second.name),
        )
    )


def _checked(typed: str) -> str:
    if not _SERIAL.fullmatch(typed):
        raise Mistyped("type up to 40 letters, digits, dots, dashes and spaces")
    return typed


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    count = len(step.params.items)
    for number in range(1, count + 1):
        yield from _of_one(step, number, "")
    if step.params.more:
        again = "and again for each thing"
        yield Expected(
            field=f"{step.id}.item-{count + 1}", ask=TypeText, role=step.role, sometimes=again
        )
        yield from _of_one(step, count + 1, again)


def _of_one(step: Step, number: int, sometimes: str) -> Iterator[Expected]:
    field = f"{step.id}.item-{number}"
    for name, kind in (("serial", TypeText), ("method", Choose)):
        yield Expected(field=f"{field}.{name}", ask=kind, role=step.role, sometimes=sometimes)
    for at in (1, 2):
        yield Expected(field=f"{field}.seen-{at}", ask=Confirm, role=step.role, sometimes=sometimes)


def _promises(_script: Script, step: Step) -> Iterator[Promise]:
    for item in step.params.items:
        yield Promise(
            step=step.id,
            kind=facts.ItemDestroyed,
            what=f"the end of {item}",
            holds=partial(_is_of, item),
            lasts=True,
        )


def _is_of(item: str, fact: facts.ItemDestroyed) -> bool:
    return fact.item == item


DESTROY = Action(
    name="destroy",
    about="What must not be found is destroyed, and two people see it.",
    cls=Class.PROBE,
    run=_run,
    expects=_expects,
    params=Destroy,
    promises=_promises,
)
