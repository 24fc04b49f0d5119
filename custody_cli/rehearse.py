"""`make rehearse`: the whole life of a key, from its ceremony to a transaction, in practice.

Run as `python -m custody_cli.rehearse [FOLDER]`. At a terminal it guides a person through both
ceremonies, or plays them; without one it plays them. Everything is made in a new folder, to be
looked at and thrown away; the practice coin exists in no chain.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.conduct import builtin, prepared
from ceremonies.conduct.asks import Ask, ShowSecret
from ceremonies.errors import CeremonyError
from ceremonies.secret import Secret
from ceremonies.wallets import file
from custody_cli import exits
from custody_cli.conducting import Cast, practice_signature, run
from custody_cli.room import Room

_KEYGEN, _SIGN = "keygen-2of3", "sign"
_WELCOME = """\
REHEARSAL: a practice key on regtest, practice people, a practice coin.
Nothing here has a value.

You will play everybody in the room, in two ceremonies:
  1  a key is made, written down and handed to three custodians as cards;
  2  a payment is reviewed, approved and signed with two of the cards.
alice operates the machine, bob, carol and dave are custodians, grace approves,
erin and frank are witnesses.

Every screen says who acts, what will happen and what to type. Where words
are typed back, type a few of them, then = for the rest: nothing has to be
written down, unless you stop with Ctrl-C and go on later. The command that
goes on is shown then.
"""


class _Guide:
    """One room for both ceremonies, which remembers what the first one showed."""

    def __init__(self) -> None:
        self._shown: dict[str, Secret] = {}

    def enter(self, title: str) -> Callable[[Ask[Any]], object]:
        """Return the room of one ceremony; the cards of the first are known in the second."""
        room = Room(True, title, practice_signature)
        for number, card in ((1, "card 1-1 of key-1"), (2, "card 1-3 of key-1")):
            if card in self._shown:
                room.remember(f"card number {number}", self._shown[card])

        def answer(asked: Ask[Any]) -> object:
            if isinstance(asked, ShowSecret):
                self._shown[asked.about] = Secret(asked.words.reveal())
            return room(asked)

        return answer


def main() -> int:
    """Play both ceremonies; return 0, or the exit code of the first command that failed."""
    chosen = sys.argv[1:]
    folder = Path(chosen[0]) if chosen else Path(tempfile.mkdtemp(prefix="custody-rehearsal-"))
    folder.mkdir(exist_ok=True)
    try:
        guide = _Guide() if _is_guided() else None
        return _play(folder, guide)
    except CeremonyError as error:
        failure = exits.failure_of(error)
        exits.tell(failure, as_json=False)
        return failure.code
    except (KeyboardInterrupt, EOFError):
        return exits.INTERRUPTED


def _is_guided() -> bool:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    print(_WELCOME)
    return input("Enter begins; type play to have it played for you: ").strip().lower() != "play"


def _play(folder: Path, guide: _Guide | None) -> int:
    for act in (_keygen, _payment, _review, _signing, _final, _audit):
        code = act(folder, guide)
        if code:
            print(f"\nthe rehearsal stopped: this command ended with exit code {code}")
            return code
    _finish(folder)
    return 0


def _keygen(folder: Path, guide: _Guide | None) -> int:
    _say("A key is made, written down, and handed to three custodians.")
    return _ceremony(folder, _KEYGEN, "keygen", guide, {})


def _payment(folder: Path, _guide: _Guide | None) -> int:
    _say("A practice coin came in, and the coordinator asks to spend it: payment.psbt.")
    wallet = file.read((folder / "keygen" / "vault.wallet.json").read_bytes())
    (folder / "payment.psbt").write_bytes(practice_psbt(wallet.branches))
    return 0


def _review(folder: Path, _guide: _Guide | None) -> int:
    _say("In another room somebody reviews the same PSBT, and notes its intent.")
    return _command(folder, "custody psbt show payment.psbt --wallet keygen/vault.wallet.json")


def _signing(folder: Path, guide: _Guide | None) -> int:
    _say("The payment is reviewed, its intent compared and approved, and signed with two cards.")
    given = {
        "wallet.file": str(folder / "keygen" / "vault.wallet.json"),
        "psbt.file": str(folder / "payment.psbt"),
        "collect.from": "cards",
    }
    return _ceremony(folder, _SIGN, "sign", guide, given)


def _final(folder: Path, _guide: _Guide | None) -> int:
    _say("The coordinator makes the final transaction; every input is tried before it is written.")
    return _command(
        folder,
        "custody psbt finalize sign/signed.psbt --wallet keygen/vault.wallet.json -o payment.tx",
    )


def _audit(folder: Path, _guide: _Guide | None) -> int:
    _say("An auditor who was not there verifies both logs.")
    return _command(folder, "custody log verify keygen sign")


def _ceremony(
    folder: Path, script: str, at: str, guide: _Guide | None, given: dict[str, str]
) -> int:
    command = f"custody ceremony run {script} --at {at} --rehearse"
    if guide is None:
        return _command(folder, f"{command} --unattended")
    print(f"$ {command}", flush=True)
    input("Enter begins the ceremony: ")
    chosen = builtin.script(script)
    cast = Cast(room=guide.enter(chosen.title), given=prepared.of_fields(_people(script) | given))
    found = run(chosen, folder / at, cast, rehearsal=True)
    from custody_cli.show import ceremony

    ceremony.outcome(found)
    return 0


def _people(script: str) -> dict[str, str]:
    """Return who comes to a practice ceremony and what they read off, as its answers have it."""
    known = prepared.read(builtin.answers(script)).answers
    return {
        field: name
        for field, name in known.items()
        if isinstance(name, str) and field.startswith(("people.", "time.", "inventory."))
    }


def _say(what: str) -> None:
    print(f"\n# {what}", flush=True)


def _command(folder: Path, command: str) -> int:
    print(f"$ {command}", flush=True)
    call = [sys.executable, "-m", "custody_cli", *shlex.split(command)[1:]]
    return subprocess.run(call, cwd=folder, check=False).returncode  # noqa: S603 - our own commands


def _finish(folder: Path) -> None:
    print(f"\nThe whole life of a key, and both logs verified. What was made is in {folder}:")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            print(f"  {path.relative_to(folder)}")
    custody = Path(sys.executable).with_name("custody")
    print("\nTry next, in that folder: change one letter of keygen/log.jsonl, and verify it again:")
    print(f"  {custody} log verify keygen")
    print(f"Then read docs/tutorial.md; {custody} lists every command.")


if __name__ == "__main__":
    sys.exit(main())
