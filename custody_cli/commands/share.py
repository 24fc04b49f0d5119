"""`custody share`: split a key into SLIP-39 cards, check one card, recover from a quorum."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.keys import slip39
from ceremonies.keys.account import fingerprint_of, insist_fingerprint
from ceremonies.keys.rehearsal import is_practice_set
from ceremonies.keys.seed import Scheme
from ceremonies.keys.set_record import check_card, read_record, record_of
from ceremonies.secret import Secret
from custody_cli.answer import answer, note
from custody_cli.commands import example, noun
from custody_cli.keys import Use, card_from, key_from_cards, key_to_split
from custody_cli.options import (
    Coins,
    Debug,
    Dice,
    DiceSides,
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
    ShareSources,
    TypedHex,
)
from custody_cli.pool import HandMade, pool_from
from custody_cli.sources import insist_sink, secret_to

if TYPE_CHECKING:
    from custody_cli.contract import ShareCheckAnswer, ShareRecoverAnswer, ShareSplitAnswer

app = noun("share")

_RECORD_LIMIT = 64 * 1024


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
    scheme: SchemeName = SchemeChoice.BIP39,
    passphrase: PassphraseSource = None,
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
    groups = [slip39.Group.parse(text) for text in group]
    slip39.insist_groups(groups, groups_needed)
    disk.insist_free(output)
    files = _free_files(folder, groups)
    key = key_to_split(seed, scheme.value, passphrase, use=Use.of(rehearse=rehearse))
    made = HandMade(
        dice=dice, sides=dice_sides, coins=coins, cards=playing_cards, typed_hex=typed_hex
    )
    cards = slip39.split(
        key.seed,
        groups,
        groups_needed=groups_needed,
        pool=pool_from(made),
        passphrase=key.passphrase,
        rehearsal=rehearse,
    )
    own_words = key.passphrase if key.seed.scheme is Scheme.BIP39 else None
    record = record_of(cards, fingerprint=fingerprint_of(key.seed, own_words))
    _write_all(files, cards, output, record.to_json())
    found = _split_answer(cards, record.fingerprint, files)
    note(f"one folder holds a quorum: part the cards in {folder} before anything else")
    answer(found, json=json, show=lambda: _draw_split(found))


@app.command(epilog=example("custody share check card-1-2.txt --set set.json"))
def check(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="The card; asked for where absent.")
    ] = None,
    set_: Annotated[
        Path | None, typer.Option("--set", metavar="RECORD", help="The set it must be of.")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Check one card alone, without a quorum: its words, its checksum, its set."""
    record = None
    if set_ is not None:
        record = read_record(disk.read(set_, limit=_RECORD_LIMIT, what="the set record"))
    card = card_from(source, "the card")
    if record is not None:
        check_card(card, record)
    if is_practice_set(card):
        note("warning: rehearsal cards have this set's identifier; so has one real set in 32,768")
    found: ShareCheckAnswer = {
        "set": card.set_id,
        "group": card.group,
        "member": card.member,
        "needs": card.needs,
        "groups_needed": card.groups_needed,
        "valid": True,
    }
    answer(found, json=json, show=lambda: _draw_check(found))


@app.command(
    epilog=example(
        "custody share recover --share a.txt --share b.txt --expect 05d027a5 --secret-to fd:3"
    )
)
def recover(
    secret_to_: SecretSink,
    share: ShareSources = None,
    passphrase: PassphraseSource = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    expect: OptionalExpect = None,
    reveal: Reveal = False,
    rehearse: Rehearse = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Recover a key from a quorum of cards, by two implementations."""
    insist_sink(secret_to_, reveal=reveal, json=json, rehearsal=rehearse)
    key = key_from_cards(share, scheme.value, passphrase, use=Use.of(rehearse=rehearse))
    fingerprint = fingerprint_of(key.seed, key.passphrase)
    if expect is not None:
        insist_fingerprint(fingerprint, expect)
    written = Secret(key.seed.written().reveal() + b"\n")
    secret_to(
        secret_to_,
        written,
        reveal=reveal,
        json=json,
        title=f"key {fingerprint}",
        rehearsal=rehearse,
    )
    found: ShareRecoverAnswer = {"fingerprint": fingerprint, "scheme": key.seed.scheme.value}
    if expect is None:
        note("no fingerprint was expected: compare this one with the record before you rely on it")
    answer(found, json=json, show=lambda: print(fingerprint))


def _free_files(folder: Path, groups: list[slip39.Group]) -> list[list[Path]]:
    """Name a file for each card, all of them free, before a key is touched."""
    names = [
        [folder / f"card-{number}-{member}.txt" for member in range(1, group.of + 1)]
        for number, group in enumerate(groups, start=1)
    ]
    for path in chain.from_iterable(names) if folder.is_dir() else (folder,):
        disk.insist_free(path)
    return names


def _write_all(files: list[list[Path]], cards: slip39.CardSet, output: Path, record: bytes) -> None:
    """Write every card and the record, or leave nothing behind."""
    folder = files[0][0].parent
    is_new = not folder.is_dir()
    if is_new:
        disk.make_folder(folder)
    written: list[Path] = []
    try:
        for path, card in zip(
            chain.from_iterable(files), chain.from_iterable(cards.cards), strict=True
        ):
            disk.create(path, card.words.reveal() + b"\n", mode=0o600)
            written.append(path)
        disk.create(output, record)
    except BaseException:
        for path in written:
            path.unlink()
        if is_new:
            folder.rmdir()
        raise


def _split_answer(
    cards: slip39.CardSet, fingerprint: str, files: list[list[Path]]
) -> ShareSplitAnswer:
    return {
        "set": cards.set_id,
        "scheme": cards.scheme.value,
        "fingerprint": fingerprint,
        "groups_needed": cards.groups_needed,
        "groups": [
            {"needs": group.needs, "of": group.of, "files": [str(path) for path in row]}
            for group, row in zip(cards.groups, files, strict=True)
        ],
    }


def _draw_split(found: ShareSplitAnswer) -> None:
    from custody_cli.show import share as show

    show.split(found)


def _draw_check(found: ShareCheckAnswer) -> None:
    from custody_cli.show import share as show

    show.check(found)
