"""What an auditor is told first of a log: between which times, in how many sessions, what else."""

from __future__ import annotations

from collections.abc import Iterable

from ceremonies.log import facts
from ceremonies.log.facts import Fact
from ceremonies.log.order import Take
from ceremonies.spoken import visible


class Story:
    """Times and interruptions; it finds nothing wrong, and keeps numbers and the last of each."""

    def __init__(self) -> None:
        self._begun = self._ended = self._block = ""
        self._resumed = self._excepted = self._failed = 0
        self.takes: dict[type[Fact], Take] = {
            facts.Resumed: self._resume,
            facts.TimeBound: self._bind,
            facts.ExceptionMade: self._except,
            facts.Failed: self._fail,
            facts.Closed: self._close,
        }

    def begin(self, genesis: facts.Genesis) -> None:
        """Take what comes before every rule."""
        self._begun = genesis.wall_claimed

    @property
    def when(self) -> str:
        """Say when it was, as far as the log knows: a clock claims, and a block bounds."""
        if not self._begun:
            return ""
        until = f" to {self._ended}" if self._ended else ""
        return f"by the machine's clock {self._begun}{until}{self._block}"

    @property
    def outcome(self) -> tuple[str, ...]:
        """Say what did not go straight on."""
        told = (
            (self._resumed, "interrupted and resumed"),
            (self._failed, "a step failed"),
            (self._excepted, "two people made an exception"),
        )
        return tuple(
            f"{what} {'once' if count == 1 else f'{count} times'}" for count, what in told if count
        )

    def _resume(self, _: Fact) -> Iterable[str]:
        self._resumed += 1
        return ()

    def _except(self, _: Fact) -> Iterable[str]:
        self._excepted += 1
        return ()

    def _fail(self, _: Fact) -> Iterable[str]:
        self._failed += 1
        return ()

    def _close(self, fact: facts.Closed) -> Iterable[str]:
        self._ended = fact.wall_claimed
        return ()

    def _bind(self, fact: facts.TimeBound) -> Iterable[str]:
        self._block = f"; after block {fact.height} of {visible(fact.chain)}, as typed in"
        return ()
