"""How long a command takes to begin, beside what it could not begin without."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from shared_data import ROOT
from signing.wallets_made import RECEIVED, make_psbt, make_wallet, seed
from timings import Timings

from ceremonies.keys import entropy, slip39
from ceremonies.keys.card import Group
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret
from ceremonies.wallets import file

ROUNDS = 15

EMPTY = """
import typer
app = typer.Typer({settings})
@app.command()
def nothing() -> None:
    "Do nothing."
app()
"""
CUSTODY = "from custody_cli.main import run; run()"
ENGINE = "import typer, btclib_wallet.psbt, btclib_wallet.descriptors"


@cache
def compiled() -> str:
    """A folder for bytecode, filled by the first run of each process, which is not counted."""
    folder = tempfile.mkdtemp(prefix="bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def process(code: str, *arguments: str) -> Callable[[], None]:
    """A Python process of its own, as a console script is one."""
    called = [sys.executable, "-c", code, *arguments]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "TERM": "dumb"}
    # installed packages have their bytecode; ours must have it too, whatever the caller's settings
    settings.pop("PYTHONDONTWRITEBYTECODE", None)
    settings["PYTHONPYCACHEPREFIX"] = compiled()

    def work() -> None:
        done = subprocess.run(called, env=settings, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    return work


def empty(*arguments: str, settings: str = "") -> Callable[[], None]:
    return process(EMPTY.format(settings=settings), *arguments)


@pytest.fixture
def show(tmp_path: Path) -> Callable[[], None]:
    """`custody psbt show` of one input."""
    wallet = make_wallet("wpkh")
    data = make_psbt(wallet, inputs=[(RECEIVED[0], 1_000_000)])
    named, registered = tmp_path / "payment.psbt", tmp_path / "vault.wallet.json"
    named.write_bytes(data)
    registered.write_bytes(file.write(wallet))
    arguments = ("psbt", "show", str(named), "--wallet", str(registered), "--json")
    return process(CUSTODY, *arguments)


def test_help_beside_an_empty_apps_help(timings: Timings) -> None:
    plain = empty("--help", settings="rich_markup_mode=None")
    taken = timings.fastest(process(CUSTODY, "--help"), empty("--help"), plain, rounds=ROUNDS)
    ours, theirs, bare = (seconds * 1e3 for seconds in taken)
    timings.tell(
        "custody --help",
        f"{ours:.0f} ms",
        f"an empty Typer app's --help: {theirs:.0f} ms",
        ratio=ours / theirs,
        wanted="at most 1.2x",
    )
    timings.tell(
        "custody --help",
        f"{ours:.0f} ms",
        f"the same without rich: {bare:.0f} ms",
        ratio=ours / bare,
    )


def test_a_command_without_the_engine_beside_an_empty_command(timings: Timings) -> None:
    ours, theirs = timings.fastest(process(CUSTODY, "doctor", "--json"), empty(), rounds=ROUNDS)
    timings.tell(
        "custody doctor --json",
        f"{ours * 1e3:.0f} ms",
        f"an empty Typer command: {theirs * 1e3:.0f} ms",
        ratio=ours / theirs,
        wanted="at most 1.5x",
    )


def test_showing_one_input_beside_importing_the_engine(
    timings: Timings, show: Callable[[], None]
) -> None:
    ours, theirs = timings.fastest(show, process(ENGINE), rounds=ROUNDS)
    timings.tell(
        "custody psbt show, 1 input",
        f"{ours * 1e3:.0f} ms",
        f"importing Typer and the engine: {theirs * 1e3:.0f} ms",
        ratio=ours / theirs,
        wanted="at most 1.5x",
    )


@pytest.fixture
def sign(tmp_path: Path) -> Callable[[], None]:
    """`custody psbt sign` of one input, by a phrase in a file."""
    wallet = make_wallet("wpkh")
    named, registered, phrase, signed = (
        tmp_path / name for name in ("payment.psbt", "vault.wallet.json", "phrase.txt", "signed")
    )
    named.write_bytes(make_psbt(wallet, inputs=[(RECEIVED[0], 1_000_000)]))
    registered.write_bytes(file.write(wallet))
    phrase.write_bytes(seed(1).written().reveal())
    arguments = ("--wallet", str(registered), "--seed", str(phrase), "--yes", "-o", str(signed))
    call = process(CUSTODY, "psbt", "sign", str(named), *arguments, "--json")

    def work() -> None:
        signed.unlink(missing_ok=True)
        call()

    return work


def test_signing_one_input_beside_importing_the_engine(
    timings: Timings, sign: Callable[[], None]
) -> None:
    ours, theirs = timings.fastest(sign, process(ENGINE), rounds=ROUNDS)
    timings.tell(
        "custody psbt sign, 1 input",
        f"{ours * 1e3:.0f} ms",
        f"importing Typer and the engine: {theirs * 1e3:.0f} ms",
        ratio=ours / theirs,
        wanted="at most 1.5x",
    )


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """One card of a 2-of-3."""
    seed = Seed(Scheme.BIP39, Secret(bytes(range(16))))
    pool = entropy.draw([entropy.system()])
    made = slip39.split(seed, [Group(2, 3)], groups_needed=1, pool=pool)
    named = tmp_path / "card.txt"
    named.write_bytes(made.cards[0][0].words.reveal())
    return named


def test_checking_a_card_beside_an_empty_command(timings: Timings, card: Path) -> None:
    check = process(CUSTODY, "share", "check", str(card), "--json")
    ours, theirs, engine = timings.fastest(check, empty(), process(ENGINE), rounds=ROUNDS)
    timings.tell(
        "custody share check",
        f"{ours * 1e3:.0f} ms",
        f"an empty Typer command: {theirs * 1e3:.0f} ms",
        ratio=ours / theirs,
        wanted="at most 2.5x",
    )
    timings.tell(
        "custody share check",
        f"{ours * 1e3:.0f} ms",
        f"importing Typer and the engine: {engine * 1e3:.0f} ms",
        ratio=ours / engine,
        wanted="below 1x: it loads no engine",
    )
