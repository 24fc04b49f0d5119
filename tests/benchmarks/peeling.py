"""The fountain code as it is published, without haste: what the benchmark measures ours against.

Everything is drawn, shuffled and xored byte by byte for each part, and decoding is by peeling: a
part of one fragment is taken out of all others, until each fragment has been alone once.
"""

from __future__ import annotations

import hashlib
from collections import deque

from ceremonies.exchange import bytewords, cbor
from ceremonies.exchange.fountain import Part, _xoshiro256


def degree(count: int, random: object) -> int:
    """Draw a degree from a table that is built for it."""
    weights = [1 / number for number in range(1, count + 1)]
    total = sum(weights)
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
    column = int(random() * count)  # type: ignore[operator]
    return 1 + (column if random() < odds[column] else others[column])  # type: ignore[operator]


def mixture(number: int, count: int, checksum: int) -> frozenset[int]:
    if number <= count:
        return frozenset([number - 1])
    seed = number.to_bytes(4, "big") + checksum.to_bytes(4, "big")
    random = _xoshiro256(hashlib.sha256(seed).digest())
    wanted = degree(count, random)
    left, shuffled = list(range(count)), []
    while left:
        shuffled.append(left.pop(int(random() * len(left))))
    return frozenset(shuffled[:wanted])


def xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def encode(fragments: list[bytes], size: int, checksum: int, number: int) -> str:
    """Make one part as text."""
    mixed = bytes(len(fragments[0]))
    for index in mixture(number, len(fragments), checksum):
        mixed = xor(mixed, fragments[index])
    written = cbor.encode([number, len(fragments), size, checksum, mixed])
    return f"UR:BYTES/{number}-{len(fragments)}/{bytewords.encode(written).upper()}"


class Peeler:
    """Decodes by peeling."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.simple: dict[int, bytes] = {}
        self.mixed: dict[frozenset[int], bytes] = {}

    @property
    def is_complete(self) -> bool:
        return len(self.simple) == self.count

    def add(self, part: Part) -> None:
        queue = deque([(mixture(part.number, part.count, part.checksum), part.data)])
        while queue and not self.is_complete:
            indexes, data = queue.popleft()
            for known in indexes & self.simple.keys():
                indexes, data = indexes - {known}, xor(data, self.simple[known])
            for others in [other for other in self.mixed if other < indexes]:
                indexes, data = indexes - others, xor(data, self.mixed[others])
            if len(indexes) == 1:
                (index,) = indexes
                if index in self.simple:
                    continue
                self.simple[index] = data
                for other in [other for other in self.mixed if index in other]:
                    queue.append((other - {index}, xor(self.mixed.pop(other), data)))
            elif indexes and indexes not in self.mixed:
                for other in [other for other in self.mixed if indexes < other]:
                    queue.append((other - indexes, xor(self.mixed.pop(other), data)))
                self.mixed[indexes] = data
