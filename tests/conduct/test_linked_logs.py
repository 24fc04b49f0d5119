"""Two machines that take part together: each log names a seal of the other, and both are judged."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import begin, go_on
from conduct.interruption import all_of
from conduct.test_ceremony_refusals import room_of
from conduct.test_script_language import END, HEAD, Room

from ceremonies.conduct import builtin, check
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.log import facts, seal
from custody_cli import main

LINKED = """\
[[step]]
id = "seal"
do = "seal-log"
role = "operator"
[[step]]
id = "link"
do = "link-log"
role = "operator"
"""


def script(name: str) -> Script:
    return read((HEAD.replace('"small"', f'"{name}"') + LINKED + END).encode())


def newest_seal(folder: Path) -> bytes:
    return seal.path_of(folder, seal.sizes(folder)[-1]).read_bytes()


def until_linked(folder: Path, name: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        begin(folder, script(name), Room(link__seal=KeyboardInterrupt()))


@pytest.fixture(scope="module")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ceremonies `one` and `two`, which name a seal of each other."""
    room = tmp_path_factory.mktemp("linked")
    for name in ("one", "two"):
        until_linked(room / name, name)
    seals = {name: newest_seal(room / name) for name in ("one", "two")}
    go_on(room / "one", Room(link__seal=[seals["one"], b"no seal", seals["two"]]))
    go_on(room / "two", Room(link__seal=seals["one"]))
    return room


@pytest.fixture
def room(linked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(linked, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def verified(capsys: pytest.CaptureFixture[str], *folders: str) -> tuple[int, list[dict[str, Any]]]:
    code = main._call(["log", "verify", *folders, "--jobs", "1", "--json"])
    return code, json.loads(capsys.readouterr().out)["logs"]


def test_each_log_names_a_seal_of_the_other(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (one,), (two,) = (all_of(room / name, facts.PeerSeal) for name in ("one", "two"))
    assert (one.size, two.size) == tuple(seal.sizes(room / name)[0] for name in ("two", "one"))
    code, logs = verified(capsys, "one", "two")
    assert code == 0
    assert [(log["state"], log["problems"]) for log in logs] == [("complete", [])] * 2
    told = {"log": logs[1]["log"], "size": one.size, "seal": one.seal_sha256, "held": True}
    (peer,) = logs[0]["peers"]
    assert peer.pop("record") > one.size
    assert peer == told
    assert [log["seal"] for log in logs] == [
        hashlib.sha256(newest_seal(room / name)).hexdigest() for name in ("one", "two")
    ]
    assert main._call(["log", "verify", "one", "two", "--jobs", "1"]) == 0
    assert f"names      a seal of {one.size} records of {logs[1]['log']}, which has it\n" in (
        capsys.readouterr().out
    )


def joined(name: str) -> Script:
    """The built-in `wallet`, with the steps that its page has machines add, for one of them."""
    page = (Path(__file__).parents[2] / "docs/ceremonies/wallet.md").read_text("utf-8")
    steps = page.split("```toml\n")[1].split("```")[0]
    text = builtin.script("wallet").data.decode()
    assert "link-log" in steps
    assert "link-log" not in text
    close = '[[step]]\nid   = "close"'
    linked = text.replace(close, f"{steps}\n{close}").replace('"wallet"', f'"{name}"', 1)
    return read(linked.encode())


def test_two_machines_that_join_one_wallet_name_each_other_as_its_page_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    north, south = tmp_path / "north", tmp_path / "south"
    assert check.check(joined("north")) == ()
    for at in (north, south):
        with pytest.raises(KeyboardInterrupt):
            begin(at, joined(at.name), room_of("wallet", {"link.seal": KeyboardInterrupt()}))
    seals = {at: newest_seal(at) for at in (north, south)}
    go_on(north, room_of("wallet", {"link.seal": [seals[north], seals[south]]}))
    go_on(south, room_of("wallet", {"link.seal": [seals[north]]}))
    wallets = {(at / "vault.wallet.json").read_bytes() for at in (north, south)}
    assert len(wallets) == 1
    code, logs = verified(capsys, str(north), str(south))
    assert (code, [log["problems"] for log in logs]) == (0, [[], []])


def test_a_log_whose_peer_is_not_there_says_so(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, (log,) = verified(capsys, "one")
    assert (code, log["state"]) == (0, "complete")
    assert log["problems"][0].startswith("it names a seal of REHEARSAL/two/")
    assert log["problems"][0].endswith("verify that log beside it")
    assert [peer["held"] for peer in log["peers"]] == [None]


def test_a_log_that_was_made_anew_is_not_the_one_that_its_peer_saw(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = all_of(room / "two", facts.Genesis)[0].log
    shutil.rmtree(room / "two")
    # the same people at the same machine, who had one more session
    with pytest.raises(KeyboardInterrupt):
        begin(room / "two", script("two"), Room(people__operator_1=KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        go_on(room / "two", Room(link__seal=KeyboardInterrupt()))
    assert all_of(room / "two", facts.Genesis)[0].log == name
    code, logs = verified(capsys, "one", "two")
    assert code == 5
    assert [log["state"] for log in logs] == ["tampered"] * 2
    assert "names a seal of" in logs[0]["problems"][0]
    assert "which does not have it" in logs[0]["problems"][0]
    assert "that is not here" in logs[1]["problems"][0]
    assert [peer["held"] for peer in logs[0]["peers"]] == [False]
    assert logs[1]["seal"] is None


def test_a_log_that_is_not_named_in_turn_is_told_of(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (room / "two" / "log.jsonl").read_bytes().splitlines(keepends=True)
    size = seal.sizes(room / "two")[0]
    (room / "two" / "log.jsonl").write_bytes(b"".join(lines[:size]))
    for path in (room / "two" / "seals").glob(f"seal-{seal.sizes(room / 'two')[1]:08d}*"):
        path.unlink()
    code, logs = verified(capsys, "one", "two")
    assert (code, logs[1]["state"]) == (4, "incomplete")
    assert logs[0]["problems"][0].endswith("which names none of this log")
