"""A record is on the disk when it is said to be, one writer at a time, and none after the end."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from log_material import (
    NOW,
    begin,
    chance,
    clock,
    genesis,
    happenings,
    insist_sound,
    log_of,
    openings,
    reopen,
)

from ceremonies.errors import InputError, IntegrityError, MachineError, Refused
from ceremonies.log import facts, journal
from ceremonies.log.chain import read_chain, read_records
from ceremonies.log.commitment import boot_mark
from ceremonies.log.journal import Journal, is_held

BEGIN = facts.Begin(step="people", attempt=1)


def test_a_log_begins_with_its_genesis(tmp_path: Path) -> None:
    with Journal.begin(tmp_path, genesis(), clock=clock(), os_random=chance()) as begun:
        (record,) = begun.records
        assert (record.seq, record.prev, record.fact) == (0, bytes(32), genesis())
        assert record.boot == boot_mark("boot-one", nonce=genesis().nonce)
        assert (begun.genesis, begun.folder, begun.next_seq) == (genesis(), tmp_path, 1)
    assert read_records(tmp_path) == (record,)
    assert os.listdir(tmp_path) == ["log.jsonl"]


def test_each_record_is_on_the_disk_when_append_returns_and_names_the_one_before(
    tmp_path: Path,
) -> None:
    with begin(tmp_path) as begun:
        for fact in happenings(begun):
            record = begun.append(fact)
            assert read_records(tmp_path)[-1] == record == begun.records[-1]
            assert record.prev == begun.records[-2].id
            assert record.mono_ms > begun.records[-2].mono_ms
    assert [record.seq for record in begun.records] == list(range(11))


def test_a_line_is_fsynced_after_it_is_written_and_before_it_is_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(tmp_path) as begun:
        calls: list[str] = []
        with monkeypatch.context() as watched:
            for name in ("write", "fsync"):
                real = getattr(os, name)

                def noted(*args: Any, name: str = name, real: Any = real) -> Any:
                    calls.append(f"{name} with {begun._lines.size}")
                    return real(*args)

                watched.setattr(os, name, noted)
            size = begun.extent.bytes
            begun.append(BEGIN)
        assert calls == [f"write with {size}", f"fsync with {size}"]


def test_appending_reads_nothing_of_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(tmp_path) as begun:
        for name in ("follow", "open_log"):
            monkeypatch.setattr(journal, name, None)
        for name in ("read", "pread", "lseek", "listdir"):
            monkeypatch.setattr(os, name, None)
        for _ in range(100):
            begun.append(BEGIN)
        monkeypatch.undo()
    assert len(read_records(tmp_path)) == 102


def test_a_log_is_not_begun_twice(tmp_path: Path) -> None:
    begin(tmp_path).close()
    before = log_of(tmp_path)
    with pytest.raises(MachineError, match="exists"):
        Journal.begin(tmp_path, genesis(), clock=clock(), os_random=chance())
    assert log_of(tmp_path) == before


def test_a_genesis_that_cannot_be_logged_leaves_no_log(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="genesis cannot be logged"):
        Journal.begin(tmp_path, genesis(log="two words"), clock=clock(), os_random=chance())
    assert os.listdir(tmp_path) == []


def test_reopening_goes_on_where_it_ended(tmp_path: Path) -> None:
    begin(tmp_path).close()
    before = log_of(tmp_path)
    with reopen(tmp_path) as again:
        assert log_of(tmp_path) == before
        assert again.next_seq == 2
        record = again.append(BEGIN)
        assert (record.seq, record.prev) == (2, again.records[1].id)
    assert log_of(tmp_path).startswith(before)
    insist_sound(tmp_path)


def test_another_boot_has_another_mark(tmp_path: Path) -> None:
    begin(tmp_path).close()
    with reopen(tmp_path, boot_id="boot-two") as again:
        record = again.append(BEGIN)
    assert record.boot == boot_mark("boot-two", nonce=genesis().nonce) != again.records[0].boot
    assert b"boot-two" not in log_of(tmp_path)


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    with begin(tmp_path) as first:
        with pytest.raises(MachineError, match="another process is writing this log"):
            reopen(tmp_path)
        first.append(BEGIN)
    with reopen(tmp_path) as second:
        assert second.next_seq == 3


def test_whether_a_log_is_held_is_told_without_holding_it(tmp_path: Path) -> None:
    with begin(tmp_path) as first:
        assert is_held(tmp_path)
        first.append(BEGIN)
    assert not is_held(tmp_path)
    with reopen(tmp_path):
        assert is_held(tmp_path)


@pytest.mark.parametrize("ended", [False, True])
def test_what_a_crash_left_unsynced_is_synced_before_it_is_built_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ended: bool
) -> None:
    with begin(tmp_path) as begun:
        if ended:
            begun.append(facts.Closed(steps=0, wall_claimed=NOW))
    synced: list[int] = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        real(descriptor)

    with monkeypatch.context() as watched:
        watched.setattr(os, "fsync", noted)
        reopen(tmp_path).close()
    assert synced == [(tmp_path / "log.jsonl").stat().st_ino]


def test_readers_need_no_lock_and_repair_nothing(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        assert read_records(tmp_path) == tuple(begun.records)
    with (tmp_path / "log.jsonl").open("ab") as stream:
        stream.write(b'{"v":1,"se')
    before = log_of(tmp_path)
    assert read_records(tmp_path) == tuple(begun.records)
    assert read_chain(tmp_path).tail == b'{"v":1,"se'
    assert log_of(tmp_path) == before


def test_nothing_is_added_after_close(tmp_path: Path) -> None:
    begun = begin(tmp_path)
    begun.close()
    begun.close()
    with pytest.raises(MachineError):
        begun.append(BEGIN)
    assert len(begun.records) == 2


@pytest.mark.parametrize(
    "end", [facts.Closed(steps=1, wall_claimed=NOW), facts.Aborted(why="fire", persons=("ana",))]
)
def test_nothing_follows_the_end(tmp_path: Path, end: facts.Fact) -> None:
    with begin(tmp_path) as begun:
        begun.append(end)
        with pytest.raises(Refused):
            begun.append(BEGIN)
    with reopen(tmp_path) as again, pytest.raises(Refused):
        again.append(BEGIN)
    before = log_of(tmp_path)
    with (tmp_path / "log.jsonl").open("ab") as stream:
        stream.write(b"{")
    with pytest.raises(IntegrityError, match="bytes follow the end"):
        reopen(tmp_path)
    assert log_of(tmp_path) == before + b"{"


def test_a_fact_that_cannot_be_logged_does_no_harm(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        with pytest.raises(InputError, match="cannot be logged"):
            begun.append(facts.Begin(step="people", attempt=0))
        assert begun.append(BEGIN).seq == 2
    insist_sound(tmp_path)


def test_what_opens_a_commitment_is_on_the_disk_before_the_commitment(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        first = begun.withhold("name", "Ana: of\nExample")
        second = begun.withhold("site", "Ana: of\nExample")
        found = openings(tmp_path)
        assert [opening.commitment for opening in found] == [first, second]
        assert [opening.seq for opening in found] == [2, 2]
        assert len({opening.salt for opening in found}) == 2
        begun.append(facts.PersonPresent(person="ana", role="operator", name_commitment=first))
    assert b"Example" not in log_of(tmp_path)[-300:]
    assert stat.S_IMODE((tmp_path / "reveal.jsonl").stat().st_mode) == 0o600


def test_half_an_opening_is_dropped_when_the_next_is_written(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        begun.withhold("name", "Ana")
    with (tmp_path / "reveal.jsonl").open("ab") as stream:
        stream.write(b'{"seq":2,"fi')
    with reopen(tmp_path) as again:
        again.withhold("name", "Ben")
    assert [opening.value for opening in openings(tmp_path)] == ["Ana", "Ben"]


def test_a_value_that_cannot_be_withheld_does_no_harm(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        with pytest.raises(InputError, match="not text"):
            begun.withhold("name", "\udc80")
        begun.withhold("name", "Ana")
        begun.append(BEGIN)
    assert [opening.value for opening in openings(tmp_path)] == ["Ana"]


def test_a_link_in_the_place_of_the_reveal_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "reveal.jsonl").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere").write_bytes(b"")
    with begin(tmp_path) as begun, pytest.raises(MachineError, match=r"cannot open reveal\.jsonl"):
        begun.withhold("name", "Ana")
    assert (tmp_path / "elsewhere").read_bytes() == b""
