"""The journal: the one writer of a log, and what it does after a crash."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ceremonies import disk
from ceremonies.errors import CeremonyError, IntegrityError, MachineError, Refused
from ceremonies.log import seal, torn
from ceremonies.log.chain import FILE, Chain, Extent, follow, open_log
from ceremonies.log.commitment import Opening, boot_mark
from ceremonies.log.evidence import Seals
from ceremonies.log.facts import Aborted, Closed, Fact, Genesis
from ceremonies.log.lines import LineFile
from ceremonies.log.reading import Reading
from ceremonies.log.records import NO_RECORD, Record, encode
from ceremonies.log.reveal import open_reveal

_SALT_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Clock:
    """What the machine knows of time.

    `boot_id` differs after every start, `mono_ms` are the milliseconds since (`CLOCK_BOOTTIME`),
    and `wall` is the date and time that the machine claims, RFC 3339 in UTC, in whole seconds.
    """

    boot_id: Callable[[], str]
    mono_ms: Callable[[], int]
    wall: Callable[[], str]


class Journal:
    """A log that is being written, by this process alone until `close()`."""

    def __init__(
        self,
        folder: Path,
        lines: LineFile,
        chain: Chain,
        *,
        clock: Clock,
        os_random: Callable[[int], bytes],
    ) -> None:
        self.folder = folder
        self.genesis = chain.insist_begun()
        self._lines = lines
        self._known: Chain | None = chain
        self._reveal: LineFile | None = None
        self._clock = clock
        self._os_random = os_random
        self._boot = boot_mark(clock.boot_id(), nonce=self.genesis.nonce)

    @classmethod
    def begin(
        cls,
        folder: Path,
        genesis: Genesis,
        *,
        clock: Clock,
        os_random: Callable[[int], bytes] = os.urandom,
    ) -> Self:
        """Begin a log in a folder that has none.

        The file appears with its first record complete, so no crash leaves a log without one.

        Raises:
            InputError: the genesis cannot be logged.
            MachineError: there is a log already, or the disk did not take it.
        """
        boot = boot_mark(clock.boot_id(), nonce=genesis.nonce)
        line = encode(genesis, seq=0, prev=NO_RECORD, boot=boot, mono_ms=clock.mono_ms())
        disk.create(folder / FILE, line)
        return cls._locked(folder, clock=clock, os_random=os_random)

    @classmethod
    def reopen(
        cls,
        folder: Path,
        *,
        clock: Clock,
        os_random: Callable[[int], bytes] = os.urandom,
    ) -> Self:
        """Go on with the log of a folder, every record of it read and checked.

        What a crash left of a record is moved into a file `torn-NNNNNNNN.bytes`, and a `recovered`
        record says so.

        Raises:
            InputError: there is no log.
            IntegrityError: the log is damaged, or shorter than its newest seal says.
            MachineError: another process writes it, or the disk failed.
        """
        journal = cls._locked(folder, clock=clock, os_random=os_random)
        try:
            journal._recover()
        except BaseException:
            journal.close()
            raise
        return journal

    @classmethod
    def _locked(cls, folder: Path, *, clock: Clock, os_random: Callable[[int], bytes]) -> Self:
        descriptor = open_log(folder, os.O_RDWR | os.O_APPEND)
        try:
            _lock(descriptor)
            chain = follow(descriptor)
            size = chain.extent.bytes + len(chain.tail)
            lines = LineFile(descriptor, name=FILE, size=size)
            return cls(folder, lines, chain, clock=clock, os_random=os_random)
        except BaseException:
            os.close(descriptor)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def records(self) -> Sequence[Record]:
        """Return every record so far; the sequence grows with the log."""
        return self._chain.records

    @property
    def next_seq(self) -> int:
        """Return the number of the record that comes next."""
        return len(self._chain.records)

    @property
    def extent(self) -> Extent:
        """Return how far the log goes, as this writer wrote it.

        Raises:
            MachineError: the disk failed, and this writer does not know what it holds.
        """
        self._lines.insist_writable()
        return self._chain.extent

    def append(self, fact: Fact) -> Record:
        """Add one record; when this returns, it is on the disk.

        Raises:
            InputError: the fact cannot be logged; nothing was written.
            Refused: the ceremony has ended.
            MachineError: the disk did not take it, and the journal takes no more.
            IntegrityError: something else wrote to the log.
        """
        self._lines.insist_writable()
        chain = self._chain
        if _has_ended(chain):
            raise Refused("nothing follows the end of a ceremony", hint="begin another ceremony")
        line = encode(
            fact,
            seq=len(chain.records),
            prev=chain.last,
            boot=self._boot,
            mono_ms=self._clock.mono_ms(),
        )
        self._known = None  # an interrupt may come between any two of the following
        try:
            self._lines.append(line)
            record = chain.add(line)
        except CeremonyError:
            self._known = chain
            raise
        self._known = chain
        return record

    def withhold(self, field: str, value: str) -> str:
        """Return the commitment to a value, for the field `field` of the next record.

        What opens it is in the reveal file, on the disk, before this returns.

        Raises:
            InputError: the value is not text that UTF-8 can write.
            MachineError: the disk did not take it, and the journal takes no more.
        """
        self._lines.insist_writable()
        opening = Opening(
            log=self.genesis.log,
            seq=self.next_seq,
            field=field,
            salt=self._os_random(_SALT_BYTES).hex(),
            value=value,
        )
        commitment = opening.commitment
        reveal, self._reveal = self._reveal, None  # after an interrupt it is opened again
        reveal = reveal or open_reveal(self.folder)
        try:
            reveal.append(opening.line())
        except BaseException as error:
            reveal.close()
            self._lines.failed |= isinstance(error, CeremonyError)
            raise
        self._reveal = reveal
        return commitment

    def close(self) -> None:
        """Let go of the log; its records stay readable, and closing twice is no mistake."""
        if self._known is None:
            with contextlib.suppress(CeremonyError):
                self._known = self._chain
        if self._reveal is not None:
            self._reveal.close()
        self._lines.close()

    @property
    def _chain(self) -> Chain:
        if self._known is None:
            chain = follow(self._lines.descriptor)
            if chain.tail:
                self._lines.failed = True
            else:
                self._lines.cut(chain.extent.bytes)  # the interrupt may have come before the fsync
            self._known = chain
        return self._known

    def _recover(self) -> None:
        chain = self._chain
        sealed = seal.sizes(self.folder)
        if sealed and sealed[-1] > len(chain.records):
            raise IntegrityError(
                f"the log has {len(chain.records)} records, and there is a seal of {sealed[-1]}",
                hint="keep the folder as it is, and compare the log with another copy",
            )
        _insist_seals(self.folder, log=self.genesis.log)
        ended = _has_ended(chain)
        if ended and chain.tail:
            raise IntegrityError(
                "bytes follow the end of the ceremony",
                hint="keep the folder as it is, and compare the log with another copy",
            )
        if chain.tail:
            torn.keep(self.folder, chain.tail, seq=len(chain.records), records=chain.records)
            chain.tail = b""
        # also when there is nothing to cut: the crash may have come before the fsync
        self._lines.cut(chain.extent.bytes)
        for recovered in () if ended else torn.unexplained(self.folder, chain.records):
            self.append(recovered)


def _insist_seals(folder: Path, *, log: str) -> None:
    """Insist that every seal that was made is one of this log; most were signed by people."""
    found = Seals(folder)
    if not found.sizes:
        return
    reading, known = Reading(found.sizes), len(found.problems)
    reading.follow(folder)
    found.judge(reading.extents, log=log, records=reading.records)
    for problem in found.problems[known:]:
        raise IntegrityError(
            problem, hint="keep the folder as it is, and compare the log with another copy"
        )


def is_held(folder: Path) -> bool:
    """Tell whether some process has the log of a folder open to write to it.

    Raises:
        InputError: there is no log.
    """
    descriptor = open_log(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _has_ended(chain: Chain) -> bool:
    return isinstance(chain.records[-1].fact, Closed | Aborted)


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise MachineError(
            "another process is writing this log",
            hint="end the other one first; only one ceremony runs in a folder",
        ) from None
    except OSError as error:
        raise MachineError(
            f"cannot lock the log: {(error.strerror or 'unknown error').lower()}",
            hint="use a disk of this machine",
        ) from None
