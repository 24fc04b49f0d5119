"""Work that is spread over processes: one worker a core, results in order."""

from __future__ import annotations

import json
import os
import select
import signal
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ceremonies.errors import MachineError

_INDEX = struct.Struct("<I")
_AHEAD = 4
"""How many pieces of work each worker has waiting."""


def cores() -> int:
    """Return how many workers are of use here."""
    return len(os.sched_getaffinity(0))


def spread(work: Callable[[int], Any], count: int, *, jobs: int) -> Iterator[Any]:
    """Yield what `work` makes of 0, 1, 2 … in that order; it is a value that JSON can write.

    With several jobs each runs in a process of its own, and with one of them here.

    Raises:
        MachineError: a worker ended before its work was done.
    """
    if min(jobs, count) < 2:
        yield from map(work, range(count))
        return
    crew = _Crew(work, min(jobs, count))
    try:
        waiting: dict[int, Any] = {}
        asked = 0
        for wanted in range(count):
            while wanted not in waiting:
                most = min(count, wanted + len(waiting) + _AHEAD * len(crew.workers))
                while asked < most:
                    crew.ask(asked)
                    asked += 1
                waiting.update(crew.told())
            yield waiting.pop(wanted)
    finally:
        crew.dismiss()


@dataclass
class _Worker:
    pid: int
    told: int
    rest: bytes = field(default=b"", repr=False)


class _Crew:
    """Worker processes that take numbers from one pipe, and each tell results through their own."""

    def __init__(self, work: Callable[[int], Any], jobs: int) -> None:
        self._asked, self._asking = os.pipe()
        self.workers: list[_Worker] = []
        for _ in range(jobs):
            told, telling = os.pipe()
            pid = os.fork()
            if not pid:
                os.close(self._asking)
                _serve(work, self._asked, telling)
            os.close(telling)
            self.workers.append(_Worker(pid, told))

    def ask(self, number: int) -> None:
        os.write(self._asking, _INDEX.pack(number))

    def told(self) -> Iterator[tuple[int, Any]]:
        """Wait for results, and yield those that are complete."""
        ready, _, _ = select.select([worker.told for worker in self.workers], [], [])
        for worker in self.workers:
            if worker.told not in ready:
                continue
            read = os.read(worker.told, 1 << 16)
            if not read:
                raise MachineError(
                    "a process that was verifying has ended before it was done",
                    hint="verify fewer logs at once, or with --jobs 1",
                )
            *lines, worker.rest = (worker.rest + read).split(b"\n")
            for line in lines:
                number, result = json.loads(line)
                yield number, result

    def dismiss(self) -> None:
        os.close(self._asking)
        os.close(self._asked)
        for worker in self.workers:
            os.close(worker.told)
            os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)


def _serve(work: Callable[[int], Any], asked: int, telling: int) -> None:
    """Work until nothing more is asked; this process has nothing of its own to tidy up."""
    code = 1
    try:
        while index := os.read(asked, _INDEX.size):
            (number,) = _INDEX.unpack(index)
            line = json.dumps([number, work(number)]).encode() + b"\n"
            while line:
                line = line[os.write(telling, line) :]
        code = 0
    finally:
        os._exit(code)
