"""Approvals that a policy demands: so many different people sign before anything is signed."""

from __future__ import annotations

from collections.abc import Iterable

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Plan
from ceremonies.log.order import MOST_KEPT, Take
from ceremonies.log.promised import Demand

_BY_SIGNATURE = ("sign-approval", "sign-batch-approval")


class Approvals:
    """Signed approvals: of each intent that is signed, by as many as the policy asks for."""

    def __init__(self, plan: Plan, demand: Demand | None) -> None:
        self._steps = {step.id for step in plan.steps if step.do in _BY_SIGNATURE}
        self._step = ""
        self._gave: dict[str, dict[str, set[str]]] = {}
        self.takes: dict[type[Fact], Take] = {}
        if demand is None:
            return
        self._demand = demand
        self.takes = {
            facts.Begin: self._begin,
            facts.IntentApproved: self._approve,
            facts.PsbtSigned: self._sign,
        }

    def _begin(self, fact: facts.Begin) -> Iterable[str]:
        self._step = fact.step
        self._gave.pop(fact.step, None)  # who had approved does so again
        return ()

    def _approve(self, fact: facts.IntentApproved) -> Iterable[str]:
        may = not self._demand.people or fact.person in self._demand.people
        if may and self._step in self._steps:
            gave = self._gave.setdefault(self._step, {})
            if len(gave) < MOST_KEPT:
                gave.setdefault(fact.intent, set()).add(fact.person)
        return ()

    def _sign(self, fact: facts.PsbtSigned) -> Iterable[str]:
        people = set().union(*(gave.get(fact.intent, ()) for gave in self._gave.values()))
        if len(people) < (needed := self._demand.needed):
            return (f"{len(people)} of the {needed} people whom the policy asks for approved it",)
        return ()
