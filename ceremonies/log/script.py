"""The script beside a log: is it the one of genesis, its plan the one in the log, its word kept?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, TypeAlias

from ceremonies import disk
from ceremonies.errors import CeremonyError, InputError
from ceremonies.log.evidence import read_plain
from ceremonies.log.facts import Genesis, Plan
from ceremonies.log.promised import Planned
from ceremonies.spoken import visible

FILE = "script.toml"
_LIMIT = disk.MEBIBYTE


Kept: TypeAlias = Callable[[str], bytes | None]


class Planner(Protocol):
    """Who knows scripts."""

    def __call__(self, data: bytes, *, rehearsal: bool, kept: Kept) -> Planned:
        """Return what a script has its log say, or raise a `CeremonyError`.

        `kept` reads a file that the ceremony kept; it gives None where there is none.
        """


class ScriptFile:
    """The script in the folder of a log, read once.

    `unknown` are sentences about what is right by its hash and cannot be understood here.
    """

    def __init__(self, folder: Path, planner: Planner | None) -> None:
        self.unknown: list[str] = []
        self._folder, self._planner = folder, planner
        self._planned: Planned | None = None
        self._data = b""
        self._why = ""
        try:
            self._data = read_plain(folder / FILE, limit=_LIMIT)
        except InputError as error:
            self._why = error.cause

    def planned(self, genesis: Genesis) -> Planned | None:
        """Return what the script has its log say, if it is the one that genesis names."""
        if self._planner is None or not self._is_of(genesis):
            return None
        is_rehearsal = genesis.mode == "rehearsal"
        try:
            self._planned = self._planner(self._data, rehearsal=is_rehearsal, kept=self._kept)
        except CeremonyError as error:
            # the script is the one of genesis: another version of the program could read it
            self.unknown.append(f"{FILE}: {error.cause}")
        return self._planned

    def _kept(self, name: str) -> bytes | None:
        try:
            return read_plain(self._folder / name, limit=_LIMIT)
        except InputError:  # others tell of a file that is gone, or is not what was kept
            return None

    def lacking(self, kept: Iterable[str]) -> Iterator[str]:
        """Yield what of the files that were kept is gone, and nothing can be judged without."""
        unread = self._planned.unread if self._planned else ""
        if unread in kept:
            yield f"{visible(unread)}: whose approvals it asks for is not known without it"

    def problems(self, genesis: Genesis, plan: Plan | None) -> Iterator[str]:
        """Yield what cannot be of the script of this log, once it was planned."""
        if self._why:
            yield f"{FILE}: {self._why}"
        elif not self._is_of(genesis):
            yield f"{FILE}: it is not the script that genesis names"
        elif self._planned is not None and plan != self._planned.plan:
            yield "the plan in the log is not that of the script"

    def _is_of(self, genesis: Genesis) -> bool:
        return hashlib.sha256(self._data).hexdigest() == genesis.script_sha256
