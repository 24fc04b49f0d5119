"""A batch in a log: as many are reviewed, approved, signed and sent as were read, none left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Plan
from ceremonies.log.order import MOST_KEPT, Take

_COURSE = {
    "read-batch": "read",
    "review-batch": "reviewed",
    "approve-batch": "approved",
    "sign-batch": "signed",
    "send-batch": "sent",
}
"""What is done with every PSBT of a batch, by the action, each after the one before it."""

_NAMES: dict[type[Fact], Callable[[Any], str | None]] = {
    facts.FileKept: lambda fact: fact.name,
    facts.PsbtReviewed: lambda fact: fact.intent,
    facts.IntentApproved: lambda fact: fact.intent,
    facts.PsbtSigned: lambda fact: fact.intent,
}
"""How records name a PSBT, each in its way; only their number is compared."""


class Batches:
    """Batches: no step of one leaves out a PSBT that the step before it had."""

    def __init__(self, plan: Plan) -> None:
        self._does = {step.id: _COURSE[step.do] for step in plan.steps if step.do in _COURSE}
        self._doing = ""
        self._named: set[str] = set()
        self._done: dict[str, int] = {}
        self.takes: dict[type[Fact], Take] = {}
        if self._does:
            self.takes = {
                facts.Begin: self._begin,
                facts.End: self._end,
                **dict.fromkeys(_NAMES, self._name),
            }

    def _begin(self, fact: facts.Begin) -> Iterable[str]:
        self._doing = self._does.get(fact.step, "")
        self._named.clear()
        return ()

    def _name(self, fact: Any) -> Iterable[str]:
        name = _NAMES[type(fact)](fact)
        if self._doing and name is not None and len(self._named) < MOST_KEPT:
            self._named.add(name)
        return ()

    def _end(self, _: Fact) -> Iterable[str]:
        doing, self._doing = self._doing, ""
        if not doing:
            return ()
        now = self._done[doing] = len(self._named)
        course = [*_COURSE.values()]
        earlier = course[: course.index(doing)]
        before = self._done.get(earlier[-1], now) if earlier else now
        if now == before:
            return ()
        return (f"PSBTs that were {earlier[-1]}: {before}; {doing}: {now}",)
