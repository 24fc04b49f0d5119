"""A command loads what it needs and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from custody_process import attempt, environment
from signing.wallets_made import RECEIVED, make_psbt, make_wallet, seed

from ceremonies.wallets import file

HEAVY = {
    "rich",
    "prompt_toolkit",
    "msgspec",
    "btclib",
    "btclib_wallet",
    "bip_utils",
    "coincurve",
    "cryptography",
    "mnemonic",
    "shamir_mnemonic",
    "asyncio",
    "ssl",
    "socket",
    "requests",
    "urllib3",
    "qrcode",
    "zxingcpp",
    "PIL",
    "cv2",
    "numpy",
}

LOADED = """
import json, sys
sys.argv = ["custody", *{arguments!r}]
import custody_cli.main as face
try:
    face.run()
except SystemExit:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def loaded(arguments: list[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=arguments)],
        capture_output=True,
        env=environment(),
        start_new_session=True,
        timeout=60,
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["doctor", "--json"], ["doctor", "--help"], ["nonsense", "--json"]],
)
def test_help_and_json_need_nothing_heavy(arguments: list[str]) -> None:
    assert loaded(arguments) & HEAVY == set()


ENGINES = HEAVY - {"msgspec", "cryptography"}


@pytest.mark.parametrize("verb", [["list"], ["show", "rotate"], ["check", "sign"]])
def test_what_tells_of_a_script_loads_no_engine(verb: list[str]) -> None:
    assert loaded(["ceremony", *verb, "--json"]) & ENGINES == set()


CARRIERS = {f"ceremonies.exchange.{name}" for name in ("scan", "source", "series", "ur", "bbqr")}
CARDS = {f"ceremonies.keys.{name}" for name in ("shares", "slip39", "codex32", "seed_xor", "card")}
COORDINATORS = {f"ceremonies.wallets.{name}" for name in ("peers", "registration", "addresses")}
UNNEEDED = (
    CARRIERS
    | CARDS
    | COORDINATORS
    | (HEAVY - {"msgspec", "btclib", "btclib_wallet", "mnemonic", "coincurve", "socket"})
    | {"pbk", "ceremonies.log", "ceremonies.conduct", "ceremonies.signing.policy_file"}
)


@pytest.fixture
def payment(tmp_path: Path) -> list[str]:
    """What signs a payment of one key: the last argument is where to."""
    wallet = make_wallet("wpkh")
    names = [str(tmp_path / name) for name in ("payment.psbt", "wallet.json", "phrase.txt")]
    Path(names[0]).write_bytes(make_psbt(wallet, inputs=[(RECEIVED[0], 1_000_000)]))
    Path(names[1]).write_bytes(file.write(wallet))
    Path(names[2]).write_bytes(seed(1).written().reveal())
    return names


def test_reviewing_a_payment_loads_what_a_review_needs(payment: list[str]) -> None:
    psbt, wallet, _ = payment
    found = loaded(["psbt", "show", psbt, "--wallet", wallet, "--json"])
    assert found & (UNNEEDED | {"coincurve", "mnemonic", "ceremonies.signing.sign"}) == set()
    assert "btclib_wallet" in found


def test_signing_with_a_phrase_loads_no_cards_carriers_or_kernel(payment: list[str]) -> None:
    psbt, wallet, phrase = payment
    to = f"{psbt}-signed"
    signing = ["psbt", "sign", psbt, "--wallet", wallet, "--seed", phrase, "--yes", "-o", to]
    found = loaded([*signing, "--json"])
    assert found & UNNEEDED == set()
    assert {"coincurve", "ceremonies.bitcoin.interpreter"} <= found
    assert Path(to).exists()


def test_finalizing_and_verifying_a_message_load_no_keys(payment: list[str]) -> None:
    psbt, wallet, phrase = payment
    key = ["--wallet", wallet, "--seed", phrase, "--yes", "--json"]
    signed, proof = f"{psbt}-signed", f"{psbt}.sig"
    loaded(["psbt", "sign", psbt, *key, "-o", signed])
    loaded(["message", "sign", "--text", "hello", "--index", "0", *key, "-o", proof])
    allowed = {"coincurve", "pbk"}
    found = loaded(["psbt", "finalize", signed, "-o", f"{psbt}.tx", "--json"])
    assert found & (UNNEEDED | {"mnemonic"}) <= allowed
    assert Path(f"{psbt}.tx").exists()
    address = "bcrt1qeuvhscf9ru6n9h8cznhmua74qythmppwmef977"
    asked = ["--text", "hello", "--address", address, "--network", "regtest", "--json"]
    found = loaded(["message", "verify", proof, *asked])
    assert found & (UNNEEDED | {"mnemonic"}) <= allowed
    assert "btclib_wallet.bip322" in found


def test_garbage_is_looked_for_in_what_comes_after_loading() -> None:
    body = "import gc\nprint(gc.isenabled(), gc.get_freeze_count() > 1_000)"
    assert attempt(body).stdout == b"True True\n"


def test_drawing_for_people_loads_rich_and_no_prompt() -> None:
    assert loaded(["doctor"]) & HEAVY == {"rich"}


def test_only_the_noun_that_was_called_is_imported() -> None:
    commands = {name for name in loaded(["doctor", "--json"]) if ".commands." in name}
    assert commands == {"custody_cli.commands.doctor"}
    assert not {name for name in loaded(["--help"]) if ".commands." in name}


def test_the_terminal_is_importable_without_prompt_toolkit() -> None:
    body = "from custody_cli import terminal, sources\nprint('prompt_toolkit' in sys.modules)"
    assert attempt(body).stdout == b"False\n"
