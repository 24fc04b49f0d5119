"""Who is in the room: people, the roles they hold, and what a script demands of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

NOBODY = "none"
"""What ends a roll call of as many as come; no person may be called so."""


@dataclass(frozen=True)
class Person:
    """One person in one role.

    `name` is the one the signers file knows them by, and empty before the roll call.
    """

    name: str
    role: str

    def __str__(self) -> str:
        return f"{self.name} ({self.role})" if self.name else self.role


@dataclass(frozen=True, kw_only=True)
class Role:
    """How many people a ceremony needs in a role; `most` is None where more are welcome.

    Who holds an `independent` role holds no other.
    """

    name: str
    least: int
    most: int | None
    independent: bool = False

    def __str__(self) -> str:
        count = str(self.least) if self.most == self.least else f"{self.least} or more"
        return f"{count} {self.name}{', independent' if self.independent else ''}"


@dataclass(frozen=True)
class People:
    """Everybody present, in the order of the roll call."""

    present: tuple[Person, ...] = ()

    def of(self, role: str) -> tuple[Person, ...]:
        """Return those who hold a role."""
        return tuple(person for person in self.present if person.role == role)

    def first(self, role: str) -> Person:
        """Return the one who acts for a role."""
        return self.of(role)[0]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name once, in the order of the roll call."""
        return tuple(dict.fromkeys(person.name for person in self.present))


def objection(
    person: Person,
    present: Iterable[Person],
    *,
    roles: Sequence[Role],
    conflicts: Sequence[Sequence[str]],
) -> str | None:
    """Say why somebody may not take a role beside the roles they hold; None where they may."""
    held = [one.role for one in present if one.name == person.name]
    if person.role in held:
        return f"{person.name} is {person.role} already"
    for other in held:
        if _conflict(person.role, other, conflicts):
            return f"{person.name} is {other}, and one person may not also be {person.role}"
        if any(role.independent for role in roles if role.name in (person.role, other)):
            return f"{person.name} is {other}, and one of the two roles must be independent"
    return None


def _conflict(one: str, other: str, conflicts: Sequence[Sequence[str]]) -> bool:
    return any(one in group and other in group for group in conflicts)


def fewest(roles: Sequence[Role], conflicts: Sequence[Sequence[str]]) -> int:
    """Return how many different people there are at the least once every role is filled.

    The largest demand of roles that nobody may hold two of; whoever may hold two is counted once.
    """
    if not roles:
        return 0
    first, *others = roles
    apart = [
        role
        for role in others
        if first.independent or role.independent or _conflict(first.name, role.name, conflicts)
    ]
    return max(first.least + fewest(apart, conflicts), fewest(others, conflicts))


def is_manned(roles: Sequence[Role], conflicts: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield what makes a script's roles impossible to fill."""
    known = {role.name for role in roles}
    for role in roles:
        if role.least < 1 or (role.most is not None and role.most < role.least):
            yield f"role {role.name} asks for {role.least} people and allows {role.most}"
    for group in conflicts:
        for name in group:
            if name not in known:
                yield f"a conflict names {name}, which is no role of this script"
        if len(set(group)) < 2:
            yield "a conflict names fewer than two roles"
    if len(roles) < 2 or fewest(roles, conflicts) < 2:
        yield "one person may hold every role, and two of different roles decide on exceptions"
