"""A room of its own for `custody`: folders, an environment, and a record of what it did there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import program

ROOT = Path(__file__).resolve().parents[2]
WITNESS = Path(__file__).parent / "witness"
PROGRAM = (sys.executable, "-m", "custody_cli")


@dataclass(frozen=True, kw_only=True)
class Ran:
    """One call: what was typed, how it ended, what it said, the files before and after it.

    `witness` is what the process was at its end (`witness/sitecustomize.py`).
    """

    arguments: tuple[str, ...]
    code: int
    out: bytes
    err: bytes
    before: dict[str, bytes]
    after: dict[str, bytes]
    witness: dict[str, Any]

    @property
    def made(self) -> dict[str, bytes]:
        """The files that are new or other than before."""
        return {name: data for name, data in self.after.items() if self.before.get(name) != data}

    @property
    def json(self) -> Any:
        """The one object on standard output, which is one line."""
        assert self.out.endswith(b"\n")
        assert self.out.count(b"\n") == 1
        return json.loads(self.out)

    @property
    def command(self) -> str:
        """The noun and the verb."""
        return " ".join(self.arguments[: 1 if self.arguments[0] == "doctor" else 2])

    def __str__(self) -> str:
        return f"{' '.join(self.arguments)} -> {self.code}\n{self.out!r}\n{self.err!r}"


@dataclass
class Room:
    """Folders: `work`, where commands run, and beside it a home and a place for temporary files."""

    folder: Path
    afresh: bool = False
    """Whether each call loads the program, as an operator's does, or forks a loaded one."""
    ran: list[Ran] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("work", "home", "tmp", "witness"):
            (self.folder / name).mkdir()

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def environment(self, **more: str) -> dict[str, str]:
        """What a command is told of its surroundings: nothing of the tester's own."""
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{WITNESS}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "CUSTODY_WITNESS": str(self.folder / "witness"),
            **more,
        }

    def files(self) -> dict[str, bytes]:
        """Every file by its name, those beside the work folder included; folders end in `/`."""
        found = {}
        for name in ("work", "home", "tmp"):
            for path in (self.folder / name).rglob("*"):
                known = str(path.relative_to(self.work if name == "work" else self.folder))
                if path.is_dir():
                    found[known + "/"] = b""
                elif path.is_file():
                    found[known] = path.read_bytes()
        return found

    def put(self, name: str, content: bytes | str) -> str:
        """Lay a file into the room."""
        data = content.encode() if isinstance(content, str) else content
        (self.work / name).write_bytes(data)
        return name

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        before_start: Callable[[], None] | None = None,
        **settings: Any,
    ) -> Ran:
        """Call `custody` without a terminal."""
        before = self.files()
        if not (self.afresh or env or before_start or settings):
            ended = program.run(
                *arguments, stdin=stdin, cwd=str(self.work), environment=self.environment()
            )
            return self.record(arguments, ended.pid, ended.code, before, ended.out, ended.err)
        with subprocess.Popen(
            [*PROGRAM, *arguments],
            stdin=subprocess.PIPE,
            stdout=settings.pop("stdout", subprocess.PIPE),
            stderr=subprocess.PIPE,
            cwd=self.work,
            env=self.environment(**(env or {})),
            # a session of its own has no controlling terminal to ask at
            start_new_session=True,
            preexec_fn=before_start,
            **settings,
        ) as process:
            out, err = process.communicate(stdin, timeout=60)
        return self.record(arguments, process.pid, process.returncode, before, out or b"", err)

    def record(
        self,
        arguments: tuple[str, ...],
        pid: int,
        code: int,
        before: dict[str, bytes],
        out: bytes,
        err: bytes,
    ) -> Ran:
        """Add a call that has ended to what is known of this room."""
        statement = self.folder / "witness" / f"{pid}.json"
        witness = json.loads(statement.read_text("utf-8")) if statement.exists() else {}
        ran = Ran(
            arguments=arguments,
            code=code,
            out=out,
            err=err,
            before=before,
            after=self.files(),
            witness=witness,
        )
        self.ran.append(ran)
        return ran

    def ok(self, *arguments: str, **settings: Any) -> Ran:
        """Call `custody` and insist on success."""
        ran = self.run(*arguments, **settings)
        assert ran.code == 0, str(ran)
        return ran
