"""Keccak-256 with its first padding, as Ethereum took it before SHA-3 was made of it."""

from __future__ import annotations

_RATE = 136
_MASK = (1 << 64) - 1


def _round_constants() -> list[int]:
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 * (register >> 7))
        constants.append(constant)
    return constants


_CONSTANTS = _round_constants()


def _turned(value: int, by: int) -> int:
    by %= 64
    return ((value << by) | (value >> (64 - by))) & _MASK if by else value


def _permuted(lanes: list[int]) -> list[int]:
    """Apply the 24 rounds of Keccak-f[1600]; lane (x, y) is at x + 5 y."""
    for constant in _CONSTANTS:
        columns = [
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
            for x in range(5)
        ]
        lanes = [
            lane ^ columns[(at - 1) % 5] ^ _turned(columns[(at + 1) % 5], 1)
            for at, lane in enumerate(lanes)
        ]
        x, y, moved, carried = 1, 0, list(lanes), lanes[1]
        for step in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            carried, moved[x + 5 * y] = (
                lanes[x + 5 * y],
                _turned(carried, (step + 1) * (step + 2) // 2),
            )
        lanes = [
            moved[at]
            ^ (~moved[(at % 5 + 1) % 5 + at // 5 * 5] & moved[(at % 5 + 2) % 5 + at // 5 * 5])
            for at in range(25)
        ]
        lanes[0] ^= constant
    return lanes


def keccak256(data: bytes) -> bytes:
    """Return the 32-byte hash."""
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % _RATE)
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = start + 8 * lane
            lanes[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
