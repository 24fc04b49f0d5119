"""Somebody leaves in the middle: it waits, and says who was there and who was not."""

from __future__ import annotations

from pathlib import Path

import pytest
from conduct.conduct_material import begin, go_on
from conduct.interruption import all_of, facts_of
from conduct.test_script_language import Room, small, step

from ceremonies.errors import Declined
from ceremonies.log import facts
from ceremonies.log.verify import State, verify
from custody_cli.ceremony_answers import status

LEFT = Declined("erin ended the input", hint="resume when everybody is ready")
CAST = {"operator": ("alice",), "witness": ("erin", "frank")}
WATCHED = step("told", "acknowledge", 'text = "hello"\nattest = ["witness"]')


@pytest.mark.parametrize("back", ["erin", "judy"])
def test_a_witness_who_leaves_is_waited_for_or_another_comes(tmp_path: Path, back: str) -> None:
    at, room = tmp_path / "at", Room(cast=CAST)
    room.says = {"told.attest.witness-1": LEFT}
    with pytest.raises(Declined):
        begin(at, small(WATCHED), room)
    paused = facts_of(at)[-1]
    assert isinstance(paused, facts.Paused)
    assert paused.why == "declined"
    assert status(at)["state"] == "paused"
    assert all_of(at, facts.Attested) == []
    room.says = {"people.witness-1": [back]}
    go_on(at, room)
    seen = [(one.step, one.person) for one in all_of(at, facts.Attested)]
    assert seen == [("told", back), ("told", "frank")]
    present = [one.person for one in all_of(at, facts.PersonPresent)]
    assert present == ["alice", "erin", "frank", "alice", back, "frank"]
    # what the witness left in the middle of was done, and is not done again
    assert len(all_of(at, facts.Acknowledged)) == 1
    assert verify(at).state is State.COMPLETE


def test_fewer_witnesses_than_the_script_asks_for_do_not_go_on(tmp_path: Path) -> None:
    at, room = tmp_path / "at", Room(cast=CAST)
    room.says = {"told.attest.witness-1": LEFT}
    with pytest.raises(Declined):
        begin(at, small(WATCHED), room)
    room.says = {"people.witness-1": ["none", LEFT]}
    with pytest.raises(Declined):
        go_on(at, room)
    assert room.mistakes
    assert all_of(at, facts.Attested) == []
