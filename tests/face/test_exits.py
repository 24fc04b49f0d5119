"""How commands end: exit codes, `error:` and `hint:`, one JSON object, and never a secret."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from custody_process import ROOT, attempt, custody, environment, error_of, stand_in

SECRET = "canary-7f3a-abandon"

RAISES = {
    "InputError": (3, "input"),
    "Refused": (4, "refused"),
    "IntegrityError": (5, "integrity"),
    "MachineError": (6, "machine"),
    "Declined": (7, "declined"),
}


def raising(name: str) -> str:
    return f"from ceremonies import errors\nraise errors.{name}('a cause', hint='a hint')"


@pytest.mark.parametrize("name", RAISES)
def test_each_error_has_its_code_and_kind(name: str) -> None:
    code, kind = RAISES[name]
    plain = attempt(raising(name))
    assert plain.returncode == code
    assert plain.stdout == b""
    assert plain.stderr == b"error: a cause\nhint: a hint\n"
    told = error_of(attempt(raising(name), "--json"))
    assert (told["code"], told["kind"], told["cause"], told["hint"]) == (
        code,
        kind,
        "a cause",
        "a hint",
    )


FINDING = """
from ceremonies.errors import Finding, Level, Refused
raise Refused("one rule says no", hint="ask", findings=[Finding(
    rule="fee-share", level=Level.REFUSE, where="output 1", message="too much", hint="lower it")])
"""


def test_findings_are_told_to_people_and_to_scripts() -> None:
    plain = attempt(FINDING)
    assert b"refuse: fee-share at output 1: too much\n    hint: lower it\n" in plain.stderr
    assert error_of(attempt(FINDING, "--json"))["findings"] == [
        {
            "rule": "fee-share",
            "level": "refuse",
            "where": "output 1",
            "message": "too much",
            "hint": "lower it",
        }
    ]


def test_a_bug_apologises_and_never_tells_the_message() -> None:
    body = f"secret = '{SECRET}'\nraise KeyError('{SECRET[:6]}' + secret)"
    for arguments in ([], ["--json"], ["--debug"], ["--debug", "--json"]):
        done = attempt(body, *arguments)
        assert done.returncode == 1
        assert SECRET.encode() not in done.stdout + done.stderr
        assert b"KeyError" in done.stdout + done.stderr
        assert (b"traceback" in done.stderr) == ("--debug" in arguments)
    assert error_of(attempt(body, "--json"))["kind"] == "bug"


def test_a_foreign_cause_is_not_told_by_way_of_ours() -> None:
    body = f"""
from ceremonies.errors import InputError
try:
    int("{SECRET}")
except ValueError:
    raise InputError("a number is needed", hint="type one") from None
"""
    done = attempt(body, "--debug")
    assert done.returncode == 3
    assert SECRET.encode() not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["doctor", "--bogus"],
        ["doctor", "extra"],
        ["--bogus"],
        ["doctor", "--strict=3"],
    ],
)
def test_wrong_usage_is_exit_2_and_json_where_it_is_asked_for(arguments: list[str]) -> None:
    plain = custody(*arguments)
    assert plain.returncode == 2
    assert plain.stdout == b""
    assert plain.stderr.startswith(b"error: ")
    assert b"hint: see `custody" in plain.stderr
    assert error_of(custody(*arguments, "--json"))["kind"] == "usage"
    assert error_of(custody("--json", *arguments))["kind"] == "usage"


def test_a_phrase_typed_as_arguments_is_not_repeated() -> None:
    done = custody("doctor", "legal", "winner", "thank")
    assert done.returncode == 2
    assert b"winner" not in done.stderr


def test_custody_alone_shows_what_there_is_on_one_screen() -> None:
    done = custody()
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for name in ("doctor", "key", "share", "wallet", "psbt"):
        assert any(line.strip().startswith(name) for line in lines)
    assert lines == custody("--help").stdout.decode().splitlines()


@pytest.mark.parametrize("arguments", [["--help"], ["doctor", "--help"]])
def test_every_help_ends_with_an_example(arguments: list[str]) -> None:
    last = custody(*arguments).stdout.decode().rstrip().splitlines()[-1]
    assert last.strip().startswith("$ custody ")


def test_a_noun_alone_lists_its_verbs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", stand_in("pass"), "key"],
        capture_output=True,
        env=environment(),
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert b"try" in done.stdout
    assert b"Example:" in done.stdout


def test_an_answer_may_refuse_with_an_object_of_its_own() -> None:
    body = """
from custody_cli.answer import answer
answer({"verdict": "refuse"}, json=json, show=lambda: print("refused"), exit_code=4)
"""
    done = attempt(body, "--json")
    assert done.returncode == 4
    assert json.loads(done.stdout) == {"verdict": "refuse"}
    plain = attempt(body)
    assert (plain.returncode, plain.stdout, plain.stderr) == (4, b"refused\n", b"")


@pytest.mark.parametrize(
    ("body", "code", "kind"),
    [
        ("raise KeyboardInterrupt", 130, "interrupted"),
        ("raise EOFError", 7, "declined"),
        (
            "try:\n    raise KeyboardInterrupt\nexcept KeyboardInterrupt:\n    raise typer.Abort",
            130,
            "interrupted",
        ),
        (
            "try:\n    raise EOFError\nexcept EOFError:\n    raise typer.Abort from None",
            7,
            "declined",
        ),
        ("raise typer.Abort", 7, "declined"),
    ],
)
def test_ctrl_c_is_130_and_ctrl_d_is_7_whoever_says_it(body: str, code: int, kind: str) -> None:
    assert attempt(body).returncode == code
    assert error_of(attempt(body, "--json"))["kind"] == kind


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_unwinds_what_was_begun(number: signal.Signals) -> None:
    body = """
import time
try:
    print("begun", file=sys.stderr, flush=True)
    time.sleep(30)
finally:
    print("cleaned", file=sys.stderr, flush=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", stand_in(body), "key", "try"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=environment(),
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"begun\n"
        process.send_signal(number)
        told = process.stderr.read()
        assert process.wait(10) == 128 + number
    assert told.startswith(b"cleaned\n")


def test_a_signal_whose_exception_is_lost_comes_once_more() -> None:
    body = """
import gc, os, signal, time
from custody_cli import main
main._GRACE = 0.3
class Dropping:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
Dropping()
gc.collect()
print("lost", flush=True)
time.sleep(30)
"""
    lost = attempt(body)
    assert lost.returncode == 143
    assert lost.stdout == b"lost\n"
    assert b"Exception ignored in" in lost.stderr


def test_a_line_that_a_signal_breaks_off_ends_before_the_error() -> None:
    body = """
import sys
from custody_cli.answer import answer
print("begun", file=sys.stderr, flush=True)
answer({"a": "x" * 10**6}, json=True, show=lambda: None)
"""
    with subprocess.Popen(
        [sys.executable, "-c", stand_in(body), "key", "try", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stderr.readline() == b"begun\n"
        assert process.stdout.read(1) == b"{"
        time.sleep(0.1)  # the pipe is full again, and it waits
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        *_, broken_off, told = process.stdout.read().splitlines()
        assert process.wait(10) == 143
    assert len(broken_off) < 10**6
    assert json.loads(told)["error"]["code"] == 143


def test_a_reader_who_leaves_early_is_no_bug() -> None:
    body = """
import time
from custody_cli.answer import answer
time.sleep(0.3)
answer({"a": "x" * 10**6}, json=True, show=lambda: None)
"""
    with subprocess.Popen(
        [sys.executable, "-c", stand_in(body), "key", "try"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(10) == 6


def test_a_full_disk_under_stdout_is_a_machine_error() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = custody("doctor", "--json", stdout=full)
    assert done.returncode == 6
    assert b"error: cannot write to standard output: no space left on device" in done.stderr


def test_a_cause_cannot_forge_a_line_or_repaint_the_terminal() -> None:
    body = r"""
from ceremonies.errors import InputError
raise InputError('a\nerror: b\x1b[2J', hint='c\r\x1b[1A')
"""
    told = b"error: a\\x0aerror: b\\x1b[2J\nhint: c\\x0d\\x1b[1A\n"
    assert attempt(body).stderr == told


def test_doctor_tells_whether_the_machine_is_fit() -> None:
    done = custody("doctor", "--json")
    assert done.returncode == 0
    answered = json.loads(done.stdout)
    assert list(answered) == ["fit", "probes"]
    assert answered["fit"] == all(probe["ok"] for probe in answered["probes"])
    strict = custody("doctor", "--strict", "--json")
    if answered["fit"]:
        assert json.loads(strict.stdout) == answered
    else:
        unfit = [probe["name"] for probe in answered["probes"] if not probe["ok"]]
        assert [found["rule"] for found in error_of(strict)["findings"]] == unfit
        assert strict.returncode == 6


def test_doctor_draws_the_same_for_people_without_colour() -> None:
    done = custody("doctor", env={"NO_COLOR": "1"})
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    for name in (b"network", b"swap", b"core-dumps", b"clock", b"entropy", b"fit for a ceremony"):
        assert name in done.stdout


def test_the_installed_command_is_the_same_program() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'custody = "custody_cli.main:run"' in text
    assert custody("--version").stdout.startswith(b"custody ")


def test_the_guard_and_the_lockdown_stand_before_a_command_runs() -> None:
    body = """
import socket, resource
print(resource.getrlimit(resource.RLIMIT_CORE))
socket.socket(socket.AF_INET)
"""
    done = attempt(body)
    assert done.returncode == 6
    assert done.stdout == b"(0, 0)\n"
    assert b"tried to use the network" in done.stderr


def test_a_machine_that_fails_unforeseen_is_no_bug_of_ours() -> None:
    body = f"raise OSError(28, 'No space left on device', '{SECRET}')"
    done = attempt(body)
    assert done.returncode == 6
    assert b"error: the machine failed: no space left on device" in done.stderr
    assert SECRET.encode() not in done.stdout + done.stderr
    assert error_of(attempt(body, "--json"))["kind"] == "machine"
