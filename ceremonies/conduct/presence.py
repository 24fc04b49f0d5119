"""Whoever acts is at the machine: before somebody else's turn, their PIN is typed.

A script asks for it with `presence = "pin"`, or with `"key"`, where people also sign at the roll
call. PINs are chosen anew at each roll call, and live in memory alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ceremonies.conduct.asks import Ask, Mistyped, Steps, TypePassphrase, through
from ceremonies.conduct.people import Person
from ceremonies.conduct.slots import PINS, Table
from ceremonies.errors import Refused
from ceremonies.secret import Secret

R = TypeVar("R")

LEAST, MOST, TRIES = 4, 16, 5


@dataclass(frozen=True, kw_only=True)
class TypePin(TypePassphrase):
    """The PIN that a person chose at the roll call; another one is asked again, a few times."""

    kind = "type-pin"
    chosen: Secret | None = None

    def accept(self, raw: object) -> Secret:
        """Take a PIN to be chosen, or the one that was."""
        pin = super().accept(raw)
        if self.chosen is None and not LEAST <= len(pin) <= MOST:
            raise Mistyped(f"a PIN has {LEAST} to {MOST} digits or letters")
        if self.chosen is not None and pin != self.chosen:
            raise Mistyped("that is not the PIN which was chosen at the roll call")
        return pin


def attended(steps: Steps[R], table: Table) -> Steps[R]:
    """Have whoever acts type their PIN when it becomes their turn, where PINs were chosen.

    Raises:
        Refused: somebody could not, several times.
    """
    at_machine = ""

    def handle(asked: Ask[Any]) -> Steps[object]:
        nonlocal at_machine
        pin = table.take(PINS).get(asked.by.name) if table.has(PINS) else None
        if pin is not None and asked.by.name != at_machine and not isinstance(asked, TypePin):
            yield from _proved(asked, pin)
        at_machine = asked.by.name
        return (yield asked)

    return through(steps, handle)


def _proved(before: Ask[Any], pin: Secret) -> Steps[None]:
    question = TypePin(
        field=f"{before.field}.pin",
        by=Person(before.by.name, before.by.role),
        text=f"It is the turn of {before.by.name}: type the PIN that you chose at the roll call.",
        place=before.place,
        chosen=pin,
    )
    for _ in range(TRIES):
        raw = yield question
        try:
            question.accept(raw)
        except Mistyped as why:
            question = replace(question, mistake=str(why))
        else:
            return
    raise Refused(
        f"{before.by.name} did not type their PIN in {TRIES} tries",
        hint="resume: everybody chooses a new one at the roll call",
    )
