"""Options that several commands share, each written once.

A SOURCE of a secret is a file, `-`, `fd:N`, or absent: then it is asked for at the terminal. A
SINK is a new file, private to its owner, or `fd:N`.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class NetworkChoice(StrEnum):
    """The networks that `--network` takes."""

    MAINNET = "mainnet"
    TESTNET4 = "testnet4"
    SIGNET = "signet"
    REGTEST = "regtest"


class SchemeChoice(StrEnum):
    """What the bytes of a seed are: BIP-39 entropy, or a SLIP-39 master secret."""

    BIP39 = "bip39"
    SLIP39 = "slip39"


class FormatChoice(StrEnum):
    """The formats of codes that are written."""

    BBQR = "bbqr"
    UR = "ur"
    STATIC = "static"


class FormChoice(StrEnum):
    """What a set consists of."""

    SLIP39 = "slip39"
    CODEX32 = "codex32"
    XOR = "xor"


class LanguageChoice(StrEnum):
    """The languages that BIP-39 has a list for."""

    CHINESE_SIMPLIFIED = "chinese_simplified"
    CHINESE_TRADITIONAL = "chinese_traditional"
    CZECH = "czech"
    ENGLISH = "english"
    FRENCH = "french"
    ITALIAN = "italian"
    JAPANESE = "japanese"
    KOREAN = "korean"
    PORTUGUESE = "portuguese"
    RUSSIAN = "russian"
    SPANISH = "spanish"
    TURKISH = "turkish"


# Looked at while options are: nobody types 24 words, or rolls a die a hundred times, and is told
# then that a number beside them was mistyped.


def _count_of_words(words: int) -> int:
    from ceremonies.keys.bip39 import insist_count

    insist_count(words)
    return words


def _fingerprint(expected: str | None) -> str | None:
    from ceremonies.keys.account import insist_is_fingerprint

    if expected is not None:
        insist_is_fingerprint(expected)
    return expected


Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object.")]
Debug = Annotated[bool, typer.Option("--debug", help="Say where an error came from.")]
Out = Annotated[
    Path,
    typer.Option("-o", "--output", metavar="FILE", help="Where to write; never overwrites."),
]
OptionalOut = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Where to write; never overwrites."),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token", metavar="SOURCE", help="The token of the BSMS session: a file, - or fd:N."
    ),
]
NetworkName = Annotated[NetworkChoice, typer.Option("--network", help="The Bitcoin network.")]
SchemeName = Annotated[
    SchemeChoice,
    typer.Option("--scheme", help="What the secret is: BIP-39 entropy or a SLIP-39 master secret."),
]
SeedSource = Annotated[
    str | None,
    typer.Option(
        "--seed",
        metavar="SOURCE",
        help="The phrase, slip39:HEX or a picture of a SeedQR: a file, - or fd:N; asked for "
        "where absent.",
    ),
]
ShareSources = Annotated[
    list[str] | None,
    typer.Option(
        "--share", metavar="SOURCE", help="One card: a file, a picture, - or fd:N; once per card."
    ),
]
Language = Annotated[
    LanguageChoice | None,
    typer.Option(
        "--language",
        metavar="NAME",
        help="The language of the phrase; found by itself, and english at a prompt, where absent.",
    ),
]
FormName = Annotated[
    FormChoice | None,
    typer.Option(
        "--as", help="What the cards are; found by itself, but for the phrases of a Seed XOR."
    ),
]
SetFile = Annotated[
    Path | None,
    typer.Option("--set", metavar="RECORD", help="The record of the set it must be of."),
]
PassphraseSource = Annotated[
    str | None,
    typer.Option(
        "--passphrase",
        metavar="SOURCE",
        help="A file, fd:N, or - (asked for on a terminal); none where absent.",
    ),
]
ShownAs = Annotated[
    FormatChoice | None,
    typer.Option("--as", help="How its psbts are shown as codes; bbqr where absent."),
]
SecretSink = Annotated[
    str,
    typer.Option(
        "--secret-to", metavar="SINK", help="Where the secret goes: a new private file or fd:N."
    ),
]
Dice = Annotated[
    str | None,
    typer.Option(
        "--dice",
        metavar="SOURCE",
        help="Rolls of a six-sided die, digits 1 to 6: a file, fd:N, or - (asked for).",
    ),
]
DiceSides = Annotated[
    int,
    typer.Option("--dice-sides", metavar="N", help="How many sides the die of --dice has."),
]
Coins = Annotated[
    str | None,
    typer.Option("--coins", metavar="SOURCE", help="Coin flips, h and t or 1 and 0."),
]
PlayingCards = Annotated[
    str | None,
    typer.Option(
        "--cards",
        metavar="SOURCE",
        help="Shuffled playing cards such as AS 10H 9c; / before another shuffle.",
    ),
]
TypedHex = Annotated[
    str | None,
    typer.Option("--hex", metavar="SOURCE", help="Hexadecimal digits of a source you trust."),
]
Words = Annotated[
    int,
    typer.Option("--words", metavar="N", help="12, 15, 18, 21 or 24.", callback=_count_of_words),
]
Reveal = Annotated[
    bool,
    typer.Option("--reveal", help="Let the secret go to standard output (or the screen)."),
]
Rehearse = Annotated[
    bool,
    typer.Option(
        "--rehearse", help="This is a rehearsal's secret: it must carry the practice mark."
    ),
]
Expect = Annotated[
    str,
    typer.Option(
        "--expect",
        metavar="HEX",
        help="The fingerprint it must have, 8 hex digits.",
        callback=_fingerprint,
    ),
]
OptionalExpect = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="HEX",
        help="The fingerprint it must have, 8 hex digits.",
        callback=_fingerprint,
    ),
]
WalletFile = Annotated[
    Path, typer.Option("--wallet", metavar="WALLET", help="The wallet file it belongs to.")
]
OptionalWalletFile = Annotated[
    Path | None,
    typer.Option("--wallet", metavar="WALLET", help="Review it under this wallet first."),
]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", metavar="POLICY", help="The policy it must obey.")
]
RequirePolicy = Annotated[
    bool,
    typer.Option("--require-policy", help="Refuse a wallet file that pins no policy."),
]
PrevTx = Annotated[
    list[str] | None,
    typer.Option("--prevtx", metavar="FILE", help="A previous transaction the psbt lacks."),
]
HistoryFolders = Annotated[
    list[Path] | None,
    typer.Option("--history", metavar="DIR", help="A finished ceremony; once per ceremony."),
]
Height = Annotated[
    int | None,
    typer.Option("--height", metavar="N", min=0, help="The height of the last block."),
]
SignersFile = Annotated[
    Path | None,
    typer.Option("--signers", metavar="FILE", help="Your own copy of who may sign and approve."),
]
ApprovalFiles = Annotated[
    list[Path] | None,
    typer.Option("--approval", metavar="FILE", help="A person's signature; once per person."),
]
MessageFile = Annotated[
    str | None,
    typer.Option("--message", metavar="FILE", help="The message, byte by byte; - is stdin."),
]
MessageText = Annotated[str | None, typer.Option("--text", help="The message itself.")]
Within = Annotated[
    int, typer.Option(min=1, max=100_000, help="Look through so many indices a branch.")
]
AnyWalletFile = Annotated[
    Path | None,
    typer.Option("--wallet", metavar="WALLET", help="The wallet file the address is of."),
]
