"""What a step may do: every action, as it declares itself.

`check`, `show` and resuming read these declarations; a test holds each rehearsal to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import msgspec

from ceremonies.conduct.asks import Ask, Steps
from ceremonies.conduct.people import Role
from ceremonies.conduct.slots import Slot
from ceremonies.log.promised import Promise

if TYPE_CHECKING:
    from ceremonies.conduct.context import Context
    from ceremonies.conduct.script import Script, Step


class Params(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, rename="kebab"):
    """The parameters of an action that has none; others derive from it."""


P = TypeVar("P", bound=Params)


class Class(StrEnum):
    """What it means to do an action a second time, after it was interrupted.

    `pure` and `idempotent` ones run again; a `probe` looks at reality first; an `irreversible`
    one runs again only for another key, after two people of different roles have said so.
    """

    PURE = "pure"
    IDEMPOTENT = "idempotent"
    PROBE = "probe"
    IRREVERSIBLE = "irreversible"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One ask that a step will make: its field, its kind, and the role that answers.

    `sometimes` says when it is not asked, and is empty where it always is.
    """

    field: str
    ask: type[Ask[Any]]
    role: str
    sometimes: str = ""


def everybody(role: Role, *, field: str, ask: type[Ask[Any]]) -> Iterator[Expected]:
    """Yield what is asked of everybody in a role, one after the other."""
    for number in range(1, role.least + 1):
        yield Expected(field=f"{field}-{number}", ask=ask, role=role.name)
    if role.most != role.least:
        yield Expected(
            field=f"{field}-{role.least + 1}",
            ask=ask,
            role=role.name,
            sometimes="again for everybody more who is there",
        )


@dataclass(frozen=True, kw_only=True)
class Action(Generic[P]):
    """An action. `roles` may do it (any role where empty).

    `expects` lists what it will ask, `promises` what of the script its records keep. `opens` marks
    the actions that every session repeats. `restore` puts its public gifts back on the table from
    the folder and the log; `regain` has people bring a secret gift again without repeating the
    effect. `outputs` are the names of the files it makes, and `writes` what is in them. What it
    `judges` and turns down is brought once more, where the action that gave it `brings`. Two
    people may go on without an `excusable` one that failed, where the script says so.
    """

    name: str
    about: str
    cls: Class
    run: Callable[[Context[P]], Steps[None]]
    expects: Callable[[Script, Step], Iterator[Expected]]
    params: type[P]
    needs: tuple[Slot[Any], ...] = ()
    gives: tuple[Slot[Any], ...] = ()
    roles: tuple[str, ...] = ()
    opens: bool = False
    restore: Callable[[Context[P]], None] | None = None
    regain: Callable[[Context[P]], Steps[None]] | None = None
    outputs: Callable[[P], Iterable[str]] = lambda params: ()
    writes: tuple[Slot[Any], ...] = ()
    judges: tuple[Slot[Any], ...] = ()
    brings: bool = False
    excusable: bool = False
    promises: Callable[[Script, Step], Iterable[Promise]] = lambda script, step: ()
