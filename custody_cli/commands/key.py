"""`custody key`: make a key, derive its accounts, check that a backup is right."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.keys import account
from ceremonies.keys.seed import draw_seed
from ceremonies.network import network_named
from ceremonies.secret import Secret
from custody_cli.answer import answer
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage
from custody_cli.keys import Use, key_from
from custody_cli.options import (
    Debug,
    Dice,
    Expect,
    Json,
    NetworkChoice,
    NetworkName,
    OptionalExpect,
    PassphraseSource,
    Rehearse,
    Reveal,
    SchemeChoice,
    SchemeName,
    SecretSink,
    SeedSource,
    ShareSources,
)
from custody_cli.pool import pool_from
from custody_cli.sources import insist_sink, passphrase_from, secret_to

if TYPE_CHECKING:
    from custody_cli.contract import KeyAccountAnswer, KeyCheckAnswer, KeyNewAnswer

app = noun("key")


class Script(StrEnum):
    """The kinds of account, by what their outputs look like."""

    WPKH = "wpkh"
    SH_WPKH = "sh-wpkh"
    PKH = "pkh"
    TR = "tr"
    WSH = "wsh"
    SH_WSH = "sh-wsh"


class Format(StrEnum):
    """How an account is written for a coordinator."""

    KEY = "key"
    DESCRIPTOR = "descriptor"


@app.command(epilog=example("custody key new --dice rolls.txt --secret-to phrase.txt --json"))
def new(
    secret_to_: SecretSink,
    words: Annotated[int, typer.Option(help="12, 15, 18, 21 or 24.")] = 24,
    dice: Dice = None,
    passphrase: PassphraseSource = None,
    reveal: Reveal = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make a new BIP-39 key from the system's randomness and, if you roll them, dice."""
    insist_on_libsecp256k1()
    insist_sink(secret_to_, reveal=reveal, json=json)
    pool = pool_from(dice)
    seed = draw_seed(pool, words=words)
    fingerprint = account.fingerprint_of(seed, passphrase_from(passphrase, twice=True))
    phrase = Secret(seed.written().reveal() + b"\n")
    secret_to(secret_to_, phrase, reveal=reveal, json=json, title=f"key {fingerprint}")
    found: KeyNewAnswer = {
        "words": words,
        "fingerprint": fingerprint,
        "scheme": seed.scheme.value,
        "sources": [{"kind": source.kind, "bits": source.bits} for source in pool.sources],
    }
    answer(found, json=json, show=lambda: _draw_new(found))


@app.command(
    name="account",
    epilog=example("custody key account --seed phrase.txt --script wsh --network regtest"),
)
def account_(
    script: Annotated[Script, typer.Option(help="What the account's outputs look like.")],
    seed: SeedSource = None,
    share: ShareSources = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    passphrase: PassphraseSource = None,
    expect: OptionalExpect = None,
    number: Annotated[int, typer.Option("--account", help="Which account, from 0.")] = 0,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.KEY,
    network: NetworkName = NetworkChoice.MAINNET,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Derive an account's public key by two implementations, for a coordinator."""
    chain = network_named(network.value)
    path = account.account_path(script.value, number, chain)
    if format_ is Format.DESCRIPTOR and script.value not in account.SINGLE_KEY_SCRIPTS:
        raise WrongUsage(
            f"one key alone has no {script.value} descriptor",
            hint="use --format key, and let the coordinator join the keys",
        )
    key = key_from(seed, share, scheme.value, passphrase, use=Use.on(chain))
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        found = account.derive(bip32_seed, path, chain)
    if expect is not None:
        account.insist_fingerprint(found.fingerprint, expect)
    answer_ = _account_answer(found, script, key.seed.scheme.value)
    line = answer_["descriptor"] if format_ is Format.DESCRIPTOR else answer_["key"]
    answer(answer_, json=json, show=lambda: print(line))


@app.command(epilog=example("custody key check --seed phrase.txt --expect 05d027a5"))
def check(
    expect: Expect,
    seed: SeedSource = None,
    share: ShareSources = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    passphrase: PassphraseSource = None,
    rehearse: Rehearse = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Ask whether a backup is the key on record; nothing of it is revealed."""
    key = key_from(seed, share, scheme.value, passphrase, use=Use.of(rehearse=rehearse))
    fingerprint = account.fingerprint_of(key.seed, key.passphrase)
    account.insist_fingerprint(fingerprint, expect)
    found: KeyCheckAnswer = {
        "fingerprint": fingerprint,
        "scheme": key.seed.scheme.value,
        "matches": True,
    }
    answer(found, json=json, show=lambda: print(f"yes: this is key {fingerprint}"))


def _account_answer(found: account.Account, script: Script, scheme: str) -> KeyAccountAnswer:
    written: KeyAccountAnswer = {
        "fingerprint": found.fingerprint,
        "path": found.path,
        "xpub": found.xpub,
        "key": found.key,
        "scheme": scheme,
        "agreed_by": list(found.agreed_by),
    }
    descriptor = found.descriptor(script.value)
    if descriptor is not None:
        written["descriptor"] = descriptor
    return written


def _draw_new(found: KeyNewAnswer) -> None:
    from custody_cli.show import key as show

    show.new(found)
