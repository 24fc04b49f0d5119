"""Each card alone, against the record of its set; nothing is ever put together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ceremonies.conduct.actions import Action, Class, Expected, Params, everybody
from ceremonies.conduct.asks import Acknowledge, Mistyped, Steps, TypeWords, ask, retyped
from ceremonies.conduct.context import Context
from ceremonies.conduct.people import Person
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.slots import RECORD
from ceremonies.conduct.steps.hand_out import card_name
from ceremonies.errors import Refused
from ceremonies.log import facts
from ceremonies.secret import Secret

_CARD_WORDS = (20, 33)


def _run(context: Context[Params]) -> Steps[None]:
    seen: set[str] = set()
    record = context.table.take(RECORD)
    proved = "to its last word" if record.tags else "by its form alone: the record has no tags"
    dealt = sum(group.of for group in record.groups)
    for number, holder in enumerate(context.people.of(context.step.role), start=1):
        if number > dealt:
            raise Refused(
                f"{number} people hold cards, and the set has {dealt}",
                hint="resume with only those who hold a card of this set",
            )
        name = yield from _audited(context, holder, number, seen)
        seen.add(name)
        context.log(facts.CardAudited(set=record.set_id, card=name, person=holder.name))
        yield from ask(
            Acknowledge(
                field=context.field(f"{holder.role}-{number}.right"),
                by=holder,
                text=f"This is card {name} of set {record.set_id}, {proved}. "
                "Put it back, and seal it.",
            )
        )


def _audited(context: Context[Params], holder: Person, number: int, seen: set[str]) -> Steps[str]:
    from ceremonies.keys import slip39
    from ceremonies.keys.card_check import insist_right_card

    record = context.table.take(RECORD)

    def check(typed: Secret) -> None:
        retyped(lambda: insist_right_card(slip39.read_card(typed), record))
        name = card_name(slip39.read_card(typed))
        if name in seen:
            raise Mistyped(f"card {name} was shown before: bring your own")

    words = yield from ask(
        TypeWords(
            field=context.field(f"{holder.role}-{number}"),
            by=holder,
            text=f"Type the words of your card of set {record.set_id}. It is checked alone, and "
            "forgotten before the next one comes.",
            wordlist="slip39",
            counts=_CARD_WORDS,
            about=f"the card of {holder.name}",
            check=check,
        )
    )
    with words:
        return card_name(slip39.read_card(words))


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    for role in script.roles:
        if role.name == step.role:
            for one in everybody(role, field=f"{step.id}.{role.name}", ask=TypeWords):
                yield one
                yield replace(one, field=f"{one.field}.right", ask=Acknowledge)


AUDIT_CARDS = Action(
    name="audit-cards",
    about="Each holder types their card; it is checked alone, and nothing is put together.",
    cls=Class.PURE,
    run=_run,
    expects=_expects,
    params=Params,
    needs=(RECORD,),
)
