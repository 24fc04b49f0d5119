"""What was said to be on the disk stays there, whatever fails and whenever the writer is killed."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from log.crashing import BEGIN, END, died, insist_nothing_lost, killed_at, life, trapped
from log.log_material import (
    begin,
    chance,
    clock,
    genesis,
    insist_sound,
    log_of,
    openings,
    plan,
    reopen,
)

from ceremonies.errors import CeremonyError, InputError, MachineError
from ceremonies.log import facts, sealing
from ceremonies.log.chain import read_records
from ceremonies.log.journal import Journal

REASONS = [errno.ENOSPC, errno.EIO]


def again_and_again(tmp_path: Path, once: Callable[[Path, int], bool]) -> int:
    """Run `once` on a fresh torn log for the first call, the second, …; return how many."""
    for number in range(1, 200):
        folder = tmp_path / str(number)
        folder.mkdir()
        begin(folder).close()
        with (folder / "log.jsonl").open("ab") as stream:
            stream.write(b'{"v":1,"seq":2,')
        if not once(folder, number):
            return number - 1
    raise AssertionError("it never comes to an end")


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("half", [False, True], ids=["not at all", "by half"])
def test_whatever_call_fails_nothing_is_lost_and_nothing_more_is_written(
    tmp_path: Path, code: int, half: bool
) -> None:
    def once(folder: Path, failing: int) -> bool:
        said: list[bytes] = []
        failed = False
        errors: list[CeremonyError] = []

        def trap(number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
            nonlocal failed
            if number != failing:
                return real(*args)
            failed = True
            if name == "close":
                real(*args)  # Linux closes even when it says that it failed
            if name == "write" and half:
                return real(args[0], args[1][: len(args[1]) // 2])
            raise OSError(code, os.strerror(code))

        with trapped(trap):
            try:
                life(folder, said.append)
            except CeremonyError as error:
                errors.append(error)
        assert all(type(error) in {MachineError, InputError} for error in errors)
        assert all(error.hint and error.__cause__ is None for error in errors)
        insist_nothing_lost(folder, said)
        return failed

    assert again_and_again(tmp_path, once) > 60


@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("code", REASONS)
def test_after_a_failure_the_journal_takes_no_more(tmp_path: Path, call: str, code: int) -> None:
    def trap(number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
        if name == call:
            raise OSError(code, os.strerror(code))
        return real(*args)

    begun = begin(tmp_path)
    known = list(begun.records)
    with trapped(trap), pytest.raises(MachineError, match=os.strerror(code).lower()):
        begun.append(BEGIN)
    after = log_of(tmp_path)
    attempts: list[Callable[[], object]] = [
        lambda: begun.append(BEGIN),
        lambda: begun.withhold("name", "Ana"),
        lambda: sealing.make(begun),
    ]
    for attempt in attempts:
        with pytest.raises(MachineError, match="could not be written"):
            attempt()
    assert list(begun.records) == known
    assert log_of(tmp_path) == after
    assert not (tmp_path / "reveal.jsonl").exists()
    begun.close()
    with reopen(tmp_path) as again:
        again.append(END)
    insist_sound(tmp_path)


def test_a_short_write_is_a_failure_and_its_bytes_are_kept(tmp_path: Path) -> None:
    def trap(number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
        return real(args[0], args[1][:20]) if name == "write" else real(*args)

    begun = begin(tmp_path)
    with trapped(trap), pytest.raises(MachineError, match="only 20 of"):
        begun.append(BEGIN)
    with pytest.raises(MachineError):
        begun.append(BEGIN)
    begun.close()
    with reopen(tmp_path) as again:
        assert isinstance(again.records[-1].fact, facts.Recovered)
    assert (tmp_path / "torn-00000002.bytes").read_bytes() == b'{"v":1,"seq":2,"prev'
    insist_sound(tmp_path)


def test_a_reveal_file_that_cannot_be_written_stops_the_log(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        begun.withhold("name", "Ana")

        def trap(number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
            return real(args[0], args[1][:20]) if name == "write" else real(*args)

        with trapped(trap), pytest.raises(MachineError, match=r"cannot write reveal\.jsonl"):
            begun.withhold("name", "Ben")
        with pytest.raises(MachineError):
            begun.append(BEGIN)
    with reopen(tmp_path) as again:
        again.withhold("name", "Cleo")
    assert [opening.value for opening in openings(tmp_path)] == ["Ana", "Cleo"]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_interrupt_at_any_call_leaves_a_journal_that_goes_on(
    tmp_path: Path, after: bool
) -> None:
    def once(folder: Path, interrupted: int) -> bool:
        came = False

        def trap(number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
            nonlocal came
            came |= number == interrupted
            if number != interrupted or name == "close":
                return real(*args)
            if after:
                real(*args)
            raise KeyboardInterrupt

        with reopen(folder) as writer:
            with trapped(trap):
                try:
                    writer.append(BEGIN)
                    writer.withhold("site", "Vault")
                    name = writer.withhold("name", "Ana")
                    person = facts.PersonPresent(person="a", role="o", name_commitment=name)
                    writer.append(person)
                except KeyboardInterrupt:
                    pass
            writer.append(facts.Paused(step="people", why="interrupt"))
            name = writer.withhold("name", "Ben")
            writer.append(facts.PersonPresent(person="b", role="o", name_commitment=name))
            assert tuple(writer.records) == read_records(folder)
            sealing.make(writer)
        insist_sound(folder)
        return came

    assert again_and_again(tmp_path, once) > 10


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("half", [False, True], ids=["before the call", "half a write"])
def test_killed_at_any_call_nothing_is_lost(tmp_path: Path, half: bool) -> None:
    assert again_and_again(tmp_path, lambda at, fatal: killed_at(at, fatal, half=half)) > 60


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_killed_while_a_log_begins_there_is_a_whole_genesis_or_no_log(tmp_path: Path) -> None:
    def once(folder: Path, fatal: int) -> bool:
        def trap(number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
            if number == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args)

        (folder / "log.jsonl").unlink()

        def begun(_: object) -> None:
            with trapped(trap):
                Journal.begin(folder, genesis(), clock=clock(), os_random=chance())

        was_killed, _ = died(begun)
        if (folder / "log.jsonl").exists():
            again = reopen(folder)
        else:
            again = Journal.begin(folder, genesis(), clock=clock(), os_random=chance())
        with again:
            assert again.genesis == genesis()
            again.append(plan())
        insist_sound(folder)
        return was_killed

    assert again_and_again(tmp_path, once) > 8
