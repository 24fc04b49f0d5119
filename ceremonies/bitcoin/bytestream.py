"""Reading Bitcoin's wire encoding strictly: every length checked, every compact size minimal."""

from __future__ import annotations


class Malformed(ValueError):
    """The bytes are not the encoding they should be; callers turn this into their own error."""


class TooLarge(Malformed):
    """They count more than is ever read, or than they can hold."""


class Reader:
    """A cursor over bytes. Integers are little-endian, as everywhere on the wire."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def take(self, size: int) -> bytes:
        """Return the next `size` bytes, or raise `Malformed` where there are fewer."""
        end = self.at + size
        if end > len(self.data):
            raise Malformed("it ends too early")
        taken = self.data[self.at : end]
        self.at = end
        return taken

    def integer(self, size: int) -> int:
        """Return an unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size), "little")

    def compact(self) -> int:
        """Return a compact size, which must be written in its shortest form."""
        first = self.integer(1)
        if first < 0xFD:
            return first
        width = 1 << (first - 0xFC)
        value = self.integer(width)
        if value < (0xFD, 0x10000, 0x100000000)[first - 0xFD]:
            raise Malformed("a length is not written in its shortest form")
        return value

    def blob(self) -> bytes:
        """Return bytes behind their compact size."""
        data, at = self.data, self.at
        # most are short, and a PSBT has ten thousand: those are read without a call for each part
        if at < len(data) and data[at] < 0xFD and (end := at + 1 + data[at]) <= len(data):
            self.at = end
            return data[at + 1 : end]
        return self.take(self.compact())

    def finish(self) -> None:
        """Raise `Malformed` unless everything was read."""
        if self.at != len(self.data):
            raise Malformed(f"{len(self.data) - self.at} bytes follow its end")


def compact(value: int) -> bytes:
    """Write a compact size in its shortest form."""
    if value < 0xFD:
        return bytes([value])
    for prefix, width in ((0xFD, 2), (0xFE, 4), (0xFF, 8)):
        if value < 1 << (8 * width):
            return bytes([prefix]) + value.to_bytes(width, "little")
    raise OverflowError("a compact size has at most 64 bits")


def blob(data: bytes) -> bytes:
    """Write bytes behind their compact size."""
    return compact(len(data)) + data


def is_signature(item: bytes) -> bool:
    """Whether it has the form of an ECDSA signature (DER) and its type; what it signs is not asked.

    No key, hash or preimage that a script asks for has it.
    """
    if not 9 <= len(item) <= 73:
        return False
    at = 4 + item[3]
    return (
        at + 1 < len(item)
        and (item[0], item[1], item[2]) == (0x30, len(item) - 3, 0x02)
        and (item[at], at + 2 + item[at + 1]) == (0x02, len(item) - 1)
    )
