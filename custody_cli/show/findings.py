"""Findings told once where they are alike: a thousand inputs say the same thing in one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ceremonies.spoken import visible

if TYPE_CHECKING:
    from custody_cli.contract import FindingJson


@dataclass(frozen=True)
class Told:
    """Findings of one rule that say the same; `where` begins with a space, or is empty."""

    rule: str
    level: str
    message: str
    hint: str
    where: str


def grouped(findings: Iterable[FindingJson]) -> list[Told]:
    """Put findings together that differ in their place alone, in the order of the first."""
    places: dict[tuple[str, str, str, str], list[str]] = {}
    for one in findings:
        alike = (one["rule"], one["level"], one["message"], one["hint"])
        places.setdefault(alike, []).append(one["where"])
    return [Told(*alike, _where(found)) for alike, found in places.items()]


def _where(places: list[str]) -> str:
    if len(places) == 1:
        return f" {visible(places[0])}" if places[0] else ""
    kinds = {place.rpartition(" ")[0] for place in places}
    numbers = [place.rpartition(" ")[2] for place in places]
    if len(kinds) > 1 or not all(number.isdecimal() for number in numbers):
        return f" {visible(', '.join(places))}"
    return f" {visible(kinds.pop())}s {_ranges(sorted(map(int, numbers)))} each"


def _ranges(numbers: list[int]) -> str:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)
