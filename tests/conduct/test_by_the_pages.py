"""A verifier that was written from the pages alone and the program's say the same of every log."""

from __future__ import annotations

import ast
import hashlib
import json
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conduct.test_actions_declared import heard_unattended
from conduct.test_every_ceremony import ELEVEN
from log import by_the_pages
from log.by_the_pages.verdict import judged

from ceremonies.conduct.plan import planned
from ceremonies.log.verify import verify

Told = list[dict[str, Any]]

MOST = 20
"""How many forgeries are made of each log."""


def program(folder: Path) -> str:
    return str(verify(folder, planned=planned).state)


def chained(told: Told) -> bytes:
    """Write records as a log whose numbers and chain are right."""
    data, prev = b"", "0" * 64
    for seq, record in enumerate(told):
        text = json.dumps(
            {**record, "seq": seq, "prev": prev}, ensure_ascii=False, separators=(",", ":")
        )
        line = text.encode() + b"\n"
        prev = hashlib.sha256(b"\0" + line).hexdigest()
        data += line
    return data


def changed(value: Any, chance: random.Random) -> Any:
    """Another value of about the same form."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((-1, 1))
    if isinstance(value, str):
        return chance.choice(["", value + "x", value[::-1], "bob", "witness"])
    if isinstance(value, list):
        return chance.choice([value[1:], value + value[-1:], value[::-1]])
    return "x"


def forgeries(told: Told, chance: random.Random) -> Iterator[Told]:
    """Yield the log with one record dropped, repeated, moved, cut behind, or changed in a field."""
    while True:
        at, to = (chance.randrange(1, len(told)) for _ in range(2))
        record = told[at]
        rest = [*told[:at], *told[at + 1 :]]
        field = chance.choice(list(record["data"]))
        other = {**record["data"], field: changed(record["data"][field], chance)}
        yield rest
        yield [*told[:at], record, *told[at:]]
        yield [*rest[:to], record, *rest[to:]]
        yield told[:at]
        yield [*told[:at], {**record, "data": other}, *told[at + 1 :]]


def agreed(folder: Path, chance: random.Random, *, most: int) -> set[str]:
    """Forge the log of a folder so many times, unsealed, and return the states that both find."""
    shutil.rmtree(folder / "seals")
    log = folder / "log.jsonl"
    told = [json.loads(line) for line in log.read_bytes().splitlines()]
    found = set()
    for number, forged in zip(range(most), forgeries(told, chance), strict=False):
        log.write_bytes(chained(forged))
        state, why = judged(folder)
        assert program(folder) == state, (number, why)
        found.add(state)
    return found


@pytest.mark.parametrize("name", ELEVEN)
def test_both_say_the_same_of(name: str, tmp_path: Path) -> None:
    folder, chance = tmp_path / "at", random.Random(name)
    heard_unattended(folder, name)
    assert (program(folder), *judged(folder)) == ("complete", "complete", "")
    for path in chance.sample(sorted(one for one in folder.rglob("*") if one.is_file()), 3):
        was = path.read_bytes()
        at = chance.randrange(len(was))
        path.write_bytes(was[:at] + bytes([was[at] ^ 1 << chance.randrange(7)]) + was[at + 1 :])
        assert judged(folder)[0] == program(folder), (path.name, at, judged(folder))
        path.write_bytes(was)
    assert {"tampered", "incomplete"} <= agreed(folder, chance, most=MOST)


def test_it_uses_nothing_of_the_project() -> None:
    modules = [*Path(by_the_pages.__file__).parent.glob("*.py")]
    imported = set()
    for node in (node for one in modules for node in ast.walk(ast.parse(one.read_text("utf-8")))):
        if isinstance(node, ast.ImportFrom):
            imported.add(str(node.module))
        elif isinstance(node, ast.Import):
            imported |= {one.name for one in node.names}
    own = {f"{by_the_pages.__name__}.{one.stem}" for one in modules}
    assert imported - own <= sys.stdlib_module_names | {"collections.abc"}
    assert len(modules) > 5
