"""A ceremony's folder between processes: signals, kills and limits on the real command."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import program
import pytest
from conduct.aftermath import insist_verified
from conduct.conduct_material import KEYGEN, SIGN, said_of
from conduct.interruption import RECORDS, all_of, facts_of, lines_of
from conduct.test_ceremony_refusals import never_to_be_signed

from ceremonies.conduct import builtin
from ceremonies.log import facts
from ceremonies.log.verify import State
from custody_cli.ceremony_answers import status

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
SCRIPTS = [KEYGEN, SIGN]


def _as_from_a_terminal() -> None:
    # whoever runs the tests may ignore SIGINT, and children inherit that
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(
    *arguments: str, program: Path = ROOT, before: Callable[[], None] = _as_from_a_terminal
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "custody_cli", "ceremony", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(program)},
        cwd=program,
        start_new_session=True,
        preexec_fn=before,
    )


def ended(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    out, err = process.communicate(timeout=PATIENCE_S)
    assert b"Traceback" not in err
    return process.returncode, out, err


def custody(*arguments: str, **how: Any) -> tuple[int, dict[str, Any]]:
    """Run to the end with `--json`; return the exit code and the one object."""
    if how:
        code, out, _ = ended(start(*arguments, "--json", **how))
        return code, json.loads(out)
    called = ("ceremony", *arguments, "--json")
    done = program.run(*called, stdin=b"", cwd=str(ROOT), environment=dict(os.environ))
    assert b"Traceback" not in done.err
    return done.code, json.loads(done.out)


def run(script: str, folder: Path, *more: str) -> list[str]:
    return ["run", script, "--at", str(folder), "--rehearse", "--unattended", *more]


@contextmanager
def halted(folder: Path, number: int, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command, and halt it as soon as the log has so many records."""
    process = start(*arguments)
    until = time.monotonic() + PATIENCE_S
    try:
        while process.poll() is None and len(lines_of(folder)) < number:
            assert time.monotonic() < until
            time.sleep(0.0005)
        if process.poll() is None:
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        assert process.poll() is None, f"it was not halted: {process.communicate()}"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a ceremony"


def insist_goes_on(folder: Path, before: list[bytes]) -> None:
    """It is paused, `resume` brings it to its end, and nothing of before is lost."""
    assert status(folder)["state"] == "paused"
    insist_verified(folder, State.INCOMPLETE)
    code, done = custody("resume", str(folder), "--unattended")
    assert (code, done.get("state")) == (0, "complete"), done
    assert lines_of(folder)[: len(before)] == before
    insist_verified(folder, State.COMPLETE)


@pytest.mark.parametrize(("script", "number"), [(KEYGEN, 41), (SIGN, 36)])
def test_killed_it_is_paused_and_goes_on(folder: Path, script: str, number: int) -> None:
    with halted(folder, number, *run(script, folder)) as process:
        process.kill()
        assert process.wait() == -signal.SIGKILL
    insist_goes_on(folder, lines_of(folder))


SIGNALS = {
    signal.SIGINT: (130, "interrupt"),
    signal.SIGTERM: (143, "signal"),
    signal.SIGHUP: (129, "signal"),
}


@pytest.mark.parametrize(
    ("number", "script"),
    [(signal.SIGINT, KEYGEN), (signal.SIGTERM, SIGN), (signal.SIGHUP, KEYGEN)],
    ids=lambda given: getattr(given, "name", given),
)
def test_stopped_by_a_signal_it_says_where_and_how_to_go_on(
    folder: Path, number: signal.Signals, script: str
) -> None:
    code, why = SIGNALS[number]
    with halted(folder, 20, *run(script, folder)) as process:
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        found, out, err = ended(process)
    assert (found, out) == (code, b"")
    last = facts_of(folder)[-1]
    assert isinstance(last, facts.Paused)
    assert last.why == why
    said = err.decode()
    step = last.step or status(folder)["next"]
    assert f"the ceremony is paused at step {step}\n" in said
    assert f"go on with: custody ceremony resume '{folder}'\n" in said
    assert said.endswith("error: stopped by the operator\n")
    insist_goes_on(folder, lines_of(folder))


def test_stopped_by_a_signal_with_json_it_prints_one_object(folder: Path) -> None:
    number = signal.SIGTERM
    with halted(folder, 20, *run(KEYGEN, folder, "--json")) as process:
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)
        code, out, err = ended(process)
    error = json.loads(out)["error"]
    assert code == error["code"] == SIGNALS[number][0]
    assert (error["kind"], error["findings"]) == ("interrupted", [])
    assert b"go on with: custody ceremony resume" in err


def test_while_one_process_runs_it_another_cannot(folder: Path) -> None:
    with halted(folder, 20, *run(KEYGEN, folder)):
        before = lines_of(folder)
        for verb in ("resume", "abort"):
            code, told = custody(verb, str(folder), "--unattended")
            assert (code, told["error"]["kind"]) == (6, "machine")
            assert told["error"]["cause"] == "another process is writing this log"
        assert custody("status", str(folder))[1]["state"] == "running"
        code, told = custody(*run(KEYGEN, folder))
        assert (code, told["error"]["kind"]) == (6, "machine")
        assert lines_of(folder) == before
    insist_goes_on(folder, lines_of(folder))


def test_ended_for_good_it_is_void_and_cannot_be_gone_on_with(folder: Path) -> None:
    with halted(folder, 31, *run(KEYGEN, folder)) as process:
        process.kill()
    code, done = custody("abort", str(folder), "--unattended")
    assert (code, done["state"]) == (0, "void")
    assert status(folder)["state"] == "void"
    code, told = custody("resume", str(folder), "--unattended")
    assert (code, told["error"]["kind"]) == (4, "refused")
    assert "ended for good" in told["error"]["cause"]
    insist_verified(folder, State.VOID)


def test_without_a_ceremony_there_is_nothing_to_go_on_with(folder: Path) -> None:
    for made in (False, True):
        if made:
            folder.mkdir()
        for verb in ("resume", "abort"):
            code, told = custody(verb, str(folder), "--unattended")
            assert (code, told["error"]["kind"]) == (3, "input")


def test_a_log_that_was_changed_is_not_gone_on_with(folder: Path) -> None:
    with halted(folder, 20, *run(KEYGEN, folder)) as process:
        process.kill()
    log = folder / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"alice", b"mallo", 1))
    changed = log.read_bytes()
    for verb in ("resume", "abort"):
        code, told = custody(verb, str(folder), "--unattended")
        assert (code, told["error"]["kind"]) == (5, "integrity")
    assert log.read_bytes() == changed


def test_a_program_that_was_changed_between_sessions_does_not_go_on(
    folder: Path, tmp_path: Path
) -> None:
    with halted(folder, 20, *run(KEYGEN, folder)) as process:
        process.kill()
    other = tmp_path / "other"
    for package in ("ceremonies", "custody_cli"):
        shutil.copytree(ROOT / package, other / package)
    with (other / "ceremonies" / "secret.py").open("a") as stream:
        stream.write("# one line more\n")
    before = lines_of(folder)
    code, told = custody("resume", str(folder), "--unattended", program=other)
    assert (code, told["error"]["kind"]) == (4, "refused")
    assert told["error"]["cause"].startswith("this program is another one")
    assert lines_of(folder) == before
    insist_goes_on(folder, before)


def _no_file_over(size: int) -> Callable[[], None]:
    def limit() -> None:
        _as_from_a_terminal()
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_disk_that_takes_no_more_is_exit_6_and_how_to_go_on_is_said(
    folder: Path, script: str
) -> None:
    code, out, err = ended(start(*run(script, folder), before=_no_file_over(10_000)))
    assert (code, out) == (6, b"")
    assert b"cannot write log.jsonl: " in err
    assert b"go on with: custody ceremony resume" in err
    assert 1 < len(lines_of(folder)) < RECORDS[script]
    torn = (folder / "log.jsonl").read_bytes().rpartition(b"\n")[2]
    insist_goes_on(folder, lines_of(folder))
    assert len(all_of(folder, facts.Recovered)) == bool(torn)


def test_where_a_failed_step_ends_the_ceremony_whoever_stops_is_told_to_abort(
    folder: Path, tmp_path: Path
) -> None:
    ends, answers = tmp_path / "ends.toml", tmp_path / "answers.toml"
    review, right = b'do   = "review-psbt"', said_of(SIGN)["psbt.file"].encode().strip()
    ends.write_bytes(builtin.script(SIGN).data.replace(review, review + b'\non-fail = "abort"'))
    answers.write_bytes(builtin.answers(SIGN).replace(right, never_to_be_signed(right)))
    code, _, err = ended(
        start("run", str(ends), "--at", str(folder), "--rehearse", "--answers", str(answers))
    )
    assert code == 4
    assert b"step review failed, and by its script the ceremony ends there\n" in err
    assert f"go on with: custody ceremony abort '{folder}'\n".encode() in err


def test_a_ceremony_that_could_not_be_begun_leaves_no_folder(folder: Path) -> None:
    for size in (0, 1_000, 2_500):
        code, out, err = ended(start(*run(KEYGEN, folder), before=_no_file_over(size)))
        assert (code, out) == (6, b"")
        assert b"go on with" not in err
        assert list(folder.parent.iterdir()) == []
