"""The script beside a log: is it the one of genesis, its plan the one in the log, its word kept?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from ceremonies import disk
from ceremonies.errors import CeremonyError, InputError
from ceremonies.log.evidence import read_plain
from ceremonies.log.facts import Genesis, Plan
from ceremonies.log.promised import Planned, Promise

FILE = "script.toml"
_LIMIT = disk.MEBIBYTE


class Planner(Protocol):
    """Who knows scripts."""

    def __call__(self, data: bytes, *, rehearsal: bool) -> Planned:
        """Return what a script has its log say, or raise a `CeremonyError`."""


class ScriptFile:
    """The script in the folder of a log, read once.

    `unknown` are sentences about what is right by its hash and cannot be understood here.
    """

    def __init__(self, folder: Path, planner: Planner | None) -> None:
        self.unknown: list[str] = []
        self._planner = planner
        self._planned: Planned | None = None
        self._data = b""
        self._why = ""
        try:
            self._data = read_plain(folder / FILE, limit=_LIMIT)
        except InputError as error:
            self._why = error.cause

    def promises(self, genesis: Genesis) -> Sequence[Promise]:
        """Return what the script promises, if it is the one that genesis names."""
        if self._planner is None or not self._is_of(genesis):
            return ()
        try:
            self._planned = self._planner(self._data, rehearsal=genesis.mode == "rehearsal")
        except CeremonyError as error:
            # the script is the one of genesis: another version of the program could read it
            self.unknown.append(f"{FILE}: {error.cause}")
            return ()
        return self._planned.promises

    def problems(self, genesis: Genesis, plan: Plan | None) -> Iterator[str]:
        """Yield what cannot be of the script of this log, once its promises were asked for."""
        if self._why:
            yield f"{FILE}: {self._why}"
        elif not self._is_of(genesis):
            yield f"{FILE}: it is not the script that genesis names"
        elif self._planned is not None and plan != self._planned.plan:
            yield "the plan in the log is not that of the script"

    def _is_of(self, genesis: Genesis) -> bool:
        return hashlib.sha256(self._data).hexdigest() == genesis.script_sha256
