"""Calls `custody` as a process of its own, with commands made for the test where it needs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import program

ROOT = Path(__file__).resolve().parents[2]

# stands in for `custody key`: what is tested is the face around a command, not the command
STAND_IN = """
import sys, types
from custody_cli.commands import noun
from custody_cli.options import Debug, Json
import typer
app = noun("key")
@app.callback()
def group() -> None: pass
@app.command("try")
def attempt(json: Json = False, debug: Debug = False) -> None:
{body}
module = types.ModuleType("custody_cli.commands.key")
module.app = app
sys.modules["custody_cli.commands.key"] = module
from custody_cli.main import run
run()
"""


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **more}


def custody(
    *arguments: str, stdin: bytes = b"", cwd: Path | None = None, **settings: Any
) -> subprocess.CompletedProcess[bytes]:
    """Call `custody` without a terminal."""
    called = [sys.executable, "-m", "custody_cli", *arguments]
    if settings:
        return _run(called, stdin, cwd, **settings)
    ended = program.run(
        *arguments, stdin=stdin, cwd=str(cwd or Path.cwd()), environment=environment()
    )
    return subprocess.CompletedProcess(called, ended.code, ended.out, ended.err)


def stand_in(body: str) -> str:
    return STAND_IN.format(body="\n".join("    " + line for line in body.strip().splitlines()))


def attempt(
    body: str, *arguments: str, stdin: bytes = b"", cwd: Path | None = None, **settings: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run `custody key try` with a body of its own."""
    called = [sys.executable, "-c", stand_in(body), "key", "try", *arguments]
    return _run(called, stdin, cwd, **settings)


def _run(
    called: Sequence[str],
    stdin: bytes,
    cwd: Path | None,
    env: Mapping[str, str] | None = None,
    **settings: Any,
) -> subprocess.CompletedProcess[bytes]:
    # a session of its own has no controlling terminal to ask at
    settings.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(
        called,
        input=stdin,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment(**(env or {})),
        start_new_session=True,
        timeout=60,
        check=False,
        **settings,
    )


def error_of(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """The error object, insisting that stdout holds that one object and nothing else."""
    answered = json.loads(done.stdout)
    assert list(answered) == ["error"]
    error: dict[str, Any] = answered["error"]
    assert list(error) == ["code", "kind", "cause", "hint", "findings"]
    assert error["code"] == done.returncode
    return error
