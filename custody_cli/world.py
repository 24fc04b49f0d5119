"""What a ceremony is given of the outside: this machine, or what a rehearsal has instead."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from itertools import count

from ceremonies.conduct.context import World
from ceremonies.log.journal import Clock
from ceremonies.machine import clock, probes
from ceremonies.machine.probes import Probe
from custody_cli.libraries import installed

_PACKAGES = ("ceremonies", "custody_cli")
_OF_THE_PROGRAM = (".py", ".txt", ".toml", ".html")


def this_machine() -> World:
    """Return the world as it is."""
    return World(
        clock=Clock(boot_id=clock.boot_id, mono_ms=clock.mono_ms, wall=clock.wall),
        os_random=os.urandom,
        salts=os.urandom,
        probes=probes.all_probes,
        program=_program(),
        program_sha256=program_sha256(),
        libraries=installed,
    )


def stage(records: int, *, unattended: bool) -> World:
    """Return the world of a rehearsal whose log has so many records: chance is fixed.

    An unattended one has a fixed clock too, and no machine, so that it leaves the same log on
    every machine; and one key, in every session, so that its cards can be in an answers file.
    """
    world = replace(
        this_machine(), os_random=_fixed("chance", records), salts=_fixed("salts", records)
    )
    if not unattended:
        return world
    ticks = count(records)
    clock = Clock(
        boot_id=lambda: "rehearsal",
        mono_ms=lambda: next(ticks),
        wall=lambda: "2000-01-01T00:00:00Z",
    )
    return replace(
        world, clock=clock, probes=_unlooked, os_random=_fixed("chance", 0), libraries=tuple
    )


def program_sha256() -> str:
    """Return the hash of the program: of a line `SHA256  PATH` for each file, in order of paths."""
    lines = sorted(
        f"{path}\0{hashlib.sha256(file.read_bytes()).hexdigest()}"
        for package in _PACKAGES
        for path, file in _files(resources.files(package), package)
    )
    listed = "".join("{1}  {0}\n".format(*line.split("\0")) for line in lines)
    return hashlib.sha256(listed.encode()).hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        here = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _files(entry, here)
        elif entry.name.endswith(_OF_THE_PROGRAM):
            yield here, entry


def _program() -> str:
    return f"custody-cli {metadata.version('custody-cli')}"


def _fixed(use: str, session: int) -> Callable[[int], bytes]:
    draws = count()

    def draw(size: int) -> bytes:
        seed = f"custody-cli rehearsal {use} {session} {next(draws)}".encode()
        return hashlib.shake_256(seed).digest(size)

    return draw


def _unlooked() -> tuple[Probe, ...]:
    names = ("network", "swap", "core-dumps", "clock", "entropy")
    return tuple(
        Probe(name=name, ok=False, message="not looked at: nobody attends this rehearsal")
        for name in names
    )
