"""Ceremonies that are interrupted: people with paper, and processes that die or fail on cue.

The people outlive the process that conducts: what a child was shown before it died is on paper, in
a file outside of the ceremony's folder, and is typed again from there.
"""

from __future__ import annotations

import atexit
import itertools
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from conduct.conduct_material import KEYGEN, SIGN, Player, begin, go_on, player_of

from ceremonies import disk
from ceremonies.conduct.asks import Ask, ShowSecret
from ceremonies.log import facts
from ceremonies.log.chain import read_records
from ceremonies.log.facts import Fact
from ceremonies.log.journal import Journal

RECORDS = {KEYGEN: 82, SIGN: 50}
"""How many records each built-in leaves that nothing interrupts."""

_MOST_ASKS = 500
F = TypeVar("F", bound=Fact)

_write = os.write  # the one that no test has put a trap into


@dataclass(frozen=True)
class Paper:
    """What somebody wrote down: `about` says of what."""

    about: str
    by: str
    words: str


@dataclass
class People:
    """Everybody in the room, with their papers.

    `says` answers a field otherwise than rightly: each of a list once, and an exception is raised.
    """

    player: Player
    file: Path
    says: dict[str, list[object]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for paper in self.papers:
            words = paper.words.encode()
            self.player.papers[paper.about] = words
            if paper.about.startswith("card"):
                self.player.cards[paper.by] = words

    def __call__(self, asked: Ask[Any]) -> object:
        assert len(self.player.heard) < _MOST_ASKS, f"{asked.field}: {asked.mistake}"
        if isinstance(asked, ShowSecret):
            self._write_down(asked)
        right = self.player(asked)
        said = self.says.get(asked.field)
        answer = said.pop(0) if said else right
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def papers(self) -> list[Paper]:
        """Every paper there is, whoever wrote it and before whichever death."""
        lines = self.file.read_text().splitlines() if self.file.exists() else ()
        return [Paper(**json.loads(line)) for line in lines]

    @property
    def heard(self) -> list[str]:
        """The fields that were asked, in order."""
        return [asked.field for asked in self.player.heard]

    def _write_down(self, asked: ShowSecret) -> None:
        words = asked.words.reveal().decode()
        line = json.dumps({"about": asked.about, "by": asked.by.name, "words": words}) + "\n"
        with self.file.open("ab", buffering=0) as stream:
            _write(stream.fileno(), line.encode())


def people(script: str, folder: Path) -> People:
    """The people of a built-in; their papers lie beside the folder, not in it."""
    return People(player_of(script), _papers(folder))


def all_of(folder: Path, kind: type[F]) -> list[F]:
    return [fact for fact in facts_of(folder) if isinstance(fact, kind)]


def facts_of(folder: Path) -> list[Fact]:
    return [record.fact for record in read_records(folder)]


def lines_of(folder: Path) -> list[bytes]:
    """The whole lines of the log, if there is one."""
    log = folder / "log.jsonl"
    lines = log.read_bytes().splitlines(keepends=True) if log.exists() else []
    return [line for line in lines if line.endswith(b"\n")]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_child(life: Callable[[], object]) -> int:
    """Live in a child that shares nothing but the disk; return 0, 1 where it failed, or -9."""
    child = os.fork()
    if not child:
        status = 1
        try:
            life()
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


@contextmanager
def dying_at_record(number: int) -> Iterator[None]:
    """Die as soon as the log holds so many records."""
    real = Journal.append

    def append(self: Journal, fact: Fact) -> Any:
        if len(self.records) >= number:
            die()
        record = real(self, fact)
        if len(self.records) >= number:
            die()
        return record

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "append", append)
        yield


@contextmanager
def just_before(is_it: Callable[[Fact], bool], happens: Callable[[], object]) -> Iterator[None]:
    """Let something happen whenever the log is about to say such a thing."""
    real = Journal.append

    def append(self: Journal, fact: Fact) -> Any:
        if is_it(fact):
            happens()
        return real(self, fact)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "append", append)
        yield


@contextmanager
def left_before(is_it: Callable[[Fact], bool]) -> Iterator[None]:
    """Whoever sits there leaves just before the log would say such a thing."""

    def leave() -> None:
        raise KeyboardInterrupt

    with just_before(is_it, leave), pytest.raises(KeyboardInterrupt):
        yield


def keeping(name: str) -> Callable[[Fact], bool]:
    """Whether a record is of this file being kept."""
    return lambda fact: isinstance(fact, facts.FileKept) and fact.name == name


def killed(script: str, folder: Path, number: int) -> People:
    """A built-in that was killed when its log held so many records; return who is still there."""
    whole = _killed(script, number)
    shutil.copytree(whole, folder)
    if (papers := _papers(whole)).exists():
        shutil.copy(papers, _papers(folder))
    return people(script, folder)


@cache
def _killed(script: str, number: int) -> Path:
    folder = Path(tempfile.mkdtemp(dir=_place())) / "killed"
    before = people(script, folder)

    def life() -> None:
        with dying_at_record(number):
            begin(folder, script, before)

    assert in_child(life) == -signal.SIGKILL
    assert len(lines_of(folder)) == number
    return folder


@cache
def _place() -> Path:
    place = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return Path(place)


def _papers(folder: Path) -> Path:
    return folder.with_name(folder.name + ".papers")


def killed_again(folder: Path, here: People, number: int) -> None:
    """Go on until the log holds so many records, or to the end."""

    def life() -> None:
        with dying_at_record(number):
            go_on(folder, here)

    assert in_child(life) in (-signal.SIGKILL, 0)


CHANGES = ("open", "write", "fsync", "fchmod", "ftruncate", "mkdir", "unlink", "link", "rmdir")
"""The calls of `os` that change a disk, or make sure of it."""

Trap = Callable[[int, str, Callable[..., Any], tuple[Any, ...]], Any]


@contextmanager
def trapped(trap: Trap, calls: tuple[str, ...] = CHANGES) -> Iterator[None]:
    """Let `trap(number, name, real, arguments)` stand for every call that changes a disk."""
    numbers = itertools.count(1)
    places: list[tuple[Any, str]] = [(os, name) for name in calls]
    places.append((disk, "_rename_without_replacing"))

    def standing_in(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            return trap(next(numbers), name, lambda *given: real(*given, **options), args)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for place, name in places:
            patch.setattr(place, name, standing_in(name, getattr(place, name)))
        yield


def outputs(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file of a folder that must never change, by its inode and content."""
    return {
        path.name: (path.stat().st_ino, path.read_bytes())
        for path in folder.iterdir()
        if path.is_file() and path.name not in ("log.jsonl", "reveal.jsonl")
    }
