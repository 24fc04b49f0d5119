"""The one place that reads and creates files: bounded, exclusive, complete, on the disk."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import select
from pathlib import Path

from ceremonies.errors import InputError, MachineError
from ceremonies.spoken import visible

MEBIBYTE = 1024 * 1024

_MOMENT_MS = 250
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_NO_RENAMEAT2 = {errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}


def read(path: Path, *, limit: int, what: str) -> bytes:
    """Read a whole file of at most `limit` bytes.

    Raises:
        InputError: there is no such file, it cannot be read, or it is longer.
    """
    try:
        # a named pipe is opened at once, and its writer waited for where signals are looked after
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            return read_stream(descriptor, limit=limit, what=what)
        finally:
            os.close(descriptor)
    except OSError as error:
        # the name is left out: a phrase typed where a file name belongs must not be repeated
        raise InputError(
            f"cannot read {what}: {_reason(error)}", hint="check the name and the medium"
        ) from None


def read_stream(descriptor: int, *, limit: int, what: str) -> bytes:
    """Read an open descriptor to its end, at most `limit` bytes."""
    os.read(descriptor, 0)  # fails on one that is open to write alone, where nothing ever comes
    chunks: list[bytes] = []
    size = 0
    while chunk := _next(descriptor, min(MEBIBYTE, limit + 1 - size)):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise too_long(what, limit)
    return b"".join(chunks)


def _next(descriptor: int, size: int) -> bytes:
    """Read what comes next, and never be deaf to a signal for longer than a moment.

    Python acts upon a signal between two of its steps. One that comes after the last of them, just
    before the system is asked to read, would wait for the writer.
    """
    coming = select.poll()
    coming.register(descriptor, select.POLLIN)
    while True:
        if coming.poll(_MOMENT_MS):
            with contextlib.suppress(BlockingIOError):
                return os.read(descriptor, size)


def too_long(what: str, limit: int) -> InputError:
    """Return the error that something is longer than `limit` bytes."""
    return InputError(
        f"{what} is longer than {limit} bytes", hint="check that this is the right file"
    )


def insist_free(path: Path) -> None:
    """Refuse an output name that is taken or whose folder is missing, before any work is done."""
    if os.path.lexists(path):
        raise MachineError(
            f"output {visible(str(path))} exists",
            hint="choose another name; nothing is ever overwritten",
        )
    if not os.path.isdir(path.parent):  # unlike Path.is_dir, false where it may not be looked at
        raise MachineError(
            f"folder {visible(str(path.parent))} does not exist", hint="create it first"
        )


def create(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Create a file that did not exist: complete and on the disk, or not there at all.

    Written under a temporary name beside it, fsynced, renamed without replacing, and the folder
    fsynced.

    Raises:
        MachineError: the name is taken, or the disk did not take all of it.
    """
    insist_free(path)
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")
    placed = False
    try:
        _write(temporary, data, mode)
        _rename_without_replacing(temporary, path)
        placed = True
        _sync_folder(path.parent)
    except BaseException as error:
        if placed:
            # the name may not survive a loss of power: what is not sure to be there must not be
            with contextlib.suppress(OSError):
                path.unlink()
        if not isinstance(error, OSError):
            raise
        if not placed and error.errno == errno.EEXIST:
            insist_free(path)
        raise MachineError(
            f"cannot write {visible(str(path))}: {_reason(error)}",
            hint="check the space and the medium; nothing was left behind",
        ) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def make_folder(path: Path) -> None:
    """Create a folder that did not exist, readable by its owner alone."""
    insist_free(path)
    made = False
    try:
        path.mkdir(mode=0o700)
        made = True
        _sync_folder(path.parent)
    except BaseException as error:
        if made:
            with contextlib.suppress(OSError):
                path.rmdir()
        if not isinstance(error, OSError):
            raise
        raise MachineError(
            f"cannot create folder {visible(str(path))}: {_reason(error)}",
            hint="check the space and the medium; nothing was left behind",
        ) from None


def _write(path: Path, data: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _rename_without_replacing(source: Path, target: Path) -> None:
    # renameat2 also serves FAT, which has no hard links; link() serves what has no renameat2
    libc = ctypes.CDLL(None, use_errno=True)
    renameat2 = getattr(libc, "renameat2", None)
    if renameat2 is not None:
        done = renameat2(
            _AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), _RENAME_NOREPLACE
        )
        if done == 0:
            return
        code = ctypes.get_errno()
        if code not in _NO_RENAMEAT2:
            raise OSError(code, os.strerror(code))
    os.link(source, target, follow_symlinks=False)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown error").lower()
