"""What a log may say, over records in their order: steps and their brackets, people, keys.

Each rule is a class that takes one record after the other and yields a sentence for each thing
that the program would not have written. All of them know only what is in the log: its first
records say who it is and what was planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Protocol

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Genesis, Plan
from ceremonies.log.key_life import Keys
from ceremonies.log.order import OPENING, ROLL_CALL, Order
from ceremonies.log.promises import Promises
from ceremonies.log.records import Record
from ceremonies.spoken import visible

REHEARSAL = "REHEARSAL/"
"""What the name of every rehearsal's log begins with: nobody takes one for a log in earnest."""

_WHILE_PAUSED = (facts.Recovered, facts.Paused)
"""What leaves a ceremony paused: a session that finds no way to go on says so and pauses again."""


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
        self._is_paused = False

    def take(self, record: Record) -> Iterator[str]:
        """Yield a sentence for each rule that the next record breaks."""
        fact = record.fact
        for problem in (*self._session(fact), *self._placed(record.seq, fact)):
            yield f"record {record.seq} ({record.type}): {problem}"
        self.last = fact
        if isinstance(fact, facts.Sealed):
            self.sealed.append((record.seq, fact))
        elif isinstance(fact, facts.FileKept | facts.Recovered):
            self.files.append((record.seq, fact))

    def _session(self, fact: Fact) -> Iterator[str]:
        if self._is_paused and not isinstance(fact, (*_WHILE_PAUSED, facts.Resumed)):
            yield "the ceremony was paused, and nothing was resumed"
        self._is_paused = isinstance(fact, _WHILE_PAUSED) and (
            self._is_paused or isinstance(fact, facts.Paused)
        )

    def _placed(self, seq: int, fact: Fact) -> Iterator[str]:
        if isinstance(fact, Genesis) or seq == 0:
            if isinstance(fact, Genesis) and seq == 0:
                self.genesis = fact
                if (fact.mode == "rehearsal") != fact.log.startswith(REHEARSAL):
                    yield f"the log of a rehearsal, and no other, has a name with {REHEARSAL}"
            else:
                yield "genesis is the first record, and no other"
        elif isinstance(fact, Plan) and self.plan is None:
            self.plan = fact
            yield from _plan_problems(fact)
            self._rules = (
                Order(fact, self.genesis),
                Promises(fact, self.genesis),
                People(fact),
                self.keys,
            )
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
        self._apart: dict[str, set[str]] = {}
        for conflict in set(plan.conflicts):
            apart = self._roles.keys() & set(conflict)
            for role in apart:
                self._apart.setdefault(role, set()).update(apart)
        self._roll_calls = {step.id for step in plan.steps if step.do == ROLL_CALL}
        self._later = {step.id for step in plan.steps if step.do not in OPENING}
        self._present: dict[str, set[str]] = {}
        self._here: Counter[str] = Counter()

    def take(self, fact: Fact) -> Iterator[str]:
        """Yield what is wrong with the people a fact names."""
        match fact:
            case facts.Resumed():
                self._empty()
            case facts.Begin() if fact.step in self._roll_calls:
                self._empty()
            case facts.Begin() if fact.step in self._later:
                yield from self._lacking(self._here)
            case facts.PersonPresent():
                yield from self._arrived(fact)
            case facts.Attested() | facts.IntentApproved() | facts.Acknowledged():
                yield from self._acts(fact.person, fact.role)
            case (
                facts.EntropyOpened()
                | facts.PhraseShown()
                | facts.PhraseConfirmed()
                | facts.CardShown()
                | facts.CardVerified()
                | facts.FingerprintConfirmed()
                | facts.CardAudited()
                | facts.KeyProved()
                | facts.AddressConfirmed()
            ):
                yield from self._acts(fact.person)
            case facts.ItemStored():
                yield from self._acts(fact.holder)
                yield from self._acts(fact.sealed_by)
            case facts.KeyRecovered() | facts.Aborted() | facts.ItemDestroyed():
                for person in fact.persons:
                    yield from self._acts(person)
            case facts.ExceptionMade():
                yield from self._excepted(fact)

    def _empty(self) -> None:
        self._present, self._here = {}, Counter()

    def _lacking(self, counts: Mapping[str, int]) -> Iterator[str]:
        for name, role in self._roles.items():
            if (count := counts.get(name, 0)) < role.least:
                yield f"{count} people were {visible(name)}, and {role.least} are needed"

    def _arrived(self, fact: facts.PersonPresent) -> Iterator[str]:
        role = self._roles.get(fact.role)
        if role is None:
            yield f"the plan has no role {visible(fact.role)}"
            return
        held = self._present.setdefault(fact.person, set())
        if fact.role in held:
            yield f"{visible(fact.person)} is {visible(fact.role)} already"
            return
        held.add(fact.role)
        self._here[fact.role] += 1
        if role.most is not None and self._here[fact.role] > role.most:
            here = f"{self._here[fact.role]} people are {visible(fact.role)}"
            yield f"{here}, and {role.most} may be"
        both = held & self._apart.get(fact.role, set())
        if len(both) > 1:
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
        named = set(fact.persons)
        roles = set().union(*(self._present.get(person, ()) for person in named))
        if len(named) < 2 or len(roles) < 2:
            yield "an exception needs two people of different roles"
