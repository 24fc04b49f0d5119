"""`custody key`: make a key, derive its accounts, check that a backup is right."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.keys import account
from ceremonies.keys.seed import draw_seed
from ceremonies.network import network_named
from ceremonies.secret import Secret
from custody_cli import accounts, new_key
from custody_cli.answer import answer, notes
from custody_cli.commands import example, key_forms, noun
from custody_cli.exits import WrongUsage
from custody_cli.given_key import Use
from custody_cli.keys import key_from
from custody_cli.options import (
    Coins,
    Debug,
    Dice,
    DiceSides,
    Expect,
    Json,
    Language,
    NetworkChoice,
    NetworkName,
    OptionalExpect,
    OptionalOut,
    PassphraseSource,
    PlayingCards,
    Rehearse,
    Reveal,
    SchemeChoice,
    SchemeName,
    SecretSink,
    SeedSource,
    ShareSources,
    Token,
    TypedHex,
    Words,
)
from custody_cli.pool import HandMade, pool_from
from custody_cli.sources import insist_sink, passphrase_from, secret_to

if TYPE_CHECKING:
    from custody_cli.contract import KeyCheckAnswer, KeyNewAnswer, KeyRecomputeAnswer

app = noun("key")


class Script(StrEnum):
    """The kinds of account, by what their outputs look like."""

    WPKH = "wpkh"
    SH_WPKH = "sh-wpkh"
    PKH = "pkh"
    TR = "tr"
    WSH = "wsh"
    SH_WSH = "sh-wsh"
    SH = "sh"


class Format(StrEnum):
    """How an account is written for a coordinator."""

    KEY = "key"
    DESCRIPTOR = "descriptor"
    COLDCARD = "coldcard"
    SLIP132 = "slip132"
    BSMS = "bsms"
    UR = "ur"


class Coin(StrEnum):
    """The other coins whose accounts can be watched; none is signed for here."""

    ETH = "eth"
    LTC = "ltc"
    DOGE = "doge"
    SOL = "sol"
    DASH = "dash"
    TRX = "trx"
    XRP = "xrp"


DiceOnly = Annotated[
    bool,
    typer.Option(
        "--dice-only",
        help="Of these rolls alone, as SeedSigner, Krux and Coldcard do: 50 or 99 rolls.",
    ),
]
Commit = Annotated[
    str | None,
    typer.Option(
        "--commit",
        metavar="SINK",
        help="Commit to the machine's part first; its words go there, for key recompute.",
    ),
]


@app.command(epilog=example("custody key new --dice rolls.txt --secret-to phrase.txt --json"))
def new(
    secret_to_: SecretSink,
    words: Words = 24,
    dice: Dice = None,
    dice_sides: DiceSides = 6,
    coins: Coins = None,
    cards: PlayingCards = None,
    typed_hex: TypedHex = None,
    dice_only: DiceOnly = False,
    commit: Commit = None,
    passphrase: PassphraseSource = None,
    reveal: Reveal = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make a new BIP-39 key of the system's randomness, and of what you make by hand."""
    insist_on_libsecp256k1()
    made = HandMade(dice=dice, sides=dice_sides, coins=coins, cards=cards, typed_hex=typed_hex)
    new_key.insist_possible(made, dice_only=dice_only, commit=commit, secret_to=secret_to_)
    for sink in filter(None, (secret_to_, commit)):
        insist_sink(sink, reveal=reveal, json=json)
    if dice_only:
        key = new_key.of_dice_alone(made, words=words)
    else:
        key = new_key.of_all(made, words=words, commits=commit is not None)
    fingerprint = account.fingerprint_of(key.seed, passphrase_from(passphrase, twice=True))
    phrase = Secret(key.seed.written().reveal() + b"\n")
    with new_key.opened(key, commit, reveal=reveal, json=json):
        secret_to(secret_to_, phrase, reveal=reveal, json=json, title=f"key {fingerprint}")
    found = new_key.answer_of(key, fingerprint)
    answer(found, json=json, show=lambda: _draw_new(found))


@app.command(
    epilog=example(
        'custody key recompute --dice rolls.txt --commitment "$(cat hash)" --expect 05d027a5'
    )
)
def recompute(
    commitment: Annotated[
        str, typer.Option("--commitment", metavar="HEX", help="What the machine committed to.")
    ],
    expect: Expect,
    opening: Annotated[
        str | None,
        typer.Option(
            "--opening",
            metavar="SOURCE",
            help="The 24 words of the machine's part; asked for where absent.",
        ),
    ] = None,
    words: Words = 24,
    dice: Dice = None,
    dice_sides: DiceSides = 6,
    coins: Coins = None,
    cards: PlayingCards = None,
    typed_hex: TypedHex = None,
    passphrase: PassphraseSource = None,
    rehearse: Rehearse = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make a key once more on another machine, of the machine's part and the same dice."""
    insist_on_libsecp256k1()
    made = HandMade(dice=dice, sides=dice_sides, coins=coins, cards=cards, typed_hex=typed_hex)
    part = new_key.part_from(opening, commitment, rehearsal=rehearse)
    pool = pool_from(made, system=part)
    seed = draw_seed(pool, words=words, rehearsal=rehearse)
    fingerprint = account.fingerprint_of(seed, passphrase_from(passphrase))
    account.insist_fingerprint(fingerprint, expect)
    found: KeyRecomputeAnswer = {
        "words": words,
        "fingerprint": fingerprint,
        "scheme": seed.scheme.value,
        "sources": new_key.sources_of(pool),
        "commitment": new_key.commitment_of(part),
        "matches": True,
    }
    answer(found, json=json, show=lambda: _draw_recomputed(found))


@app.command(
    name="account",
    epilog=example("custody key account --seed phrase.txt --script wsh --network regtest"),
)
def account_(
    script: Annotated[
        Script | None, typer.Option(help="What the account's outputs look like.")
    ] = None,
    seed: SeedSource = None,
    share: ShareSources = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    language: Language = None,
    passphrase: PassphraseSource = None,
    expect: OptionalExpect = None,
    number: Annotated[int, typer.Option("--account", help="Which account, from 0.")] = 0,
    bip: Annotated[
        int | None, typer.Option(help="44, 45, 48, 49, 84, 86 or 87; the script's own if absent.")
    ] = None,
    path: Annotated[
        str | None, typer.Option(metavar="PATH", help="Another path, such as m/84h/0h/7h.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.KEY,
    token: Token = None,
    label: Annotated[str, typer.Option(help="With bsms: what people are to call the key.")] = "",
    coin: Annotated[
        Coin | None, typer.Option(help="An account of another coin, which is not signed for here.")
    ] = None,
    output: OptionalOut = None,
    network: NetworkName = NetworkChoice.MAINNET,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Derive an account's public key by two implementations, for a coordinator."""
    wanted = accounts.Wanted(
        script=script and script.value,
        number=number,
        bip=bip,
        path=path,
        form=format_.value,
        label=label,
        coin=coin and coin.value,
        network=network_named(network.value),
    )
    steps = accounts.path_of(wanted)
    if token is not None and format_ is not Format.BSMS:
        raise WrongUsage("--token is for --format bsms alone", hint="leave it out")
    if output is not None:
        disk.insist_free(output)
    key = key_from(
        seed,
        share,
        scheme.value,
        passphrase,
        use=Use.on(wanted.network),
        known=expect is not None,
        language=language and language.value,
    )
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        found = accounts.derived(wanted, steps, bip32_seed, expect, token)
    told = key.notes(found.fingerprint)
    answer_ = accounts.account_answer(found, key.seed.scheme.value, output, told)
    if output is not None:
        from custody_cli.payloads import write_public

        write_public(output, found.text.removesuffix("\n").encode() + b"\n")
    notes(told)
    answer(answer_, json=json, show=lambda: _draw_account(found, output))


@app.command(epilog=example("custody key check --seed phrase.txt --expect 05d027a5"))
def check(
    expect: Expect,
    seed: SeedSource = None,
    share: ShareSources = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    language: Language = None,
    passphrase: PassphraseSource = None,
    rehearse: Rehearse = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Ask whether a backup is the key on record; nothing of it is revealed."""
    key = key_from(
        seed,
        share,
        scheme.value,
        passphrase,
        use=Use.of(rehearse=rehearse),
        known=True,
        language=language and language.value,
    )
    fingerprint = account.fingerprint_of(key.seed, key.passphrase)
    account.insist_fingerprint(fingerprint, expect)
    found: KeyCheckAnswer = {
        "fingerprint": fingerprint,
        "scheme": key.seed.scheme.value,
        "matches": True,
    }
    answer(found, json=json, show=lambda: print(f"yes: this is key {fingerprint}"))


app.command(name="last-word", epilog=key_forms.LAST_WORD)(key_forms.last_word)
app.command(epilog=key_forms.CONVERT)(key_forms.convert)
app.command(epilog=key_forms.CHILD)(key_forms.child)


def _draw_recomputed(found: KeyRecomputeAnswer) -> None:
    from custody_cli.show import key as show

    show.recomputed(found)


def _draw_new(found: KeyNewAnswer) -> None:
    from custody_cli.show import key as show

    show.new(found)


def _draw_account(found: accounts.Derived, output: Path | None) -> None:
    from custody_cli.show import key as show

    show.account(found, output)
