"""Every ceremony asks exactly what its actions declare: each field, in order, of whom, and how."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import (
    KEYGEN,
    SIGN,
    Player,
    begin,
    earnest_signature,
    earnest_signers,
    signing_player,
)

from ceremonies.conduct import builtin, check, prepared
from ceremonies.conduct.actions import Class, Expected
from ceremonies.conduct.asks import Ask
from ceremonies.conduct.plan import expected, plan_of
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.conduct.steps import ACTIONS
from ceremonies.log import facts
from ceremonies.log.chain import read_records

_NUMBERED = re.compile(r"-\d+(\.full-name)?$")


def heard_unattended(folder: Path, name: str) -> list[Ask[Any]]:
    """Play a built-in with the answers that come with it, and return every ask."""
    player = prepared.Prepared(prepared.read(builtin.answers(name)), rehearsal=True)
    heard: list[Ask[Any]] = []

    def answer(asked: Ask[Any]) -> object:
        heard.append(asked)
        return player(asked)

    begin(folder, name, answer)
    return heard


def is_declared(asked: Ask[Any], by: Expected) -> bool:
    same_field = asked.field == by.field or (
        "again" in by.sometimes
        and _NUMBERED.sub("", asked.field) == _NUMBERED.sub("", by.field) != asked.field
    )
    # whoever signs a seal is in the room in another role, if the room is still there
    same_role = by.role in (asked.by.role, "signer")
    return same_field and type(asked) is by.ask and same_role


def is_of_round(asked: Ask[Any], wanted: list[Expected]) -> bool:
    """Whether an ask is one of those that are asked together, again for each thing or person."""
    round_of = [*takewhile(lambda one: one.sometimes == wanted[0].sometimes, wanted)]
    if "again" not in wanted[0].sometimes or len(round_of) < 2:
        return False
    plain = re.sub(r"-\d+", "", asked.field)
    return any(
        re.sub(r"-\d+", "", one.field) == plain and type(asked) is one.ask for one in round_of
    )


def undeclared(heard: Iterable[Ask[Any]], declared: Iterable[Expected]) -> list[str]:
    """Walk asks and declarations together; return what is in one and not, or not there, in the
    other. Only what is asked `sometimes` may be missing, and only what is asked `again` comes
    twice."""
    wanted = list(declared)
    wrong = []
    for asked in heard:
        while wanted and not is_declared(asked, wanted[0]):
            if is_of_round(asked, wanted):
                break
            missing = wanted.pop(0)
            if not missing.sometimes:
                wrong.append(f"not asked: {missing.field}")
        if not wanted:
            wrong.append(f"not declared: {asked.field}")
        elif "again" not in wanted[0].sometimes:
            wanted.pop(0)
    return wrong + [f"not asked: {one.field}" for one in wanted if not one.sometimes]


def assert_declared(heard: list[Ask[Any]], script: Script) -> None:
    assert not [asked.field for asked in heard if asked.mistake]
    places = [asked.place.step for asked in heard if asked.place]
    assert len(places) == len(heard), "every ask says where in the ceremony it is"
    order = [step.id for step in script.steps]
    assert [step for step, _ in groupby(places)] == [step for step in order if step in places]
    for step in script.steps:
        of_step = [asked for asked in heard if asked.place and asked.place.step == step.id]
        assert undeclared(of_step, expected(script, step)) == [], step.id


@pytest.mark.parametrize("name", [KEYGEN, SIGN])
def test_an_unattended_rehearsal_asks_what_its_actions_declare(tmp_path: Path, name: str) -> None:
    assert_declared(heard_unattended(tmp_path / "at", name), builtin.script(name))


def test_signing_with_a_phrase_asks_what_its_actions_declare(tmp_path: Path) -> None:
    player = signing_player(way="phrase")
    begin(tmp_path / "at", SIGN, player)
    assert_declared(player.heard, builtin.script(SIGN))
    assert "collect.phrase" in [asked.field for asked in player.heard]


def test_production_asks_what_a_rehearsal_does(tmp_path: Path) -> None:
    player = Player(signature=earnest_signature)
    begin(tmp_path / "at", KEYGEN, player, signers_file=earnest_signers(), rehearsal=False)
    assert_declared(player.heard, builtin.script(KEYGEN))


def test_another_script_asks_what_its_actions_declare(tmp_path: Path) -> None:
    text = builtin.script(KEYGEN).data.decode()
    text = text.replace('attest = ["witness"]', 'attest = ["witness", "operator", "custodian"]')
    text = text.replace('["2of3"]', '["2of2", "1of1"]').replace("words  = 24", "words  = 12")
    script = read(text.encode())
    check.insist(script)
    player = Player()
    begin(tmp_path / "at", script, player)
    assert_declared(player.heard, script)


def test_the_walk_tells_what_is_asked_and_not_declared_and_the_reverse(tmp_path: Path) -> None:
    script = builtin.script(KEYGEN)
    heard = [
        asked
        for asked in heard_unattended(tmp_path / "at", KEYGEN)
        if asked.place and asked.place.step == "hand-out"
    ]
    declared = [one for one in expected(script, script.step("hand-out")) if not one.sometimes]
    assert undeclared(heard, declared) == []
    assert undeclared(heard[:3] + heard[4:], declared) == ["not asked: hand-out.card-1-2.typed"]
    assert undeclared(heard, declared[:-1]) == ["not declared: hand-out.attest.witness-2"]
    assert undeclared([heard[0], *heard], declared)
    assert undeclared([heard[1], heard[0], *heard[2:]], declared)


@pytest.mark.parametrize("name", [KEYGEN, SIGN])
def test_the_log_holds_the_plan_of_the_script_and_every_step_in_its_order(
    tmp_path: Path, name: str
) -> None:
    heard_unattended(tmp_path / "at", name)
    script = builtin.script(name)
    records = read_records(tmp_path / "at")
    assert records[1].fact == plan_of(script, rehearsal=True)
    begun = [record.fact.step for record in records if isinstance(record.fact, facts.Begin)]
    assert begun == [step.id for step in script.steps]


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_an_action_declares_itself_whole(name: str) -> None:
    action = ACTIONS[name]
    assert action.name == name
    assert action.about.endswith(".")
    assert not {slot.name for slot in action.needs} & {slot.name for slot in action.gives}
    if action.restore is not None:
        assert any(not slot.secret for slot in action.gives), "only what is public is restored"
    if action.regain is not None:
        assert any(slot.secret for slot in action.gives)
    if action.cls is Class.IRREVERSIBLE:
        assert not action.opens
