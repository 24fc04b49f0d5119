"""How far a ceremony is, read from its log alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ceremonies.log import facts
from ceremonies.log.facts import Plan
from ceremonies.log.records import Record

OPENING = ("check-machine", "roll-call")
"""Actions that every session repeats; doing them again undoes nothing that came later."""

WHY_ENDED = "ended by two people"
"""Why a key is void whose ceremony people ended for good, and the ceremony with it."""


class State(StrEnum):
    """The states of a ceremony; `running` is one that a process has open."""

    RUNNING = "running"
    PAUSED = "paused"
    CLOSING = "closing"
    COMPLETE = "complete"
    ABORTED = "aborted"
    VOID = "void"


class StepState(StrEnum):
    """The states of a step: a step ends only when everything it promises was verified."""

    PENDING = "pending"
    BEGUN = "begun"
    FAILED = "failed"
    EXCUSED = "excused"
    VERIFIED = "verified"
    ATTESTED = "attested"


@dataclass
class LiveKey:
    """A key that a ceremony made and did not declare void, and who may hold it in writing.

    `codes` are the people whose device may have read it from a code.
    Of a key that people `brought` it is the new cards alone that can become void.
    """

    name: str
    fingerprint: str
    brought: bool = False
    parts: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    cards: list[facts.VoidCard] = field(default_factory=list)

    @property
    def was_shown(self) -> bool:
        """Whether paper with it may exist."""
        return bool(self.parts or self.phrases or self.cards)


@dataclass
class Progress:
    """What the records of a log add up to; a rule or a person said no in steps `turned_down`."""

    order: tuple[str, ...]
    opening: frozenset[str]
    ended: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    excused: set[str] = field(default_factory=set)
    turned_down: set[str] = field(default_factory=set)
    attested: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)
    open_step: str | None = None
    last_ended: str | None = None
    key: LiveKey | None = None
    was_void: bool = False
    is_given_up: bool = False
    is_closed: bool = False
    is_aborted: bool = False
    _parts: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, plan: Plan, records: Iterable[Record]) -> Progress:
        """Add up the records of a log under its plan."""
        progress = cls(
            order=tuple(step.id for step in plan.steps),
            opening=frozenset(step.id for step in plan.steps if step.do in OPENING),
        )
        for record in records:
            progress.add(record.fact)
        return progress

    @property
    def past(self) -> set[str]:
        """The steps that need not be done: ended, or excused by two people."""
        return self.ended | self.excused

    @property
    def next_step(self) -> str | None:
        """The first step that is not past; None when all are."""
        return next((step for step in self.order if step not in self.past), None)

    def state_of(self, step: str) -> StepState:
        """Return the state of a step."""
        if step in self.ended:
            return StepState.ATTESTED if step in self.attested else StepState.VERIFIED
        if step in self.excused:
            return StepState.EXCUSED
        if step in self.failed:
            return StepState.FAILED
        return StepState.BEGUN if step == self.open_step else StepState.PENDING

    def add(self, fact: facts.Fact) -> None:
        """Take in one more fact."""
        match fact:
            case facts.Begin():
                self._begin(fact)
            case facts.End():
                self.ended.add(fact.step)
                self.open_step, self.last_ended = None, fact.step
            case facts.Failed():
                self.failed.add(fact.step)
                self.open_step, self.last_ended = None, None
            case facts.ExceptionMade() if fact.step in self.failed:
                self.excused.add(fact.step)
            case facts.Paused(step=step, why="refused" | "declined"):
                self.turned_down.add(step)
            case facts.Attested():
                self.attested.setdefault(fact.step, set()).add((fact.role, fact.person))
            case facts.Closed():
                self.is_closed = True
                self.ended = set(self.order) - self.excused
            case facts.Aborted():
                self.is_aborted = True
            case _:
                self._add_of_key(fact)

    def _begin(self, fact: facts.Begin) -> None:
        self.attempts[fact.step] += 1
        self.open_step, self.last_ended = fact.step, None
        if fact.step in self.opening:
            self.ended.discard(fact.step)
            return
        # whoever goes back to a step does everything after it again
        again = set(self.order[self.order.index(fact.step) :])
        self.ended -= again
        self.failed -= again
        self.excused -= again
        self.turned_down -= again
        for step in again:
            self.attested.pop(step, None)

    def _add_of_key(self, fact: facts.Fact) -> None:
        match fact:
            case facts.EntropyOpened():
                self._parts.append(fact.person)
            case facts.SeedMade():
                self.key = LiveKey(fact.key, fact.fingerprint, parts=self._parts)
                self._parts = []
            case facts.SeedBrought():
                self.key = LiveKey(fact.key, fact.fingerprint, brought=True)
            case facts.SharesVoid():
                self.key = None
            case facts.PhraseShown() if self.key and self.key.name == fact.key:
                self.key.phrases.append(fact.person)
            case facts.SeedQrShown() if self.key and self.key.name == fact.key:
                self.key.codes.append(fact.person)
            case facts.CardShown() if self.key and self.key.name == fact.key:
                self.key.cards.append(
                    facts.VoidCard(set=fact.set, card=fact.card, person=fact.person)
                )
            case facts.KeyVoid():
                self.key = None
                self.was_void = True
                self.is_given_up = fact.why == WHY_ENDED
            case _:
                pass
