"""Killed at every call that changes a disk, once and again, both ceremonies come to their end."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conduct.aftermath import insist_complete
from conduct.conduct_material import KEYGEN, SIGN, begin, go_on
from conduct.interruption import die, in_child, lines_of, outputs, people, trapped

from custody_cli.ceremony_answers import status

SLICES = 16
"""Into how many tests the calls of one ceremony are divided."""

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]


def lived(life: Callable[[], object], fatal: int, *, half: bool) -> bool:
    """Live until a call, or half of it where it writes; return whether it was lived to its end."""

    def trap(number: int, name: str, real: Callable[..., Any], args: Any) -> Any:
        if number == fatal:
            if half and name == "write":
                real(args[0], bytes(args[1])[: len(args[1]) // 2])
            die()
        return real(*args)

    def short_life() -> None:
        with trapped(trap):
            life()

    code = in_child(short_life)
    assert code in (0, -signal.SIGKILL)
    return code == 0


def go_on_or_begin(folder: Path, script: str) -> Callable[[], object]:
    """Go on, or begin where there is no log yet; what a kill left of a beginning is removed."""
    here = people(script, folder)
    if (folder / "log.jsonl").exists():
        return lambda: go_on(folder, here)
    if folder.exists():
        folder.rename(folder.with_name(f"left-{len(list(folder.parent.iterdir()))}"))
    return lambda: begin(folder, script, here)


def insist_kept(folder: Path, before: list[bytes], files: dict[str, tuple[int, bytes]]) -> None:
    assert lines_of(folder)[: len(before)] == before
    assert outputs(folder).items() >= files.items()


def insist_comes_to_its_end(folder: Path, script: str) -> None:
    is_begun = (folder / "log.jsonl").exists()
    before = lines_of(folder)
    files = {n: f for n, f in outputs(folder).items() if n[0] != "."} if is_begun else {}
    if is_begun:
        assert status(folder)["state"] in ("paused", "closing", "complete")
    go_on_or_begin(folder, script)()
    insist_complete(folder, papers=people(script, folder).papers, before=before)
    insist_kept(folder, before, files)


@pytest.mark.parametrize("half", [False, True], ids=["before the call", "half a write"])
@pytest.mark.parametrize("first", range(1, SLICES + 1))
@pytest.mark.parametrize("script", [KEYGEN, SIGN])
def test_killed_at_any_call_nothing_is_lost(
    tmp_path: Path, script: str, first: int, half: bool
) -> None:
    fatal = first
    while True:
        folder = tmp_path / str(fatal) / "c"
        folder.parent.mkdir()
        if lived(go_on_or_begin(folder, script), fatal, half=half):
            break
        insist_comes_to_its_end(folder, script)
        fatal += SLICES
    assert fatal > 150


@pytest.mark.parametrize("seed", range(120))
@pytest.mark.parametrize("script", [KEYGEN, SIGN])
def test_killed_again_and_again_nothing_is_lost(tmp_path: Path, script: str, seed: int) -> None:
    chance = random.Random(seed)
    folder = tmp_path / "c"
    before: list[bytes] = []
    for _ in range(chance.randint(2, 5)):
        life = go_on_or_begin(folder, script)
        lived(life, chance.randint(1, 300), half=chance.random() < 0.5)
        assert lines_of(folder)[: len(before)] == before
        before = lines_of(folder)
    insist_comes_to_its_end(folder, script)
