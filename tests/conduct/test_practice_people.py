"""Practice people have keys that everybody has: they sign rehearsals, and nothing in earnest."""

from __future__ import annotations

from pathlib import Path

import pytest
from conduct.conduct_material import (
    KEYGEN,
    Player,
    begin,
    earnest_signature,
    earnest_signers,
    play,
)

from ceremonies.conduct import practice
from ceremonies.errors import IntegrityError, Refused
from ceremonies.log import signers
from ceremonies.log.chain import read_records
from ceremonies.log.facts import Genesis


def test_every_practice_person_is_in_the_file_once_with_a_key_of_their_own() -> None:
    known = signers.read(practice.signers_file())
    assert known.names == practice.NAMES
    assert len({key.identity for key in known.keys.values()}) == len(practice.NAMES)


def test_the_file_is_the_same_each_time() -> None:
    assert practice.signers_file() == practice.signers_file()


@pytest.mark.parametrize("name", practice.NAMES)
def test_a_practice_person_signs_as_themselves_and_as_nobody_else(name: str) -> None:
    known = signers.read(practice.signers_file())
    signature = practice.signature(name, b"a seal")
    known.insist(name, signature, b"a seal")
    other = practice.NAMES[practice.NAMES.index(name) - 1]
    with pytest.raises(IntegrityError):
        known.insist(other, signature, b"a seal")
    with pytest.raises(IntegrityError):
        known.insist(name, signature, b"another seal")


def test_earnest_people_are_no_practice_people() -> None:
    practice.insist_earnest(signers.read(earnest_signers()))


@pytest.mark.parametrize("position", range(len(practice.NAMES)))
def test_one_practice_key_under_any_name_is_refused_in_earnest(position: int) -> None:
    line = practice.signers_file().splitlines()[position]
    disguised = b"zoe " + line.split(b" ", 1)[1] + b"\n"
    for file in (earnest_signers() + disguised, disguised + earnest_signers()):
        with pytest.raises(Refused, match="key of a practice person"):
            practice.insist_earnest(signers.read(file))


def test_production_refuses_practice_people_and_leaves_no_folder(tmp_path: Path) -> None:
    for file in (practice.signers_file(), None):
        with pytest.raises(Refused, match="practice person"):
            begin(tmp_path / "at", KEYGEN, Player(), signers_file=file, rehearsal=False)
        assert not (tmp_path / "at").exists()


def test_a_rehearsal_without_signers_has_the_practice_people(tmp_path: Path) -> None:
    play(tmp_path / "at", KEYGEN)
    assert (tmp_path / "at" / "allowed_signers").read_bytes() == practice.signers_file()


def test_a_rehearsal_may_be_held_with_the_people_who_are_enrolled(tmp_path: Path) -> None:
    player = Player(signature=earnest_signature)
    begin(tmp_path / "at", KEYGEN, player, signers_file=earnest_signers())
    (genesis, *_) = (record.fact for record in read_records(tmp_path / "at"))
    assert isinstance(genesis, Genesis)
    assert genesis.mode == "rehearsal"
    assert genesis.log.startswith("REHEARSAL/")
