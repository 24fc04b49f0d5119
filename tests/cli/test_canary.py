"""Known secrets through every command, well and badly called: they appear in the sinks alone."""

from __future__ import annotations

import copy
import pickle

import pytest
from cli.failures import FAILURES, Failed
from cli.known import Known
from cli.room import Ran, Room
from cli.walk import PASSPHRASE, ROLLS, SINKS

from ceremonies.bitcoin.bip32 import master
from ceremonies.errors import CeremonyError
from ceremonies.keys import by_hand, commitment, entropy, slip39
from ceremonies.keys.card import Group
from ceremonies.keys.seed import read_seed
from ceremonies.network import REGTEST
from ceremonies.secret import Secret
from ceremonies.signing.signer import Signer
from custody_cli import new_key
from custody_cli.given_key import Key


def betrayed(ran: Ran, known: Known) -> dict[str, set[str]]:
    """Which secrets a call left, and where: what it said, and new files that are no sinks."""
    places = {"standard output": ran.out, "standard error": ran.err}
    for name, data in ran.made.items():
        places[f"the name {name}"] = name.encode()
        if not name.startswith(SINKS):
            places[name] = data
    found = {place: known.seen_in(content) for place, content in places.items()}
    return {place: names for place, names in found.items() if names}


def test_success_betrays_nothing(walks: dict[str, Room], known: Known) -> None:
    for room in walks.values():
        for ran in room.ran:
            assert betrayed(ran, known) == {}, str(ran)


@pytest.mark.parametrize("name", FAILURES)
def test_failure_betrays_nothing(failed: dict[str, Failed], known: Known, name: str) -> None:
    ran = failed[name].ran
    assert betrayed(ran, known) == {}, str(ran)
    assert ran.made == {}
    assert b"traceback" in ran.err


def test_no_secret_is_on_a_command_line(walks: dict[str, Room], known: Known) -> None:
    for room in walks.values():
        for ran in room.ran:
            assert known.seen_in("\0".join(ran.arguments).encode()) == set()


def test_no_command_changes_its_environment_or_starts_a_program(
    walks: dict[str, Room], failed: dict[str, Failed]
) -> None:
    runs = [ran for room in walks.values() for ran in room.ran]
    for ran in runs + [failure.ran for failure in failed.values()]:
        assert ran.witness["environment_kept"], str(ran)
        # several logs are verified by several processes of this program
        own = {"os.fork"} if ran.command == "log verify" else set()
        assert set(ran.witness["programs"]) <= own, str(ran)


def test_every_file_that_is_opened_for_writing_is_the_one_that_was_named(
    walks: dict[str, Room],
) -> None:
    for room in walks.values():
        for ran in room.ran:
            made = {str(room.work / name.rstrip("/")) for name in ran.made}
            # whoever goes on with a log, or seals it, locks it, and need not add to it
            if ran.command in ("ceremony resume", "log seal", "log attest"):
                made.add(str(room.work / ran.arguments[2] / "log.jsonl"))
            for path in ran.witness["written"]:
                folder, _, name = path.rpartition("/")
                # a file is written under a temporary name beside its own
                final = name[1:].rpartition(".")[0].rpartition(".")[0]
                assert {path, f"{folder}/{final}"} & made, f"{path}: {ran}"


def test_no_temporary_file_is_left(walks: dict[str, Room], failed: dict[str, Failed]) -> None:
    runs = [ran for room in walks.values() for ran in room.ran]
    for ran in runs + [failure.ran for failure in failed.values()]:
        assert not [name for name in ran.after if name.endswith(".tmp")]
        assert {name for name in ran.after if name.startswith(("home/", "tmp/"))} == set()


def test_the_sinks_hold_the_secrets(walks: dict[str, Room], known: Known) -> None:
    for name in ("people", "scripts"):
        for sink in ("phrase.txt", "recovered.txt", "cards/card-1-1.txt"):
            assert known.seen_in((walks[name].work / sink).read_bytes())


def test_the_canary_sees_every_form_of_every_secret(known: Known) -> None:
    for name, form in known.every_form():
        assert name in known.seen_in(b'{"cause": "bad: ' + form + b' (3)"}'), name
        if name.endswith("in hex"):
            assert name in known.seen_in(b"0x" + form.upper())
        if b", " in form and form.isascii():
            assert name in known.seen_in(form.title().replace(b", ", b"\r\n 7. "))


def test_the_canary_sees_a_secret_that_a_command_leaves(furnished: Room, known: Known) -> None:
    revealed = furnished.ok(
        *("share", "recover", "--share", "cards/card-1-1.txt", "--share", "cards/card-1-2.txt"),
        *("--secret-to", "-", "--reveal"),
    )
    assert "standard output" in betrayed(revealed, known)
    elsewhere = furnished.ok(
        *("share", "recover", "--share", "cards/card-1-1.txt", "--share", "cards/card-1-2.txt"),
        *("--secret-to", "unexpected"),
    )
    assert betrayed(elsewhere, known).keys() == {"unexpected"}


def test_no_object_that_holds_a_secret_shows_it(furnished: Room, known: Known) -> None:
    phrase = Secret((furnished.work / "phrase.txt").read_bytes())
    passphrase, rolls = Secret(PASSPHRASE.encode()), Secret(ROLLS.encode())
    source = by_hand.source(by_hand.DICE, rolls)
    seed, pool = read_seed(phrase), entropy.draw([entropy.system(), source])
    bip32_seed = seed.bip32_seed(passphrase)
    cards = slip39.split(seed, [Group(2, 3)], groups_needed=1, pool=pool)
    known.add_words("a card made here", cards.cards[0][0].words.reveal().decode())
    holders = [
        *(phrase, passphrase, source, seed, pool, bip32_seed, cards, cards.cards[0][0]),
        new_key.NewKey(seed=seed, pool=pool, part=commitment.draw_part()),
        *(Key(seed, passphrase), Signer(bip32_seed, REGTEST), master(bip32_seed, REGTEST)),
    ]
    for holder in holders:
        shown = [repr(holder), str(holder), f"{holder}", f"{[holder]}", repr(ValueError(holder))]
        assert known.seen_in("\n".join(shown).encode()) == set(), shown
        for leak in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                leak(holder)


def of_dice(written: Secret) -> entropy.Source:
    return by_hand.source(by_hand.DICE, written)


def test_no_exception_about_a_secret_shows_it(furnished: Room, known: Known) -> None:
    for name in ("wrong-word.txt", "bad-checksum.txt", "broken-card.txt", "bare.txt"):
        written = Secret((furnished.work / name).read_bytes())
        for read in (read_seed, slip39.read_card, commitment.read_opening, of_dice):
            with pytest.raises(CeremonyError) as caught:
                read(written)
            error: BaseException | None = caught.value
            while error is not None:
                assert known.seen_in(repr((error, vars(error))).encode()) == set()
                error = error.__cause__ or error.__context__
