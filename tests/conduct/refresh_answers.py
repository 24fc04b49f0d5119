"""Write the cards of the practice key, and what is signed with them, into the shipped answers.

Run as `python tests/conduct/refresh_answers.py` after anything that changes the practice key: how
chance is drawn or mixed, or the order in which a ceremony draws it.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.conduct import builtin, ceremony, prepared
from ceremonies.conduct.asks import Ask, ShowSecret
from ceremonies.conduct.conductor import conduct
from ceremonies.wallets import file
from custody_cli.world import stage

SCRIPTS = Path(__file__).parents[2] / "ceremonies" / "scripts"

_CARDS = "# The cards, for a rehearsal that goes on after they were handed out: its key is fixed.\n"
_HEAD = """\
# Plays sign with nobody in the room: a practice coin of the wallet that the rehearsal of
# keygen-2of3 made is spent, with two of its three cards. Written by
# tests/conduct/refresh_answers.py. In a rehearsal only.
schema = "ceremony-answers/1"

[every]
acknowledge = "read"
confirm     = "yes"
show-review = "read"
sign-seal   = "practice"

[answers]
"people.operator-1"            = "alice"
"people.operator-1.full-name"  = "Alice Anders"
"people.custodian-1"           = "bob"
"people.custodian-1.full-name" = "Bob Brown"
"people.custodian-2"           = "dave"
"people.custodian-2.full-name" = "Dave Dubois"
"people.custodian-3"           = "none"
"people.approver-1"            = "grace"
"people.approver-1.full-name"  = "Grace Graham"
"people.witness-1"             = "erin"
"people.witness-1.full-name"   = "Erin Egger"
"people.witness-2"             = "none"
"collect.from"   = "cards"
"close.signer-1" = "alice"
"close.signer-2" = "erin"
"""


def played_keygen(folder: Path) -> dict[str, str]:
    """Play the rehearsal of `keygen-2of3` in a new folder; return the words of each secret."""
    shown: dict[str, str] = {}
    answers = prepared.read(builtin.answers("keygen-2of3"))
    player = prepared.Prepared(answers, rehearsal=True)

    def answer(asked: Ask[Any]) -> object:
        if isinstance(asked, ShowSecret):
            shown[asked.about] = asked.words.reveal().decode()
        return player(asked)

    script = builtin.script("keygen-2of3")
    with ceremony.begun(
        folder, script, signers_file=None, world=stage(0, unattended=True), rehearsal=True
    ) as begun:
        conduct(begun, answer)
    return shown


def answers_text() -> str:
    """Return what `sign.answers.toml` must be."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "keygen"
        shown = played_keygen(folder)
        wallet = (folder / "vault.wallet.json").read_text()
    psbt = base64.b64encode(practice_psbt(file.read(wallet.encode()).branches)).decode()
    return _HEAD + "".join(_parts(shown, wallet, psbt))


def _parts(shown: dict[str, str], wallet: str, psbt: str) -> Iterator[str]:
    for number, card in ((1, "1-1"), (2, "1-3")):
        yield f'"collect.card-{number}" = """\n{_wrapped(shown[f"card {card} of key-1"])}"""\n'
    yield f"\n[answers.\"wallet.file\"]\ntext = '''\n{wallet}'''\n"
    yield f"\n[answers.\"psbt.file\"]\ntext = '''\n{psbt}\n'''\n"


def _wrapped(words: str) -> str:
    split = words.split()
    return "\n".join(" ".join(split[at : at + 8]) for at in range(0, len(split), 8))


def keygen_answers_text() -> str:
    """Return what `keygen-2of3.answers.toml` must be: as it is, with the cards of its key."""
    text = (SCRIPTS / "keygen-2of3.answers.toml").read_text()
    head = text[: text.index(_CARDS)] + _CARDS
    with tempfile.TemporaryDirectory() as scratch:
        shown = played_keygen(Path(scratch) / "keygen")
    return head + "".join(
        f'"hand-out.card-{number}" = """\n{_wrapped(shown[f"card {card} of key-1"])}"""\n'
        for number, card in ((1, "1-1"), (2, "1-2"))
    )


if __name__ == "__main__":
    (SCRIPTS / "keygen-2of3.answers.toml").write_text(keygen_answers_text())
    (SCRIPTS / "sign.answers.toml").write_text(answers_text())
