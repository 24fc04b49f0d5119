"""What the process gives up before it holds a secret."""

from __future__ import annotations

import ctypes
import os
import resource
import sys

from ceremonies.errors import MachineError

_PR_SET_DUMPABLE = 4


def lock_down() -> None:
    """Forbid core dumps and, on Linux, tracing by the same user; make new files private.

    Raises:
        MachineError: the system does not let it.
    """
    os.umask(0o077)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        raise MachineError("core dumps cannot be switched off", hint="run `ulimit -c 0`") from None
    if sys.platform == "linux":
        _make_undumpable()


def _make_undumpable() -> None:
    # a process that is not dumpable cannot be attached to by ptrace, nor its memory read in /proc
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise MachineError(
            "the process cannot be made undumpable", hint="check what confines this program"
        )
