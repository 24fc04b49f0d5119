"""The peak of this process's resident memory."""

from __future__ import annotations

import re
from pathlib import Path


def resident() -> int:
    """In bytes, as Linux counts it since the program was started.

    `ru_maxrss` would not do: a child keeps the peak of whoever started it.
    """
    status = Path("/proc/self/status").read_text("ascii")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) * 1024
