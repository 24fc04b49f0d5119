"""Approvals that a policy demands: so many different people sign before anything is signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ceremonies.errors import CeremonyError, InputError
from ceremonies.log import facts, sshsig
from ceremonies.log.evidence import read_plain
from ceremonies.log.facts import Fact, Plan
from ceremonies.log.order import MOST_KEPT, Take
from ceremonies.log.promised import Demand
from ceremonies.log.signers import Signers
from ceremonies.spoken import visible

_BY_SIGNATURE = ("sign-approval", "sign-batch-approval")
_ENDING = re.compile(r"(?:-[0-9]+)?\.sig")
_KIND = "approval"
_MOST_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Given:
    """A signature that was kept, over the text of that name, and what it was taken to approve."""

    step: str
    text: str
    name: str
    intents: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)


class Approvals:
    """Signed approvals: of each intent that is signed, by as many as the policy asks for."""

    def __init__(self, plan: Plan, demand: Demand | None) -> None:
        self._steps = {step.id for step in plan.steps if step.do in _BY_SIGNATURE}
        self._step = ""
        self._gave: dict[str, dict[str, set[str]]] = {}
        self._text = ""
        self._given: list[Given] = []
        self._last: Given | None = None  # in this attempt
        self.takes: dict[type[Fact], Take] = {}
        if demand is None:
            return
        self._demand = demand
        self.takes = {
            facts.Begin: self._begin,
            facts.FileKept: self._keep,
            facts.IntentApproved: self._approve,
            facts.PsbtSigned: self._sign,
        }

    def _begin(self, fact: facts.Begin) -> Iterable[str]:
        self._step = fact.step
        self._gave.pop(fact.step, None)  # who had approved does so again
        self._text, self._last = "", None
        return ()

    def _keep(self, fact: facts.FileKept) -> Iterable[str]:
        if fact.kind != _KIND or self._step not in self._steps:
            return ()
        if not fact.name.endswith(".sig"):
            self._text = fact.name
        elif len(self._given) < MOST_KEPT:
            self._last = Given(step=self._step, text=self._text, name=fact.name)
            self._given.append(self._last)
        return ()

    def _approve(self, fact: facts.IntentApproved) -> Iterable[str]:
        if self._step not in self._steps:
            return ()
        given = self._last
        if given is None or not _is_of(given, fact.person):
            return (f"no signature of {visible(fact.person)} was kept before it",)
        if len(given.intents) < MOST_KEPT:
            given.intents.append(fact.intent)
            given.people.append(fact.person)
        if not self._demand.people or fact.person in self._demand.people:
            gave = self._gave.setdefault(self._step, {})
            if len(gave) < MOST_KEPT:
                gave.setdefault(fact.intent, set()).add(fact.person)
        return ()

    def _sign(self, fact: facts.PsbtSigned) -> Iterable[str]:
        people = set().union(*(gave.get(fact.intent, ()) for gave in self._gave.values()))
        if len(people) < (needed := self._demand.needed):
            return (f"{len(people)} of the {needed} people whom the policy asks for approved it",)
        return ()

    def unsigned(self, folder: Path, known: Signers) -> Iterator[str]:
        """Yield each signature in the folder that is not what it was taken for.

        `known` are the people of the log; a policy may name its own.
        """
        if not self.takes or self._demand.text is None:
            return
        known = self._demand.signers or known
        for given in self._given:
            if not given.intents:
                continue
            try:
                text = read_plain(folder / given.text, limit=_MOST_BYTES)
                armored = read_plain(folder / given.name, limit=sshsig.MAX_SIZE)
            except (InputError, ValueError):  # others tell of a file that is gone or was changed
                continue
            if text != self._demand.text(given.step, given.intents):
                yield f"{visible(given.text)}: it is not the approval of what was approved by it"
            try:
                known.insist(given.people[0], armored, text, namespace=sshsig.INTENT_NAMESPACE)
            except CeremonyError as error:
                yield f"{visible(given.name)}: {error.cause}"


def _is_of(given: Given, person: str) -> bool:
    """Tell whether a signature has the name of one by this person, over its text."""
    beside = f"{given.text}.{person}"
    ending = given.name.removeprefix(beside)
    is_named = given.name.startswith(beside) and _ENDING.fullmatch(ending) is not None
    return is_named and set(given.people) <= {person}
