"""What a log may say, over records in their order: steps and their brackets, people, keys.

Each rule is a class that takes one record after the other and yields a sentence for each thing
that the program would not have written. All of them know only what is in the log: its first
records say who it is and what was planned.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Protocol

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Genesis, Plan
from ceremonies.log.order import ROLL_CALL, Order
from ceremonies.log.records import Record
from ceremonies.spoken import visible


class Rule(Protocol):
    """One subject of a log, from its plan to its last record."""

    def take(self, fact: Fact) -> Iterator[str]:
        """Yield what is wrong with the next fact, after those that were taken before it."""


class Meaning:
    """Every rule over one log; what it collects is checked against the folder by others."""

    def __init__(self) -> None:
        self.genesis: Genesis | None = None
        self.plan: Plan | None = None
        self.last: Fact | None = None
        self.sealed: list[tuple[int, facts.Sealed]] = []
        self.files: list[tuple[int, facts.FileKept | facts.Recovered]] = []
        self.keys = Keys()
        self._rules: tuple[Rule, ...] = ()

    def take(self, record: Record) -> Iterator[str]:
        """Yield a sentence for each rule that the next record breaks."""
        fact = record.fact
        for problem in self._placed(record.seq, fact):
            yield f"record {record.seq} ({record.type}): {problem}"
        self.last = fact
        if isinstance(fact, facts.Sealed):
            self.sealed.append((record.seq, fact))
        elif isinstance(fact, facts.FileKept | facts.Recovered):
            self.files.append((record.seq, fact))

    def _placed(self, seq: int, fact: Fact) -> Iterator[str]:
        if isinstance(fact, Genesis) or seq == 0:
            if isinstance(fact, Genesis) and seq == 0:
                self.genesis = fact
            else:
                yield "genesis is the first record, and no other"
        elif isinstance(fact, Plan) and self.plan is None:
            self.plan = fact
            yield from _plan_problems(fact)
            self._rules = (Order(fact, self.genesis), People(fact), self.keys)
        elif isinstance(fact, Plan):
            yield "there was a plan already"
        # a crash may have torn the plan before it was whole
        elif self.plan is None and not isinstance(fact, facts.Recovered):
            yield "the plan comes first, after genesis"
        elif isinstance(self.last, facts.Closed | facts.Aborted):
            yield f"nothing may follow the record {self.last.type}"
        for rule in self._rules:
            yield from rule.take(fact)


def _plan_problems(plan: Plan) -> Iterator[str]:
    steps = [step.id for step in plan.steps]
    roles = {role.role for role in plan.roles}
    named = {step.role for step in plan.steps}.union(*(step.attest for step in plan.steps))
    if not steps or len(set(steps)) != len(steps) or "" in steps:
        yield "the steps of the plan do not each have a name of their own"
    if len(roles) != len(plan.roles) or not named.union(*plan.conflicts) <= roles:
        yield "the plan names a role that it does not have, or has one twice"


class People:
    """People: present in this session, in the roles they act in, and in no two that conflict."""

    def __init__(self, plan: Plan) -> None:
        self._roles = {role.role: role for role in plan.roles}
        self._conflicts = plan.conflicts
        self._roll_calls = {step.id for step in plan.steps if step.do == ROLL_CALL}
        self._present: dict[str, set[str]] = {}
        self._held: dict[str, set[str]] = {}

    def take(self, fact: Fact) -> Iterator[str]:
        """Yield what is wrong with the people a fact names."""
        match fact:
            case facts.Resumed():
                self._present = {}
            case facts.Begin() if fact.step in self._roll_calls:
                self._present = {}
            case facts.PersonPresent():
                yield from self._arrived(fact)
            case facts.Attested() | facts.IntentApproved():
                yield from self._acts(fact.person, fact.role)
            case (
                facts.PhraseShown()
                | facts.PhraseConfirmed()
                | facts.CardShown()
                | facts.CardVerified()
                | facts.FingerprintConfirmed()
            ):
                yield from self._acts(fact.person)
            case facts.KeyRecovered() | facts.Aborted():
                for person in fact.persons:
                    yield from self._acts(person)
            case facts.ExceptionMade():
                yield from self._excepted(fact)
            case facts.Closed():
                yield from self._complete()

    def _arrived(self, fact: facts.PersonPresent) -> Iterator[str]:
        role = self._roles.get(fact.role)
        if role is None:
            yield f"the plan has no role {visible(fact.role)}"
            return
        held = self._present.setdefault(fact.person, set())
        held.add(fact.role)
        self._held.setdefault(fact.person, set()).add(fact.role)
        here = sum(fact.role in roles for roles in self._present.values())
        if role.most is not None and here > role.most:
            yield f"{here} people are {visible(fact.role)}, and {role.most} may be"
        for conflict in self._conflicts:
            both = held.intersection(conflict)
            if fact.role in both and len(both) > 1:
                roles = " and ".join(visible(one) for one in sorted(both))
                yield f"{visible(fact.person)} may not be both {roles}"
        if len(held) > 1 and any(self._roles[one].independent for one in held):
            yield f"{visible(fact.person)} is in an independent role, and in another one"

    def _acts(self, person: str, role: str | None = None) -> Iterator[str]:
        roles = self._present.get(person)
        if roles is None:
            yield f"{visible(person)} is not present in this session"
        elif role is not None and role not in roles:
            yield f"{visible(person)} is not present as {visible(role)}"

    def _excepted(self, fact: facts.ExceptionMade) -> Iterator[str]:
        for person in fact.persons:
            yield from self._acts(person)
        roles = [self._present.get(person, set()) for person in sorted(set(fact.persons))]
        if not any(len(one | other) > 1 for one, other in combinations(roles, 2)):
            yield "an exception needs two people of different roles"

    def _complete(self) -> Iterator[str]:
        for name, role in self._roles.items():
            came = sum(name in roles for roles in self._held.values())
            if came < role.least:
                yield f"{came} people were {visible(name)}, and {role.least} are needed"


class Keys:
    """Keys and approvals: what is used was made and is not void, what is signed was approved."""

    def __init__(self) -> None:
        self._made: set[str] = set()
        self._void: set[str] = set()
        self._reviewed: dict[str, set[str]] = {}
        self._approved: set[str] = set()

    @property
    def is_void(self) -> bool:
        """Tell whether a key was lost and no other took its place."""
        return bool(self._void) and self._made == self._void

    def take(self, fact: Fact) -> Iterator[str]:
        """Yield what is wrong with the keys and intents a fact names."""
        match fact:
            case facts.SeedMade() if fact.key in self._made:
                yield f"{visible(fact.key)} was made before"
            case facts.SeedMade():
                self._made.add(fact.key)
            case (
                facts.PhraseShown()
                | facts.PhraseConfirmed()
                | facts.SharesSplit()
                | facts.CardShown()
                | facts.CardVerified()
                | facts.KeyVoid()
            ) if fact.key not in self._made or fact.key in self._void:
                why = "is void" if fact.key in self._void else "was never made"
                yield f"{visible(fact.key)} {why}"
            case facts.KeyVoid():
                self._void.add(fact.key)
            case facts.PsbtReviewed() if fact.intent is not None:
                self._reviewed.setdefault(fact.intent, set()).add(fact.txid)
            case facts.IntentApproved() if fact.intent not in self._reviewed:
                yield "an intent was approved that nobody had reviewed"
            case facts.IntentApproved():
                self._approved.add(fact.intent)
            case facts.PsbtSigned() if (
                fact.intent not in self._approved or fact.txid not in self._reviewed[fact.intent]
            ):
                yield "a transaction was signed that nobody had approved"
