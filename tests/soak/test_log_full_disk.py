"""A writer of a log on a disk that is really full, at each page of it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from log.crashing import insist_nothing_lost, life
from log.log_material import begin

from ceremonies.errors import MachineError

KIB = 1024
SIZE = 64 * KIB
PAGE = 4 * KIB
ENOUGH = 6
"""How many free pages all of it takes."""

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of 64 KiB, in memory."""
    at = tmp_path_factory.mktemp("small")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(at)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only whoever may mount a file system can fill a small one")
    yield at
    subprocess.run(["umount", str(at)], check=True)


def fill(ballast: Path, *, free: int) -> None:
    """Leave so many bytes of the disk."""
    with ballast.open("wb", buffering=0) as stream:
        while stream.write(bytes(PAGE)) == PAGE:
            if shutil.disk_usage(ballast.parent).free <= free:
                return


@pytest.mark.parametrize("pages", range(1, ENOUGH + 1))
def test_a_full_disk_loses_nothing_that_was_said_to_be_on_it(disk: Path, pages: int) -> None:
    failures = 0
    for torn in range(1, PAGE, 41):
        folder, ballast = disk / "log", disk / "ballast"
        folder.mkdir()
        begin(folder).close()
        with (folder / "log.jsonl").open("ab") as stream:
            stream.write(b"{" * torn)
        fill(ballast, free=(pages - 1) * PAGE)
        said: list[bytes] = []
        try:
            life(folder, said.append)
        except MachineError:
            failures += 1
        ballast.unlink()
        insist_nothing_lost(folder, said)
        shutil.rmtree(folder)
    assert bool(failures) == (pages < ENOUGH)
