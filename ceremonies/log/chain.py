"""The chain of records as one pass over the bytes finds it."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeAlias

from ceremonies.errors import InputError, IntegrityError, MachineError
from ceremonies.log.facts import Genesis
from ceremonies.log.records import MOST_BYTES, NO_RECORD, Record, decode
from ceremonies.log.tree import Tree

FILE = "log.jsonl"
_EXAMINE = "keep the folder as it is, and compare the log with another copy"
_NO_FILE = {errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENOTDIR}
_PAGE = 128 * 1024
_Octets: TypeAlias = bytes


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How far a log goes: `size` records in `bytes`, their root, and the SHA-256 of the bytes."""

    size: int
    bytes: int
    root: _Octets
    sha256: str


class Chain:
    """Records, each following the one before it; `tail` is what comes after the last LF.

    With `keeping` off `records` stays empty, so that a log of any length takes no memory.
    """

    def __init__(self, *, keeping: bool = True) -> None:
        self.records: list[Record] = []
        self.tail = b""
        self.size = 0
        self.last = NO_RECORD
        self._keeping = keeping
        self._genesis: Genesis | None = None
        self._bytes = 0
        self._tree = Tree()
        self._flat = sha256()

    def insist_begun(self) -> Genesis:
        """Return what the log was begun with.

        Raises:
            InputError: there is not one whole record.
        """
        if self._genesis is None:
            raise InputError("the log has no records", hint="begin the ceremony in another folder")
        return self._genesis

    @property
    def extent(self) -> Extent:
        """Return how far the records go; the tail is not part of them."""
        return Extent(
            size=self.size,
            bytes=self._bytes,
            root=self._tree.root(),
            sha256=self._flat.hexdigest(),
        )

    def add(self, line: bytes) -> Record:
        """Add one line, its LF included.

        Raises:
            InputError: it is the first, and not a record at all: this is something else than a log.
            IntegrityError: it does not follow.
        """
        seq = self.size
        try:
            record = decode(line)
        except InputError as error:
            if not seq:
                raise
            raise IntegrityError(f"record {seq}: {error.cause}", hint=_EXAMINE) from None
        if record.seq != seq:
            raise IntegrityError(f"record {seq} says that it is {record.seq}", hint=_EXAMINE)
        if record.prev != self.last:
            raise IntegrityError(
                f"record {seq} does not follow record {seq - 1} as it is here", hint=_EXAMINE
            )
        if not seq:
            if not isinstance(record.fact, Genesis):
                raise IntegrityError("record 0 is not the genesis", hint=_EXAMINE)
            self._genesis = record.fact
        self._tree.append(record.id)
        self._flat.update(line)
        self._bytes += len(line)
        self.size, self.last = seq + 1, record.id
        if self._keeping:
            self.records.append(record)
        return record


class Page(NamedTuple):
    """Some whole lines of a log, none longer than a record may be, and all their bytes.

    What is no whole line comes last and has no `lines`: the rest of the file, or as much of a line
    as shows that it is too long to be a record.
    """

    block: bytes
    lines: list[bytes]


def pages(descriptor: int) -> Iterator[Page]:
    """Read a log from its beginning, many lines at once, and keep nothing of them."""
    rest = b""
    os.lseek(descriptor, 0, os.SEEK_SET)
    while len(rest) < MOST_BYTES and (read := os.read(descriptor, _PAGE)):
        whole = read.rfind(b"\n") + 1
        if not whole:
            rest += read
            continue
        block, rest = rest + read[:whole], read[whole:]
        lines = io.BytesIO(block).readlines()  # it splits at LF alone
        if max(map(len, lines)) > MOST_BYTES:
            at = next(at for at, line in enumerate(lines) if len(line) > MOST_BYTES)
            lines, rest = lines[:at], lines[at][:-1]
            block = b"".join(lines)
        if lines:
            yield Page(block, lines)
    if rest:
        yield Page(rest, [])


def follow(descriptor: int, *, keeping: bool = True) -> Chain:
    """Read a whole log from an open descriptor.

    Raises:
        InputError: it does not even begin as a log, or cannot be read.
        IntegrityError: a record is damaged or does not follow.
    """
    chain = Chain(keeping=keeping)
    for _ in _followed(descriptor, chain):
        pass
    return chain


def _followed(descriptor: int, chain: Chain) -> Iterator[Record]:
    try:
        for block, lines in pages(descriptor):
            if lines:
                yield from map(chain.add, lines)
            elif len(block) < MOST_BYTES:
                chain.tail = block
            else:
                chain.add(block + b"\n")
    except OSError as error:
        raise _unusable(error) from None


def extent_of(folder: Path) -> Chain:
    """Read the log of a folder as `read_chain` does, and keep no record of it."""
    return _read(folder, keeping=False)


def told(folder: Path, *, size: int) -> Iterator[Record]:
    """Yield the first `size` records of the log of a folder, one after the other.

    Raises:
        InputError: there is no log.
        IntegrityError: a record is damaged or does not follow.
    """
    descriptor = open_log(folder, os.O_RDONLY)
    try:
        yield from islice(_followed(descriptor, Chain(keeping=False)), size)
    finally:
        os.close(descriptor)


def read_chain(folder: Path) -> Chain:
    """Read the log of a folder without a lock: a writer may be adding to it meanwhile.

    Raises:
        InputError: there is no log, or nothing in it.
        IntegrityError: a record is damaged or does not follow.
    """
    return _read(folder, keeping=True)


def _read(folder: Path, *, keeping: bool) -> Chain:
    descriptor = open_log(folder, os.O_RDONLY)
    try:
        chain = follow(descriptor, keeping=keeping)
    finally:
        with contextlib.suppress(OSError):  # nothing was written through it
            os.close(descriptor)
    chain.insist_begun()
    return chain


def read_records(folder: Path) -> tuple[Record, ...]:
    """Read the records of a folder as `read_chain` does; a torn tail is left, and left out."""
    return tuple(read_chain(folder).records)


def open_log(folder: Path, flags: int) -> int:
    """Open `log.jsonl`, which must be a file itself and no link to one.

    Raises:
        InputError: there is none, or it cannot be opened to be read.
        MachineError: it cannot be opened to be written.
    """
    try:
        descriptor = os.open(folder / FILE, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise InputError(
            "there is no log in this folder", hint="give the folder of a ceremony"
        ) from None
    except OSError as error:
        unusable = _unusable(error)
        if flags & os.O_ACCMODE != os.O_RDONLY and error.errno not in _NO_FILE:
            raise MachineError(unusable.cause, hint=unusable.hint) from None
        raise unusable from None
    try:
        _insist_file(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _insist_file(descriptor: int) -> None:
    try:
        found = os.fstat(descriptor)
    except OSError as error:
        raise _unusable(error) from None
    if not stat.S_ISREG(found.st_mode):
        raise InputError("the log is not a file", hint="give the folder of a ceremony")


def _unusable(error: OSError) -> InputError:
    if error.errno == errno.ELOOP:
        return InputError(
            "the log is a link, and no file itself", hint="put the file there that it leads to"
        )
    return InputError(
        f"cannot open the log: {(error.strerror or 'unknown error').lower()}",
        hint="check the folder and the medium",
    )
