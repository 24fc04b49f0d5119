"""Presence by key: whoever is in the room signed so in this session, where a script asks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ceremonies.errors import CeremonyError, InputError
from ceremonies.log import facts, sshsig
from ceremonies.log.evidence import read_plain
from ceremonies.log.facts import Fact, Genesis
from ceremonies.log.order import MOST_KEPT, Take
from ceremonies.log.signers import Signers
from ceremonies.spoken import visible

_KIND = "presence"
_MOST_BYTES = 4096


class Presences:
    """What people signed before they were present, in each session anew."""

    def __init__(self, genesis: Genesis | None, *, is_asked: bool) -> None:
        self._log = genesis.log if genesis else ""
        self._session = 1
        self._kept: set[str] = set()
        self._signed: dict[tuple[int, str], None] = {}
        self.takes: dict[type[Fact], Take] = {}
        if is_asked:
            self.takes = {
                facts.Resumed: self._resume,
                facts.FileKept: self._keep,
                facts.PersonPresent: self._arrive,
            }

    def _resume(self, _: Fact) -> Iterable[str]:
        self._session += 1
        self._kept.clear()
        return ()

    def _keep(self, fact: facts.FileKept) -> Iterable[str]:
        if fact.kind == _KIND and len(self._kept) < MOST_KEPT:
            self._kept.add(fact.name)
        return ()

    def _arrive(self, fact: facts.PersonPresent) -> Iterable[str]:
        statement = _statement(self._session, fact.person)
        if not {statement, f"{statement}.sig"} <= self._kept:
            return (f"nothing was kept that {visible(fact.person)} signed in this session",)
        if len(self._signed) < MOST_KEPT:
            self._signed[self._session, fact.person] = None
        return ()

    def unsigned(self, folder: Path, known: Signers) -> Iterator[str]:
        """Yield each signature in the folder that does not prove who it is said to."""
        for session, person in self._signed:
            name = _statement(session, person)
            try:
                said = read_plain(folder / name, limit=_MOST_BYTES)
                armored = read_plain(folder / f"{name}.sig", limit=sshsig.MAX_SIZE)
            except (InputError, ValueError):  # others tell of a file that is gone or was changed
                continue
            if not said.startswith(
                f"presence of {person} in {self._log}, session {session}, ".encode()
            ):
                yield f"{visible(name)}: it is not about {visible(person)} in this session"
            try:
                known.insist(person, armored, said)
            except CeremonyError as error:
                yield f"{visible(name)}.sig: {error.cause}"


def _statement(session: int, person: str) -> str:
    return f"present-{session}.{person}"
