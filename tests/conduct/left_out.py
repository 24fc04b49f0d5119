"""Records left out of a log by people who sign again: what is missed, and what is not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from ceremonies.conduct.plan import planned
from ceremonies.log import facts
from ceremonies.log.chain import read_records
from ceremonies.log.facts import Fact
from ceremonies.log.meaning import Meaning
from ceremonies.log.script import ScriptFile


class Told:
    """The facts of a log whose script lies beside it."""

    def __init__(self, folder: Path) -> None:
        self.facts = [record.fact for record in read_records(folder)]
        self._planned = ScriptFile(folder, planned).planned

    @property
    def droppable(self) -> range:
        """The records whose absence would be no log at all, or an unfinished one, are not."""
        return range(2, len(self.facts) - 1)

    def is_missed(self, gone: Collection[int]) -> bool:
        """Whether a log without these records has a problem, its seals made and signed again."""
        meaning = Meaning(self._planned)
        return next(meaning.follow(without(self.facts, gone), first=0), None) is not None

    def unmissed(self) -> Iterator[int]:
        """Yield each record that nothing would miss."""
        return (number for number in self.droppable if not self.is_missed({number}))


def without(told: Sequence[Fact], gone: Collection[int]) -> list[Fact]:
    """Leave records out, and name the seals that are made of what is left."""
    left = [fact for number, fact in enumerate(told) if number not in gone]
    return [
        replace(fact, size=number) if isinstance(fact, facts.Sealed) else fact
        for number, fact in enumerate(left)
    ]


def came_to_nothing(told: Sequence[Fact], number: int) -> bool:
    """Whether a record is of a session that began no step, or of an attempt that was not the last.

    An attempt at a step that ended is one too where the step was done again.
    """
    before = range(number, -1, -1)
    began = next(
        at for at in before if isinstance(told[at], facts.Begin | facts.Resumed | facts.Plan)
    )
    begun = told[began]
    after = told[number + 1 :]
    if not isinstance(begun, facts.Begin):
        following = next(one for one in after if isinstance(one, facts.Begin | facts.Resumed))
        return isinstance(following, facts.Resumed)
    return any(isinstance(one, facts.Begin) and one.step == begun.step for one in after)
