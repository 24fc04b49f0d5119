"""The fountain code of UR: any sufficiently many parts make the message (BCR-2024-001).

Part `n` of the first N is fragment `n`; every later one is fragments xored together, which ones
being a function of its number and the message's checksum. So parts can be sent for ever, and it
does not matter which of them are missed.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen

MAX_PARTS = 10_000
"""More fragments than this are not sent and not believed: hours at any frame rate."""

_WORD = (1 << 64) - 1


class Part(Frozen, kw_only=True):
    """One part: its number from 1, and of the message the fragments, bytes and CRC-32."""

    number: int
    count: int
    size: int
    checksum: int
    data: bytes

    @property
    def stream(self) -> tuple[int, int, int, int]:
        """What all parts of one message have in common."""
        return self.count, self.size, self.checksum, len(self.data)


def parts_of(message: bytes, *, longest: int) -> Iterator[Part]:
    """Yield parts without end, their fragments being of equal length, at most `longest` bytes.

    Raises:
        InputError: the message takes more parts than anybody would scan.
    """
    length = fragment_length(len(message), longest=longest)
    count = -(-len(message) // length)
    padded = message.ljust(count * length, b"\0")
    fragments = [int.from_bytes(padded[at : at + length]) for at in range(0, len(padded), length)]
    checksum, number = zlib.crc32(message), 0
    while True:
        number = number % 0xFFFFFFFF + 1
        mixed = 0
        for index in mixture(number, count, checksum):
            mixed ^= fragments[index]
        yield Part(
            number=number,
            count=count,
            size=len(message),
            checksum=checksum,
            data=mixed.to_bytes(length),
        )


def fragment_length(size: int, *, longest: int) -> int:
    """Return how long equal fragments of a message are."""
    count = max(-(-size // longest), 1)
    if count > MAX_PARTS:
        raise InputError(
            f"{size} bytes take more than {MAX_PARTS} codes",
            hint="use denser codes, or carry it as a file",
        )
    return -(-size // count)


def mixture(number: int, count: int, checksum: int) -> list[int]:
    """Return which fragments part `number` is the xor of, from 0."""
    if number <= count:
        return [number - 1]
    random = _xoshiro256(
        hashlib.sha256(number.to_bytes(4, "big") + checksum.to_bytes(4, "big")).digest()
    )
    odds, others = _degrees(count)
    column = int(random() * count)
    degree = 1 + (column if random() < odds[column] else others[column])
    left = list(range(count))
    return [left.pop(int(random() * len(left))) for _ in range(degree)]


def _xoshiro256(seed: bytes) -> Callable[[], float]:
    """Return Blackman and Vigna's xoshiro256** as numbers from 0 up to 1."""
    a, b, c, d = (int.from_bytes(seed[at : at + 8]) for at in (0, 8, 16, 24))

    def following() -> float:
        nonlocal a, b, c, d
        star = b * 5 & _WORD
        result = ((star << 7 | star >> 57) & _WORD) * 9 & _WORD
        shifted = b << 17 & _WORD
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = (d << 45 | d >> 19) & _WORD
        return result / 18446744073709551616.0

    return following


@lru_cache(maxsize=4)
def _degrees(count: int) -> tuple[list[float], list[int]]:
    """Return the alias table (Vose, 1991) by which a degree `i` has odds in proportion to 1/i."""
    weights = [1 / degree for degree in range(1, count + 1)]
    total = 0.0
    # sum() compensates rounding from Python 3.12 on, and the last bit decides which fragments
    for weight in weights:
        total += weight
    scaled = [weight * count / total for weight in weights]
    odds, others = [0.0] * count, [0] * count
    small = [i for i in reversed(range(count)) if scaled[i] < 1]
    large = [i for i in reversed(range(count)) if scaled[i] >= 1]
    while small and large:
        low, high = small.pop(), large.pop()
        odds[low], others[low] = scaled[low], high
        scaled[high] += scaled[low] - 1
        (small if scaled[high] < 1 else large).append(high)
    for rest in small + large:
        odds[rest] = 1.0
    return odds, others


class Contradiction(InputError):
    """Parts that claim to be of one message are not."""


class Decoder:
    """Puts one message together, from its parts in any order.

    Each part is an equation over GF(2). Kept in echelon form they give the message as soon as
    there are enough of them, where peeling would wait for parts of a single unknown.
    """

    def __init__(self, first: Part) -> None:
        insist_possible(first)
        self.stream = first.stream
        self.count, self.size, self.checksum = first.count, first.size, first.checksum
        self._width = 8 * len(first.data)
        # a row is which fragments (above) and their xor (below), under its highest fragment
        self._rows: dict[int, int] = {}
        self._message: bytes | None = None

    @property
    def rank(self) -> int:
        """How many fragments' worth of parts has come."""
        return len(self._rows)

    @property
    def message(self) -> bytes | None:
        """The message, once there is enough of it."""
        return self._message

    def add(self, part: Part) -> bool:
        """Take a part of this stream; False where it says nothing new.

        Raises:
            Contradiction: it belongs to another message, or the whole has a wrong checksum.
        """
        assert part.stream == self.stream
        if self._message is not None:
            return False
        row = 0
        for index in mixture(part.number, self.count, self.checksum):
            row |= 1 << index
        row = row << self._width | int.from_bytes(part.data)
        while row >> self._width:
            top = row.bit_length()
            other = self._rows.get(top)
            if other is None:
                self._rows[top] = row
                self._finish()
                return True
            row ^= other
        if row:
            raise _contradiction()
        return False

    def _finish(self) -> None:
        if self.rank < self.count:
            return
        data = (1 << self._width) - 1
        solved: list[int] = []
        for top in sorted(self._rows):
            row = self._rows[top]
            wanted = (row >> self._width) & ~(1 << len(solved))
            while wanted:
                low = wanted & -wanted
                row ^= solved[low.bit_length() - 1]
                wanted ^= low
            solved.append(row & data)
        whole = b"".join(fragment.to_bytes(self._width // 8) for fragment in solved)
        message, padding = whole[: self.size], whole[self.size :]
        if zlib.crc32(message) != self.checksum or any(padding):
            raise _contradiction()
        self._message = message


def insist_possible(part: Part) -> None:
    """Refuse a part whose claims no message can have, before anything is allocated for them.

    Raises:
        InputError: the claims contradict each other, or are larger than anybody would scan.
    """
    length = len(part.data)
    if not (part.number and part.count and length and part.size):
        raise InputError("a part of the ur claims nothing", hint="scan or copy it again")
    if part.count > MAX_PARTS:
        raise InputError(
            f"a part of the ur claims {part.count} parts",
            hint=f"at most {MAX_PARTS} are read: carry what is so large as a file",
        )
    if not (part.count - 1) * length < part.size <= part.count * length:
        raise InputError(
            "a part of the ur claims a length that its parts do not have",
            hint="scan or copy it again",
        )


def _contradiction() -> Contradiction:
    return Contradiction(
        "the parts of the ur contradict each other, or their checksum is wrong",
        hint="parts of two messages were mixed, or one was damaged: start again",
    )
