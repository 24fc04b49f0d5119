"""What a log may say, over records in their order: steps and their brackets, people, keys.

Each rule is a class that says which types of facts it takes, and is given those one after the
other: it yields a sentence for each thing that the program would not have written. All of them know
only what is in the log: its first records say who it is and what was planned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol

from ceremonies.log import facts
from ceremonies.log.approvals import Approvals
from ceremonies.log.batches import Batches
from ceremonies.log.enrolments import Enrolments
from ceremonies.log.facts import Fact, Genesis, Plan
from ceremonies.log.key_life import Keys
from ceremonies.log.order import MOST_KEPT, Order, Take
from ceremonies.log.papers import Papers
from ceremonies.log.people import People
from ceremonies.log.presences import Presences
from ceremonies.log.promised import Planned, Promised
from ceremonies.log.promises import Promises
from ceremonies.log.story import Story
from ceremonies.log.wallets import Wallets
from ceremonies.spoken import visible

REHEARSAL = "REHEARSAL/"
"""What the name of every rehearsal's log begins with: nobody takes one for a log in earnest."""

_WHILE_PAUSED = (facts.Recovered, facts.Paused)
"""What leaves a ceremony paused: a session that finds no way to go on says so and pauses again."""

_TURNS = (Genesis, Plan, facts.Paused, facts.Closed, facts.Aborted)
"""What changes what may come next in the log as a whole."""

_ENDS = {facts.Closed, facts.Aborted}

_BRACKETS = (*_TURNS, facts.Begin, facts.End, facts.Failed, facts.Resumed)
"""What a step begins or ends with, or is left with."""

_COLLECTED = (
    facts.Sealed,
    facts.FileKept,
    facts.Recovered,
    facts.PeerSeal,
    facts.PersonEnrolled,
)
"""What others compare with the folder, or with another log."""


class _Table(dict[type[Fact], tuple[Take, ...]]):
    """What takes facts, by type; chosen when the first of a type comes, as few logs have all."""

    def __init__(self, choose: Callable[[type[Fact]], Iterable[Take]]) -> None:
        self._choose = choose

    def __missing__(self, kind: type[Fact]) -> tuple[Take, ...]:
        takes = self[kind] = tuple(self._choose(kind))
        return takes


class Rule(Protocol):
    """One subject of a log, from its plan to its last record.

    `takes` says of each type that matters to it what yields the problems of such a fact, after
    those that were taken before it.
    """

    takes: dict[type[Fact], Take]


class Meaning:
    """Every rule over one log; what it collects is checked against the folder by others.

    `planned` names what the script of a log has it say beyond its plan.
    """

    def __init__(self, planned: Callable[[Genesis], Planned | None] = lambda _: None) -> None:
        self.genesis: Genesis | None = None
        self.plan: Plan | None = None
        self.last: Fact | None = None
        self.sealed: list[tuple[int, facts.Sealed]] = []
        self.keys = Keys()
        self.story = Story()
        self._planned = planned
        self._seq = 0
        self._seen: set[type[Fact]] = set()
        self._order: Order | None = None
        self._people: People | None = None
        self.approvals: Approvals | None = None
        self.presences: Presences | None = None
        self._rules: tuple[Rule, ...] = ()
        self._wary = _Table(lambda kind: (self._turn, *self._takes(kind), self._settle))
        self._between = _Table(lambda kind: self._bracketed(kind, self._takes(kind)))
        self._in_step = _Table(lambda kind: self._bracketed(kind, self._takes_in_step(kind)))
        self._table = self._wary
        self.peers: dict[facts.PeerSeal, int] = {}
        self.enrolled: set[tuple[str, str]] = set()
        self._files: dict[facts.FileKept | facts.Recovered, int] = {}
        self._is_paused = False
        self._end: Fact | None = None

    @property
    def files(self) -> list[tuple[int, facts.FileKept | facts.Recovered]]:
        """Return every file that is named, each as a record says it is, and the first that does."""
        return [(seq, fact) for fact, seq in self._files.items()]

    @property
    def ever(self) -> Mapping[str, Collection[str]]:
        """Return everybody who was ever in the room, and their roles."""
        return self._people.ever if self._people else {}

    @property
    def people(self) -> tuple[str, ...]:
        """Name everybody who was ever in the room, with their roles."""
        return tuple(
            f"{visible(person)} ({', '.join(map(visible, sorted(roles)))})"
            for person, roles in self.ever.items()
        )

    @property
    def happened(self) -> tuple[str, ...]:
        """Say what came of the ceremony, and what did not go straight on."""
        return (*self.keys.outcome, *self.story.outcome)

    def follow(self, told: Iterable[Fact], *, first: int) -> Iterator[str]:
        """Yield a sentence for each rule that the facts from record `first` on break."""
        fact, seen = self.last, self._seen
        for self._seq, fact in enumerate(told, first):
            seen.add(kind := type(fact))
            for take in self._table[kind]:
                if problems := take(fact):
                    for problem in problems:
                        yield f"record {self._seq} ({fact.type}): {problem}"
        self.last = fact

    def _turn(self, fact: Fact) -> Iterator[str]:
        """Yield what is wrong where a log begins, pauses or ends."""
        yield from self._session(fact)
        yield from self._placed(self._seq, fact)

    def _settle(self, fact: Fact) -> Iterable[str]:
        """Choose what takes the facts that come next: the less may be wrong, the fewer rules."""
        if type(fact) in _ENDS:
            self._end = self._end or fact
        if self._order is None or self._is_paused or self._end is not None:
            self._table = self._wary
        else:
            self._table = self._in_step if self._order.is_open else self._between
        return ()

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
                self.story.begin(fact)
                if (fact.mode == "rehearsal") != fact.log.startswith(REHEARSAL):
                    yield f"the log of a rehearsal, and no other, has a name with {REHEARSAL}"
            else:
                yield "genesis is the first record, and no other"
        elif isinstance(fact, Plan) and self.plan is None:
            self.plan = fact
            yield from _plan_problems(fact)
            self._begin(fact)
        elif isinstance(fact, Plan):
            yield "there was a plan already"
        # a crash may have torn the plan before it was whole
        elif self.plan is None and not isinstance(fact, facts.Recovered):
            yield "the plan comes first, after genesis"
        elif self._end is not None:
            yield f"nothing may follow the record {self._end.type}"

    def _begin(self, plan: Plan) -> None:
        self._order, self._people = Order(plan, self.genesis), People(plan)
        promises = Promises(plan, self.genesis, seen=self._seen)
        planned = self._planned(self.genesis) if self.genesis else None
        promised = Promised(planned.promises if planned else ())
        self.approvals = Approvals(plan, planned.demand if planned else None)
        self.presences = Presences(self.genesis, is_asked=planned is not None and planned.by_key)
        self._rules = (
            self._order,
            promises,
            promised,
            self._people,
            self.keys,
            self.approvals,
            self.presences,
            Batches(plan),
            Enrolments(plan),
            Papers(plan),
            Wallets(),
            self.story,
        )
        self._wary.clear()  # what came before the plan was taken by no rule

    def _takes(self, kind: type[Fact]) -> Iterator[Take]:
        yield from (rule.takes[kind] for rule in self._rules if kind in rule.takes)
        if kind in _COLLECTED:
            yield self._collect

    def _takes_in_step(self, kind: type[Fact]) -> Iterator[Take]:
        """Leave out what judges where a fact stands: in a step everything has its place."""
        return (
            take for take in self._takes(kind) if self._order is None or take != self._order.between
        )

    def _bracketed(self, kind: type[Fact], takes: Iterable[Take]) -> Iterator[Take]:
        if kind in _TURNS:
            yield self._turn
        yield from takes
        if kind in _BRACKETS:
            yield self._settle

    def _collect(self, fact: Any) -> Iterable[str]:
        kept = (self.sealed, self._files, self.peers, self.enrolled)
        if max(map(len, kept)) >= MOST_KEPT:
            return (f"no log names more than {MOST_KEPT} files, seals or new signers",)
        match fact:
            case facts.PersonEnrolled():
                self.enrolled.add((fact.person, fact.key_sha256))
            case facts.PeerSeal():
                self.peers.setdefault(fact, self._seq)
                if self.genesis is not None and fact.log == self.genesis.log:
                    return ("it names this very log as another",)
            case facts.Sealed():
                self.sealed.append((self._seq, fact))
                # a seal of an earlier step, named once more, would seal nothing of this one
                if fact.size != self._seq:
                    return (
                        f"it names a seal of {fact.size} records, and {self._seq} came before it",
                    )
            case _:
                self._files.setdefault(fact, self._seq)
        return ()


def _plan_problems(plan: Plan) -> Iterator[str]:
    steps = [step.id for step in plan.steps]
    roles = {role.role for role in plan.roles}
    named = {step.role for step in plan.steps}.union(*(step.attest for step in plan.steps))
    if not steps or len(set(steps)) != len(steps) or "" in steps:
        yield "the steps of the plan do not each have a name of their own"
    if len(roles) != len(plan.roles) or not named.union(*plan.conflicts) <= roles:
        yield "the plan names a role that it does not have, or has one twice"
