"""`make rehearse` plays every command there is, and what it makes holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module, resources
from pathlib import Path

import pytest
from shared_data import ROOT, corpus

from ceremonies.bitcoin import kernel, transaction
from ceremonies.bitcoin.derivation import parse_path
from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.bitcoin.psbt import parse
from ceremonies.errors import InputError, Refused
from ceremonies.keys.account import derive
from ceremonies.network import MAINNET, REGTEST
from ceremonies.secret import Secret
from ceremonies.wallets.wallet import register
from custody_cli.commands import NOUNS

Played = tuple[subprocess.CompletedProcess[str], Path]
"""The finished rehearsal, and the folder it was played in."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("rehearsal")
    call = [sys.executable, "-m", "custody_cli.rehearse", str(folder)]
    return subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False), folder


def commands() -> set[str]:
    """Every command as `noun verb`, or `noun` alone, from the Typer apps themselves."""
    found: set[str] = set()
    for name, about in NOUNS.items():
        app = import_module(f"custody_cli.commands.{name}").app
        verbs = [command.name or command.callback.__name__ for command in app.registered_commands]
        found |= {name} if about.alone else {f"{name} {verb}" for verb in verbs}
    return found


def test_it_plays_every_command_and_ends_well(played: Played) -> None:
    done, _ = played
    assert done.returncode == 0, done.stdout + done.stderr
    shown = set(re.findall(r"^\$ custody (doctor|\w+ \w+)", done.stdout, re.MULTILINE))
    assert shown == commands()


def test_its_transaction_spends_the_practice_coin_under_bitcoin_cores_rules(played: Played) -> None:
    _, folder = played
    psbt = parse((folder / "payment.psbt").read_bytes())
    spent = psbt.inputs[0].previous_output
    assert spent is not None
    final = bytes.fromhex((folder / "payment.tx").read_text())
    assert kernel.rejects(final, [spent]) is None
    assert transaction.parse(final).txid == psbt.transaction.txid


def test_the_key_recovered_from_cards_is_the_key_made(played: Played) -> None:
    _, folder = played
    assert (folder / "recovered.txt").read_bytes() == (folder / "phrase.txt").read_bytes()


def test_the_phrase_never_reaches_what_it_prints(played: Played) -> None:
    done, folder = played
    words = (folder / "phrase.txt").read_text().split()
    for start in range(len(words) - 2):
        assert " ".join(words[start : start + 3]) not in done.stdout + done.stderr


def test_a_failing_command_stops_it_with_that_commands_exit_code(tmp_path: Path) -> None:
    (tmp_path / "phrase.txt").write_text("taken")
    call = [sys.executable, "-m", "custody_cli.rehearse", str(tmp_path)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 6
    assert "the rehearsal stopped" in done.stdout
    assert json.loads(done.stdout.split("\n{", 1)[1].join(["{", ""]).split("\n")[0])["error"]


def test_its_script_is_packaged_with_the_program() -> None:
    assert resources.files("custody_cli").joinpath("rehearsal.txt").is_file()


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
