"""What the process gave up is read back from the kernel."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import ctypes, os, resource, sys
from ceremonies.machine.lockdown import lock_down
lock_down()
open(sys.argv[1], "w").close()
print(resource.getrlimit(resource.RLIMIT_CORE), oct(os.stat(sys.argv[1]).st_mode & 0o777),
      ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0)
"""


def test_no_core_not_dumpable_private_files(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "new")],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "(0, 0) 0o600 0"


def test_a_crash_leaves_no_core_file(tmp_path: Path) -> None:
    program = (
        "import os; from ceremonies.machine.lockdown import lock_down; lock_down(); os.abort()"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode < 0
    assert list(tmp_path.iterdir()) == []
