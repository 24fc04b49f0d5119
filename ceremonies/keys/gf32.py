"""Interpolation over GF(32), by two ways that share no arithmetic: what codex32 shares are made by.

A point is an `x` and a row of values, all 0 to 31; the field is that of BIP-93 (x^5 + x^3 + 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

_MODULUS = 0b101001
_ORDER = 31


def lagrange(points: Mapping[int, tuple[int, ...]], x: int) -> tuple[int, ...]:
    """Evaluate at `x` the polynomials through the points: Lagrange's weights, shifts and masks."""
    if x in points:
        return points[x]
    size = len(next(iter(points.values())))
    result = [0] * size
    for one, row in points.items():
        weight = 1
        for other in points:
            if other != one:
                weight = _product(_product(weight, x ^ other), _reciprocal(one ^ other))
        for place, value in enumerate(row):
            result[place] ^= _product(weight, value)
    return tuple(result)


def neville(points: Mapping[int, tuple[int, ...]], x: int) -> tuple[int, ...]:
    """Evaluate the same by Neville's scheme, on a table of logarithms."""
    if x in points:
        return points[x]
    powers, logs = _powers(), _logs()
    places, rows = list(points), [list(row) for row in points.values()]
    for level in range(1, len(places)):
        for start in range(len(places) - level):
            left, right = places[start], places[start + level]
            to_left, to_right = logs[x ^ left], logs[x ^ right]
            span = logs[left ^ right]
            rows[start] = [
                (powers[(logs[a] + to_right - span) % _ORDER] if a else 0)
                ^ (powers[(logs[b] + to_left - span) % _ORDER] if b else 0)
                for a, b in zip(rows[start], rows[start + 1], strict=True)
            ]
    return tuple(rows[0])


def _product(one: int, other: int) -> int:
    product = 0
    for bit in range(5):
        product ^= one << bit if other >> bit & 1 else 0
    for bit in reversed(range(5, 9)):
        product ^= _MODULUS << bit - 5 if product >> bit & 1 else 0
    return product


@cache
def _reciprocal(value: int) -> int:
    return next(other for other in range(1, 32) if _product(value, other) == 1)


@cache
def _powers() -> tuple[int, ...]:
    powers, value = [], 1
    for _ in range(_ORDER):
        powers.append(value)
        value = value << 1 ^ (_MODULUS if value & 16 else 0)
    return tuple(powers)


@cache
def _logs() -> dict[int, int]:
    return {value: log for log, value in enumerate(_powers())}
