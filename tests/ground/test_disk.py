"""Files are there complete, or not at all: every system call of a write is made to fail once."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceremonies import disk
from ceremonies.errors import InputError, MachineError

REASONS = [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT]


def failing(code: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise OSError(code, os.strerror(code))

    return fail


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("call", ["open", "write", "fchmod", "fsync"])
def test_a_failing_call_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(disk.os, call, failing(code))
        with pytest.raises(MachineError) as caught:
            disk.create(tmp_path / "out", b"data")
    assert os.strerror(code).lower() in caught.value.cause
    assert caught.value.__cause__ is None
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_in_the_middle_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.write
    taken: list[int] = []

    def write(descriptor: int, data: memoryview) -> int:
        if taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken.append(real(descriptor, data[:3]))
        return taken[0]

    with monkeypatch.context() as broken:
        broken.setattr(disk.os, "write", write)
        with pytest.raises(MachineError, match="no space left"):
            disk.create(tmp_path / "out", b"data of some length")
    assert taken == [3]
    assert list(tmp_path.iterdir()) == []


def test_short_writes_are_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    with monkeypatch.context() as slow:
        slow.setattr(disk.os, "write", lambda descriptor, data: real(descriptor, data[:1]))
        disk.create(tmp_path / "out", b"0123456789")
    assert (tmp_path / "out").read_bytes() == b"0123456789"


@pytest.mark.parametrize("call", ["_rename_without_replacing", "_sync_folder"])
@pytest.mark.parametrize("code", REASONS)
def test_a_failure_after_the_data_is_written_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(disk, call, failing(code))
        with pytest.raises(MachineError):
            disk.create(tmp_path / "out", b"data")
    assert list(tmp_path.iterdir()) == []


def test_a_name_taken_while_writing_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = disk._write

    def slow(path: Path, data: bytes, mode: int) -> None:
        real(path, data, mode)
        (tmp_path / "out").write_bytes(b"somebody else's")

    with monkeypatch.context() as raced:
        raced.setattr(disk, "_write", slow)
        with pytest.raises(MachineError, match="exists"):
            disk.create(tmp_path / "out", b"data")
    assert (tmp_path / "out").read_bytes() == b"somebody else's"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


class WithoutRenameat2:
    """A C library that has no `renameat2`, as on systems that are not Linux."""

    def __init__(self, *_: object, **__: object) -> None: ...


def test_without_renameat2_the_same_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as other:
        other.setattr(ctypes, "CDLL", WithoutRenameat2)
        disk.create(tmp_path / "out", b"data")
        real = disk._write

        def slow(path: Path, data: bytes, mode: int) -> None:
            real(path, data, mode)
            (tmp_path / "second").write_bytes(b"theirs")

        other.setattr(disk, "_write", slow)
        with pytest.raises(MachineError, match="exists"):
            disk.create(tmp_path / "second", b"data")
    assert (tmp_path / "out").read_bytes() == b"data"
    assert (tmp_path / "second").read_bytes() == b"theirs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "second"]


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_whatever_has_the_name_is_left_alone(tmp_path: Path, kind: str) -> None:
    taken = tmp_path / "out"
    if kind == "file":
        taken.write_bytes(b"old")
    elif kind == "folder":
        taken.mkdir()
    else:
        taken.symlink_to(tmp_path / "elsewhere")
    for attempt in (lambda: disk.create(taken, b"new"), lambda: disk.make_folder(taken)):
        with pytest.raises(MachineError, match="exists") as caught:
            attempt()
        assert caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"folder .*gone does not exist"):
        disk.create(tmp_path / "gone" / "out", b"data")


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_mode_is_the_one_asked_for_under_any_umask(tmp_path: Path, mode: int) -> None:
    before = os.umask(0o077)
    try:
        disk.create(tmp_path / "out", b"data", mode=mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == mode


def test_a_long_name_is_written_or_refused_and_leaves_nothing(tmp_path: Path) -> None:
    disk.create(tmp_path / ("n" * 255), b"data")
    with pytest.raises(MachineError):
        disk.create(tmp_path / ("n" * 256), b"data")
    assert len(list(tmp_path.iterdir())) == 1


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=4000))
def test_what_was_written_is_read_back(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / os.urandom(8).hex()
    disk.create(path, data)
    assert disk.read(path, limit=len(data), what="it") == data


def test_one_byte_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(b"12345")
    assert disk.read(path, limit=5, what="it") == b"12345"
    with pytest.raises(InputError, match="longer than 4 bytes"):
        disk.read(path, limit=4, what="it")


def test_a_named_pipe_is_read_to_its_end_whoever_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def write() -> None:
        with path.open("wb", buffering=0) as writer:
            for part in (b"one ", b"two"):
                time.sleep(0.02)
                writer.write(part)

    with ThreadPoolExecutor() as threads:
        threads.submit(write)
        assert disk.read(path, limit=7, what="it") == b"one two"
        late = threads.submit(disk.read, path, limit=7, what="it")
        time.sleep(0.02)
        write()
        assert late.result(timeout=10) == b"one two"


def test_a_signal_that_interrupts_no_call_is_acted_upon_all_the_same() -> None:
    # sent to a thread it interrupts nothing here, like one that comes just before a call blocks
    class Reached(Exception):
        pass

    def reach(_number: int, _frame: object) -> None:
        raise Reached

    def send() -> None:
        time.sleep(0.1)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        time.sleep(5)
        os.close(writer)

    reader, writer = os.pipe()
    before = signal.signal(signal.SIGUSR1, reach)
    sender = threading.Thread(target=send, daemon=True)
    try:
        sender.start()
        with pytest.raises(Reached):
            disk.read_stream(reader, limit=1, what="it")
    finally:
        signal.signal(signal.SIGUSR1, before)
        os.close(reader)


def test_what_is_open_to_write_alone_is_not_waited_for() -> None:
    reader, writer = os.pipe()
    with ThreadPoolExecutor() as threads:
        reading = threads.submit(disk.read_stream, writer, limit=1, what="it")
        try:
            error = reading.exception(timeout=2)
        finally:
            os.close(reader)  # ends a wait too
    os.close(writer)
    assert isinstance(error, OSError)
    assert error.errno == errno.EBADF


def test_what_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone", tmp_path / ("n" * 300)):
        with pytest.raises(InputError) as caught:
            disk.read(path, limit=5, what="it")
        assert caught.value.__cause__ is None


def test_a_foreign_file_name_cannot_repaint_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        disk.read(tmp_path / "a\x1b[2J\nb", limit=5, what="it")
    assert "\x1b" not in caught.value.cause
    assert "\n" not in caught.value.cause


def test_a_folder_is_its_owners_alone(tmp_path: Path) -> None:
    disk.make_folder(tmp_path / "cards")
    assert stat.S_IMODE((tmp_path / "cards").stat().st_mode) == 0o700


def test_a_folder_whose_name_is_not_sure_to_last_is_not_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(disk, "_sync_folder", failing(errno.EIO))
        with pytest.raises(MachineError) as caught:
            disk.make_folder(tmp_path / "cards")
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []
