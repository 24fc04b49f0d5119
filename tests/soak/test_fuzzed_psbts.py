"""The coverage-guided fuzzer, for some minutes: nothing but errors of ours comes out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZER = Path(__file__).with_name("fuzz_psbts.py")
RUNS = 30_000

pytestmark = pytest.mark.soak


def test_fuzzed_psbts_end_in_errors_of_ours_alone(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    called = [sys.executable, str(FUZZER), str(seeds), f"-runs={RUNS}", "-seed=1"]
    done = subprocess.run(called, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr[-4_000:]
    assert f"Done {RUNS} runs" in done.stderr
    # what reached new code was kept, under the hash of its bytes
    assert any(len(kept.name) == 40 for kept in seeds.iterdir())
