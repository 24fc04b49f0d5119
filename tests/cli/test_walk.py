"""What every command answers when all is well, from a new key to Bitcoin Core's own bytes."""

from __future__ import annotations

import stat
from importlib import import_module

import pytest
from cli.room import Room
from cli.walk import CEREMONIES, COMMANDS, MASTER, core_case
from shared_data import have_shared

from custody_cli.commands import NOUNS


@pytest.mark.parametrize("flags", ["people", "scripts"])
def test_every_command_was_walked(walks: dict[str, Room], flags: str) -> None:
    assert {ran.command for ran in walks[flags].ran} == set(COMMANDS)
    assert {ran.command for ran in walks[f"room-{flags}"].ran} == set(CEREMONIES)


def test_every_command_there_is_has_its_place_in_a_walk() -> None:
    commands = set()
    for noun, about in NOUNS.items():
        app = import_module(f"custody_cli.commands.{noun}").app
        verbs = {one.name or one.callback.__name__ for one in app.registered_commands}
        commands |= {noun} if about.alone else {f"{noun} {verb}" for verb in verbs}
    assert commands == {*COMMANDS, *CEREMONIES}


@pytest.mark.parametrize("name", ["people", "scripts"])
def test_what_is_recovered_is_what_was_made(walks: dict[str, Room], name: str) -> None:
    work = walks[name].work
    assert (work / "recovered.txt").read_bytes() == (work / "phrase.txt").read_bytes()


def test_a_master_secret_comes_back_from_its_cards(walks: dict[str, Room]) -> None:
    assert (walks["slip39"].work / "master.txt").read_text() == MASTER + "\n"


@pytest.mark.parametrize("name", ["wpkh", "wsh-2of3"])
def test_the_final_transaction_is_bitcoin_cores(walks: dict[str, Room], name: str) -> None:
    if not have_shared():
        pytest.skip("the corpus is not there: set CUSTODY_SHARED to the shared folder")
    made = (walks[name].work / "core.tx").read_text().strip()
    assert made == core_case(name)["spends"]["pay-1"]["core_final_hex"]  # type: ignore[index]


def test_files_that_hold_secrets_are_private_and_the_others_are_not_secret(
    walks: dict[str, Room],
) -> None:
    work = walks["people"].work
    private = [work / "phrase.txt", work / "recovered.txt", *sorted(work.glob("cards/*"))]
    assert len(private) == 5
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE((work / "cards").stat().st_mode) == 0o700
    assert stat.S_IMODE((work / "payment.tx").stat().st_mode) == 0o644


LISTINGS = ("ceremony list", "ceremony show", "ceremony status", "log show")


def test_what_is_drawn_for_people_fits_eighty_columns(walks: dict[str, Room]) -> None:
    for name in sorted({"people", "wpkh", "room-people"} & walks.keys()):
        for ran in walks[name].ran:
            listing = ran.command in LISTINGS
            whole = ("wpkh([", "[")  # a descriptor is copied, not read
            lines = [line for line in ran.out.decode().splitlines() if not line.startswith(whole)]
            # a record, or what tells two wallets apart, is one line, however long
            told = ran.command in ("log show", "wallet compare") or "--json" in ran.arguments
            assert told or all(len(line) <= 80 for line in lines), str(ran)
            assert len(lines) <= 24 or listing, str(ran)
            assert "\\x" not in ran.out.decode(), str(ran)


def test_a_line_of_notes_is_all_that_success_says_beside_the_answer(
    walks: dict[str, Room],
) -> None:
    for room in walks.values():
        for ran in room.ran:
            if ran.command in ("ceremony run", "ceremony resume", "ceremony abort"):
                assert all(line.startswith(b"REHEARSAL ") for line in ran.err.splitlines())
                continue
            if "--commit" in ran.arguments:
                assert ran.err.count(b"\n") == 1, str(ran)
            elif "--json" in ran.arguments and ran.err:
                assert ran.err.decode().splitlines() == ran.json["notes"], str(ran)
            else:
                assert ran.err.count(b"\n") <= 2, str(ran)
            assert b"Warning" not in ran.err, str(ran)


def test_a_key_that_nothing_vouches_for_is_told_with_its_fingerprint(
    walks: dict[str, Room],
) -> None:
    rebuilt = ("key account", "key child", "key convert", "share recover", "share split")
    told = set()
    for ran in (ran for room in walks.values() for ran in room.ran):
        if ran.command not in rebuilt:
            continue
        is_told = "--json" in ran.arguments
        lines = ran.json["notes"] if is_told else ran.err.decode().splitlines()
        notes = [line for line in lines if "nothing vouches" in line]
        assert bool(notes) is not bool({"--expect", "--set"} & {*ran.arguments}), str(ran)
        if notes:
            told.add(ran.command)
            # of a master secret that is split it is a new one, of the cards
            of_key = ran.command != "share split" or "--scheme" not in ran.arguments
            any_key = "--passphrase" in ran.arguments and of_key
            assert ("any passphrase gives some key" in notes[0]) is any_key, str(ran)
            key = (
                ran.json["parent" if ran.command == "key child" else "fingerprint"]
                if is_told
                else ""
            )
            assert f"compare {key}" in notes[0], str(ran)
    assert told == {*rebuilt}
