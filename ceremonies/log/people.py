"""People in a log: present in this session, in their roles, and none left out of what all do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Plan, PlannedStep
from ceremonies.log.order import MOST_KEPT, OPENING, ROLL_CALL, Take
from ceremonies.spoken import visible

_InARole: TypeAlias = facts.Attested | facts.IntentApproved | facts.Acknowledged
_ByAll: TypeAlias = facts.KeyRecovered | facts.Aborted | facts.ItemDestroyed

_BY_ONE = (
    facts.EntropyOpened,
    facts.PhraseShown,
    facts.PhraseConfirmed,
    facts.SeedQrShown,
    facts.CardShown,
    facts.CardVerified,
)
"""What one person does, whatever their role."""

_BY_EACH: dict[str, type[Fact]] = {
    "acknowledge": facts.Acknowledged,
    "audit-cards": facts.CardAudited,
    "confirm-fingerprint": facts.FingerprintConfirmed,
    "join-wallet": facts.KeyProved,
    "confirm-address": facts.AddressConfirmed,
}
"""What everybody in the role of a step does before it ends, by its action."""


class People:
    """People: present in this session, in the roles they act in, and in no two that conflict.

    Nobody who is there in a role is left out of what a step has everybody in it do, or attest.
    """

    def __init__(self, plan: Plan) -> None:
        self._roles = {role.role: role for role in plan.roles}
        self._apart: dict[str, set[str]] = {}
        for conflict in set(plan.conflicts):
            apart = self._roles.keys() & set(conflict)
            for role in apart:
                self._apart.setdefault(role, set()).update(apart)
        self._steps = {step.id: step for step in plan.steps}
        self._roll_calls = {step.id for step in plan.steps if step.do == ROLL_CALL}
        self._later = {step.id for step in plan.steps if step.do not in OPENING}
        self._present: dict[str, set[str]] = {}
        self._here: dict[str, int] = {}
        self._is_whole = False
        self._ended: PlannedStep | None = None
        self._attested: set[tuple[str, str]] = set()
        self._did: dict[type[Fact], set[str]] = {}
        self.ever: dict[str, set[str]] = {}
        self.takes: dict[type[Fact], Take] = {
            facts.Resumed: self._empty,
            facts.Begin: self._begun,
            facts.PersonPresent: self._arrived,
            facts.End: self._over,
            facts.Attested: self._attest,
            facts.IntentApproved: self._acts_in_role,
            facts.KeyRecovered: self._all_act,
            facts.Aborted: self._all_act,
            facts.ItemDestroyed: self._all_act,
            facts.ItemStored: self._store,
            facts.ExceptionMade: self._excepted,
            **dict.fromkeys(_BY_ONE, self._one_acts),
            **dict.fromkeys(_BY_EACH.values(), self._each_acts),
            facts.Acknowledged: self._acknowledge,
        }

    def _empty(self, _: Fact) -> tuple[str, ...]:
        self._present, self._here, self._is_whole = {}, {}, False
        self._did.clear()
        return ()

    def _begun(self, fact: facts.Begin) -> Iterable[str]:
        ended = self._ended
        silent = [*self._silent(ended)] if ended and ended.attest else []
        self._ended = None
        self._attested.clear()
        self._did.clear()
        if fact.step in self._roll_calls:
            self._empty(fact)
            return silent
        if self._is_whole or fact.step not in self._later:
            return silent
        lacking = [*self._lacking(self._here)]
        self._is_whole = not lacking
        return (*silent, *lacking)

    def _over(self, fact: facts.End) -> Iterable[str]:
        step = self._ended = self._steps.get(fact.step)
        if step is None or step.do not in _BY_EACH:
            return ()
        did = self._did.get(_BY_EACH[step.do], ())
        return [
            f"the step {visible(step.id)} ends without {visible(person)}"
            for person in self._in_role(step.role)
            if person not in did
        ]

    def _silent(self, ended: PlannedStep) -> Iterator[str]:
        """Yield who should have attested the step before this one, and did not."""
        for role in ended.attest:
            for person in self._in_role(role):
                if (role, person) not in self._attested:
                    who = f"{visible(person)} ({visible(role)})"
                    yield f"{who} did not attest the step {visible(ended.id)} before it"

    def _in_role(self, role: str) -> list[str]:
        return [person for person, roles in self._present.items() if role in roles]

    def _attest(self, fact: facts.Attested) -> Iterable[str]:
        if len(self._attested) < MOST_KEPT:
            self._attested.add((fact.role, fact.person))
        return self._acts_in_role(fact)

    def _each_acts(self, fact: Any) -> Iterable[str]:
        self._do(fact)
        return self._one_acts(fact)

    def _acknowledge(self, fact: facts.Acknowledged) -> Iterable[str]:
        self._do(fact)
        return self._acts_in_role(fact)

    def _do(self, fact: Any) -> None:
        did = self._did.setdefault(type(fact), set())
        if len(did) < MOST_KEPT:
            did.add(fact.person)

    def _one_acts(self, fact: Any) -> Iterable[str]:
        return () if fact.person in self._present else self._acts(fact.person)

    def _store(self, fact: facts.ItemStored) -> Iterable[str]:
        return (*self._acts(fact.holder), *self._acts(fact.sealed_by))

    def _all_act(self, fact: _ByAll) -> Iterator[str]:
        for person in fact.persons:
            yield from self._acts(person)

    def _lacking(self, counts: Mapping[str, int]) -> Iterator[str]:
        for name, role in self._roles.items():
            if (count := counts.get(name, 0)) < role.least:
                yield f"{count} people were {visible(name)}, and {role.least} are needed"

    def _arrived(self, fact: facts.PersonPresent) -> Iterable[str]:
        role = self._roles.get(fact.role)
        if role is None:
            return (f"the plan has no role {visible(fact.role)}",)
        if len(self._present) >= MOST_KEPT:
            return (f"no more than {MOST_KEPT} people are in one room",)
        held = self._present.setdefault(fact.person, set())
        if fact.role in held:
            return (f"{visible(fact.person)} is {visible(fact.role)} already",)
        held.add(fact.role)
        if len(self.ever) < MOST_KEPT:
            self.ever.setdefault(fact.person, set()).add(fact.role)
        here = self._here[fact.role] = self._here.get(fact.role, 0) + 1
        is_one_too_many = role.most is not None and here > role.most
        if len(held) == 1 and not is_one_too_many:
            return ()
        return self._crowded(fact, role, here=here, held=held)

    def _crowded(
        self, fact: facts.PersonPresent, role: facts.PlannedRole, *, here: int, held: set[str]
    ) -> Iterator[str]:
        if role.most is not None and here > role.most:
            yield f"{here} people are {visible(fact.role)}, and {role.most} may be"
        both = held & self._apart.get(fact.role, set())
        if len(both) > 1:
            roles = " and ".join(visible(one) for one in sorted(both))
            yield f"{visible(fact.person)} may not be both {roles}"
        if len(held) > 1 and any(self._roles[one].independent for one in held):
            yield f"{visible(fact.person)} is in an independent role, and in another one"

    def _acts_in_role(self, fact: _InARole) -> Iterable[str]:
        if fact.role in self._present.get(fact.person, ()):
            return ()
        return self._acts(fact.person, fact.role)

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
