"""Logs of people who kept another file than the ceremony did, or none, and signed that."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec
from review.test_log_attacks import remade

from ceremonies.log import facts
from ceremonies.log.verify import State, Verdict


def kept_as(at: Path, to: Path, name: str, content: bytes) -> Verdict:
    """What is said of a copy whose people keep something else under a name, and sign that."""
    folder = Path(shutil.copytree(at, to / "copy"))
    (folder / name).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()

    def edit(told: list[facts.Fact]) -> list[facts.Fact]:
        return [
            msgspec.structs.replace(one, sha256=digest, bytes=len(content))
            if isinstance(one, facts.FileKept) and one.name == name
            else one
            for one in told
        ]

    return remade(folder, to, edit)


def not_kept(at: Path, to: Path, name: str) -> Verdict:
    """What is said of a log whose people leave out that a file was kept."""
    (place := to / "without").mkdir()
    return remade(at, place, lambda told: [one for one in told if getattr(one, "name", "") != name])


def insist_noticed(at: Path, to: Path, *changes: tuple[str, bytes, str]) -> None:
    """Each content that is kept under a name instead is a problem of that name."""
    for number, (name, content, problem) in enumerate(changes):
        (place := to / str(number)).mkdir()
        found = kept_as(at, place, name, content)
        assert found.state is State.TAMPERED
        assert f"{name}: {problem}" in found.problems
