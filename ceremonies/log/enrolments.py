"""Enrolments in a log: whoever is enrolled signed so, and is told with everybody else's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ceremonies.log import facts
from ceremonies.log.evidence import ENROLMENT_KIND, SIGNERS_KIND
from ceremonies.log.facts import Fact, Plan
from ceremonies.log.order import MOST_KEPT, Take
from ceremonies.spoken import visible


class Enrolments:
    """Steps of enrolment: a list, and of each person in it a statement and a record, none alone."""

    def __init__(self, plan: Plan) -> None:
        self._steps = {step.id for step in plan.steps if step.do == "enrol-people"}
        self._quorum = plan.quorum
        self._is_here = False
        self._list = ""
        self._statements: dict[str, None] = {}
        self._people: dict[str, None] = {}
        self.takes: dict[type[Fact], Take] = {}
        if self._steps:
            self.takes = {
                facts.Begin: self._begin,
                facts.FileKept: self._keep,
                facts.PersonEnrolled: self._enrol,
                facts.End: self._end,
            }

    def _begin(self, fact: facts.Begin) -> Iterable[str]:
        self._is_here = fact.step in self._steps
        self._list = ""
        self._statements.clear()
        self._people.clear()
        return ()

    def _keep(self, fact: facts.FileKept) -> Iterable[str]:
        if fact.kind == SIGNERS_KIND:
            self._list = fact.name
        elif fact.kind == ENROLMENT_KIND and len(self._statements) < MOST_KEPT:
            self._statements[fact.name] = None
        return ()

    def _enrol(self, fact: facts.PersonEnrolled) -> Iterable[str]:
        if len(self._people) < MOST_KEPT:
            self._people[fact.person] = None
        return ()

    def _end(self, _: Fact) -> Iterable[str]:
        return [*self._lacking()] if self._is_here else ()

    def _lacking(self) -> Iterator[str]:
        self._is_here = False
        if not self._list:
            yield "people were enrolled, and no list of them was kept"
            return
        if len(self._people) < self._quorum:
            yield f"it enrols {len(self._people)} of the {self._quorum} people that a seal needs"
        theirs = {f"{self._list}.{person}": person for person in self._people}
        for name, person in theirs.items():
            if name not in self._statements:
                yield f"{visible(person)} was enrolled, and no statement of theirs was kept"
        for name in self._statements:
            if name not in theirs:
                yield f"{visible(name)} was kept, and nobody was enrolled with it"
