"""What a person makes by hand, line by line: rolls, flips, cards, counted as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.errors import InputError
from ceremonies.secret import Secret
from custody_cli.spelling import BACK

if TYPE_CHECKING:
    from ceremonies.keys.by_hand import Method

_LINE = 60
_JUDGED = 20


class Tally:
    """Outcomes typed so far. `mistake` says why the last line was not taken.

    `wanted` are asked for; `least` are enough, and no more than `wanted` where the number
    `is_exact`.
    """

    def __init__(
        self, method: Method, wanted: int, *, least: int | None = None, is_exact: bool = False
    ) -> None:
        self.mistake = ""
        self.is_complete = False
        self._typed: tuple[str, ...] = ()
        self._method, self._wanted = method, wanted
        self._least = wanted if least is None else least
        self._is_exact = is_exact

    @property
    def how_to(self) -> str:
        """Say what may be typed."""
        return f"{self._method.how}; {BACK} takes back the last {self._one}, an empty line ends"

    @property
    def answer(self) -> Secret:
        """What was typed, as the method writes it."""
        return Secret(self._method.joined(self._typed).encode("ascii"))

    def take(self, line: str) -> None:
        """Add the outcomes of a line, all of them or none."""
        self.mistake = ""
        if not line.strip():
            self._end()
            return
        try:
            after = self._after(line)
        except InputError as error:
            self.mistake = f"{error.cause}: the line was not taken; {error.hint}"
            return
        if self._is_exact and len(after) > self._wanted:
            self.mistake = f"those are more than {self._wanted}: the line was not taken"
        else:
            self._typed = after

    def start_again(self, why: str) -> None:
        """Forget them: together they are not acceptable."""
        self._typed, self.is_complete = (), False
        self.mistake = f"from the first {self._one}: {why}"

    def count(self, line: str) -> str:
        """Count outcomes, their bits and their health, with those of a line not yet ended."""
        try:
            made = self._after(line)
        except InputError:
            made = self._typed
        told = f"{len(made)} of {self._wanted} {self._method.many}, {self._method.bits(made)} bits"
        return f"{told}{self._health(made)}: "

    def drawn(self) -> str:
        """Draw what was typed, the digits in fives."""
        width = max(map(len, self._typed), default=1)
        size = 5 if width == 1 else 1
        groups = [
            "".join(self._typed[start : start + size]) for start in range(0, len(self._typed), size)
        ]
        a_line = _LINE // (max(size, width) + 1)
        return "\n".join(
            " ".join(groups[start : start + a_line]) for start in range(0, len(groups), a_line)
        )

    @property
    def _one(self) -> str:
        return self._method.one.split()[-1]

    def _end(self) -> None:
        self.is_complete = len(self._typed) >= self._least
        if not self.is_complete:
            made, many = len(self._typed), self._method.many
            self.mistake = f"{made} {many} are too few: {self._least} are needed"

    def _after(self, line: str) -> tuple[str, ...]:
        made = self._typed
        first, *others = line.split(BACK)
        made += self._method.read(first, made)
        for part in others:
            made = made[:-1]
            made += self._method.read(part, made)
        return made

    def _health(self, made: tuple[str, ...]) -> str:
        if self._method.doubt(made):
            return ", LOOKS MADE UP"
        return ", looks fair" if len(made) >= _JUDGED else ""
