"""A file that grows by whole lines, each on the disk before the next is thought of."""

from __future__ import annotations

import contextlib
import os

from ceremonies.errors import IntegrityError, MachineError

_MAKE_ROOM = "make room or change the medium, and resume the ceremony"


class LineFile:
    """The one writer of a file of lines that exists; `size` is its length as this writer knows it.

    After a failure nothing more is written: what then is on the disk is for a new reader to say.
    """

    def __init__(self, descriptor: int, *, name: str, size: int) -> None:
        self.descriptor = descriptor
        self.name = name
        self.size = size
        self.failed = False

    def append(self, line: bytes) -> None:
        """Write one line at the end, in one call, and wait until the disk has it.

        Raises:
            MachineError: the disk did not take all of it, now or earlier.
            IntegrityError: something else wrote to the file, or took it away.
        """
        self.insist_writable()
        try:
            self._insist_unchanged()
            written = os.write(self.descriptor, line)
            if written != len(line):
                raise self._cannot(f"only {written} of {len(line)} bytes were taken")
            os.fsync(self.descriptor)
        except OSError as error:
            raise self._cannot((error.strerror or "unknown error").lower()) from None
        self.size += written

    def cut(self, size: int) -> None:
        """Shorten the file to its first `size` bytes, and wait until the disk has done it."""
        try:
            os.ftruncate(self.descriptor, size)
            os.fsync(self.descriptor)
        except OSError as error:
            raise self._cannot((error.strerror or "unknown error").lower()) from None
        self.size = size

    def insist_writable(self) -> None:
        """Refuse to go on after a failure."""
        if self.failed:
            raise MachineError(
                f"{self.name} could not be written, and nothing is added to it", hint=_MAKE_ROOM
            )

    def close(self) -> None:
        """Let go of the file, and of the lock on it; closing twice is no mistake."""
        descriptor, self.descriptor = self.descriptor, -1
        self.failed = True
        if descriptor >= 0:
            with contextlib.suppress(OSError):  # every line is on the disk already
                os.close(descriptor)

    def _insist_unchanged(self) -> None:
        found = os.fstat(self.descriptor)
        if found.st_size != self.size or not found.st_nlink:
            self.failed = True
            raise IntegrityError(
                f"{self.name} was changed by something else while the ceremony ran",
                hint="keep the folder as it is, and find out what changed it",
            )

    def _cannot(self, why: str) -> MachineError:
        self.failed = True
        return MachineError(f"cannot write {self.name}: {why}", hint=_MAKE_ROOM)
