"""What the machine knows of time: which boot this is, how long ago it was, and what it claims."""

from __future__ import annotations

import time
from pathlib import Path

from ceremonies.errors import MachineError

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id(path: Path = _BOOT_ID) -> str:
    """Return a name that is another one after every start of the machine.

    Raises:
        MachineError: the system does not tell.
    """
    try:
        return path.read_text("ascii").strip()
    except (OSError, ValueError):
        raise MachineError(
            "cannot tell which start of the machine this is", hint="use a Linux system with /proc"
        ) from None


def mono_ms() -> int:
    """Return the milliseconds since the machine was started, sleep included."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1_000_000


def wall() -> str:
    """Return the date and time that the machine claims, in UTC and whole seconds (RFC 3339)."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
