"""`custody` for tests that call it hundreds of times: loaded once, forked for each call.

Each call is a process of its own, with its own descriptors, folder, environment and session; what
calls share is the half second of imports. Tests of starting, of what is imported and of terminals
start the program as an operator does.

Run as a script, `program.py SOCKET ARGUMENT...` is a call like any other.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

_STREAMS = 10
_open: list[subprocess.Popen[bytes]] = []
"""Keeps the pipe open."""


class Ended(NamedTuple):
    """A call that has ended, by the identity of its process."""

    pid: int
    code: int
    out: bytes
    err: bytes


def run(*arguments: str, stdin: bytes, cwd: str, environment: Mapping[str, str]) -> Ended:
    """Call `custody` and wait for its end."""
    with (
        _filled(stdin) as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        streams = {0: given, 1: out.fileno(), 2: err.fileno()}
        pid, code = _call(address(), arguments, cwd, environment, streams)
        out.seek(0)
        err.seek(0)
        return Ended(pid, code, out.read(), err.read())


@contextmanager
def _filled(data: bytes) -> Iterator[int]:
    """A pipe to read this from: a file would be another kind of input."""
    reader, writer = os.pipe()

    def fill() -> None:
        with suppress(BrokenPipeError), open(writer, "wb") as pipe:
            pipe.write(data)

    filling = threading.Thread(target=fill)
    filling.start()
    try:
        yield reader
    finally:
        os.close(reader)
        filling.join()


@cache
def address() -> str:
    """Where the loaded program of this test process waits for calls."""
    folder = tempfile.mkdtemp(prefix="custody-")
    path = os.path.join(folder, "calls")
    # it ends with us, however we end: its standard input is a pipe that nobody writes to
    server = subprocess.Popen(
        [sys.executable, __file__, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    assert server.stdout.readline() == b"loaded\n"
    server.stdout.close()
    # what was started has left the program behind, so tests of children see none of ours
    server.wait(timeout=10)
    _open.append(server)
    return path


def _call(
    path: str,
    arguments: tuple[str, ...],
    cwd: str,
    environment: Mapping[str, str],
    streams: Mapping[int, int],
) -> tuple[int, int]:
    """The process and the exit code, negative for a signal; `streams` are by their number there."""
    request = json.dumps([list(streams), arguments, cwd, dict(environment)]).encode()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        socket.send_fds(line, [len(request).to_bytes(4, "big")], [*streams.values()])
        line.sendall(request)
        with line.makefile("r") as answer:
            pid, code = map(int, answer.read().split())
    return pid, code


def _serve(path: str) -> NoReturn:
    """Load everything, then fork for each call until the tests end."""
    import gc
    import select

    _load()
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(64)
        print("loaded", flush=True)
        if os.fork():
            os._exit(0)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            ready, _, _ = select.select([door, sys.stdin], [], [])
            if sys.stdin in ready:
                os.unlink(path)
                os.rmdir(os.path.dirname(path))
                sys.exit(0)
            line, _ = door.accept()
            if os.fork() == 0:
                door.close()
                _keep(line)
            line.close()


def _load() -> None:
    import pkgutil
    from importlib import import_module

    for package in ("ceremonies", "custody_cli"):
        found = import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)


def _keep(line: socket.socket) -> NoReturn:
    """Be the parent of one call, and tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, streams, _, _ = socket.recv_fds(line, 4, _STREAMS)
    with line.makefile("rb") as request:
        numbers, *call = json.loads(request.read(int.from_bytes(head, "big")))
    pid = os.fork()
    if pid == 0:
        line.close()
        _move(dict(zip(numbers, streams, strict=True)))
        _become(*call)
    _, status = os.waitpid(pid, 0)
    line.sendall(f"{pid} {os.waitstatus_to_exitcode(status)}".encode())
    os._exit(0)


def _move(streams: dict[int, int]) -> None:
    # out of the way first: the number one has may be the number that another shall have
    kept = {number: fcntl.fcntl(held, fcntl.F_DUPFD, 64) for number, held in streams.items()}
    for held in streams.values():
        os.close(held)
    for number, held in kept.items():
        os.dup2(held, number)
        os.close(held)


def _become(arguments: list[str], cwd: str, environment: dict[str, str]) -> NoReturn:
    """Be `custody`, as the interpreter would have made it."""
    # a session of its own has no controlling terminal to ask at
    os.setsid()
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", errors="surrogateescape")
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape")
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace")
    sys.argv = ["custody", *arguments]
    if "CUSTODY_WITNESS" in environment:
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), "cli", "witness"))
        sys.modules.pop("sitecustomize", None)
        __import__("sitecustomize")
    from custody_cli.main import run as be_custody

    be_custody()


if __name__ == "__main__":
    if len(sys.argv) == 2:
        _serve(sys.argv[1])
    held = {number: number for number in range(_STREAMS) if os.path.exists(f"/dev/fd/{number}")}
    _, code = _call(sys.argv[1], tuple(sys.argv[2:]), os.getcwd(), os.environ, held)
    if code < 0:
        os.kill(os.getpid(), -code)
    sys.exit(code)
