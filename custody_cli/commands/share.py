"""`custody share`: split a key into cards, check one card, recover from a quorum."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.keys.card import Card, Group
from ceremonies.keys.seed import Scheme
from ceremonies.keys.set_record import Dealt, Form, SetRecord
from ceremonies.secret import Secret
from custody_cli.answer import answer, notes
from custody_cli.cards import THE_CARD, card_from, form_named, record_from
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage
from custody_cli.options import (
    Coins,
    Debug,
    Dice,
    DiceSides,
    FormChoice,
    FormName,
    Json,
    OptionalExpect,
    Out,
    PassphraseSource,
    PlayingCards,
    Rehearse,
    Reveal,
    SchemeChoice,
    SchemeName,
    SecretSink,
    SeedSource,
    SetFile,
    ShareSources,
    TypedHex,
)
from custody_cli.sources import insist_sink, secret_to

if TYPE_CHECKING:
    from ceremonies.keys.shares import Share
    from custody_cli.contract import ShareCheckAnswer, ShareRecoverAnswer, ShareSplitAnswer

app = noun("share")


@app.command(
    epilog=example(
        "custody share split --seed phrase.txt --group 2of3 --secret-to cards -o set.json"
    )
)
def split(
    group: Annotated[list[str], typer.Option("--group", metavar="NofM", help="Once per group.")],
    folder: Annotated[
        Path, typer.Option("--secret-to", metavar="DIR", help="Where the cards go, a file each.")
    ],
    output: Out,
    seed: SeedSource = None,
    groups_needed: Annotated[int, typer.Option(help="How many groups are needed.")] = 1,
    form: Annotated[
        FormChoice, typer.Option("--as", help="SLIP-39 cards, codex32 shares, or a Seed XOR.")
    ] = FormChoice.SLIP39,
    scheme: SchemeName = SchemeChoice.BIP39,
    passphrase: PassphraseSource = None,
    expect: OptionalExpect = None,
    extendable: Annotated[
        bool, typer.Option(help="SLIP-39: encrypted alike in every set of this secret.")
    ] = True,
    exponent: Annotated[
        int, typer.Option(help="SLIP-39: 0 to 15; one more takes twice as long to recover.")
    ] = 1,
    dice: Dice = None,
    dice_sides: DiceSides = 6,
    coins: Coins = None,
    playing_cards: PlayingCards = None,
    typed_hex: TypedHex = None,
    rehearse: Rehearse = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Split a key into cards; every quorum is recovered by a second implementation first."""
    from ceremonies.keys import shares
    from ceremonies.keys.account import fingerprint_of, insist_fingerprint
    from ceremonies.keys.set_record import record_of
    from ceremonies.keys.slip39 import insist_exponent
    from custody_cli.card_keys import key_to_split
    from custody_cli.given_key import Use
    from custody_cli.pool import HandMade, pool_from

    groups, kind = [Group.parse(text) for text in group], Form(form.value)
    shares.insist_groups(kind, groups, groups_needed)
    insist_exponent(exponent)
    if kind is not Form.SLIP39 and (exponent, extendable) != (1, True):
        raise WrongUsage(
            "--exponent and --no-extendable are of SLIP-39 cards alone", hint="leave them out"
        )
    files = _free_files(folder, groups)
    if folder.exists() or output.parent != folder:
        disk.insist_free(output)
    use, known = Use.of(rehearse=rehearse), expect is not None
    key = key_to_split(seed, scheme.value, passphrase, use=use, form=kind, known=known)
    fingerprint = fingerprint_of(
        key.seed, key.passphrase if key.seed.scheme is Scheme.BIP39 else None
    )
    if expect is not None:
        insist_fingerprint(fingerprint, expect)
    pool = pool_from(
        HandMade(dice=dice, sides=dice_sides, coins=coins, cards=playing_cards, typed_hex=typed_hex)
    )
    dealt = shares.deal(
        kind,
        key.seed,
        groups,
        groups_needed=groups_needed,
        pool=pool,
        passphrase=key.passphrase,
        rehearsal=rehearse,
        extendable=extendable,
        exponent=exponent,
    )
    record = record_of(dealt, fingerprint=fingerprint, pool=pool)
    _write_all(files, dealt, output, record.to_json())
    lost = "; they give back the key of the phrase, and not its words" if key.is_stretched else ""
    one_folder = f"one folder holds a quorum: part the cards in {folder} before anything else{lost}"
    found = _split_answer(record, files, [one_folder, *key.notes(fingerprint)])
    notes(found["notes"])
    answer(found, json=json, show=lambda: _draw_split(found))


@app.command(epilog=example("custody share check card-1-2.txt --set set.json"))
def check(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="The card; asked for where absent.")
    ] = None,
    set_: SetFile = None,
    form: FormName = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check one card alone, without a quorum: its words, its checksum, its set."""
    record = record_from(set_)
    card = card_from(source, THE_CARD, form=form_named(form, record), record=record)
    told = _doubts(card)
    if record is not None and not record.tags:
        told.append("this record is of the first format: it has no tags to tell a card from a copy")
    notes(told)
    found = _check_answer(card, record, told)
    answer(found, json=json, show=lambda: _draw_check(found))


@app.command(
    epilog=example(
        "custody share recover --share a.txt --share b.txt --expect 05d027a5 --secret-to fd:3"
    )
)
def recover(
    secret_to_: SecretSink,
    share: ShareSources = None,
    set_: SetFile = None,
    form: FormName = None,
    passphrase: PassphraseSource = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    expect: OptionalExpect = None,
    reveal: Reveal = False,
    rehearse: Rehearse = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Recover a key from a quorum of cards, by two implementations."""
    from ceremonies.keys.account import fingerprint_of, insist_fingerprint
    from custody_cli.card_keys import key_from_cards
    from custody_cli.given_key import Use

    insist_sink(secret_to_, reveal=reveal, json=json, rehearsal=rehearse)
    record = record_from(set_)
    kind = form_named(form, record)
    expected = _expected(expect, record, kind)
    if record is not None and Scheme(scheme.value) not in (Scheme.BIP39, record.scheme):
        raise WrongUsage(
            f"the record is of the scheme {record.scheme}, and --scheme says {scheme.value}",
            hint="leave out --scheme, or bring the record of these cards",
        )
    key = key_from_cards(
        share,
        record.scheme if record is not None else Scheme(scheme.value),
        passphrase,
        use=Use.of(rehearse=rehearse),
        known=expected is not None,
        form=kind,
        record=record,
    )
    fingerprint = fingerprint_of(key.seed, key.passphrase)
    if expected is not None:
        insist_fingerprint(fingerprint, expected)
    secret_to(
        secret_to_,
        Secret(key.seed.written().reveal() + b"\n"),
        reveal=reveal,
        json=json,
        title=f"key {fingerprint}",
        rehearsal=rehearse,
    )
    found: ShareRecoverAnswer = {
        "fingerprint": fingerprint,
        "scheme": key.seed.scheme.value,
        "notes": key.notes(fingerprint),
    }
    notes(found["notes"])
    answer(found, json=json, show=lambda: print(fingerprint))


def _expected(expect: str | None, record: SetRecord | None, form: Form | None) -> str | None:
    """Name the fingerprint that must come out; a Seed XOR has nothing else to be known by."""
    if record is not None:
        if expect is not None and expect.lower() != record.fingerprint:
            raise WrongUsage(
                f"the record is of the key {record.fingerprint}, and --expect says another",
                hint="bring the record of this key, or leave out --expect",
            )
        return record.fingerprint
    if form is Form.XOR and expect is None:
        raise WrongUsage(
            "any phrases make a Seed XOR, so the key it must give has to be known",
            hint="give --set or --expect",
        )
    return expect


def _doubts(card: Share) -> list[str]:
    """Say that a card is, or may be, of a rehearsal."""
    from ceremonies.keys.codex32 import Codex32
    from ceremonies.keys.codex32_set import REHEARSAL_IDENTIFIER
    from ceremonies.keys.mark import is_marked
    from ceremonies.keys.rehearsal import is_practice_set
    from ceremonies.keys.seed_xor import Part

    match card:
        case Card() if is_practice_set(card):
            return ["rehearsal cards have this set's identifier; so has one real set in 32,768"]
        case Codex32() if card.identifier == REHEARSAL_IDENTIFIER:
            return ["this is a share of a rehearsal: none in earnest has its identifier"]
        case Part() if is_marked(card.entropy):
            return ["this is a part of a rehearsal: it carries the practice mark"]
    return []


def _free_files(folder: Path, groups: list[Group]) -> list[list[Path]]:
    """Name a file for each card, all of them free, before a key is touched."""
    names = [
        [folder / f"card-{number}-{member}.txt" for member in range(1, group.of + 1)]
        for number, group in enumerate(groups, start=1)
    ]
    for path in chain.from_iterable(names) if folder.is_dir() else (folder,):
        disk.insist_free(path)
    return names


def _write_all(files: list[list[Path]], dealt: Dealt, output: Path, record: bytes) -> None:
    """Write every card and the record, or leave nothing behind."""
    folder = files[0][0].parent
    is_new = not folder.is_dir()
    if is_new:
        disk.make_folder(folder)
    written: list[Path] = []
    try:
        for path, words in zip(
            chain.from_iterable(files), chain.from_iterable(dealt.rows), strict=True
        ):
            disk.create(path, words.reveal() + b"\n", mode=0o600)
            written.append(path)
        # it holds no secret, and is not for everybody either
        disk.create(output, record, mode=0o600)
    except BaseException:
        for path in written:
            path.unlink()
        if is_new:
            folder.rmdir()
        raise


def _split_answer(record: SetRecord, files: list[list[Path]], told: list[str]) -> ShareSplitAnswer:
    return {
        "form": record.form.value,
        "set": record.set_id,
        "scheme": record.scheme.value,
        "fingerprint": record.fingerprint,
        "groups_needed": record.groups_needed,
        "groups": [
            {"needs": group.needs, "of": group.of, "files": [str(path) for path in row]}
            for group, row in zip(record.groups, files, strict=True)
        ],
        "notes": told,
    }


def _check_answer(card: Share, record: SetRecord | None, told: list[str]) -> ShareCheckAnswer:
    from ceremonies.keys.shares import place_of

    place = place_of(card, record)
    tagged = ["tag"] if record is not None and record.tags else []
    return {
        "form": place.form.value,
        "set": place.set_id,
        "group": place.group,
        "member": place.member,
        "needs": place.needs,
        "groups_needed": place.groups_needed,
        "checks": ["checksum", *(["set"] if record is not None else []), *tagged],
        "valid": True,
        "notes": told,
    }


def _draw_split(found: ShareSplitAnswer) -> None:
    from custody_cli.show import share as show

    show.split(found)


def _draw_check(found: ShareCheckAnswer) -> None:
    from custody_cli.show import share as show

    show.check(found)
