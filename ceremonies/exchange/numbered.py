"""Parts that have a number each, until all are there."""

from __future__ import annotations

from typing import Generic, TypeVar

from ceremonies.errors import InputError

T = TypeVar("T")

_TOLD = 6
"""How many missing numbers are told one by one."""


class Conflict(InputError):
    """Two parts have the same number and are not the same."""


class Numbered(Generic[T]):
    """Up to `count` parts; where it is `careful`, each has to come twice, the same."""

    def __init__(self, count: int, *, careful: bool = False) -> None:
        self.count = count
        self._looks = 2 if careful else 1
        self._parts: dict[int, T] = {}
        self._seen: dict[int, int] = {}

    @property
    def have(self) -> int:
        """How many parts there are."""
        return len(self._parts)

    def add(self, index: int, part: T) -> bool:
        """Take part `index`, from 0; False where it was there already.

        Raises:
            Conflict: another part has its number.
        """
        known = self._parts.setdefault(index, part)
        if known != part:
            raise Conflict(
                f"two different codes say that they are part {index + 1} of {self.count}",
                hint="parts of two series were mixed: read one series alone",
            )
        self._seen[index] = self._seen.get(index, 0) + 1
        return self._seen[index] == 1

    def complete(self) -> list[T] | None:
        """Return all parts in their order, None where some are missing."""
        if self.have < self.count or min(self._seen.values()) < self._looks:
            return None
        return [self._parts[index] for index in range(self.count)]

    def missing_in_words(self) -> str:
        """Say which parts are missing, empty where none is."""
        missing = [index + 1 for index in range(self.count) if index not in self._parts]
        if not missing:
            return "" if self.complete() else f"all {self.count} parts must be seen once more"
        if len(missing) == 1:
            return f"part {missing[0]} of {self.count} is missing"
        told = [str(number) for number in missing[:_TOLD]]
        if len(missing) > _TOLD:
            told.append(f"{len(missing) - _TOLD} more")
        return f"parts {', '.join(told[:-1])} and {told[-1]} of {self.count} are missing"
