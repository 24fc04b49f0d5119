"""Write the shipped answers that hold cards of the practice key, or what is made of it.

Run as `python tests/conduct/refresh_answers.py` after anything that changes the practice key: how
chance is drawn or mixed, or the order in which a ceremony draws it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.conduct import builtin, ceremony, prepared
from ceremonies.conduct.asks import Ask, GiveFile, ShowSecret
from ceremonies.conduct.conductor import conduct
from ceremonies.keys.account import account_path, derive
from ceremonies.network import REGTEST
from ceremonies.secret import Secret
from ceremonies.wallets import file
from ceremonies.wallets.wallet import Place
from custody_cli.world import stage

SCRIPTS = Path(__file__).parents[2] / "ceremonies" / "scripts"

_CARDS = "# The cards, for a rehearsal that goes on after they were handed out: its key is fixed.\n"

BLOCK = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"
"""The first block of regtest."""

_EVERY = """\
schema = "ceremony-answers/1"

[every]
acknowledge = "read"
confirm     = "yes"
show-secret = "written down"
show-review = "read"
type-words  = "as-shown"
type-back   = "as-shown"
sign-seal   = "practice"

[answers]
"""


def _every(*kinds: str) -> str:
    """Say what is answered to every ask of these kinds."""
    lines = _EVERY.splitlines(keepends=True)
    return "".join(one for one in lines if " = " not in one or one.split()[0] in ("schema", *kinds))


_TIME = f'"time.height" = "0"\n"time.hash"   = "{BLOCK}"\n'
_SIGNED = '"close.signer-1" = "alice"\n"close.signer-2" = "erin"\n'
_FULL_NAMES = {
    "alice": "Alice Anders",
    "bob": "Bob Brown",
    "carol": "Carol Castro",
    "dave": "Dave Dubois",
    "erin": "Erin Egger",
    "frank": "Frank Fischer",
    "grace": "Grace Graham",
    "heidi": "Heidi Huber",
    "ivan": "Ivan Ilves",
    "judy": "Judy Jansen",
}
ROTATE_DICE = "41634 25163 63152 14264 52361 31425 66431 25514 13642 52163"


def _people(**roles: str) -> str:
    """Say who takes which role: names parted by spaces, and `none` where that was all."""
    lines = []
    for role, names in roles.items():
        for number, name in enumerate(names.split(), start=1):
            field = f'"people.{role}-{number}'
            lines.append(f'{field}" = "{name}"')
            if name != "none" and not any(f'full-name" = "{_FULL_NAMES[name]}' in x for x in lines):
                lines.append(f'{field}.full-name" = "{_FULL_NAMES[name]}"')
    return "\n".join(lines) + "\n"


def played(
    name: str,
    folder: Path,
    file_of: Callable[[str], bytes | None] = lambda field: None,
    answers: bytes | None = None,
) -> dict[str, str]:
    """Play a built-in's rehearsal in a new folder; return the words of each secret."""
    shown: dict[str, str] = {}
    given = prepared.read(answers or builtin.answers(name))
    player = prepared.Prepared(given, rehearsal=True)

    def answer(asked: Ask[Any]) -> object:
        if isinstance(asked, ShowSecret):
            shown[asked.about] = asked.words.reveal().decode()
        made = file_of(asked.field) if isinstance(asked, GiveFile) else None
        return player(asked) if made is None else made

    script = builtin.script(name)
    with ceremony.begun(
        folder, script, signers_file=None, world=stage(0, unattended=True), rehearsal=True
    ) as begun:
        conduct(begun, answer)
    return shown


def played_keygen(folder: Path) -> dict[str, str]:
    """Play the rehearsal of `keygen-2of3` in a new folder; return the words of each secret."""
    return played("keygen-2of3", folder)


@cache
def keygen() -> tuple[dict[str, str], dict[str, str]]:
    """Return what that rehearsal shows, and the texts of the files it makes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "keygen"
        shown = played_keygen(folder)
        names = ("vault.wallet.json", "set.json")
        return shown, {name: (folder / name).read_text() for name in names}


def _wrapped(words: str) -> str:
    split = words.split()
    return "\n".join(" ".join(split[at : at + 8]) for at in range(0, len(split), 8))


def _words(field: str, card: str) -> str:
    return f'"{field}" = """\n{_wrapped(keygen()[0][f"card {card} of key-1"])}"""\n'


def _text(field: str, text: str) -> str:
    return f"\n[answers.\"{field}\"]\ntext = '''\n{text.rstrip()}\n'''\n"


def _psbt(number: int = 0) -> str:
    wallet = file.read(keygen()[1]["vault.wallet.json"].encode())
    return base64.b64encode(practice_psbt(wallet.branches, number=number)).decode()


def _head(about: str) -> str:
    return f"# Plays {about} Written by\n# tests/conduct/refresh_answers.py. In a rehearsal only.\n"


def keygen_answers_text() -> str:
    """Return what `keygen-2of3.answers.toml` must be: as it is, with the cards of its key."""
    text = (SCRIPTS / "keygen-2of3.answers.toml").read_text()
    head = text[: text.index(_CARDS)] + _CARDS
    return head + _words("hand-out.card-1", "1-1") + _words("hand-out.card-2", "1-2")


def answers_text() -> str:
    """Return what `sign.answers.toml` must be."""
    return (
        _head("sign with nobody in the room: a practice coin of keygen-2of3's wallet is spent.")
        + _every("acknowledge", "confirm", "show-review", "type-words", "sign-seal")
        + _people(
            operator="alice", custodian="bob dave none", approver="grace", witness="erin none"
        )
        + _TIME
        + '"collect.from" = "cards"\n'
        + _SIGNED
        + _words("collect.card-1", "1-1")
        + _words("collect.card-2", "1-3")
        + _text("wallet.file", keygen()[1]["vault.wallet.json"])
        + _text("psbt.file", _psbt())
    )


def batch_text() -> str:
    """Return what `sign-batch.answers.toml` must be."""
    return (
        _head("sign-batch: two practice coins of keygen-2of3's wallet are spent.")
        + _EVERY
        + _people(
            operator="alice", custodian="bob dave none", approver="grace", witness="erin none"
        )
        + _TIME
        + '"psbts.psbt-1.more" = "yes"\n"psbts.psbt-2.more" = "no"\n"collect.from" = "cards"\n'
        + _SIGNED
        + _words("collect.card-1", "1-1")
        + _words("collect.card-2", "1-3")
        + _text("wallet.file", keygen()[1]["vault.wallet.json"])
        + _text("psbts.psbt-1", _psbt(0))
        + _text("psbts.psbt-2", _psbt(1))
    )


def drill_text() -> str:
    """Return what `recovery-drill.answers.toml` must be."""
    return (
        _head("recovery-drill with two of the cards of keygen-2of3's rehearsal.")
        + _EVERY
        + _people(operator="alice", custodian="carol dave none", witness="erin none")
        + _TIME
        + _SIGNED
        + _words("collect.card-1", "1-2")
        + _words("collect.card-2", "1-3")
        + _text("record.file", keygen()[1]["set.json"])
    )


def audit_text() -> str:
    """Return what `share-audit.answers.toml` must be."""
    return (
        _head("share-audit with every card of keygen-2of3's rehearsal.")
        + _EVERY
        + _people(operator="alice", custodian="bob carol dave none", witness="erin none")
        + _TIME
        + _SIGNED
        + "".join(_words(f"audit.custodian-{n}", f"1-{n}") for n in (1, 2, 3))
        + _text("record.file", keygen()[1]["set.json"])
    )


def _bags(*items: str) -> str:
    return "".join(
        f'"inventory.{item}.bag"  = "B-10{n}"\n"inventory.{item}.seal" = "S-20{n}"\n'
        f'"inventory.{item}.site" = "{site}"\n'
        for n, (item, site) in enumerate(zip(items, ("north", "south", "east"), strict=True), 1)
    )


def replace_text() -> str:
    """Return what `replace-custodian.answers.toml` must be."""
    cards = ("card-1-1", "card-1-2", "card-1-3")
    return (
        _head("replace-custodian: the key of keygen-2of3's rehearsal gets three new cards.")
        + _EVERY
        + _people(
            operator="alice",
            holder="carol dave none",
            custodian="heidi ivan judy",
            witness="erin frank none",
        )
        + _TIME
        + f'"chance.dice" = "{ROTATE_DICE}"\n'
        + _bags(*cards)
        + '"destroy.item-1" = "card 1-2 of the old set"\n"destroy.item-1.serial" = "1-2"\n'
        + '"destroy.item-1.method" = "shredded"\n'
        + '"destroy.item-2" = "card 1-3 of the old set"\n"destroy.item-2.serial" = "1-3"\n'
        + '"destroy.item-2.method" = "shredded"\n"destroy.item-3" = "none"\n'
        + _SIGNED
        + _words("collect.card-1", "1-2")
        + _words("collect.card-2", "1-3")
        + _text("old-record.file", keygen()[1]["set.json"])
    )


def control_text() -> str:
    """Return what `prove-control.answers.toml` must be."""
    return (
        _head("prove-control: the wallet of keygen-2of3's rehearsal answers a challenge.")
        + _EVERY
        + _people(
            operator="alice", custodian="bob dave none", approver="grace", witness="erin none"
        )
        + _TIME
        + '"challenge.purpose" = "Practice reserves of the example vault"\n'
        + '"challenge.nonce"   = "000102030405060708090a0b0c0d0e0f"\n'
        + '"collect.from" = "cards"\n'
        + _SIGNED
        + _words("collect.card-1", "1-1")
        + _words("collect.card-2", "1-3")
        + _text("wallet.file", keygen()[1]["vault.wallet.json"])
    )


def _account(number: int) -> str:
    seed = Secret(hashlib.sha256(f"practice site {number}".encode()).digest())
    account = derive(seed, account_path("wsh", 0, REGTEST), REGTEST)
    written = {
        "format": "custody-account/1",
        "network": "regtest",
        "script": "wsh",
        "fingerprint": account.fingerprint,
        "path": account.path,
        "xpub": account.xpub,
        "key": account.key,
        "descriptor": None,
        "agreed_by": list(account.agreed_by),
    }
    return json.dumps(written, indent=2)


def wallet_text() -> str:
    """Return what `wallet.answers.toml` must be."""
    return (
        _head("wallet: the accounts of three practice sites become one wallet.")
        + _EVERY
        + _people(operator="alice", custodian="bob carol dave", witness="erin none")
        + _TIME
        + _SIGNED
        + "".join(_text(f"join.account-{n}", _account(n)) for n in (1, 2, 3))
    )


def _rotate_head() -> str:
    return (
        _head("rotate: a new key is made, and keygen-2of3's practice coin goes to it.")
        + _EVERY
        + _people(
            operator="alice",
            custodian="heidi ivan judy",
            holder="bob dave none",
            approver="grace",
            witness="erin frank none",
        )
        + _TIME
        + f'"chance.dice" = "{ROTATE_DICE}"\n'
        + _bags("card-1-1", "card-1-2", "card-1-3")
        + '"collect.from" = "cards"\n"seal.signer-1" = "alice"\n"seal.signer-2" = "erin"\n'
        + _SIGNED
        + _words("collect.card-1", "1-1")
        + _words("collect.card-2", "1-3")
        + _text("old-wallet.file", keygen()[1]["vault.wallet.json"])
    )


def swept(folder: Path) -> bytes:
    """Return a PSBT that sends the practice coin to the new wallet in the folder of a rotate."""
    new = file.read((folder / "new-vault.wallet.json").read_bytes())
    old = file.read(keygen()[1]["vault.wallet.json"].encode())
    return practice_psbt(old.branches, sweep_to=new.derive(Place(0, 0)).script)


def rotate_text() -> str:
    """Return what `rotate.answers.toml` must be; its sweep pays the key that it makes itself."""
    made: list[bytes] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "rotate"

        def file_of(field: str) -> bytes | None:
            if field != "psbt.file":
                return None
            made.append(swept(folder))
            return made[-1]

        played("rotate", folder, file_of, _rotate_head().encode())
    return _rotate_head() + _text("psbt.file", base64.b64encode(made[0]).decode())


def texts() -> Iterator[tuple[str, str]]:
    """Yield every file that is written here, and what it must be."""
    yield "keygen-2of3", keygen_answers_text()
    yield "sign", answers_text()
    yield "sign-batch", batch_text()
    yield "recovery-drill", drill_text()
    yield "share-audit", audit_text()
    yield "replace-custodian", replace_text()
    yield "wallet", wallet_text()
    yield "prove-control", control_text()
    yield "rotate", rotate_text()


if __name__ == "__main__":
    for name, text in texts():
        (SCRIPTS / f"{name}.answers.toml").write_text(text)
