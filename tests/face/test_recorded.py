"""Terminals that are recorded, by real recorders and by real tmux: no secret is shown there."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest
from custody_process import ROOT, environment
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import MachineError
from ceremonies.keys.mark import with_mark
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret
from custody_cli import recorders

CUSTODY = shlex.join([sys.executable, "-m", "custody_cli"])
CHECK = f"{CUSTODY} key check --expect 00000000"
PROMPT = "type the words of the phrase"
RECORDED_BY = "this terminal is recorded by "
WITHIN_SECONDS = 20.0

needs_script = pytest.mark.skipif(shutil.which("script") is None, reason="script is not installed")
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


def surroundings(**more: str) -> dict[str, str]:
    own = {key: value for key, value in environment(TERM="xterm").items() if key[:4] != "TMUX"}
    return {**own, **more}


@contextmanager
def at_terminal(*command: str, folder: Path) -> Iterator[pexpect.spawn]:
    child = pexpect.spawn(
        command[0],
        list(command[1:]),
        cwd=str(folder),
        env=surroundings(),
        encoding="utf-8",
        dimensions=(24, 80),
        timeout=WITHIN_SECONDS,
    )
    try:
        yield child
    finally:
        child.close(force=True)


def ended(child: pexpect.spawn) -> tuple[int, str]:
    """How it ended, and what was seen since it was last read."""
    child.expect(pexpect.EOF)
    seen = child.before or ""
    child.close()
    return int(child.exitstatus or 0), seen


def recorded(command: str, folder: Path) -> tuple[str, ...]:
    return ("script", "-qec", command, str(folder / "typescript"))


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    """A folder with a rehearsal's phrase and its cards."""
    seed = Seed(Scheme.BIP39, with_mark(Secret(bytes(16))))
    (tmp_path / "phrase.txt").write_bytes(seed.written().reveal() + b"\n")
    split = "share split --seed phrase.txt --group 2of2 --secret-to cards -o set.json --rehearse"
    called = [sys.executable, "-m", "custody_cli", *split.split()]
    subprocess.run(called, cwd=tmp_path, env=surroundings(), check=True, capture_output=True)
    return tmp_path


@needs_script
@pytest.mark.parametrize(
    "command",
    [
        "key check --expect 00000000",
        "key account --script wpkh --network regtest",
        "share check",
        "share recover --secret-to recovered.txt",
        "key new --dice - --secret-to phrase.txt",
        "key new --secret-to - --reveal",
    ],
)
def test_nothing_secret_is_typed_or_shown_where_script_records(
    command: str, tmp_path: Path
) -> None:
    with at_terminal(*recorded(f"{CUSTODY} {command}", tmp_path), folder=tmp_path) as child:
        code, seen = ended(child)
    assert code == 6, seen
    assert f"{RECORDED_BY}script (process " in seen
    assert "\x1b[?1049h" not in seen
    assert {path.name for path in tmp_path.iterdir()} == {"typescript"}


@needs_script
def test_a_rehearsal_is_typed_where_script_records(tmp_path: Path) -> None:
    rehearsing = recorded(f"{CHECK} --rehearse", tmp_path)
    with at_terminal(*rehearsing, folder=tmp_path) as child:
        child.expect(PROMPT)
        child.send("\x04")
        assert ended(child)[0] == 7


@needs_script
def test_a_rehearsal_is_shown_where_script_records_and_in_earnest_is_not(practice: Path) -> None:
    cards = "--share cards/card-1-1.txt --share cards/card-1-2.txt"
    show = f"{CUSTODY} share recover {cards} --secret-to - --reveal"
    with at_terminal(*recorded(f"{show} --rehearse", practice), folder=practice) as child:
        child.expect("1 practice")
        child.expect("press Enter")
        child.send("\r")
        assert ended(child)[0] == 0
    with at_terminal(*recorded(show, practice), folder=practice) as child:
        code, seen = ended(child)
    assert code == 6
    assert "practice" not in seen


@needs_script
def test_what_is_masked_may_be_typed_where_script_records(practice: Path) -> None:
    check = f"{CHECK} --seed phrase.txt --rehearse --passphrase -"
    with at_terminal(*recorded(check, practice), folder=practice) as child:
        child.expect("passphrase:")
        child.send("hidden\r")
        code, seen = ended(child)
    assert code == 5
    assert "hidden" not in seen
    assert "hidden" not in (practice / "typescript").read_text("utf-8", "replace")


@pytest.mark.parametrize(
    "name", ["scriptreplay", "asciinema", "ttyrec", "termrec", "tlog-rec", "tlog-rec-session"]
)
def test_other_recorders_are_known_by_the_name_of_their_process(name: str, tmp_path: Path) -> None:
    (tmp_path / name).symlink_to(Path("/bin/sh").resolve())
    called = (str(tmp_path / name), "-c", f"{CHECK}; exit $?")
    with at_terminal(*called, folder=tmp_path) as child:
        code, seen = ended(child)
    assert code == 6
    # the system keeps fifteen letters of a name
    assert f"{RECORDED_BY}{name[:15]} (process " in seen


def test_other_programs_above_are_no_recorders(tmp_path: Path) -> None:
    (tmp_path / "scripts").symlink_to(Path("/bin/sh").resolve())
    with at_terminal(
        str(tmp_path / "scripts"), "-c", f"{CHECK}; exit $?", folder=tmp_path
    ) as child:
        child.expect(PROMPT)
        child.send("\x04")
        assert ended(child)[0] == 7


@dataclass(frozen=True, kw_only=True)
class Tmux:
    """A tmux server of its own; what runs in its one pane waits for `go`."""

    folder: Path

    def __call__(self, *arguments: str) -> str:
        called = ["tmux", "-S", str(self.folder / "s"), "-f", os.devnull, *arguments]
        done = subprocess.run(
            called, env=surroundings(), capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout

    def opens(self, command: str) -> None:
        """Open the pane, whose command starts only at `go`."""
        waiting = "while [ ! -e go ]; do sleep 0.05; done"
        kept = f"cd {shlex.quote(str(self.folder))}; {waiting}; {command} 2> err; echo $? > code"
        exported = f"export PYTHONPATH={shlex.quote(str(ROOT))}; "
        self("new-session", "-d", "-x", "80", "-y", "24", exported + kept)

    def goes(self) -> None:
        (self.folder / "go").touch()

    def shows(self, text: str) -> None:
        self._waits(lambda: text in self("capture-pane", "-p"))

    def ends(self) -> tuple[int, str]:
        code = self.folder / "code"
        self._waits(lambda: code.exists() and code.read_text() != "")
        return int(code.read_text()), (self.folder / "err").read_text("utf-8")

    def _waits(self, until: Callable[[], bool]) -> None:
        last = time.monotonic() + WITHIN_SECONDS
        while not until():
            assert time.monotonic() < last
            time.sleep(0.05)


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    # the name of a socket is short, and a test's own folder has a long one
    with tempfile.TemporaryDirectory() as folder:
        server = Tmux(folder=Path(folder))
        try:
            yield server
        finally:
            with suppress(subprocess.SubprocessError):
                server("kill-server")


@needs_tmux
def test_a_pane_of_tmux_without_a_pipe_is_not_recorded(tmux: Tmux) -> None:
    tmux.opens(CHECK)
    tmux.goes()
    tmux.shows(PROMPT)
    tmux("send-keys", "C-d")
    assert tmux.ends()[0] == 7


@needs_tmux
@pytest.mark.parametrize("stripped", ["", "env -u TMUX -u TMUX_PANE "])
def test_a_pane_of_tmux_with_a_pipe_is_recorded(tmux: Tmux, stripped: str) -> None:
    tmux.opens(stripped + CHECK)
    tmux("pipe-pane", "cat > /dev/null")
    tmux.goes()
    code, said = tmux.ends()
    assert code == 6
    assert said.startswith(f"error: {RECORDED_BY}a pipe of tmux")


@needs_tmux
def test_a_rehearsal_is_typed_in_a_pane_with_a_pipe(tmux: Tmux) -> None:
    tmux.opens(f"{CHECK} --rehearse")
    tmux("pipe-pane", "cat > /dev/null")
    tmux.goes()
    tmux.shows(PROMPT)
    tmux("send-keys", "C-d")
    assert tmux.ends()[0] == 7


@needs_tmux
@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ("TMUX_PANE=%99", "tmux does not know this pane"),
        ("TMUX_PANE=", "this is within tmux, and which pane it is is not known"),
        ("TMUX=/nowhere,1,0", "tmux does not answer"),
        ("PATH=/nowhere", "tmux does not answer"),
    ],
)
def test_what_tmux_cannot_tell_counts_as_recorded(tmux: Tmux, changed: str, why: str) -> None:
    tmux.opens(f"/usr/bin/env {changed} {CHECK}")
    tmux.goes()
    code, said = tmux.ends()
    assert code == 6
    assert said.startswith(f"error: whether this terminal is recorded cannot be told: {why}\n")


@needs_tmux
@needs_script
def test_whoever_watches_a_pane_through_a_recorder_records_it(tmux: Tmux) -> None:
    tmux.opens(CHECK)
    attach = f"tmux -S {shlex.quote(str(tmux.folder / 's'))} attach-session"
    with at_terminal(*recorded(attach, tmux.folder), folder=tmux.folder) as watching:
        watching.expect("\x1b")
        while not tmux("list-clients"):
            time.sleep(0.05)
        tmux.goes()
        code, said = tmux.ends()
    assert code == 6
    assert said.startswith(f"error: {RECORDED_BY}script (process ")


@pytest.fixture
def processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `/proc` of the test's own, which starts with this process's parent."""
    monkeypatch.setattr(recorders, "_PROC", tmp_path)
    monkeypatch.setattr(os, "getppid", lambda: 30)
    monkeypatch.delenv("TMUX", raising=False)
    return tmp_path


def stands(proc: Path, number: int, name: str, above: int) -> None:
    folder = proc / str(number)
    folder.mkdir(exist_ok=True)
    (folder / "stat").write_text(f"{number} ({name}) S {above} 1 1 0 -1 4194560\n", "utf-8")


def test_a_hidden_process_above_counts_as_a_recorder(processes: Path) -> None:
    stands(processes, 30, "sh", 20)
    with pytest.raises(MachineError, match="process 20 above this one is hidden") as caught:
        recorders.insist_unrecorded()
    assert caught.value.hint


def test_within_a_tmux_that_nobody_names_cannot_be_told(processes: Path) -> None:
    stands(processes, 30, "sh", 20)
    stands(processes, 20, "tmux: server", 1)
    stands(processes, 1, "init", 0)
    with pytest.raises(MachineError, match="variable TMUX is not set"):
        recorders.insist_unrecorded()


def test_a_system_without_processes_to_read_is_not_told_of_recorders(
    processes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "_PROC", processes / "none")
    recorders.insist_unrecorded()


@given(st.text("() S1", max_size=15) | st.text(st.characters(codec="utf-8"), max_size=15))
def test_the_line_of_a_process_is_read_whatever_its_name(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(recorders, "_PROC", Path(folder))
        stands(Path(folder), 30, name, 20)
        stands(Path(folder), 20, "script", 0)
        found = list(recorders._ancestors(30))
    assert [one.number for one in found] == [30, 20]
    assert found[1].name == "script"


def test_looking_for_recorders_costs_little() -> None:
    spent = []
    for _ in range(20):
        begun = time.perf_counter()
        list(recorders._ancestors(os.getppid()))
        spent.append(time.perf_counter() - begun)
    assert min(spent) < 0.005
