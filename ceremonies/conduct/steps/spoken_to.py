"""People are told something, or tell of something that the script did not foresee."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ceremonies.conduct.actions import Action, Class, Expected, Params, everybody
from ceremonies.conduct.asks import Acknowledge, Choose, Confirm, Mistyped, Steps, TypeText, ask
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.script import Line, Script, Step
from ceremonies.log import facts
from ceremonies.log.promised import Promise
from ceremonies.spoken import visible

_LONGEST = 400


class Told(Params, frozen=True, kw_only=True):
    """`text` is what people say they understood; what the step says where it is left out."""

    text: Line | None = None


def _acknowledge(context: Context[Told]) -> Steps[None]:
    text = context.params.text or context.step.say
    for number, person in enumerate(context.people.of(context.step.role), start=1):
        yield from ask(
            Acknowledge(
                field=context.field(f"{person.role}-{number}"),
                by=person,
                text="Read this aloud, and say that you understood it.",
                shown=text,
            )
        )
        context.log(facts.Acknowledged(text=text, person=person.name, role=person.role))


def _exception(context: Context[Params]) -> Steps[None]:
    happened = yield from ask(
        Choose(
            field=context.field("happened"),
            by=context.actor,
            text="Has anything happened that the script does not foresee?",
            options=("nothing", "something"),
        )
    )
    if happened == "nothing":
        return
    what = yield from ask(
        TypeText(
            field=context.field("what"),
            by=context.actor,
            text="Say in one line what happened and what was decided. It goes into the log as it "
            "is: no names of others, no secrets. The exception sheet has room for more.",
            check=_checked,
        )
    )
    persons = yield from two_of(context, what, place=context.field("agreed"))
    context.log(facts.ExceptionMade(step=context.step.id, why=what, persons=persons))


def two_of(context: AnyContext, shown: str, *, place: str) -> Steps[tuple[str, str]]:
    """Have two people of different roles say yes to an exception; return their names.

    `place` is the field of both, without its number.
    """
    first, second = next(
        (one, other)
        for one, other in combinations(context.people.present, 2)
        if one.role != other.role and one.name != other.name
    )
    for number, person in enumerate((first, second), start=1):
        yield from ask(
            Confirm(
                field=f"{place}-{number}",
                by=person,
                text="Two people of different roles let this go another way. Do you agree?",
                shown=shown,
            )
        )
    return first.name, second.name


def _checked(typed: str) -> str:
    if not 0 < len(typed) <= _LONGEST or visible(typed) != typed:
        raise Mistyped(f"type one line of up to {_LONGEST} letters")
    return typed


def _expects_told(script: Script, step: Step) -> Iterator[Expected]:
    for role in script.roles:
        if role.name == step.role:
            yield from everybody(role, field=f"{step.id}.{role.name}", ask=Acknowledge)


def _expects_exception(script: Script, step: Step) -> Iterator[Expected]:
    only = "only when something has happened"
    yield Expected(field=f"{step.id}.happened", ask=Choose, role=step.role)
    yield Expected(field=f"{step.id}.what", ask=TypeText, role=step.role, sometimes=only)
    yield from expects_two(f"{step.id}.agreed", only)


def expects_two(place: str, sometimes: str) -> Iterator[Expected]:
    """Yield what `two_of` asks."""
    for number in (1, 2):
        yield Expected(
            field=f"{place}-{number}", ask=Confirm, role="two people", sometimes=sometimes
        )


def _promises_told(_script: Script, step: Step) -> Iterator[Promise]:
    text = step.params.text or step.say
    yield Promise(
        step=step.id,
        kind=facts.Acknowledged,
        what="anybody who said that they understood the words of the script",
        holds=lambda fact: (fact.text, fact.role) == (text, step.role),
    )


ACKNOWLEDGE = Action(
    name="acknowledge",
    about="Everybody of a role says that they understood what is at stake.",
    cls=Class.IDEMPOTENT,
    run=_acknowledge,
    expects=_expects_told,
    params=Told,
    excusable=True,
    promises=_promises_told,
)
EXCEPTION = Action(
    name="exception",
    about="Whatever the script did not foresee is written down, and two people agree to it.",
    cls=Class.IDEMPOTENT,
    run=_exception,
    expects=_expects_exception,
    params=Params,
)
