"""The pages of the project, and what is written in them: blocks, transcripts, links, commands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from shared_data import ROOT

DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.glob("*.md")))

PHRASE = " ".join(["abandon"] * 11 + ["about"])
"""The phrase everybody knows: what is shown with it can be shown to everybody."""

DESCRIPTOR = (
    "wpkh([73c5da0a/84h/1h/0h]tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm3"
    "9yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M/<0;1>/*)#lxek0ef2"
)

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_MARK = "\x1e"


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the last heading above it."""

    language: str
    text: str
    heading: str
    at: int


@dataclass(frozen=True)
class Shown:
    """A command and the output shown below it."""

    command: str
    output: str


def blocks(page: Path, *languages: str) -> list[Block]:
    """The fenced blocks of a page, of these languages only where some are named."""
    text = page.read_text("utf-8")
    fences = list(_FENCE.finditer(text))
    inside = [range(found.start(), found.end()) for found in fences]
    headings = [
        found
        for found in re.finditer(r"^#+ (.*)$", text, re.MULTILINE)
        if not any(found.start() in block for block in inside)
    ]
    made = []
    for found in fences:
        above = [one.group(1) for one in headings if one.start() < found.start()]
        made.append(Block(found[1], found[2], above[-1] if above else "", found.start(2)))
    return [block for block in made if not languages or block.language in languages]


def shown(block: Block) -> list[Shown]:
    """The commands of a console block, each with its output; `\\` carries a command on."""
    found: list[tuple[list[str], list[str]]] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(([line[2:]], []))
        elif found and not found[-1][1] and found[-1][0][-1].endswith("\\"):
            found[-1][0].append(line)
        elif found:
            found[-1][1].append(line)
    return [Shown("\n".join(lines), "\n".join(output)) for lines, output in found]


def transcript(page: Path) -> list[Shown]:
    """Everything that is typed on a page, from top to bottom."""
    return [one for block in blocks(page, "console") for one in shown(block)]


def played(commands: list[str], folder: Path) -> list[str]:
    """What a shell answers to these commands in a folder, both streams, trailing space cut."""
    steps = (f"{command}\n__s=$?; printf '{_MARK}'; (exit $__s)\n" for command in commands)
    done = subprocess.run(
        ["bash", "-c", "exec 2>&1\n" + "".join(steps)],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=120,
        check=False,
    )
    return [tidy(part) for part in done.stdout.split(_MARK)[: len(commands)]]


def walked(page: Path, folder: Path) -> list[tuple[str, str]]:
    """Play a page whose values differ at every run: each command as it was typed, and its answer.

    What an answer in JSON gave now stands in later commands for what the page shows in its place.
    """
    learned: dict[str, str] = {}
    told = []
    for one in transcript(page):
        command = _said_now(one.command, learned)
        (output,) = played([command], folder)
        told.append((command, output))
        if one.output.startswith("{") and output.startswith("{"):
            then, now = json.loads(one.output), json.loads(output)
            learned |= {
                value: now[key] for key, value in then.items() if isinstance(value, str) and value
            }
    return told


def _said_now(command: str, learned: dict[str, str]) -> str:
    # the longest first: a fingerprint stands in a descriptor too
    known = "|".join(map(re.escape, sorted(learned, key=len, reverse=True)))
    return re.sub(known, lambda found: learned[found[0]], command) if known else command


def tidy(text: str) -> str:
    """Lines without trailing space, and no empty ones around them."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")


def practice(folder: Path) -> None:
    """Lay out what the pages start from: the known phrase, its wallet, a PSBT, a stolen one."""
    from ceremonies.bitcoin.practice import practice_psbt
    from ceremonies.network import REGTEST
    from ceremonies.wallets import file
    from ceremonies.wallets.wallet import Place, register

    wallet = register("vault", [DESCRIPTOR], REGTEST)
    payment = practice_psbt(wallet.branches)
    change = wallet.derive(Place(1, 0)).script
    assert payment.count(change) == 1
    (folder / "phrase.txt").write_text(PHRASE + "\n")
    (folder / "vault.txt").write_text(DESCRIPTOR + "\n")
    (folder / "vault.wallet.json").write_bytes(file.write(wallet))
    (folder / "payment.psbt").write_bytes(payment)
    (folder / "stolen.psbt").write_bytes(payment.replace(change, b"\x00\x14" + bytes(range(20))))


def _environment(folder: Path) -> dict[str, str]:
    shim = folder / ".bin" / "custody"
    if not shim.exists():
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m custody_cli "$@"\n')
        shim.chmod(0o755)
    path = f"{shim.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "PS4")}
    return {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
