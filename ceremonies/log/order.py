"""Steps in a log: in the order of the plan, each between its own brackets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from ceremonies.log import facts
from ceremonies.log.facts import FACTS, Fact, Genesis, Plan
from ceremonies.spoken import visible

_OUTSIDE = (
    facts.Attested,
    facts.Resumed,
    facts.Recovered,
    facts.Paused,
    facts.ExceptionMade,
    facts.KeyVoid,
    facts.SharesVoid,
    facts.Sealed,
    facts.Aborted,
)
"""What may stand between the end of one step and the beginning of the next."""

_ON_RESUMING = (
    facts.MachineChecked,
    facts.RoomChecked,
    facts.PersonPresent,
    facts.KeyRecovered,
    facts.FingerprintConfirmed,
    facts.FileKept,
)
"""What may stand there too in a session that was resumed: the room and its keys come back, and
what an interrupted step left in the folder is accounted for."""

ROLL_CALL = "roll-call"
OPENING = ("check-machine", ROLL_CALL)
"""Actions that every session repeats; nothing that came after them is undone by that."""


MOST_KEPT = 10_000
"""How many different files, people, cards, keys or transactions are kept in mind at once.

What comes beyond that is not known when something refers to it, so that a log of any size takes
bounded memory and no ceremony that could be held is refused.
"""

_OF_A_KEY = tuple(kind for kind in FACTS.values() if "key" in kind.__struct_fields__)

Take: TypeAlias = Callable[[Any], Iterable[str]]
"""Take the next fact of a type, and yield what is wrong with it."""


class Order:
    """Steps: begun in the order of the plan, bracketed, attested, and all done before the end."""

    def __init__(self, plan: Plan, genesis: Genesis | None) -> None:
        self._steps = plan.steps
        self._index = {step.id: number for number, step in enumerate(plan.steps)}
        self._program = genesis.program_sha256 if genesis else ""
        self._attempts = dict.fromkeys(self._index, 0)
        # sets of steps, each a bit at its place in the plan
        self._optional = sum(1 << at for at, step in enumerate(plan.steps) if not step.mandatory)
        self._ended = self._failed = self._excused = 0
        self._attested: dict[int, set[str]] = {}
        self._of_key: dict[str, int] = {}
        self._open: int | None = None
        self._begun = self._last_ended = ""
        self._resumed = False
        self.takes: dict[type[Fact], Take] = {
            **dict.fromkeys(FACTS.values(), self.between),
            **dict.fromkeys(_OF_A_KEY, self._of_a_key),
            facts.Begin: self._begin,
            facts.End: self._end,
            facts.Closed: self._close,
            facts.Attested: self._attest,
            facts.Resumed: self._resume,
            facts.KeyVoid: self._undo,
            facts.SharesVoid: self._undo,
            facts.Failed: self._fail,
            facts.ExceptionMade: self._excuse,
            facts.Paused: self._pause,
        }
        del self.takes[Genesis], self.takes[Plan]

    @property
    def is_open(self) -> bool:
        """Tell whether a step is under way, where everything has its place that is no bracket."""
        return self._open is not None

    def _attest(self, fact: facts.Attested) -> Iterable[str]:
        if not self._attempts.get(fact.step):
            return (f"the step {visible(fact.step)} had not begun",)
        if fact.step != self._last_ended:
            return (f"the step {visible(fact.step)} had not ended, or another has begun since",)
        self._attested.setdefault(self._index[fact.step], set()).add(fact.role)
        return ()

    def _resume(self, fact: facts.Resumed) -> Iterable[str]:
        self._open, self._resumed = None, True
        if fact.program_sha256 != self._program:
            return ("it was resumed by another program than the one that began it",)
        return ()

    def _pause(self, fact: facts.Paused) -> Iterable[str]:
        if fact.step != self._begun:
            return (f"it pauses {_step(fact.step)}, and {_step(self._begun)} is under way",)
        return ()

    def between(self, fact: Fact) -> Iterable[str]:
        """Take what has its place in a step; some of it may stand outside of one too."""
        if self._open is None:
            allowed = (*_OUTSIDE, *_ON_RESUMING) if self._resumed else _OUTSIDE
            return () if isinstance(fact, allowed) else ("it stands outside of any step",)
        return ()

    def _of_a_key(self, fact: Any) -> Iterable[str]:
        if self._open is not None and len(self._of_key) < MOST_KEPT:
            self._of_key[fact.key] = self._of_key.get(fact.key, 0) | 1 << self._open
        return self.between(fact)

    @property
    def _past(self) -> int:
        """Every step that ended or may be left out; one that failed was excused by two people."""
        return self._ended | self._optional & (~self._failed | self._excused)

    @property
    def _is_over(self) -> bool:
        """Whether a step failed that cannot be left out."""
        return bool(self._failed & ~self._optional)

    def _again(self, undone: int) -> None:
        """Take back that steps have ended."""
        self._ended &= ~undone
        for index in [*self._attested]:
            if undone >> index & 1:
                del self._attested[index]

    def _fail(self, fact: facts.Failed) -> Iterable[str]:
        if self._open is None or fact.step != self._begun:
            return (f"the step {visible(fact.step)} is not under way",)
        self._failed |= 1 << self._open
        self._open, self._begun = None, ""
        return ()

    def _excuse(self, fact: facts.ExceptionMade) -> Iterable[str]:
        if (index := self._index.get(fact.step)) is not None:
            self._excused |= self._failed & 1 << index
        return ()

    def _undo(self, fact: facts.KeyVoid | facts.SharesVoid) -> Iterable[str]:
        # what was done with a key that is void has to be done again with another
        self._again(self._of_key.pop(fact.key, 0))
        if self._open is not None:
            self._of_key[fact.key] = 1 << self._open
        return ()

    def _begin(self, fact: facts.Begin) -> Iterable[str]:
        index = self._index.get(fact.step)
        if index is None:
            return (f"the plan has no step {visible(fact.step)}",)
        attempt = self._attempts[fact.step] + 1
        left = ~self._past & (1 << index) - 1
        is_next = self._open is None and not left and fact.attempt == attempt
        may_begin = is_next and self._resumed and not self._is_over
        wrong = () if may_begin else [*self._early(fact, left, attempt=attempt)]
        self._attempts[fact.step] = attempt
        # whoever goes back does everything after it again
        undone = 1 << index if self._steps[index].do in OPENING else -1 << index
        self._again(undone)
        self._failed &= ~undone
        self._excused &= ~undone
        self._open, self._begun, self._last_ended = index, fact.step, ""
        return wrong

    def _early(self, fact: facts.Begin, left: int, *, attempt: int) -> Iterator[str]:
        if self._open is not None:
            yield f"the step {visible(self._steps[self._open].id)} had not ended"
        if left:
            first = (left & -left).bit_length() - 1
            yield f"the step {visible(self._steps[first].id)} comes before it and had not ended"
        is_past = self._attempts[fact.step] or self._ended >> self._index[fact.step] + 1
        if is_past and not self._resumed:
            yield f"the step {visible(fact.step)} is past, and nothing was resumed since"
        if fact.attempt != attempt:
            yield f"it is attempt {attempt} at this step, and says {fact.attempt}"
        if self._is_over and not left:
            yield "a mandatory step failed, and the ceremony can only be ended"

    def _end(self, fact: facts.End) -> Iterable[str]:
        if self._open is None or fact.step != self._begun:
            return (f"the step {visible(fact.step)} is not under way",)
        self._ended |= 1 << self._open
        self._open, self._begun, self._last_ended = None, "", fact.step
        return ()

    def _close(self, fact: facts.Closed) -> Iterator[str]:
        if fact.steps != len(self._steps):
            yield f"it counts {fact.steps} steps, and the plan has {len(self._steps)}"
        if self._open is None or self._open != len(self._steps) - 1:
            yield "the last step of the plan is not under way"
        for index, step in enumerate(self._steps[:-1]):
            if self._ended >> index & 1:
                for role in step.attest:
                    if role not in self._attested.get(index, ()):
                        yield f"no {visible(role)} attested the step {visible(step.id)}"
            elif not self._past >> index & 1:
                kind = "mandatory step" if step.mandatory else "step"
                yield f"the {kind} {visible(step.id)} has not ended"


def _step(name: str) -> str:
    return f"the step {visible(name)}" if name else "no step"
