"""What a step is given: its parameters, the people, the table, the log and the machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ceremonies import disk
from ceremonies.conduct.actions import Params
from ceremonies.conduct.people import People, Person
from ceremonies.conduct.slots import PEOPLE, Table
from ceremonies.errors import IntegrityError
from ceremonies.log import facts
from ceremonies.network import REGTEST, Network

if TYPE_CHECKING:
    from ceremonies.conduct.script import Script, Step
    from ceremonies.log.journal import Clock, Journal
    from ceremonies.log.signers import Signers
    from ceremonies.machine.probes import Probe

P = TypeVar("P", bound=Params)

KEPT_LIMIT = 130 * disk.MEBIBYTE
"""The longest file that a ceremony's folder keeps, in bytes."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What comes from outside, as values: clock, chance, probes, and which program this is.

    `os_random` is for secrets, `salts` for what is or may become public. `program_sha256` is the
    hash of every file of the program; `libraries` hashes those of the packages it runs on.
    """

    clock: Clock
    os_random: Callable[[int], bytes]
    salts: Callable[[int], bytes]
    probes: Callable[[], tuple[Probe, ...]]
    program: str
    program_sha256: str
    libraries: Callable[[], tuple[facts.CheckedLibrary, ...]] = tuple


@dataclass(frozen=True, kw_only=True)
class Context(Generic[P]):
    """One step of one ceremony, ready to run."""

    script: Script
    step: Step
    journal: Journal
    table: Table
    world: World
    signers: Signers

    @property
    def params(self) -> P:
        """The parameters that the script gives the step."""
        params: P = self.step.params
        return params

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is practice: regtest, practice people, marked secrets."""
        return self.journal.genesis.mode == "rehearsal"

    @property
    def network(self) -> Network | None:
        """The network of the ceremony; None where the wallet will say it."""
        return REGTEST if self.is_rehearsal else self.script.network

    @property
    def people(self) -> People:
        """Who is present."""
        return self.table.take(PEOPLE)

    @property
    def actor(self) -> Person:
        """Who acts in this step."""
        return self.people.first(self.step.role)

    @property
    def folder(self) -> Path:
        """The folder of the ceremony."""
        return self.journal.folder

    def field(self, name: str) -> str:
        """Name a field of this step."""
        return f"{self.step.id}.{name}"

    def log(self, fact: facts.Fact) -> None:
        """Put a fact on the disk."""
        self.journal.append(fact)

    def last(self, kind: type[F]) -> F | None:
        """Return the last fact of a kind in the log."""
        found = (r.fact for r in reversed(self.journal.records) if isinstance(r.fact, kind))
        return next(found, None)

    def keep(self, name: str, data: bytes, *, kind: str) -> None:
        """Keep a public file in the folder and log it; a file that is there already must be it.

        Raises:
            IntegrityError: another file has the name, or had it when it was logged.
        """
        path, digest = self.folder / name, hashlib.sha256(data).hexdigest()
        if path.exists():
            if disk.read(path, limit=KEPT_LIMIT, what=name) != data:
                raise IntegrityError(
                    f"{name} in the ceremony's folder is not what this ceremony made",
                    hint="find out who put it there; move it away, then resume",
                )
        elif self._logged(name) not in (None, digest):
            raise IntegrityError(
                f"this is not the {name} that was logged when the step was interrupted",
                hint="bring the same again; for another one begin another ceremony",
            )
        else:
            disk.create(path, data)
        self.log(facts.FileKept(name=name, kind=kind, sha256=digest, bytes=len(data)))

    def keep_brought(self, name: str, data: bytes, *, kind: str) -> str:
        """Keep a file that people may bring once more, and return its name.

        Another one than before is kept beside it, with a number in its name.

        Raises:
            IntegrityError: as `keep`; or what was brought before is gone, or was changed.
        """
        before = [*self.brought(name)]
        newest = before[-1] if before else name
        is_other = self._logged(newest) not in (None, hashlib.sha256(data).hexdigest())
        if is_other and (self.folder / newest).exists():
            self.kept(newest)  # what was brought before stays, as it was logged
            newest = numbered(name, len(before) + 1)
        self.keep(newest, data, kind=kind)
        return newest

    def brought(self, name: str) -> Iterator[str]:
        """Yield the names under which what was brought as `name` is kept, in their order."""
        logged = {r.fact.name for r in self.journal.records if isinstance(r.fact, facts.FileKept)}
        for number in count(1):
            if numbered(name, number) not in logged:
                return
            yield numbered(name, number)

    def attempted(self, kind: type[F]) -> list[F]:
        """Return the facts of a kind that the last attempt at this step logged."""
        found: list[F] = []
        is_here = False
        for fact in (record.fact for record in self.journal.records):
            if isinstance(fact, facts.Begin):
                is_here = fact.step == self.step.id
                found = [] if is_here else found
            elif isinstance(fact, facts.End | facts.Resumed):
                is_here = False
            elif is_here and isinstance(fact, kind):
                found.append(fact)
        return found

    def kept(self, name: str) -> bytes:
        """Read a file back that the ceremony kept.

        Raises:
            IntegrityError: it is not the one that was logged.
        """
        data = disk.read(self.folder / name, limit=KEPT_LIMIT, what=name)
        digest = hashlib.sha256(data).hexdigest()
        if self._logged(name) != digest:
            raise IntegrityError(
                f"{name} in the ceremony's folder is not the one that was logged",
                hint="find out who changed it; put the original back, then resume",
            )
        return data

    def _logged(self, name: str) -> str | None:
        """Return the hash of a kept file as it was last logged."""
        logged = (r.fact for r in reversed(self.journal.records))
        kept = (fact for fact in logged if isinstance(fact, facts.FileKept) and fact.name == name)
        return next((fact.sha256 for fact in kept), None)


def numbered(name: str, number: int) -> str:
    """Return the name of a later file of its kind: `set-2.json` after `set.json`."""
    stem, ending = _parts(name)
    return name if number < 2 else f"{stem}-{number}{ending}"


def of_kind(name: str) -> re.Pattern[str]:
    """Match the name of a file, and those of later files of its kind."""
    stem, ending = map(re.escape, _parts(name))
    return re.compile(f"{stem}(?:-[0-9]+)?{ending}")


def _parts(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, dot + ending) if stem else (name, "")


F = TypeVar("F", bound=facts.Fact)
AnyContext = Context[Any]
