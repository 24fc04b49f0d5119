"""The pages of the project, and what is written in them: blocks, transcripts, links, commands."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import program
from shared_data import ROOT

DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))

CEREMONIES = DOCS / "ceremonies"
"""Pages that each play one built-in ceremony."""

FIRST_KEY = DOCS / "first-key.md"
"""The page whose values differ at every run: its keys are real chance."""

TUTORIAL = DOCS / "tutorial.md"
"""The page that makes its ceremonies itself; the others find those of a rehearsal."""

PHRASE = " ".join(["abandon"] * 11 + ["about"])
"""The phrase everybody knows: what is shown with it can be shown to everybody."""

DESCRIPTOR = (
    "wpkh([73c5da0a/84h/1h/0h]tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm3"
    "9yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M/<0;1>/*)#lxek0ef2"
)

_COSIGNERS = (
    (
        "[73c5da0a/48h/1h/0h/2h]tpubDFH9dgzveyD8zTbPUFuLrGmCydNvxehyNdUXKJAQN8x4aZ4j6UZqG"
        "fnqFrD4NqyaTVGKbvEW54tsvPTK2UoSbCC1PJY8iCNiwTL3RWZEheQ"
    ),
    (
        "[b8688df1/48h/1h/0h/2h]tpubDEfobrrtptRTbKf4gysDhoabneABDTAcdj3Vbn4XwPsLE2pmqpizS"
        "PRG6zHsbAMuiSgWmWPsYCLHTKTPpyrGJ5rAoTpKoQNZcxodiPf2tSJ"
    ),
    (
        "[28645006/48h/1h/0h/2h]tpubDEwqCvJxKwKWX9xvRe48uofWJn1Y89Jn8UeH1Efrjb1UEVjUDy3UR"
        "YTiqWaVCW7WdvHrL8XrSihHEhTwv5H3VDJoakjuCHiAnr6xcF2Xm4s"
    ),
    (
        "[3f635a63/48h/1h/0h/2h]tpubDFPtPArj4GzBEFHohegg1Xatrc1Fi9oSox5LzuSRX91miwQxuUrEp"
        "BxpvDRsmZYJKYFhgdK3UStsjC8JKXfUbMinjFqiEM4uNwzVaCaHpys"
    ),
)
"""Accounts of the known phrase and of three others of BIP-39's vectors."""

_BRANCHES = [f"{key}/<0;1>/*" for key in _COSIGNERS]

TEAM = f"wsh(sortedmulti(2,{','.join(_BRANCHES[:3])}))#jhurgr69"
"""A wallet of three cosigners."""

RECOVERY = (
    f"wsh(or_d(multi(2,{','.join(_BRANCHES[:3])}),"
    f"and_v(v:pkh({_BRANCHES[3]}),older(52560))))#zvp4txfa"
)
"""The same, and a fourth key alone after a year."""

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
        timeout=300,
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
    (folder / "team.txt").write_text(TEAM + "\n")
    (folder / "recovery.txt").write_text(RECOVERY + "\n")
    (folder / "payment.psbt").write_bytes(payment)
    (folder / "stolen.psbt").write_bytes(payment.replace(change, b"\x00\x14" + bytes(range(20))))


def rehearsed(folder: Path) -> subprocess.CompletedProcess[str]:
    """Play the whole rehearsal in a folder, with nobody at a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "custody_cli.rehearse", str(folder)],
        cwd=ROOT,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=300,
        check=False,
    )


def laid_out(page: Path, folder: Path, rehearsal: Path) -> None:
    """Lay out what a page starts from; `rehearsal` is the folder of a finished one."""
    if page in (FIRST_KEY, TUTORIAL):
        for name in ("docs", "ceremonies"):
            (folder / name).symlink_to(ROOT / name)
        return
    practice(folder)
    if page.parent == CEREMONIES:
        return
    for name in ("keygen", "sign"):
        shutil.copytree(rehearsal / name, folder / name)


def passing(*folders: Path) -> frozenset[str]:
    """Everything in the ceremonies below these folders that another version of the program changes.

    A log holds the hash of the program. So the identity of its first record differs, and with it
    that of every other record, every root, and every seal in hex and in words.
    """
    found: set[str] = set()
    for folder in folders:
        for log in folder.glob("*/log.jsonl"):
            data = log.read_bytes()
            lines = data.splitlines(keepends=True)
            found |= {hashlib.sha256(b"\x00" + line).hexdigest() for line in lines}
            found |= set(re.findall(r'"program_sha256":"([0-9a-f]{64})"', data.decode()))
            found.add(hashlib.sha256(data).hexdigest())
        for seal in folder.glob("*/seals/seal-*"):
            if seal.suffix != ".sig":
                found |= _of_seal(seal.read_bytes())
    return frozenset(found)


def _of_seal(text: bytes) -> set[str]:
    from ceremonies.spoken import in_fours, words

    digest = hashlib.sha256(text)
    spoken = words(digest.digest()).split()
    of_id = {in_fours(digest.hexdigest()[at : at + 32]) for at in (0, 32)}
    rows = {" ".join(spoken[at : at + n]) for n in (4, 5) for at in range(0, len(spoken), n)}
    values = set(re.findall(r"^(?:root|sha256) (.*)$", text.decode(), re.MULTILINE))
    return {digest.hexdigest(), digest.hexdigest()[:16]} | of_id | rows | values


_SHAPES = (
    (r"[0-9a-f]{64}", "[0-9a-f]{64}"),
    (r"[0-9a-f]{16}", "[0-9a-f]{16}"),
    (r"[0-9a-f ]{39}", "[0-9a-f ]{39}"),
    (r"[A-Za-z0-9+/]{43}=", "[A-Za-z0-9+/]{43}="),
    (r"[a-z ]+", "[a-z]+(?: [a-z]+)*"),
)


def differs(shown: str, answered: str, passing: Collection[str]) -> bool:
    """Whether a page shows something else; for what is `passing` its form is enough."""
    known = "|".join(map(re.escape, sorted(passing, key=len, reverse=True)))
    pattern, done = "", 0
    for hit in re.finditer(known, answered) if known else ():
        shape = next(of for form, of in _SHAPES if re.fullmatch(form, hit[0]))
        pattern += re.escape(answered[done : hit.start()]) + shape
        done = hit.end()
    return re.fullmatch(pattern + re.escape(answered[done:]), shown) is None


def _environment(folder: Path) -> dict[str, str]:
    shim = folder / ".bin" / "custody"
    if not shim.exists():
        shim.parent.mkdir()
        # -S -E: it hands its call to the program that is loaded, and needs nothing but Python
        call = f'"{sys.executable}" -S -E "{program.__file__}" "{program.address()}"'
        shim.write_text(f'#!/bin/sh\nexec {call} "$@"\n')
        shim.chmod(0o755)
    path = f"{shim.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "PS4")}
    return {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
