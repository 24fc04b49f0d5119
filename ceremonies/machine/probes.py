"""Is this machine fit for a ceremony? One probe, one function, one finding.

Probes only read: files of the system under an injectable `root`, and clocks and generators that
are handed to them. None of them emits a packet, resolves a name or trusts the clock. What cannot
be read counts as not fit.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ceremonies.machine import interfaces
from ceremonies.spoken import visible

_PLAUSIBLE_YEARS = range(2025, 2101)
_ROOT = Path("/")
_SAMPLE_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Probe:
    """What one probe found: `ok` is whether a ceremony may go on, `hint` what to do if not."""

    name: str
    ok: bool
    message: str
    hint: str = ""


def network(root: Path = _ROOT) -> Probe:
    """Look for interfaces that are up, other than loopback, and for default routes."""
    hint = "unplug the cable, remove the radio, and switch every interface off"
    try:
        found = [*interfaces.up(root), *interfaces.default_routes(root)]
    except (OSError, ValueError):
        return Probe(
            name="network",
            ok=False,
            message="cannot tell whether there is a network",
            hint="use a Linux system with /proc and /sys",
        )
    if found:
        return Probe(
            name="network", ok=False, message=visible("; ".join(dict.fromkeys(found))), hint=hint
        )
    return Probe(name="network", ok=True, message="no interface is up and no route leads out")


def swap(root: Path = _ROOT) -> Probe:
    """Look for swap, which would write secrets to a disk."""
    try:
        lines = (root / "proc/swaps").read_text("utf-8", "replace").splitlines()[1:]
    except OSError:
        return Probe(
            name="swap",
            ok=False,
            message="cannot tell whether there is swap",
            hint="use a Linux system with /proc",
        )
    areas = [line.split()[0] for line in lines if line.split()]
    if areas:
        return Probe(
            name="swap",
            ok=False,
            message=f"swap is on: {visible(', '.join(areas))}",
            hint="run `swapoff -a` and remove the entry from /etc/fstab",
        )
    return Probe(name="swap", ok=True, message="no swap")


def core_dumps(root: Path = _ROOT, *, limit: int | None = None) -> Probe:
    """Look at this process's core limit in bytes (-1 is unlimited) and at where cores would go.

    A pattern that begins with `|` feeds a program, for which the kernel ignores the limit.
    """
    soft = _core_limit() if limit is None else limit
    try:
        pattern = (root / "proc/sys/kernel/core_pattern").read_text("utf-8", "replace").strip()
    except OSError:
        pattern = ""
    if soft != 0:
        return Probe(
            name="core-dumps",
            ok=False,
            message="this process may leave a core dump",
            hint="run `ulimit -c 0`",
        )
    if pattern.startswith("|"):
        return Probe(
            name="core-dumps",
            ok=False,
            message=f"the system hands core dumps to a program: {visible(pattern[:60])}",
            hint="run `sysctl kernel.core_pattern=core`",
        )
    return Probe(name="core-dumps", ok=True, message="no core dumps")


def _core_limit() -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_CORE)[0]


def _boottime() -> float:
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def clock(
    *,
    now: Callable[[], float] = time.time,
    monotonic: Callable[[], float] = time.monotonic,
    boottime: Callable[[], float] = _boottime,
) -> Probe:
    """Note what the clock claims and whether the machine has slept since it was started.

    Seconds since 1970 for `now`, since boot for the others. The claim is shown for a person to
    compare and is never believed; only an impossible year or a clock before boot fails.
    """
    claimed, asleep = now(), boottime() - monotonic()
    year = time.gmtime(claimed).tm_year
    if year not in _PLAUSIBLE_YEARS:
        return Probe(
            name="clock",
            ok=False,
            message=f"the clock claims the year {year}",
            hint="set the clock; records carry what it claims, though nothing relies on it",
        )
    if asleep < -1:
        return Probe(
            name="clock",
            ok=False,
            message="the time since boot is shorter than the time the machine ran",
            hint="restart the machine",
        )
    told = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(claimed))
    slept = f", asleep for {int(asleep)} s since boot" if asleep >= 1 else ""
    return Probe(name="clock", ok=True, message=f"claims {told}{slept} (noted, never trusted)")


def _getrandom(size: int) -> bytes:
    return os.getrandom(size, os.GRND_NONBLOCK)


def entropy(draw: Callable[[int], bytes] = _getrandom) -> Probe:
    """Draw twice without waiting: the generator must be seeded, complete and not constant."""
    try:
        first, second = draw(_SAMPLE_BYTES), draw(_SAMPLE_BYTES)
    except (OSError, AttributeError):
        return Probe(
            name="entropy",
            ok=False,
            message="the system's random generator is not ready",
            hint="wait, type, move the mouse; then run this again",
        )
    flat = len(set(first)) == 1 or len(set(second)) == 1
    if first == second or flat or not len(first) == len(second) == _SAMPLE_BYTES:
        return Probe(
            name="entropy",
            ok=False,
            message="the system's random generator repeats itself",
            hint="do not use this machine",
        )
    return Probe(name="entropy", ok=True, message="the system's random generator answers")


def all_probes() -> tuple[Probe, ...]:
    """Run every probe on this machine."""
    return network(), swap(), core_dumps(), clock(), entropy()
