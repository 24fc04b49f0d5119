"""Steps in a log: in the order of the plan, each between its own brackets."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Genesis, Plan
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
)
"""What may stand there too in a session that was resumed: the room and its keys come back."""

ROLL_CALL = "roll-call"
OPENING = ("check-machine", ROLL_CALL)
"""Actions that every session repeats; nothing that came after them is undone by that."""


class Order:
    """Steps: begun in the order of the plan, bracketed, attested, and all done before the end."""

    def __init__(self, plan: Plan, genesis: Genesis | None) -> None:
        self._steps = plan.steps
        self._index = {step.id: number for number, step in enumerate(plan.steps)}
        self._program = genesis.program_sha256 if genesis else ""
        self._attempts: dict[str, int] = {}
        self._ended: set[int] = set()
        self._failed: set[int] = set()
        self._excused: set[int] = set()
        self._attested: dict[int, set[str]] = {}
        self._of_key: dict[str, set[int]] = {}
        self._open: int | None = None
        self._begun = self._last_ended = ""
        self._resumed = False

    def take(self, fact: Fact) -> Iterator[str]:
        """Yield what is wrong with the place of a fact among the steps."""
        match fact:
            case facts.Begin():
                yield from self._begin(fact)
            case facts.End():
                yield from self._end(fact)
            case facts.Closed():
                yield from self._close(fact)
            case facts.Attested() if fact.step not in self._attempts:
                yield f"the step {visible(fact.step)} had not begun"
            case facts.Attested() if fact.step != self._last_ended:
                yield f"the step {visible(fact.step)} had not ended, or another has begun since"
            case facts.Attested():
                self._attested.setdefault(self._index[fact.step], set()).add(fact.role)
            case facts.Resumed():
                self._open, self._resumed = None, True
                if fact.program_sha256 != self._program:
                    yield "it was resumed by another program than the one that began it"
            case facts.KeyVoid() | facts.SharesVoid():
                self._undo(fact.key)
            case facts.Failed():
                yield from self._fail(fact)
            case facts.ExceptionMade() if self._index.get(fact.step) in self._failed:
                self._excused.add(self._index[fact.step])
            case facts.Paused() if fact.step != self._begun:
                yield f"it pauses {_step(fact.step)}, and {_step(self._begun)} is under way"
            case Genesis() | Plan():
                pass
            case _ if self._open is None and not isinstance(fact, self._between):
                yield "it stands outside of any step"
        if self._open is not None and (key := getattr(fact, "key", "")):
            self._of_key.setdefault(key, set()).add(self._open)

    @property
    def _open_name(self) -> str:
        return "" if self._open is None else self._steps[self._open].id

    @property
    def _between(self) -> tuple[type[Fact], ...]:
        return (*_OUTSIDE, *_ON_RESUMING) if self._resumed else _OUTSIDE

    def _opens(self, index: int) -> bool:
        return self._steps[index].do in OPENING

    def _undo(self, key: str) -> None:
        # what was done with a key that is void has to be done again with another
        for index in self._of_key.pop(key, ()):
            self._ended.discard(index)
            self._attested.pop(index, None)

    def _begin(self, fact: facts.Begin) -> Iterator[str]:
        index = self._index.get(fact.step)
        if index is None:
            yield f"the plan has no step {visible(fact.step)}"
            return
        if self._open is not None:
            yield f"the step {visible(self._open_name)} had not ended"
        for earlier, step in enumerate(self._steps[:index]):
            if not self._is_past(earlier):
                yield f"the step {visible(step.id)} comes before it and had not ended"
                break
        if not self._resumed and (
            fact.step in self._attempts or index < max(self._ended, default=0)
        ):
            yield f"the step {visible(fact.step)} is past, and nothing was resumed since"
        attempt = self._attempts.get(fact.step, 0) + 1
        if fact.attempt != attempt:
            yield f"it is attempt {attempt} at this step, and says {fact.attempt}"
        self._attempts[fact.step] = attempt
        # whoever goes back does everything after it again
        for again in range(index, index + 1 if self._opens(index) else len(self._steps)):
            self._ended.discard(again)
            self._failed.discard(again)
            self._excused.discard(again)
            self._attested.pop(again, None)
        self._open, self._begun, self._last_ended = index, fact.step, ""

    def _end(self, fact: facts.End) -> Iterator[str]:
        if self._open is None or fact.step != self._open_name:
            yield f"the step {visible(fact.step)} is not under way"
            return
        self._ended.add(self._open)
        self._open, self._begun, self._last_ended = None, "", fact.step

    def _fail(self, fact: facts.Failed) -> Iterator[str]:
        if self._open is None or fact.step != self._open_name:
            yield f"the step {visible(fact.step)} is not under way"
            return
        self._failed.add(self._open)
        self._open, self._begun = None, ""

    def _is_past(self, index: int) -> bool:
        """Whether a step ended, or may be left out; one that failed was excused by two people."""
        may_miss = not self._steps[index].mandatory
        is_left = index not in self._failed or index in self._excused
        return index in self._ended or (may_miss and is_left)

    def _close(self, fact: facts.Closed) -> Iterator[str]:
        if fact.steps != len(self._steps):
            yield f"it counts {fact.steps} steps, and the plan has {len(self._steps)}"
        if self._open is None or self._open != len(self._steps) - 1:
            yield "the last step of the plan is not under way"
        for index, step in enumerate(self._steps[:-1]):
            if index in self._ended:
                for role in step.attest:
                    if role not in self._attested.get(index, ()):
                        yield f"no {visible(role)} attested the step {visible(step.id)}"
            elif not self._is_past(index):
                kind = "mandatory step" if step.mandatory else "step"
                yield f"the {kind} {visible(step.id)} has not ended"


def _step(name: str) -> str:
    return f"the step {visible(name)}" if name else "no step"
