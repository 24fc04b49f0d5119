"""A writer whose calls to the disk can fail or be its last, and what must be left after that."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from log.log_material import PRIVATE_KEYS, SIGNERS, insist_sound, openings, reopen

from ceremonies import disk
from ceremonies.log import facts, seal, sealing, sshsig

BEGIN = facts.Begin(step="people", attempt=1)
END = facts.End(step="people")


CALLS = ("open", "write", "fsync", "fchmod", "ftruncate", "fstat", "mkdir", "unlink", "close")
Trap = Callable[[int, str, Callable[..., Any], tuple[Any, ...]], Any]
Said = Callable[[bytes], object]
"""Who is told what is said to be on the disk: 32 bytes for each record, seal and signature."""


@contextmanager
def trapped(trap: Trap) -> Iterator[None]:
    """Let `trap(number, name, real, arguments)` stand for every call that changes a disk."""
    number = 0
    places: list[tuple[Any, str]] = [(os, name) for name in CALLS]
    places.append((disk, "_rename_without_replacing"))

    def standing_in(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            nonlocal number
            number += 1
            return trap(number, name, lambda *given: real(*given, **options), args)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for place, name in places:
            patch.setattr(place, name, standing_in(name, getattr(place, name)))
        yield


def life(folder: Path, said: Said) -> None:
    """Go on with a log with a torn tail: write, withhold, seal and attest; tell what is done."""
    with reopen(folder) as writer:
        for record in writer.records:
            said(record.id)
        said(writer.append(BEGIN).id)
        name = writer.withhold("name", "Ana")
        person = facts.PersonPresent(person="ana", role="operator", name_commitment=name)
        said(writer.append(person).id)
        made = sealing.make(writer)
        said(bytes.fromhex(made.id))
        armored = sshsig.sign_ed25519(PRIVATE_KEYS["ana"], made.text())
        sealing.import_signature(folder, made, "ana", armored, SIGNERS)
        said(sha256(armored).digest())
        sealing.record_exposed(folder, made, "ben", PRIVATE_KEYS["ben"])
        said(writer.append(END).id)


def insist_nothing_lost(folder: Path, said: list[bytes]) -> None:
    """The log can be gone on with, and holds all that was said to be on the disk."""
    with reopen(folder) as again:
        beside = {sha256(path.read_bytes()).digest() for path in folder.glob("seals/seal-*")}
        records = [one for one in said if one not in beside]
        assert [record.id for record in again.records][: len(records)] == records
        assert sum(isinstance(record.fact, facts.Recovered) for record in again.records) >= 1
        name = again.withhold("name", "Ana")
        again.append(facts.PersonPresent(person="ana", role="operator", name_commitment=name))
        made = sealing.make(again)
        armored = sshsig.sign_ed25519(PRIVATE_KEYS["ana"], made.text())
        sealing.import_signature(folder, made, "ana", armored, SIGNERS)
        held = [
            record.fact.name_commitment
            for record in again.records
            if isinstance(record.fact, facts.PersonPresent)
        ]
    assert set(held) <= {opening.commitment for opening in openings(folder)}
    for size in seal.sizes(folder):
        sealing.signed_by(folder, seal.read(folder, size), SIGNERS)
    insist_sound(folder)


def died(work: Callable[[Said], object]) -> tuple[bool, list[bytes]]:
    """Work in a child that may be killed; return whether it was, and what it had said by then."""
    hears, tells = os.pipe()
    real_write = os.write
    child = os.fork()
    if not child:
        status = 1
        try:
            work(lambda data: real_write(tells, data))
            status = 0
        finally:
            os._exit(status)
    os.close(tells)
    with open(hears, "rb") as stream:
        heard = stream.read()
    _, status = os.waitpid(child, 0)
    assert status in {0, signal.SIGKILL}
    return status != 0, [heard[at : at + 32] for at in range(0, len(heard), 32)]


def killed_at(folder: Path, fatal: int, *, half: bool) -> bool:
    """Live until a call, or half of it where it writes; nothing that was said is lost."""

    def trap(number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
        if number == fatal:
            if half and name == "write":
                real(args[0], args[1][: len(args[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args)

    def short_life(said: Said) -> None:
        with trapped(trap):
            life(folder, said)

    was_killed, said = died(short_life)
    insist_nothing_lost(folder, said)
    return was_killed
