"""The house stands as `pyproject.toml` says, and every door is really shut: each is tried once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from shared_data import ROOT

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
    "contracts"
]

BREAKS = {
    "the face uses the library": ("ceremonies/network.py", "import custody_cli.exits"),
    "a wing imports only from wings below it": (
        "ceremonies/keys/seed.py",
        "import ceremonies.wallets",
    ),
    "no network client": ("ceremonies/machine/probes.py", "import socket"),
    "the library starts no other program": ("ceremonies/disk.py", "import subprocess"),
    "door: typer and rich": ("ceremonies/spoken.py", "import rich.text"),
    "door: prompt_toolkit": ("custody_cli/sources.py", "import prompt_toolkit"),
    "door: jinja2": ("custody_cli/show/ceremony.py", "import jinja2"),
    "door: mnemonic": ("ceremonies/keys/seed.py", "import mnemonic"),
    "door: shamir_mnemonic": ("ceremonies/keys/bip39.py", "import shamir_mnemonic"),
    "door: the engine": ("ceremonies/wallets/wallet.py", "import btclib_wallet.psbt"),
    "door: bip_utils": ("ceremonies/bitcoin/bip32.py", "import bip_utils"),
    "door: coincurve": ("ceremonies/bitcoin/kernel.py", "import coincurve"),
    "door: pbk": ("ceremonies/bitcoin/bip32.py", "import pbk"),
    "door: cryptography": ("ceremonies/disk.py", "import cryptography.fernet"),
    "door: qrcode": ("ceremonies/exchange/reading.py", "import qrcode"),
    "door: zxingcpp": ("ceremonies/exchange/drawing.py", "import zxingcpp"),
    "door: PIL": ("ceremonies/exchange/reading.py", "import PIL.Image"),
    "door: cv2": ("ceremonies/exchange/reading.py", "import cv2"),
    "door: msgspec": ("custody_cli/exits.py", "import msgspec"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"COLUMNS": "300", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder)},
    )


def test_every_contract_holds() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in done.stdout


def test_every_contract_is_broken_once_below() -> None:
    names = [contract["name"] for contract in CONTRACTS]
    assert len(names) == len(BREAKS)
    for begun in BREAKS:
        assert len([name for name in names if name.startswith(begun)]) == 1


@pytest.mark.parametrize("begun", BREAKS)
def test_a_contract_goes_red_when_it_is_broken(begun: str, tmp_path: Path) -> None:
    for package in ("ceremonies", "custody_cli"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    name, line = BREAKS[begun]
    with (tmp_path / name).open("a") as module:
        module.write(f"\n{line}\n")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stderr
    red = [told for told in done.stdout.splitlines() if told.endswith(" BROKEN")]
    assert len(red) >= 1
    assert any(told.startswith(begun) for told in red), red


def test_no_module_is_named_after_a_drawer() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    modules = [*ROOT.glob("ceremonies/**/*.py"), *ROOT.glob("custody_cli/**/*.py")]
    assert len(modules) > 30
    assert not [str(path) for path in modules if path.stem in drawers]


@pytest.mark.parametrize("wing", ["bitcoin", "exchange", "keys", "signing", "wallets"])
def test_what_a_signing_loads_generates_no_code_for_its_values(wing: str) -> None:
    written = [path.read_text("utf-8") for path in (ROOT / "ceremonies" / wing).glob("**/*.py")]
    assert not [text for text in written if "@dataclass(frozen" in text]
    assert any("(Frozen" in text for text in written)
