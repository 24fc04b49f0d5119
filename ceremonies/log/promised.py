"""What a script promises beyond its plan, kept by the records of its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Plan
from ceremonies.log.order import Take
from ceremonies.log.signers import Signers
from ceremonies.spoken import visible


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Before a step ends there is a record of a type that is as its script says.

    `holds` tells whether a record is, and `what` says it to people: "the step ends without …". One
    that `lasts` is kept by an attempt that was interrupted too; one of `every_session` has to be
    kept again in each that is resumed after the step ended, before any other step goes on. Of one
    `in_earnest` a rehearsal has the record, whatever it says.
    """

    step: str
    kind: type[Fact]
    what: str
    holds: Callable[[Any], bool] = lambda fact: True
    lasts: bool = False
    every_session: bool = False
    in_earnest: bool = False


@dataclass(frozen=True, kw_only=True)
class Demand:
    """How many people sign their approval; `people` are those who may, everyone where empty.

    `signers` are those whose keys the policy names, in place of the log's own list. `text` is what
    is signed in a step for these intents, in hexadecimal digits, by one signature.
    """

    needed: int
    people: frozenset[str]
    signers: Signers | None = None
    text: Callable[[str, Sequence[str]], bytes] | None = None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a script has its log say: the plan, what it promises, and what its policy demands.

    `unread` is the name of a policy that is not there to say it. `by_key` is whether whoever is
    present proves it with their key.
    """

    plan: Plan
    promises: tuple[Promise, ...] = ()
    demand: Demand | None = None
    unread: str = ""
    by_key: bool = False


class Promised:
    """Promises: each kept by a record of its own, in their order, within the step."""

    def __init__(self, promises: Iterable[Promise]) -> None:
        self._of: dict[str, list[Promise]] = {}
        for promise in promises:
            self._of.setdefault(promise.step, []).append(promise)
        self._open: list[Promise] = []
        self._due: list[Promise] = []
        self._lasting: set[Promise] = set()
        self._ended: set[str] = set()
        self.takes: dict[type[Fact], Take] = {}
        if not self._of:
            return
        kinds = {promise.kind for some in self._of.values() for promise in some}
        self.takes = {
            facts.Begin: self._begin,
            facts.Resumed: self._resume,
            facts.End: self._end,
            **dict.fromkeys(kinds, self._keep),
        }

    def _begin(self, fact: facts.Begin) -> Iterable[str]:
        lacking = [f"{one.what} is missing in this session" for one in self._due]
        self._due = []
        self._open = [one for one in self._of.get(fact.step, ()) if one not in self._lasting]
        return lacking

    def _resume(self, _: Fact) -> Iterable[str]:
        self._open = []
        self._due = [
            one for step in self._ended for one in self._of.get(step, ()) if one.every_session
        ]
        return ()

    def _keep(self, fact: Fact) -> Iterable[str]:
        for left in (self._open, self._due):
            for at, promise in enumerate(left):
                if promise.kind is type(fact) and promise.holds(fact):
                    del left[at]
                    self._lasting |= {promise} if promise.lasts else set()
                    return ()
        return ()

    def _end(self, fact: facts.End) -> Iterable[str]:
        lacking = [
            f"the step {visible(fact.step)} ends without {one.what}"
            for one in self._open
            if one.step == fact.step
        ]
        self._open = []
        if fact.step in self._of:
            self._ended.add(fact.step)
        return lacking
