"""`make rehearse`: one practice key's whole life on regtest, every command as it is typed.

Run as `python -m custody_cli.rehearse [FOLDER]`. The commands are in `rehearsal.txt`, with what
earlier answers gave in braces. Everything is made in a new folder, to be looked at and thrown
away; the practice coin exists in no chain.
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
from importlib import resources
from pathlib import Path

from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.wallets import file

_ROLLS = "163542461325164352413652164325163452361254163254\n"


def main() -> int:
    """Play every step; return 0, or the exit code of the first command that failed."""
    chosen = sys.argv[1:]
    folder = Path(chosen[0]) if chosen else Path(tempfile.mkdtemp(prefix="custody-rehearsal-"))
    folder.mkdir(exist_ok=True)
    (folder / "rolls.txt").write_text(_ROLLS)
    print("REHEARSAL: a practice key on regtest, with a practice coin. Keep nothing of it.")
    steps, learned = _steps(), dict[str, str]()
    for number, (what, template) in enumerate(steps, start=1):
        command = template.format(**{key: shlex.quote(value) for key, value in learned.items()})
        print(f"\n[{number} of {len(steps)}] {what}\n$ {command}", flush=True)
        code = _play(folder, shlex.split(command)[1:], learned)
        if code:
            print(f"\nthe rehearsal stopped: this command ended with exit code {code}")
            return code
        if "descriptor" in learned and "wallet create" in command:
            wallet = file.read((folder / "practice.wallet.json").read_bytes())
            (folder / "payment.psbt").write_bytes(practice_psbt(wallet.branches))
    _finish(folder, len(steps))
    return 0


def _steps() -> list[tuple[str, str]]:
    """Read what happens and the command of each step."""
    script = resources.files("custody_cli").joinpath("rehearsal.txt").read_text("utf-8")
    blocks = (block.strip().split("\n") for block in script.split("\n\n"))
    return [(what.removeprefix("# "), command) for what, command in blocks]


def _play(folder: Path, arguments: list[str], learned: dict[str, str]) -> int:
    """Run one command, show what it answered, and remember what later steps need."""
    call = [sys.executable, "-m", "custody_cli", *arguments]
    done = subprocess.run(call, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own commands
    print(done.stdout, end="", flush=True)
    if done.returncode == 0 and "--json" in arguments:
        answer = json.loads(done.stdout)
        learned |= {key: value for key, value in answer.items() if isinstance(value, str)}
    return done.returncode


def _finish(folder: Path, steps: int) -> None:
    print(f"\nThe whole life of a key in {steps} commands. What was made is in {folder}:")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            print(f"  {path.relative_to(folder)}")
    print("\nTry next, in that folder: change a word of phrase.txt or a letter of the wallet file,")
    print("and run a command again. Then read docs/tutorial.md; `custody` lists every command.")


if __name__ == "__main__":
    sys.exit(main())
