"""A log that is damaged is not gone on with, and one that is torn loses not a byte."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from log_material import (
    begin,
    insist_sound,
    log_of,
    plan,
    reopen,
)

from ceremonies.errors import InputError, IntegrityError, MachineError
from ceremonies.log import facts, sealing
from ceremonies.log.chain import read_records
from ceremonies.log.records import encode

BEGIN = facts.Begin(step="people", attempt=1)
REUSED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def put_nothing(folder: Path) -> None:
    (folder / "x").write_bytes(b"")


def put_an_empty_file(folder: Path) -> None:
    (folder / "log.jsonl").write_bytes(b"")


def put_other_text(folder: Path) -> None:
    (folder / "log.jsonl").write_bytes(b"dear diary\n")


def put_half_a_record(folder: Path) -> None:
    (folder / "log.jsonl").write_bytes(b'{"v":1,"seq":0,')


def put_a_long_line(folder: Path) -> None:
    (folder / "log.jsonl").write_bytes(b"x" * 70_000)


def put_a_link(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    begin(folder / "elsewhere").close()
    (folder / "log.jsonl").symlink_to(folder / "elsewhere" / "log.jsonl")


def put_a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "log.jsonl")


def put_a_folder(folder: Path) -> None:
    (folder / "log.jsonl").mkdir()


@pytest.mark.parametrize(
    "put",
    [
        put_nothing,
        put_an_empty_file,
        put_other_text,
        put_half_a_record,
        put_a_long_line,
        put_a_link,
        put_a_pipe,
        put_a_folder,
    ],
)
@pytest.mark.parametrize("how", [reopen, read_records])
def test_what_is_no_log_is_refused_and_left_as_it_is(
    tmp_path: Path, put: Callable[[Path], None], how: Callable[[Path], object]
) -> None:
    put(tmp_path)
    before = sorted((path, path.lstat().st_size) for path in tmp_path.rglob("*"))
    with pytest.raises(InputError):
        how(tmp_path)
    assert sorted((path, path.lstat().st_size) for path in tmp_path.rglob("*")) == before


def swapped(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: lines[:3] + lines[4:],
        lambda lines: [lines[0], *lines],
        lambda lines: [*lines, lines[-1]],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:4], b"\n", *lines[4:]],
        lambda lines: [*lines, b"not a record\n"],
        lambda lines: [*lines, b"x" * 70_000],
        swapped,
    ],
)
def test_a_log_with_lines_out_of_place_is_not_gone_on_with(
    tmp_path: Path, original: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    (tmp_path / "seals").symlink_to(original / "seals")
    data = b"".join(change(log_of(original).splitlines(keepends=True)))
    (tmp_path / "log.jsonl").write_bytes(data)
    with pytest.raises(IntegrityError) as caught:
        reopen(tmp_path)
    assert caught.value.__cause__ is None
    assert log_of(tmp_path) == data
    assert sorted(os.listdir(tmp_path)) == ["log.jsonl", "seals"]


@REUSED
@given(st.data())
def test_a_changed_byte_is_found_by_the_records_after_it(
    tmp_path: Path, original: Path, data: st.DataObject
) -> None:
    log = bytearray(log_of(original))
    last = log.rindex(b"\n", 0, -1) + 1
    place = data.draw(st.integers(0, last - 1))
    log[place] ^= data.draw(st.integers(1, 255))
    (tmp_path / "log.jsonl").write_bytes(log)
    with pytest.raises((IntegrityError, InputError)):
        reopen(tmp_path)
    assert log_of(tmp_path) == log


def test_the_damaged_record_is_named(tmp_path: Path, original: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(log_of(original).replace(b'"end"', b'"enc"', 1))
    with pytest.raises(IntegrityError, match="record 6: a record is of the type enc"):
        reopen(tmp_path)


def test_a_log_that_does_not_begin_with_genesis_is_damaged(tmp_path: Path) -> None:
    line = encode(plan(), seq=0, prev=bytes(32), boot="0" * 16, mono_ms=1)
    (tmp_path / "log.jsonl").write_bytes(line)
    with pytest.raises(IntegrityError, match="record 0 is not the genesis"):
        reopen(tmp_path)


def test_a_record_with_another_number_than_its_place_is_damage(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        prev = begun.records[-1].id
    with (tmp_path / "log.jsonl").open("ab") as stream:
        stream.write(encode(BEGIN, seq=3, prev=prev, boot="0" * 16, mono_ms=1))
    with pytest.raises(IntegrityError, match="record 2 says that it is 3"):
        reopen(tmp_path)


def test_a_log_cut_below_its_seal_is_not_gone_on_with(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        sealing.make(begun)
    (tmp_path / "log.jsonl").write_bytes(log_of(tmp_path)[:-1])
    with pytest.raises(IntegrityError, match="has 1 records, and there is a seal of 2"):
        reopen(tmp_path)
    assert list(tmp_path.glob("torn-*")) == []


@pytest.mark.parametrize("how", ["written to", "shortened", "removed", "replaced"])
def test_a_log_that_something_else_changes_takes_no_more(tmp_path: Path, how: str) -> None:
    path = tmp_path / "log.jsonl"
    with begin(tmp_path) as begun:
        if how == "written to":
            with path.open("ab") as stream:
                stream.write(b"{}\n")
        elif how == "shortened":
            os.truncate(path, 10)
        elif how == "removed":
            path.unlink()
        else:
            path.with_name("new").write_bytes(path.read_bytes())
            path.with_name("new").rename(path)
        after = path.read_bytes() if path.exists() else None
        with pytest.raises(IntegrityError, match="changed by something else"):
            begun.append(BEGIN)
        with pytest.raises(MachineError):
            begun.append(BEGIN)
    assert after == (path.read_bytes() if path.exists() else None)


def test_a_record_torn_at_any_byte_is_moved_aside_and_told_of(tmp_path: Path) -> None:
    with begin(tmp_path) as begun:
        whole_records = begun.extent.bytes
        begun.append(BEGIN)
    log = log_of(tmp_path)
    for cut in range(whole_records + 1, len(log)):
        folder = tmp_path / str(cut)
        folder.mkdir()
        (folder / "log.jsonl").write_bytes(log[:cut])
        with reopen(folder) as again:
            last = again.records[-1]
        torn = log[whole_records:cut]
        assert last.fact == facts.Recovered(
            bytes=len(torn),
            sha256=hashlib.sha256(torn).hexdigest(),
            kept_as="torn-00000002.bytes",
        )
        assert (folder / "torn-00000002.bytes").read_bytes() == torn
        assert log_of(folder)[:whole_records] == log[:whole_records]
        insist_sound(folder)
        with reopen(folder) as third:
            assert third.next_seq == 3


@REUSED
@given(tails=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4))
def test_tails_of_any_bytes_are_all_kept(
    tmp_path_factory: pytest.TempPathFactory, tails: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    begin(folder).close()
    tails = [tail.replace(b"\n", b" ") for tail in tails]
    for tail in tails:
        with (folder / "log.jsonl").open("ab") as stream:
            stream.write(tail)
        reopen(folder).close()
    kept = [path.read_bytes() for path in sorted(folder.glob("torn-*"))]
    assert kept == tails
    insist_sound(folder)


def test_bytes_moved_aside_before_a_crash_are_told_of_after_it(tmp_path: Path) -> None:
    begin(tmp_path).close()
    (tmp_path / "torn-00000002.bytes").write_bytes(b'{"v":1,"seq":2,"first')
    with (tmp_path / "log.jsonl").open("ab") as stream:
        stream.write(b'{"v":1,"seq":2,"second')
    with reopen(tmp_path) as again:
        told = [record.fact for record in again.records[2:]]
    assert [fact.kept_as for fact in told if isinstance(fact, facts.Recovered)] == [
        "torn-00000002.bytes",
        "torn-00000003.bytes",
    ]
    assert (tmp_path / "torn-00000003.bytes").read_bytes() == b'{"v":1,"seq":2,"second'
    insist_sound(tmp_path)


def test_bytes_moved_aside_before_a_crash_that_are_still_in_the_log_are_kept_once(
    tmp_path: Path,
) -> None:
    begin(tmp_path).close()
    (tmp_path / "torn-00000002.bytes").write_bytes(b'{"v":1,"seq":2')
    with (tmp_path / "log.jsonl").open("ab") as stream:
        stream.write(b'{"v":1,"seq":2')
    reopen(tmp_path).close()
    assert [path.name for path in tmp_path.glob("torn-*")] == ["torn-00000002.bytes"]
    insist_sound(tmp_path)
