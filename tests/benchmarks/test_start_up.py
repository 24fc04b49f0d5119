"""What a command costs from its start to its end, beside what it could not begin without.

Both are told in CPU time of whole processes. Bitcoin Core's library, an extra, is left out where
`finalize` and `message verify` are measured: when it is loaded it gathers chance for a tenth of a
second, whatever the command.
"""

from __future__ import annotations

import atexit
import os
import resource
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


def spent() -> float:
    """Seconds of CPU of the processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


pytestmark = pytest.mark.benchmark(timer=spent)

EMPTY = """
import typer
app = typer.Typer({settings})
@app.command()
def nothing() -> None:
    "Do nothing."
app()
"""
CUSTODY = "from custody_cli.main import run; run()"
WITHOUT_KERNEL = f"import sys; sys.modules['pbk'] = None; {CUSTODY}"
SIGNING = "psbt sign payment.psbt --wallet wallet.json --seed phrase.txt --yes"
ADDRESS = "bcrt1qeuvhscf9ru6n9h8cznhmua74qythmppwmef977"
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


def test_help_beside_an_empty_apps_help(timings: Timings) -> None:
    plain = empty("--help", settings="rich_markup_mode=None")
    taken = timings.fastest(
        process(CUSTODY, "--help"), empty("--help"), plain, rounds=ROUNDS, timer=spent
    )
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
    ours, theirs = timings.fastest(
        process(CUSTODY, "doctor", "--json"), empty(), rounds=ROUNDS, timer=spent
    )
    timings.tell(
        "custody doctor --json",
        f"{ours * 1e3:.0f} ms",
        f"an empty Typer command: {theirs * 1e3:.0f} ms",
        ratio=ours / theirs,
        wanted="at most 1.5x",
    )


ONE_INPUT = {
    "psbt show": (CUSTODY, "psbt show payment.psbt --wallet wallet.json"),
    "psbt sign": (CUSTODY, f"{SIGNING} -o new"),
    "psbt finalize": (WITHOUT_KERNEL, "psbt finalize signed.psbt -o new"),
    "message verify": (
        WITHOUT_KERNEL,
        f"message verify message.sig --text hello --network regtest --address {ADDRESS}",
    ),
}


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a wallet of one key, its phrase, a payment signed and unsigned, a message."""
    monkeypatch.chdir(tmp_path)
    wallet = make_wallet("wpkh")
    Path("payment.psbt").write_bytes(make_psbt(wallet, inputs=[(RECEIVED[0], 1_000_000)]))
    Path("wallet.json").write_bytes(file.write(wallet))
    Path("phrase.txt").write_bytes(seed(1).written().reveal())
    process(CUSTODY, *f"{SIGNING} -o signed.psbt --json".split())()
    by_index = "--wallet wallet.json --index 0 --seed phrase.txt --yes -o message.sig --json"
    process(CUSTODY, *f"message sign --text hello {by_index}".split())()


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("name", ONE_INPUT)
def test_one_input_beside_importing_the_engine(timings: Timings, name: str) -> None:
    code, arguments = ONE_INPUT[name]
    call = process(code, *arguments.split(), "--json")

    def work() -> None:
        Path("new").unlink(missing_ok=True)
        call()

    ours, theirs = timings.fastest(work, process(ENGINE), rounds=ROUNDS, timer=spent)
    timings.tell(
        f"custody {name}, 1 input",
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
    ours, theirs, engine = timings.fastest(
        check, empty(), process(ENGINE), rounds=ROUNDS, timer=spent
    )
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
