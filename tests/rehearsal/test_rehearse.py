"""`make rehearse`, unattended: both ceremonies, their logs, a transaction, and no secret told."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
from once import once
from shared_data import ROOT, corpus

from ceremonies.bitcoin import kernel, transaction
from ceremonies.bitcoin.derivation import parse_path
from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.bitcoin.psbt import parse
from ceremonies.conduct import builtin, ceremony, prepared
from ceremonies.conduct.asks import Ask, ShowSecret
from ceremonies.conduct.conductor import conduct
from ceremonies.conduct.plan import planned
from ceremonies.errors import InputError, Refused
from ceremonies.keys.account import derive
from ceremonies.log.chain import read_records
from ceremonies.log.verify import State, verify
from ceremonies.network import MAINNET, REGTEST
from ceremonies.secret import Secret
from ceremonies.wallets.wallet import register
from custody_cli.world import stage

Played = tuple[subprocess.CompletedProcess[str], Path]
"""The finished rehearsal, and the folder it was played in."""


def rehearse(folder: Path) -> subprocess.CompletedProcess[str]:
    """Play it with nobody at a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "custody_cli.rehearse", str(folder)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("rehearsal")
    return once(tmp_path_factory, "rehearsal", lambda: (rehearse(folder), folder))


def test_it_plays_both_ceremonies_and_ends_well(played: Played) -> None:
    done, folder = played
    assert done.returncode == 0, done.stdout + done.stderr
    shown = re.findall(r"^\$ custody (\S+ \S+)", done.stdout, re.MULTILINE)
    assert shown == ["ceremony run", "psbt show", "ceremony run", "psbt finalize", "log verify"]
    assert str(folder) in done.stdout
    made = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    assert all(f"\n  {name}\n" in done.stdout for name in made)


def test_its_commands_are_on_the_tutorials_page(played: Played) -> None:
    page = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    typed = re.findall(r"^\$ (custody .*)$", played[0].stdout, re.MULTILINE)
    assert len(typed) == 5
    for command in typed:
        assert re.search(
            rf"^\$ {re.escape(command)}(?: 2> told.txt)?(?: \| .*)?$", page, re.MULTILINE
        )


@pytest.mark.parametrize("name", ["keygen", "sign"])
def test_both_logs_verify(played: Played, name: str) -> None:
    verdict = verify(played[1] / name, planned=planned)
    assert (verdict.state, verdict.problems) == (State.COMPLETE, ())
    assert verdict.size == verdict.records == len(read_records(played[1] / name))


def test_it_leaves_the_same_logs_each_time(played: Played, tmp_path: Path) -> None:
    assert rehearse(tmp_path).returncode == 0
    for name in ("keygen", "sign"):
        here, there = ((folder / name / "log.jsonl") for folder in (played[1], tmp_path))
        assert here.read_bytes() == there.read_bytes()


def test_its_transaction_spends_the_practice_coin_under_bitcoin_cores_rules(played: Played) -> None:
    _, folder = played
    psbt = parse((folder / "payment.psbt").read_bytes())
    spent = psbt.inputs[0].previous_output
    assert spent is not None
    final = bytes.fromhex((folder / "payment.tx").read_text())
    assert kernel.rejects(final, [spent]) is None
    assert transaction.parse(final).txid == psbt.transaction.txid


def test_the_answers_of_the_second_ceremony_are_of_the_first_ones_key(played: Played) -> None:
    _, folder = played
    kept = (folder / "keygen" / "vault.wallet.json").read_bytes()
    assert (folder / "sign" / "wallet.json").read_bytes() == kept
    unsigned = (folder / "sign" / "unsigned.psbt").read_bytes()
    assert parse((folder / "payment.psbt").read_bytes()).transaction == psbt_in(unsigned)


def psbt_in(text: bytes) -> transaction.Transaction:
    from ceremonies.exchange import file as payloads

    return parse(payloads.read(text)[0].data).transaction


def test_no_secret_is_in_what_it_prints_or_leaves_behind(played: Played, tmp_path: Path) -> None:
    done, folder = played
    secrets = shown_in_keygen(tmp_path / "again")
    assert len(secrets) == 4
    left = [path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()]
    texts = [done.stdout, done.stderr, *left]
    for words in secrets:
        # the first words of practice material are known to everybody
        for start in range(3, len(words) - 2):
            three = words[start : start + 3]
            pattern = re.compile(r"\W+".join(map(re.escape, three)))
            assert not [text for text in texts if pattern.search(text)], start


def shown_in_keygen(folder: Path) -> list[list[str]]:
    """The words of the phrase and of each card, from another run, which shows the same ones."""
    shown: list[list[str]] = []
    play = prepared.Prepared(prepared.read(builtin.answers("keygen-2of3")), rehearsal=True)

    def answer(asked: Ask[object]) -> object:
        if isinstance(asked, ShowSecret):
            shown.append(asked.words.reveal().decode().split())
        return play(asked)

    world = stage(0, unattended=True)
    with ceremony.begun(
        folder, builtin.script("keygen-2of3"), signers_file=None, world=world, rehearsal=True
    ) as begun:
        conduct(begun, answer)
    return shown


def test_a_failing_command_stops_it_with_that_commands_exit_code(tmp_path: Path) -> None:
    (tmp_path / "keygen").mkdir()
    done = rehearse(tmp_path)
    assert done.returncode == 6
    assert done.stdout.rstrip().endswith("this command ended with exit code 6")
    assert "error: " in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["keygen"]


def test_a_log_that_was_altered_meanwhile_fails_its_last_command(
    played: Played, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(played[1], tmp_path / "altered"))
    log = folder / "keygen" / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"person":"bob"', b'"person":"bop"', 1))
    call = [sys.executable, "-m", "custody_cli", "log", "verify", "keygen", "sign", "--json"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(call, cwd=folder, env=env, capture_output=True, check=False)
    assert done.returncode == 5
    assert [one["state"] for one in json.loads(done.stdout)["logs"]] == ["tampered", "complete"]


def test_scripts_and_their_answers_are_packaged_with_the_program() -> None:
    packaged = resources.files("ceremonies").joinpath("scripts")
    for name in builtin.ids():
        assert packaged.joinpath(f"{name}.toml").is_file()
        assert packaged.joinpath(f"{name}.answers.toml").is_file()


def test_practice_coins_are_refused_to_wallets_that_could_hold_value() -> None:
    descriptor = next(case["descriptor"] for case in corpus() if case["case"] == "pkh")
    with pytest.raises(InputError):
        practice_psbt(register("w", [descriptor], REGTEST).branches)
    key = derive(Secret(bytes(32)), parse_path("m/84h/0h/0h"), MAINNET)
    text = key.descriptor("wpkh")
    assert text is not None
    wallet = register("w", [text], MAINNET)
    with pytest.raises(Refused):
        practice_psbt(wallet.branches)
