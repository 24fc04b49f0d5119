"""Thousands of ceremonies of about 300 records, each sealed at its end by three people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import long_logs

from ceremonies.log import facts, sshkey, sshsig
from ceremonies.log import seal as seals
from ceremonies.log.facts import Fact
from ceremonies.log.reading import Reading

_KEYS = {name: hashlib.sha256(name.encode()).digest() for name in ("ana", "ben", "cleo")}
ALLOWED_SIGNERS = "".join(
    f"{name} {sshkey.public_key_of(key).line}\n" for name, key in _KEYS.items()
).encode()
MOST = 300


def told(name: str) -> list[Fact]:
    """As many whole sessions as come to 300 records, and the end."""
    signers = hashlib.sha256(ALLOWED_SIGNERS).hexdigest()
    said: list[Fact] = [*long_logs.head(signers, name=name, quorum=3)]
    end = (
        facts.Begin(step="close", attempt=1),
        facts.Closed(steps=7, wall_claimed=long_logs.NOW),
    )
    number, session = 0, [*long_logs.session(0)]
    while len(said) + len(session) + len(end) <= MOST:
        said += session
        number, session = number + 1, [*long_logs.session(number + 1)]
    return [*said, *end]


def write(folder: Path, *, count: int) -> Iterator[Path]:
    """Write so many folders, each with a log of its own name, sealed and signed."""
    for number in range(count):
        at = folder / f"{number:05d}"
        at.mkdir()
        _write(at, f"many/{number}")
        yield at


def _write(folder: Path, name: str) -> None:
    (folder / "script.toml").write_bytes(long_logs.SCRIPT)
    (folder / "allowed_signers").write_bytes(ALLOWED_SIGNERS)
    said = told(name)
    long_logs.write(folder / "log.jsonl", iter(said), records=len(said))
    reading = Reading((len(said),))
    reading.follow(folder)
    found = reading.extents[len(said)]
    made = seals.Seal(
        log=name,
        size=found.size,
        root=found.root,
        bytes=found.bytes,
        sha256=found.sha256,
        prev_seal=seals.NO_SEAL,
    )
    path = seals.path_of(folder, made.size)
    path.parent.mkdir()
    path.write_bytes(made.text())
    for signer, key in _KEYS.items():
        armored = sshsig.sign_ed25519(key, made.text())
        path.with_name(f"{path.name}.{signer}.sig").write_bytes(armored)
