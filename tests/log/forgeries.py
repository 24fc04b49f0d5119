"""Logs and seals made by hand, as somebody would who wants to pass one for another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from log_material import LOG

from ceremonies.log import seal as seals
from ceremonies.log.facts import Fact
from ceremonies.log.records import NO_RECORD, decode, encode
from ceremonies.log.tree import Tree


def lines_of(folder: Path) -> list[bytes]:
    return (folder / "log.jsonl").read_bytes().splitlines(keepends=True)


def rewrite(folder: Path, lines: Sequence[bytes]) -> None:
    (folder / "log.jsonl").write_bytes(b"".join(lines))


def facts_of(folder: Path) -> list[Fact]:
    return [decode(line).fact for line in lines_of(folder)]


def chained(told: Sequence[Fact]) -> list[bytes]:
    """Write facts as a log whose chain is right."""
    lines: list[bytes] = []
    prev = NO_RECORD
    for seq, fact in enumerate(told):
        lines.append(encode(fact, seq=seq, prev=prev, boot="00" * 8, mono_ms=seq))
        prev = decode(lines[-1]).id
    return lines


def seal_of(lines: Sequence[bytes], *, before: str = seals.NO_SEAL, log: str = LOG) -> seals.Seal:
    tree, data = Tree(), b"".join(lines)
    for line in lines:
        tree.append(decode(line).id)
    return seals.Seal(
        log=log,
        size=len(lines),
        root=tree.root(),
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        prev_seal=before,
    )


def unseal(folder: Path, *, from_size: int = 0) -> None:
    """Take the seals of `from_size` records and more away, and their signatures."""
    for path in (folder / "seals").iterdir():
        if int(path.name[5:13]) >= from_size:
            path.unlink()


def put_seal(folder: Path, seal: seals.Seal) -> None:
    seals.path_of(folder, seal.size).write_bytes(seal.text())
