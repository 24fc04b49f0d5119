"""The two BCH codes of codex32 (BIP-93): whether a checksum holds, and which characters are wrong.

Characters are their values in GF(32), 0 to 31. Up to four wrong characters are located, wherever
they are: positions only, for whoever reads the paper again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from ceremonies.frozen import Frozen

_ORDER = 1023
_MOST_LOCATED = 4
_BEFORE = 0x23181B3
"""What the prefix `ms1` leaves in the register."""


class Code(Frozen):
    """A code: its register, its target, and the root whose powers from `first` on it vanishes at.

    `root` is an element a + bz of GF(1024) as (a, b), where z^2 = z + 1.
    """

    check: int
    target: int
    feedback: tuple[int, int, int, int, int]
    root: tuple[int, int]
    first: int

    def remainder(self, values: Sequence[int]) -> int:
        """Return what is left of data with its checksum: zero where it holds."""
        shift = 5 * (self.check - 1)
        register = _BEFORE
        for value in values:
            top = register >> shift
            register = (register & ((1 << shift) - 1)) << 5 ^ value
            for bit, row in enumerate(self.feedback):
                register ^= row if top >> bit & 1 else 0
        return register ^ self.target

    def checksum(self, values: Sequence[int]) -> tuple[int, ...]:
        """Return the check characters of data."""
        left = self.remainder([*values, *[0] * self.check])
        return tuple(left >> 5 * place & 31 for place in reversed(range(self.check)))

    def wrong(self, values: Sequence[int]) -> tuple[int, ...]:
        """Locate at most four wrong characters, from 0; none where there must be more."""
        left = self.remainder(values)
        symbols = [left >> 5 * place & 31 for place in range(self.check)]
        step = _logs()[self.root[0] | self.root[1] << 5]
        syndromes = [
            _at(symbols, step * power)
            for power in range(self.first, self.first + 2 * _MOST_LOCATED)
        ]
        locator = _locator(syndromes)
        powers = [p for p in range(len(values)) if not _at(locator, -step * p)]
        if not len(powers) == len(locator) - 1 <= _MOST_LOCATED:
            return ()
        positions = [len(values) - 1 - power for power in powers]
        errors = [_error(syndromes, locator, step, power, self.first) for power in powers]
        mended = list(values)
        for position, error in zip(positions, errors, strict=True):
            mended[position] ^= error
        is_found = all(0 < error < 32 for error in errors) and not self.remainder(mended)
        return tuple(sorted(positions)) if is_found else ()


SHORT = Code(
    check=13,
    target=0x10CE0795C2FD1E62A,
    feedback=(
        0x19DC500CE73FDE210,
        0x1BFAE00DEF77FE529,
        0x1FBD920FFFE7BEE52,
        0x1739640BDEEE3FDAD,
        0x07729A039CFC75F5A,
    ),
    root=(0, 8),
    first=77,
)
LONG = Code(
    check=15,
    target=0x43381E570BF4798AB26,
    feedback=(
        0x3D59D273535EA62D897,
        0x7A9BECB6361C6C51507,
        0x543F9B7E6C38D8A2A0E,
        0x0C577EAECCF1990D13C,
        0x1887F74F8DC71B10651,
    ),
    root=(25, 6),
    first=1019,
)


def _locator(syndromes: Sequence[int]) -> list[int]:
    """Find the shortest recurrence of the syndromes (Berlekamp and Massey), lowest power first."""
    current, before = [1], [1]
    length, gap, last = 0, 1, 1
    for step, syndrome in enumerate(syndromes):
        found = syndrome
        for back in range(1, min(length, len(current) - 1) + 1):
            found ^= _times(current[back], syndromes[step - back])
        if not found:
            gap += 1
            continue
        factor = _times(found, _inverse(last))
        added = [0] * gap + [_times(factor, value) for value in before]
        size = max(len(current), len(added))
        padded = [*current, *[0] * (size - len(current))]
        following = [a ^ b for a, b in zip(padded, [*added, *[0] * size], strict=False)]
        if 2 * length <= step:
            before, last, length, gap = current, found, step + 1 - length, 1
        else:
            gap += 1
        current = following
    while current[-1] == 0:
        current.pop()
    return current


def _error(
    syndromes: Sequence[int], locator: Sequence[int], step: int, power: int, first: int
) -> int:
    """Compute what was added at a located place (Forney)."""
    size = len(syndromes)
    evaluator = [0] * size
    for one, value in enumerate(locator):
        for other in range(size - one):
            evaluator[one + other] ^= _times(value, syndromes[other])
    odd = [value if place % 2 == 0 else 0 for place, value in enumerate(locator[1:])]
    slope = _at(odd, -step * power)
    if not slope:
        return 0
    ratio = _times(_at(evaluator, -step * power), _inverse(slope))
    return _times(ratio, _powers()[step * power * (1 - first) % _ORDER])


def _at(polynomial: Sequence[int], log: int) -> int:
    """Evaluate a polynomial, lowest power first, at the element with this logarithm."""
    powers, value = _powers(), 0
    for place, coefficient in enumerate(polynomial):
        value ^= _times(coefficient, powers[log * place % _ORDER])
    return value


def _times(one: int, other: int) -> int:
    if not one or not other:
        return 0
    logs = _logs()
    return _powers()[(logs[one] + logs[other]) % _ORDER]


def _inverse(value: int) -> int:
    return _powers()[-_logs()[value] % _ORDER]


@cache
def _powers() -> tuple[int, ...]:
    """The powers of the long code's root, which is primitive: every element but zero."""
    a, b = LONG.root
    powers, (low, high) = [], (1, 0)
    for _ in range(_ORDER):
        powers.append(low | high << 5)
        both = _shifted(high, b)
        low, high = _shifted(low, a) ^ both, _shifted(low, b) ^ _shifted(high, a) ^ both
    return tuple(powers)


@cache
def _logs() -> dict[int, int]:
    return {value: log for log, value in enumerate(_powers())}


def _shifted(one: int, other: int) -> int:
    """Multiply in GF(32), bit by bit."""
    product = 0
    for bit in reversed(range(5)):
        product <<= 1
        product ^= 41 if product & 32 else 0
        product ^= one if other >> bit & 1 else 0
    return product
