"""Loaded by every `custody` that these tests start: writes down what the process was at its end.

Python imports a module of this name by itself, so the program is called as an operator calls it.
The statement goes to a new file in the folder that `CUSTODY_WITNESS` names.
"""

from __future__ import annotations

import atexit
import os
import sys

_STARTS = {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen"}
_written: list[str] = []
_programs: list[str] = []
_before = dict(os.environ)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and isinstance(path, str | bytes):
            _written.append(os.path.abspath(os.fsdecode(path)))
    elif event == "os.mkdir":
        _written.append(os.path.abspath(os.fsdecode(arguments[0])))  # type: ignore[arg-type]
    elif event in _STARTS:
        _programs.append(event)


def _refused(attempt: object) -> bool:
    from ceremonies.errors import MachineError

    try:
        attempt()  # type: ignore[operator]
    except MachineError:
        return True
    except OSError:
        pass
    return False


def _state(folder: str) -> None:
    loaded, written, programs = sorted(sys.modules), list(_written), list(_programs)
    import ctypes
    import json
    import resource
    import socket

    statement = {
        "modules": loaded,
        "written": written,
        "programs": programs,
        "environment_kept": dict(os.environ) == _before,
        "core_limit": resource.getrlimit(resource.RLIMIT_CORE),
        "dumpable": ctypes.CDLL(None).prctl(3, 0, 0, 0, 0),
        "socket_refused": _refused(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
        "lookup_refused": _refused(lambda: socket.getaddrinfo("localhost", 80)),
    }
    with open(os.path.join(folder, f"{os.getpid()}.json"), "x", encoding="utf-8") as file:
        json.dump(statement, file)


if os.environ.get("CUSTODY_WITNESS"):
    sys.addaudithook(_watch)
    atexit.register(_state, os.environ["CUSTODY_WITNESS"])
