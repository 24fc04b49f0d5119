"""A role must be present to act: where the script asks for it, with the PIN chosen at roll call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import (
    Player,
    begin,
    earnest_signature,
    earnest_signers,
    go_on,
    unfit,
    world,
)
from conduct.interruption import all_of
from conduct.kept_otherwise import insist_noticed, kept_as, not_kept
from conduct.test_script_language import SMALL, Room, small, step

from ceremonies.conduct import ceremony
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.asks import Ask
from ceremonies.conduct.conductor import hold
from ceremonies.conduct.plan import planned
from ceremonies.conduct.practice import signature
from ceremonies.conduct.presence import TRIES, TypePin
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.errors import Refused
from ceremonies.log import facts, signers
from ceremonies.log.verify import State, verify
from ceremonies.secret import Secret


def watched() -> Script:
    script = small(step("told", "acknowledge", 'attest = ["witness"]'), step("odd", "exception"))
    return read(script.data.replace(b"quorum = 2", b'quorum = 2\npresence = "pin"'))


def played(folder: Path, room: Player) -> list[str]:
    begin(folder, watched(), room)
    return [asked.field for asked in room.heard]


def test_a_pin_is_typed_whenever_the_turn_changes(tmp_path: Path) -> None:
    heard = played(tmp_path / "at", Room(cast=SMALL))
    assert [field for field in heard if ".pin" in field] == [
        "people.operator-1.pin",
        "people.operator-1.pin-again",
        "people.witness-1.pin",
        "people.witness-1.pin-again",
        "told.operator-1.pin",
        "told.attest.witness-1.pin",
        "odd.happened.pin",
        "close.signer-2.signature.pin",
        "close.taken.pin",
    ]
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


def test_a_script_that_asks_for_names_asks_for_no_pins(tmp_path: Path) -> None:
    room = Room(cast=SMALL)
    begin(tmp_path / "at", small(), room)
    assert not [asked for asked in room.heard if isinstance(asked, TypePin)]


class Impostor(Player):
    """Alice answers for everybody."""

    def __call__(self, asked: Ask[Any]) -> object:
        if isinstance(asked, TypePin) and asked.field.startswith("told.attest"):
            self.heard.append(asked)
            return Secret(b"pin of alice")
        return super().__call__(asked)


def test_nobody_acts_for_another_and_resuming_chooses_new_pins(tmp_path: Path) -> None:
    room = Impostor(cast=SMALL)
    with pytest.raises(Refused, match="erin did not type their PIN"):
        played(tmp_path / "at", room)
    tries = [asked for asked in room.heard if asked.field == "told.attest.witness-1.pin"]
    assert len(tries) == TRIES
    assert tries[-1].mistake
    assert not any("pin of" in str(vars(asked)) for asked in room.heard)
    go_on(tmp_path / "at", Player(cast=SMALL))
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE
    assert "pin of" not in (tmp_path / "at" / "log.jsonl").read_text()


def test_a_short_pin_is_asked_again(tmp_path: Path) -> None:
    room = Room(cast=SMALL)
    room.says = {"people.operator-1.pin": [Secret(b"123"), Secret(b"")]}
    played(tmp_path / "at", room)
    assert room.mistakes == ["a PIN has 4 to 16 digits or letters"] * 2


def test_a_pin_that_was_mistyped_once_is_chosen_again(tmp_path: Path) -> None:
    room = Room(cast=SMALL)
    room.says = {"people.operator-1.pin": [Secret(b"pin of alive")]}
    fields = played(tmp_path / "at", room)
    assert room.mistakes == ["the second PIN was another one: choose one again, and type it twice"]
    assert fields.count("people.operator-1.pin") == fields.count("people.operator-1.pin-again") == 2
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


class Proving(Player):
    """Erin signs for something else first, and Alice leaves when it is her turn to choose a PIN."""

    leaves = True

    def __call__(self, asked: Ask[Any]) -> object:
        if asked.field == "people.operator-1.pin" and self.leaves:
            self.leaves = False
            raise KeyboardInterrupt
        if asked.field == "people.witness-1.key" and not asked.mistake:
            return self.signature("erin", b"something else")
        return super().__call__(asked)


def test_with_a_key_everybody_proves_in_each_session_who_they_are(tmp_path: Path) -> None:
    at, room = tmp_path / "at", Proving(cast=SMALL)
    text = watched().data.decode().replace('presence = "pin"', 'presence = "key"')
    with pytest.raises(KeyboardInterrupt):
        begin(at, read(text.encode()), room)
    go_on(at, room)
    heard = [asked.field for asked in room.heard if asked.field.endswith((".key", ".pin"))]
    assert heard[:4] == [
        "people.operator-1.key",
        "people.operator-1.key",
        "people.operator-1.pin",
        "people.witness-1.key",
    ]
    kept = {one.name for one in all_of(at, facts.FileKept) if one.kind == "presence"}
    assert kept >= {"present-1.alice.sig", "present-2.alice.sig", "present-2.erin.sig"}
    known = signers.read((at / "allowed_signers").read_bytes())
    for name in ("alice", "erin"):
        said = (at / f"present-2.{name}").read_bytes()
        assert said.startswith(f"presence of {name} in REHEARSAL/".encode())
        known.insist(name, (at / f"present-2.{name}.sig").read_bytes(), said)
    assert verify(at, planned=planned).state is State.COMPLETE


def test_a_presence_that_nobody_signed_is_none(tmp_path: Path) -> None:
    at, name = tmp_path / "at", "present-1.erin"
    text = watched().data.decode().replace('presence = "pin"', 'presence = "key"')
    begin(at, read(text.encode()), Room(cast=SMALL))
    said = (at / name).read_bytes()
    assert kept_as(at, tmp_path, name, said).state is State.COMPLETE
    other = said.replace(b"session 1", b"session 2")
    insist_noticed(
        at,
        tmp_path,
        (f"{name}.sig", signature("alice", said), "the signature was made with another key"),
        (name, other, "it is not about erin in this session"),
    )
    without = not_kept(at, tmp_path, f"{name}.sig")
    assert "nothing was kept that erin signed in this session" in " ".join(without.problems)


def test_whoever_ends_a_ceremony_on_an_unfit_machine_types_pins_there(tmp_path: Path) -> None:
    at, room = tmp_path / "at", Room(cast=SMALL)
    room.signature = earnest_signature
    room.says = {"told.operator-1": [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        begin(at, watched(), room, signers_file=earnest_signers(), rehearsal=False)
    with ceremony.reopened(at, world=replace(world(at), probes=unfit)) as again:
        hold(again, aborted(again), room)
    assert len(all_of(at, facts.Aborted)) == 1
