"""Records left out of logs in pairs, and of ceremonies that were stopped again and again."""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations
from pathlib import Path

import pytest
from conduct.conduct_material import begin, go_on, player_of
from conduct.left_out import Told, came_to_nothing
from conduct.test_actions_declared import heard_unattended
from conduct.test_every_ceremony import ELEVEN

from ceremonies.errors import Declined
from ceremonies.log import facts

pytestmark = pytest.mark.soak

STOPS = ((9, 20, 34), (14, 28, 45), (18, 40, 55), (24, 50, 62))
"""At which asks somebody leaves the room."""

UNTOLD = {
    # the list of signers in the folder has them still, which is found beside it
    "enrol": [(facts.FileKept, facts.PersonEnrolled)] * 3,
    # a custodian who was not there, with the one thing they did
    "share-audit": [(facts.PersonPresent, facts.CardAudited)] * 3,
}


@pytest.mark.parametrize("name", ELEVEN)
def test_no_two_records_miss_only_each_other(tmp_path: Path, name: str) -> None:
    heard_unattended(tmp_path / "at", name)
    told = Told(tmp_path / "at")
    alone = {*told.unmissed()}
    pairs = combinations([number for number in told.droppable if number not in alone], 2)
    unmissed = [pair for pair in pairs if not told.is_missed(pair)]
    kinds = [tuple(type(told.facts[number]) for number in pair) for pair in unmissed]
    assert kinds == UNTOLD.get(name, [])


@pytest.mark.parametrize("stops", STOPS)
@pytest.mark.parametrize("name", ELEVEN)
def test_of_a_stopped_ceremony_only_what_came_to_nothing_can_be_left_out(
    tmp_path: Path, name: str, stops: tuple[int, ...]
) -> None:
    folder, player, asked = tmp_path / "at", player_of(name), 0

    def answer(ask: object) -> object:
        nonlocal asked
        asked += 1
        if asked in stops:
            raise Declined("somebody left the room", hint="resume when they are back")
        return player(ask)  # type: ignore[arg-type]

    with suppress(Declined):
        begin(folder, name, answer)
    while b'"type":"closed"' not in (folder / "log.jsonl").read_bytes():
        with suppress(Declined):
            go_on(folder, answer)
    told = Told(folder)
    assert not told.is_missed(())
    for number in told.unmissed():
        fact = told.facts[number]
        # whoever said nothing in a role that others held; what was destroyed beyond the script
        is_free = isinstance(fact, facts.Paused | facts.PersonPresent | facts.ItemDestroyed)
        assert is_free or came_to_nothing(told.facts, number), (number, fact)
