"""`custody log show` and `custody log verify`, and the same log checked with nobody's program."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import log_material
import pytest
from cli.contract_check import differences
from face.custody_process import custody, error_of
from forgeries import chained, facts_of, lines_of, rewrite, unseal
from log_material import ALLOWED_SIGNERS, EXAMPLES, LOG, complete

from ceremonies.conduct.plan import planned
from ceremonies.errors import CeremonyError
from ceremonies.log import facts
from ceremonies.log import seal as seals
from ceremonies.log.records import Record, decode
from ceremonies.spoken import words
from custody_cli import contract, main
from custody_cli.exits import failure_of
from custody_cli.show.log import sentence

SCRIPT = b"""\
schema  = "ceremony/1"
id      = "small"
title   = "Check a machine"
network = "regtest"

[roles]
operator = 1
witness  = { at-least = 2, independent = true }

[rules]
conflicts = [["operator", "witness"]]
quorum    = 2

[[step]]
id   = "people"
do   = "roll-call"
role = "operator"
say  = "Everybody says who they are."

[[step]]
id     = "machine"
do     = "check-machine"
role   = "operator"
say    = "Check the machine."
attest = ["operator"]
demands = []

[[step]]
id   = "close"
do   = "close"
role = "operator"
say  = "Close."
"""

Verified = Callable[..., list[dict[str, Any]]]
"""What `verify --json` says of each log."""

STORY = """\
   0  the production log vault.example/2026-0007 begins, of custody-cli 0.1.0, script \
{script}, signers {signers}; the clock says 2026-11-22T12:00:00Z
   1  planned: Check a machine (small), on regtest; 3 steps, quorum 2
   2  step people begins
   3  ana (Ana Example) is here as operator
   4  ben (Ben Example) is here as witness
   5  cleo (Cleo Example) is here as witness
   6  step people ends
   7  step machine begins
   8  the machine is fit
   9  step machine ends
  10  ana (operator) attests step machine
  11  sealed: {seal} over 11 records, signed by ana and ben
  12  step close begins
  13  closed after 3 steps; the clock says 2026-11-22T12:00:00Z
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete log of a script that can be read, not to be changed."""
    folder = tmp_path_factory.mktemp("original")
    plan = planned(SCRIPT, rehearsal=False).plan
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(log_material, "plan", lambda: plan)
        complete(folder, script_sha256=hashlib.sha256(SCRIPT).hexdigest())
    (folder / "script.toml").write_bytes(SCRIPT)
    return folder


@pytest.fixture
def room(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder one is in, with a complete log in `vault`, and an auditor's list of signers."""
    shutil.copytree(original, tmp_path / "vault")
    (tmp_path / "signers").write_bytes(ALLOWED_SIGNERS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def verified(room: Path, capsys: pytest.CaptureFixture[str]) -> Verified:
    """Call `verify --json` in this process, and insist on its exit code and on its form."""

    def verify(*arguments: str, code: int) -> list[dict[str, Any]]:
        assert main._call(["log", "verify", *arguments, "--json"]) == code
        answered = json.loads(capsys.readouterr().out)
        assert [*differences(answered, contract.LogVerifyAnswer)] == []
        logs: list[dict[str, Any]] = answered["logs"]
        return logs

    return verify


def shown(room: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    return custody("log", "show", "vault", *options, cwd=room)


# show


def test_a_log_is_told_one_line_a_record(room: Path) -> None:
    done = shown(room)
    assert done.returncode == 0
    genesis = facts_of(room / "vault")[0]
    assert isinstance(genesis, facts.Genesis)
    story = STORY.format(
        script=genesis.script_sha256[:16],
        signers=genesis.signers_sha256[:16],
        seal=seals.read(room / "vault", 11).id[:16],
    )
    assert done.stdout.decode() == story
    assert done.stderr == b""


def test_a_log_is_told_to_programs_with_every_field(room: Path) -> None:
    answered = json.loads(shown(room, "--json").stdout)
    assert list(answered) == ["log", "records"]
    assert answered["log"] == LOG
    for line, told in zip(lines_of(room / "vault"), answered["records"], strict=True):
        written = json.loads(line)
        assert told == {"seq": written["seq"], "type": written["type"], **written["data"]}


def test_a_name_is_told_where_its_commitment_matches_alone(room: Path) -> None:
    path = room / "vault" / "reveal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Ben Example", b"Dan Example"))
    told = shown(room).stdout.decode()
    assert "ana (Ana Example) is here" in told
    assert "ben is here as witness" in told
    path.unlink()
    told = shown(room).stdout.decode()
    assert "ana is here as operator" in told
    path.write_bytes(b'\xff\n{"seq":3}\n{"seq":3,"field":"a:b","salt":"' + b"0" * 32)
    assert shown(room).stdout.decode() == told


def test_foreign_text_is_shown_and_not_obeyed(room: Path) -> None:
    told = [
        *facts_of(room / "vault")[:8],
        facts.Begin(step="\x1b[2J\u202e\n   9  closed after 3 steps\\", attempt=1),
    ]
    rewrite(room / "vault", chained(told))
    done = shown(room)
    last = done.stdout.decode().splitlines()[-1]
    assert last == "   8  step \\x1b[2J\\u{202e}\\x0a   9  closed after 3 steps\\\\ begins"
    assert b"\x1b" not in done.stdout


def test_a_torn_record_is_told_of(room: Path) -> None:
    rewrite(room / "vault", [*lines_of(room / "vault")[:13], b'{"v":1'])
    done = shown(room)
    assert done.returncode == 0
    assert done.stderr == b"the log ends with 6 bytes that are no whole record\n"
    assert len(done.stdout.splitlines()) == 13


def test_a_damaged_log_is_not_told(room: Path) -> None:
    lines = lines_of(room / "vault")
    rewrite(room / "vault", [*lines[:3], *lines[4:]])
    assert error_of(shown(room, "--json"))["kind"] == "integrity"
    (room / "vault" / "log.jsonl").unlink()
    assert error_of(shown(room, "--json"))["kind"] == "input"


def test_every_type_of_record_has_its_sentence() -> None:
    assert {fact.type for fact in EXAMPLES} == set(facts.FACTS)
    told = [
        sentence(Record(seq=1, prev=b"", type=f.type, boot="", mono_ms=1, fact=f, id=b""), {})
        for f in EXAMPLES
    ]
    assert len(set(told)) == len(told)
    assert not set(told) & set(facts.FACTS)
    assert all(one.isprintable() for one in told)


# verify


def test_a_complete_log_is_exit_0(room: Path, verified: Verified) -> None:
    seal = seals.read(room / "vault", 14)
    (room / "seal").write_bytes(seal.text())
    for outside in (
        ("--signers", "signers"),
        ("--signers", "signers", "--quorum", "2"),
        ("--seal", "seal"),
        ("--seal", seal.id),
        ("--seal", words(bytes.fromhex(seal.id))),
    ):
        (found,) = verified("vault", *outside, code=0)
        assert found == {
            "folder": "vault",
            "log": LOG,
            "records": 14,
            "size": 14,
            "root": seal.text().split()[6].decode(),
            "state": "complete",
            "signers": ["ana", "ben"],
            "quorum": 2,
            "seal": seal.id,
            "peers": [],
            "problems": [],
        }


def _cut_back(folder: Path) -> None:
    rewrite(folder, lines_of(folder)[:12])
    unseal(folder, from_size=12)


def _tampered(folder: Path) -> None:
    rewrite(folder, lines_of(folder)[:12])


def _unsealed(folder: Path) -> None:
    unseal(folder, from_size=12)


def _aborted(folder: Path) -> None:
    unseal(folder)
    given_up = facts.Aborted(why="no quorum", persons=("ana", "ben"))
    rewrite(folder, chained([*facts_of(folder)[:11], given_up]))


def _void(folder: Path) -> None:
    unseal(folder)
    made = facts.SeedMade(key="key-1", scheme="bip39", words=24, fingerprint="05d027a5")
    void = facts.KeyVoid(key="key-1", why="power", phrases=(), cards=())
    given_up = facts.Aborted(why="no quorum", persons=("ana", "ben"))
    rewrite(folder, chained([*facts_of(folder)[:8], made, void, given_up]))


def _unreadable(folder: Path) -> None:
    (folder / "log.jsonl").write_bytes(b"")


STATES: dict[str, tuple[Callable[[Path], None], int]] = {
    "incomplete": (_cut_back, 4),
    "unsealed": (_unsealed, 4),
    "aborted": (_aborted, 4),
    "void": (_void, 4),
    "tampered": (_tampered, 5),
    "unreadable": (_unreadable, 3),
}


@pytest.mark.parametrize("state", STATES)
def test_what_is_not_complete_has_its_state_and_exit_code(
    room: Path, verified: Verified, state: str
) -> None:
    alter, code = STATES[state]
    alter(room / "vault")
    (found,) = verified("vault", "--signers", "signers", code=code)
    assert found["state"] == state
    assert found["problems"]
    # a ceremony that still runs will do, and nothing else
    allowed = 0 if state == "incomplete" else code
    (again,) = verified("vault", "--signers", "signers", "--allow-incomplete", code=allowed)
    assert again == found


def test_a_log_that_nothing_outside_confirms_is_exit_4(room: Path, verified: Verified) -> None:
    (found,) = verified("vault", code=4)
    assert found["state"] == "unanchored"
    (found,) = verified("vault", "--allow-incomplete", code=4)
    assert found["state"] == "unanchored"


def test_a_larger_quorum_or_another_seal_is_not_met(room: Path, verified: Verified) -> None:
    (found,) = verified("vault", "--signers", "signers", "--quorum", "3", code=4)
    assert (found["state"], found["quorum"]) == ("unsealed", 3)
    (found,) = verified("vault", "--signers", "signers", "--seal", "0" * 64, code=5)
    assert found["state"] == "tampered"


def test_of_several_logs_the_worst_is_the_exit_code(room: Path, verified: Verified) -> None:
    for state, (alter, _) in STATES.items():
        shutil.copytree(room / "vault", room / state)
        alter(room / state)
    everything = ["vault", *STATES]
    found = verified(*everything, "--signers", "signers", code=5)
    assert [one["state"] for one in found] == ["complete", *STATES]
    assert [one["folder"] for one in found] == everything
    everything.remove("tampered")
    verified(*everything, "--signers", "signers", code=3)
    everything.remove("unreadable")
    verified(*everything, "--signers", "signers", code=4)
    verified("vault", "incomplete", "--signers", "signers", "--allow-incomplete", code=0)


def test_the_plan_of_a_log_is_that_of_its_script(room: Path, verified: Verified) -> None:
    told = facts_of(room / "vault")[:11]
    assert isinstance(told[1], facts.Plan)
    fields = {name: getattr(told[1], name) for name in told[1].__struct_fields__}
    told[1] = facts.Plan(**fields | {"quorum": 1})
    unseal(room / "vault")
    rewrite(room / "vault", chained(told))
    (found,) = verified("vault", "--signers", "signers", code=5)
    assert found["problems"] == ["the plan in the log is not that of the script"]


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (["vault", "--signers", "nowhere"], "input"),
        (["vault", "--signers", "vault/script.toml"], "input"),
        (["vault", "--seal", "nowhere"], "input"),
        (["vault", "--seal", "signers"], "input"),
        (["vault", "--seal", "0" * 63], "input"),
        (["vault", "--seal", " ".join(["aardvark"] * 32)], "input"),
        (["vault", "vault", "--seal", "0" * 64], "usage"),
        (["vault", "--quorum", "-1"], "usage"),
        ([], "usage"),
    ],
)
def test_what_an_auditor_gives_must_be_what_it_should_be(
    room: Path, arguments: list[str], kind: str
) -> None:
    with pytest.raises(CeremonyError) as caught:
        main._call(["log", "verify", *arguments])
    assert failure_of(caught.value).kind == kind


def test_what_fails_is_told_as_one_object(room: Path) -> None:
    done = custody("log", "verify", "vault", "--signers", "nowhere", "--json", cwd=room)
    assert error_of(done)["kind"] == "input"
    assert done.returncode == 3


def test_people_are_told_the_state_and_every_problem(room: Path) -> None:
    done = custody("log", "verify", "vault", "nowhere", "--signers", "signers", cwd=room)
    assert done.returncode == 3
    told = [" ".join(line.split()) for line in done.stdout.decode().splitlines()]
    assert told[2] == "state COMPLETE: whole, closed, and sealed by its quorum"
    assert "signed by ana and ben (quorum 2)" in told
    assert told[-1] == "- there is no log in this folder"


# the same log with `sha256sum`, `head`, `sed` and `ssh-keygen` alone


def tool(folder: Path, script: str, *arguments: str) -> str:
    """Run a line of shell, and return what it prints."""
    done = subprocess.run(
        ["sh", "-ec", script, "sh", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


needs_tools = pytest.mark.skipif(
    not all(map(shutil.which, ("sh", "sha256sum", "sed", "head", "ssh-keygen"))),
    reason="sha256sum, sed, head or ssh-keygen is not installed",
)


@needs_tools
def test_an_auditor_checks_a_log_without_this_program(original: Path) -> None:
    hashed = {
        name: tool(original, f"sha256sum < {name} | head -c 64")
        for name in ("script.toml", "allowed_signers")
    }
    genesis = json.loads(tool(original, "sed -n 1p log.jsonl"))["data"]
    assert genesis["script_sha256"] == hashed["script.toml"]
    assert genesis["signers_sha256"] == hashed["allowed_signers"]
    before = "0" * 64
    for number in range(1, 15):
        line = tool(original, 'sed -n "$1p" log.jsonl', str(number))
        assert f'"seq":{number - 1},"prev":"{before}"' in line
        before = tool(
            original,
            r'{ printf "\000"; sed -n "$1p" log.jsonl; } | sha256sum | head -c 64',
            str(number),
        )
        assert decode(line.encode() + b"\n").id.hex() == before


@needs_tools
def test_an_auditor_checks_seals_and_signatures_without_this_program(original: Path) -> None:
    before = "0" * 64
    for name in ("seal-00000011", "seal-00000014"):
        seal = dict(line.split(" ") for line in tool(original, f"sed 1d seals/{name}").splitlines())
        assert seal["prev-seal"] == before
        before = tool(original, f"sha256sum < seals/{name} | head -c 64")
        flat = "sha256sum | head -c 64"
        assert tool(original, f"head -n {seal['size']} log.jsonl | {flat}") == seal["sha256"]
        assert tool(original, f"head -c {seal['bytes']} log.jsonl | {flat}") == seal["sha256"]
        for person in ("ana", "ben"):
            told = tool(
                original,
                f"ssh-keygen -Y verify -f allowed_signers -I {person} -n ceremony-seal-v1 "
                f"-s seals/{name}.{person}.sig < seals/{name}",
            )
            assert told.startswith(f'Good "ceremony-seal-v1" signature for {person} with')
