"""Amounts as people read them: coins with eight decimals, from integers alone."""

from __future__ import annotations

_SAT = 100_000_000


def amount(sat: int) -> str:
    """Write an amount in satoshi as coins, such as `0.01000000 BTC`."""
    sign, size = ("-", -sat) if sat < 0 else ("", sat)
    return f"{sign}{size // _SAT}.{size % _SAT:08d} BTC"
