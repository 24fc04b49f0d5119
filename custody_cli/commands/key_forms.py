"""`custody key last-word`, `convert` and `child`: completed, written otherwise, descended from."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies.secret import Secret
from custody_cli.answer import answer, notes
from custody_cli.commands import example
from custody_cli.exits import WrongUsage
from custody_cli.options import (
    Coins,
    Debug,
    Dice,
    DiceSides,
    Json,
    Language,
    LanguageChoice,
    NetworkChoice,
    NetworkName,
    OptionalExpect,
    PassphraseSource,
    PlayingCards,
    Rehearse,
    Reveal,
    SchemeChoice,
    SchemeName,
    SecretSink,
    SeedSource,
    ShareSources,
    TypedHex,
)
from custody_cli.sources import insist_sink, secret_to

if TYPE_CHECKING:
    from ceremonies.keys.bip85 import Child
    from ceremonies.keys.seed import Seed
    from ceremonies.network import Network
    from custody_cli.contract import KeyChildAnswer, KeyConvertAnswer, KeyLastWordAnswer

LAST_WORD = example(
    "custody key last-word --words 23-words.txt --dice rolls.txt --secret-to phrase.txt"
)
CONVERT = example("custody key convert --seed phrase.txt --to seedqr --secret-to digits.txt")
CHILD = example("custody key child words --seed phrase.txt --index 3 --secret-to child.txt")


class Writing(StrEnum):
    """How a phrase is written."""

    PHRASE = "phrase"
    SEEDQR = "seedqr"
    COMPACT_SEEDQR = "compact-seedqr"


class ChildKind(StrEnum):
    """What a child is."""

    WORDS = "words"
    XPRV = "xprv"
    WIF = "wif"
    HEX = "hex"


def last_word(
    secret_to_: SecretSink,
    words: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="11, 14, 17, 20 or 23 words: a file, - or fd:N; asked for where absent.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Write every possible last word instead, one a line.")
    ] = False,
    language: Language = None,
    dice: Dice = None,
    dice_sides: DiceSides = 6,
    coins: Coins = None,
    playing_cards: PlayingCards = None,
    typed_hex: TypedHex = None,
    reveal: Reveal = False,
    rehearse: Rehearse = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Complete a phrase that lacks its last word, which is mostly checksum."""
    from ceremonies.keys import last_word as completing
    from ceremonies.keys.account import fingerprint_of
    from custody_cli.given_key import Use
    from custody_cli.phrases import beginning_from
    from custody_cli.pool import HandMade, pool_from

    made = HandMade(
        dice=dice, sides=dice_sides, coins=coins, cards=playing_cards, typed_hex=typed_hex
    )
    if every and list(made.methods()):
        raise WrongUsage("with --all nothing is drawn", hint="leave out --dice and its like")
    insist_sink(secret_to_, reveal=reveal, json=json, rehearsal=rehearse)
    seeds = beginning_from(words, language and language.value, rehearsal=rehearse)
    drawn = None if every else completing.draw(seeds, pool_from(made))
    for seed in (drawn,) if drawn else seeds:
        Use.of(rehearse=rehearse).insist(seed)
    fingerprint = fingerprint_of(drawn, None) if drawn else None
    if drawn:
        lines = [drawn.written().reveal()]
    else:
        lines = [completing.word_of(seed).reveal() for seed in seeds]
    secret_to(
        secret_to_,
        Secret(b"".join(line + b"\n" for line in lines)),
        reveal=reveal,
        json=json,
        title=f"key {fingerprint}" if fingerprint else f"{len(seeds)} possible last words",
        rehearsal=rehearse,
    )
    found: KeyLastWordAnswer = {
        "words": len(seeds[0].secret) * 3 // 4,
        "language": seeds[0].language,
        "possible": len(seeds),
        "fingerprint": fingerprint,
    }
    told = fingerprint or f"{len(seeds)} possible last words"
    answer(found, json=json, show=lambda: print(told))


def convert(
    to: Annotated[Writing, typer.Option("--to", help="How to write it.")],
    secret_to_: SecretSink,
    seed: SeedSource = None,
    from_: Annotated[Writing, typer.Option("--from", help="How it is written.")] = Writing.PHRASE,
    passphrase: PassphraseSource = None,
    expect: OptionalExpect = None,
    reveal: Reveal = False,
    rehearse: Rehearse = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write a phrase as the digits or bytes of a SeedQR, or read it from them."""
    from ceremonies.keys.account import fingerprint_of, insist_fingerprint
    from custody_cli.given_key import Key, Use, unconfirmed
    from custody_cli.phrases import written_seed_from
    from custody_cli.sources import passphrase_from

    insist_sink(secret_to_, reveal=reveal, json=json, rehearsal=rehearse)
    use, known = Use.of(rehearse=rehearse), expect is not None
    key = Key(
        written_seed_from(seed, from_.value, use=use, known=known),
        passphrase_from(passphrase, twice=not known),
        unvouched=() if known else unconfirmed(seed, passphrase),
    )
    fingerprint = fingerprint_of(key.seed, key.passphrase)
    if expect is not None:
        insist_fingerprint(fingerprint, expect)
    data, shown = _written(key.seed, to)
    secret_to(
        secret_to_,
        data,
        reveal=reveal,
        json=json,
        title=f"key {fingerprint}",
        rehearsal=rehearse,
        shown=shown,
    )
    found: KeyConvertAnswer = {
        "from": from_.value,
        "to": to.value,
        "words": len(key.seed.secret) * 3 // 4,
        "fingerprint": fingerprint,
        "notes": key.notes(fingerprint),
    }
    notes(found["notes"])
    answer(found, json=json, show=lambda: print(fingerprint))


def child(
    kind: Annotated[ChildKind, typer.Argument(metavar="words|xprv|wif|hex")],
    secret_to_: SecretSink,
    words: Annotated[
        int | None, typer.Option(help="words: 12, 15, 18, 21 or 24; 24 where absent.")
    ] = None,
    language: Annotated[
        LanguageChoice | None,
        typer.Option(metavar="NAME", help="words: their language; english where absent."),
    ] = None,
    size: Annotated[
        int | None, typer.Option("--bytes", help="hex: 16 to 64; 64 where absent.")
    ] = None,
    index: Annotated[int, typer.Option(help="Which child, from 0.")] = 0,
    seed: SeedSource = None,
    share: ShareSources = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    passphrase: PassphraseSource = None,
    expect: OptionalExpect = None,
    network: NetworkName = NetworkChoice.MAINNET,
    reveal: Reveal = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Derive a child of a key by BIP-85: a phrase, a key or bytes of their own."""
    from ceremonies.keys.account import fingerprint_of, insist_fingerprint
    from ceremonies.network import network_named
    from custody_cli.given_key import Use
    from custody_cli.keys import key_from

    insist_sink(secret_to_, reveal=reveal, json=json)
    derive = _child(kind, words, language and language.value, size, index)
    # a child does not carry the mark, so a rehearsal's key has none
    key = key_from(seed, share, scheme.value, passphrase, use=Use.EARNEST, known=expect is not None)
    parent = fingerprint_of(key.seed, key.passphrase)
    if expect is not None:
        insist_fingerprint(parent, expect)
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        made = derive(bip32_seed, network_named(network.value))
    secret_to(
        secret_to_,
        Secret(made.written.reveal() + b"\n"),
        reveal=reveal,
        json=json,
        title=f"child {made.path} of key {parent}",
        shown=None if kind is ChildKind.WORDS else _in_fours(made.written.reveal().decode()),
    )
    found: KeyChildAnswer = {
        "kind": kind.value,
        "path": made.path,
        "index": index,
        "parent": parent,
        "fingerprint": made.fingerprint,
        "agreed_by": list(made.agreed_by),
        "notes": key.notes(parent),
    }
    notes(found["notes"])
    answer(found, json=json, show=lambda: print(made.fingerprint or made.path))


def _written(key: Seed, to: Writing) -> tuple[Secret, list[str] | None]:
    """Write a phrase, and say how a screen shows it where not as words."""
    from ceremonies.keys import seedqr

    if to is Writing.PHRASE:
        return Secret(key.written().reveal() + b"\n"), None
    if to is Writing.SEEDQR:
        digits = seedqr.digits(key).reveal()
        return Secret(digits + b"\n"), _in_fours(digits.decode())
    data = seedqr.compact(key)
    return data, _in_fours(data.reveal().hex())


def _in_fours(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def _child(
    kind: ChildKind, words: int | None, language: str | None, size: int | None, index: int
) -> Callable[[Secret, Network], Child]:
    """Say how a child is derived, and refuse one there is not before the key is asked for."""
    from ceremonies.keys import bip85

    if kind is not ChildKind.WORDS and (words is not None or language is not None):
        raise WrongUsage("--words and --language are of phrases alone", hint="leave them out")
    if kind is not ChildKind.HEX and size is not None:
        raise WrongUsage("--bytes is of hexadecimal alone", hint="leave it out")
    count, size = 24 if words is None else words, 64 if size is None else size
    language = language or "english"
    bip85.path_of(bip85.Kind(kind.value), count=count, language=language, size=size, index=index)
    match kind:
        case ChildKind.WORDS:
            return partial(bip85.words, count=count, language=language, index=index)
        case ChildKind.XPRV:
            return partial(bip85.xprv, index=index)
        case ChildKind.WIF:
            return partial(bip85.wif, index=index)
        case ChildKind.HEX:
            return partial(bip85.hexadecimal, size=size, index=index)
