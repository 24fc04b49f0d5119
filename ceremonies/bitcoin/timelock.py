"""Locktimes and sequences in words (BIP-65, BIP-68, BIP-112)."""

from __future__ import annotations

from datetime import UTC, datetime

_FIRST_TIME = 500_000_000
_NO_RELATIVE = 1 << 31
_IN_TIME = 1 << 22
_UNITS = 0xFFFF
_UNIT_SECONDS = 512


def is_time(locktime: int) -> bool:
    """Whether a locktime is seconds since 1970, and not a height."""
    return locktime >= _FIRST_TIME


def locktime_text(locktime: int) -> str:
    """Say until when, such as `block 840000` or `2030-01-01 00:00:00 UTC`."""
    if not is_time(locktime):
        return f"block {locktime}"
    return datetime.fromtimestamp(locktime, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def relative_text(sequence: int) -> str:
    """Say how long after its coin an input counts, such as `6 blocks`; empty for at once."""
    units = sequence & _UNITS
    if sequence & _NO_RELATIVE or not units:
        return ""
    if not sequence & _IN_TIME:
        return f"{units} blocks" if units > 1 else "1 block"
    seconds = units * _UNIT_SECONDS
    hours, minutes = divmod(seconds // 60, 60)
    return f"{seconds} seconds ({hours} h {minutes} min)"
