"""A disk that fails at any write stops the ceremony, and a healthy one lets it go on."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conduct.aftermath import insist_complete
from conduct.conduct_material import KEYGEN, SIGN, begin, go_on
from conduct.interruption import People, lines_of, outputs, people, trapped

from ceremonies.errors import CeremonyError, InputError, MachineError
from custody_cli.ceremony_answers import status

CALLS = ("open", "write", "fsync", "fchmod", "ftruncate", "mkdir")


@dataclass
class Disk:
    """A disk whose call number `failing` fails: once, or from then on where it `stays` so."""

    failing: int
    code: int
    stays: bool = False
    reads: bool = False
    calls: int = 0
    failed: bool = False

    def __call__(self, number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
        self.calls = number
        if number < self.failing or (number > self.failing and not self.stays):
            return real(*args)
        if not self.failed:
            self.failed, self.reads = True, _only_reads(name, args)
        if name == "write" and not self.code:
            return real(args[0], bytes(args[1])[: len(args[1]) // 2])
        raise OSError(self.code or errno.EIO, os.strerror(self.code or errno.EIO))


def _only_reads(name: str, args: Any) -> bool:
    return name == "open" and args[1] & os.O_ACCMODE == os.O_RDONLY


SHORT = 0
FAILURES = {
    "full": (errno.ENOSPC, True),
    "broken once": (errno.EIO, False),
    "read-only": (errno.EROFS, True),
    "short writes": (SHORT, False),
}


def failed(folder: Path, script: str, disk: Disk) -> CeremonyError | None:
    """Conduct a ceremony on a disk that fails; return what stopped it."""
    try:
        with trapped(disk, CALLS):
            begin(folder, script, people(script, folder))
    except CeremonyError as error:
        return error
    return None


def insist_stopped(folder: Path, disk: Disk, error: CeremonyError) -> None:
    """It was the machine, the hint says what to do, and the ceremony does not say complete."""
    kinds = (MachineError, InputError) if disk.reads else (MachineError,)
    assert isinstance(error, kinds)
    assert error.hint
    assert error.__suppress_context__ or error.__context__ is None
    assert not folder.exists() or status(folder)["state"] in ("paused", "closing")


def insist_mended(folder: Path, disk: Disk) -> None:
    """What is no record may be written in several calls: then nothing has failed."""
    assert disk.code == SHORT
    insist_complete(folder, papers=people(KEYGEN, folder).papers, before=())


def insist_goes_on(folder: Path, script: str) -> None:
    """A healthy disk takes the rest; where nothing was begun, the same place can be used."""
    here = people(script, folder)
    if not folder.exists():
        begin(folder, script, here)
        insist_complete(folder, papers=here.papers, before=())
        return
    before, files = lines_of(folder), outputs(folder)
    go_on(folder, here)
    insist_complete(folder, papers=here.papers, before=before)
    assert outputs(folder).items() >= files.items()


def every(script: str, failure: str, place: Path, *, first: int, step: int) -> int:
    """Let every so many calls fail, each in a ceremony of its own; return the number of calls."""
    code, stays = FAILURES[failure]
    number = first
    while True:
        folder = place / f"{number}" / "c"
        folder.parent.mkdir()
        disk = Disk(failing=number, code=code, stays=stays)
        error = failed(folder, script, disk)
        if not disk.failed:
            assert error is None
            return disk.calls
        if error is None:
            insist_mended(folder, disk)
        else:
            insist_stopped(folder, disk, error)
            insist_goes_on(folder, script)
        number += step


@pytest.mark.parametrize("script", [KEYGEN, SIGN])
@pytest.mark.parametrize("failure", FAILURES)
def test_wherever_the_disk_fails_the_ceremony_stops_and_goes_on_later(
    tmp_path: Path, script: str, failure: str
) -> None:
    first = 3 + 17 * list(FAILURES).index(failure)
    assert every(script, failure, tmp_path, first=first, step=74) > 100


@pytest.mark.soak
@pytest.mark.parametrize("script", [KEYGEN, SIGN])
@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("first", range(1, 9))
def test_at_every_call_the_disk_may_fail(
    tmp_path: Path, script: str, failure: str, first: int
) -> None:
    assert every(script, failure, tmp_path, first=first, step=8) > 100


BEGINNING = 30
"""Calls that change the disk before a ceremony has begun: its folder, files, genesis and plan."""


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("number", range(1, BEGINNING + 1))
def test_a_ceremony_that_could_not_be_begun_leaves_nothing(
    tmp_path: Path, number: int, failure: str
) -> None:
    code, stays = FAILURES[failure]
    disk = Disk(failing=number, code=code, stays=stays)
    folder = tmp_path / "c"
    error = failed(folder, KEYGEN, disk)
    if error is None:
        insist_mended(folder, disk)
    else:
        insist_stopped(folder, disk, error)
        assert list(tmp_path.iterdir()) == []


def test_once_it_is_begun_its_folder_stays(tmp_path: Path) -> None:
    disk = Disk(failing=BEGINNING + 1, code=errno.EIO)
    assert failed(tmp_path / "c", KEYGEN, disk) is not None
    assert len(lines_of(tmp_path / "c")) == 2


def test_an_interrupt_while_it_is_begun_leaves_nothing(tmp_path: Path) -> None:
    for number in range(1, BEGINNING + 1):

        def trap(
            at: int, _name: str, real: Callable[..., Any], args: Any, number: int = number
        ) -> Any:
            if at == number:
                raise KeyboardInterrupt
            return real(*args)

        with pytest.raises(KeyboardInterrupt), trapped(trap, CALLS):
            begin(tmp_path / "c", KEYGEN, people(KEYGEN, tmp_path / "c"))
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", [KEYGEN, SIGN])
def test_a_disk_that_fails_while_it_goes_on_lets_it_go_on_again(
    tmp_path: Path, script: str
) -> None:
    for number in range(2, 400, 86):
        folder = tmp_path / f"{number}" / "c"
        folder.parent.mkdir()
        here = people(script, folder)
        here.says = {"people.witness-2": [KeyboardInterrupt()]}
        with pytest.raises(KeyboardInterrupt):
            begin(folder, script, here)
        disk = Disk(failing=number, code=errno.ENOSPC, stays=True)
        if insist_resumes_or_stops(folder, people(script, folder), disk):
            break
        insist_goes_on(folder, script)
    assert number > 100


def insist_resumes_or_stops(folder: Path, here: People, disk: Disk) -> bool:
    try:
        with trapped(disk, CALLS):
            go_on(folder, here)
    except CeremonyError as error:
        insist_stopped(folder, disk, error)
        return False
    assert not disk.failed
    return True


def test_a_medium_that_is_full_is_named_and_what_to_do_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    error = failed(folder, KEYGEN, Disk(failing=100, code=errno.ENOSPC, stays=True))
    assert isinstance(error, MachineError)
    assert "no space left on device" in error.cause
    assert error.hint == "make room or change the medium, and resume the ceremony"
