"""Whoever acts is there: they sign and choose a PIN at the roll call, and type it at each turn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.audience import Mistakes, audience, insist_transcript
from cli.room import Room

SCRIPT = """\
schema = "ceremony/1"
id = "small"
title = "Two people, their keys and their PINs"
[roles]
operator = 1
witness = { at-least = 1, independent = true }
[rules]
quorum = 2
presence = "key"
[[step]]
id = "machine"
do = "check-machine"
role = "operator"
say = "Check that the machine is offline and fit."
[[step]]
id = "people"
do = "roll-call"
role = "operator"
say = "Everybody in the room says who they are and takes a role."
[[step]]
id = "told"
do = "acknowledge"
role = "operator"
say = "Read the rules of the room."
attest = ["witness"]
[[step]]
id = "close"
do = "close"
role = "operator"
say = "Close the ceremony; two people sign the closing seal."
"""
NAMES = (
    (r"Who is the operator.*text:", "alice"),
    (r"alice's identity.*text:", "Alice Anders"),
    (r"Who is witness 1.*text:", "erin"),
    (r"erin's identity.*text:", "Erin Egger"),
    (r"Who is witness 2.*text:", "none"),
)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path)
    made.put("small.toml", SCRIPT)
    return made


def test_nobody_acts_without_the_pin_that_they_chose(room: Room) -> None:
    planned = Mistakes(
        *NAMES,
        (r"alice \(operator\).*Choose a PIN.*PIN:", "123"),
        (r"erin \(witness\).*turn of erin.*PIN:", "alice-4711"),
    )
    call = ("ceremony", "run", "small.toml", "--at", "at", "--rehearse")
    with audience(room, *call, notes={}) as played:
        ran = played.plays(planned)
    assert ran.code == 0, str(ran)
    assert planned.left == []
    everything = played.someone.seen + "".join(played.screens)
    assert "4711" not in everything
    assert b"4711" not in b"".join(room.files().values())
    insist_transcript("presence", played.screens)


def test_who_cannot_type_theirs_in_five_tries_stops_it(room: Room) -> None:
    wrong = [(r"turn of erin.*PIN:", f"mallory-{number}") for number in range(5)]
    call = ("ceremony", "run", "small.toml", "--at", "at", "--rehearse")
    with audience(room, *call, notes={}) as played:
        ran = played.plays(Mistakes(*NAMES, *wrong))
    assert ran.code == 4, str(ran)
    assert "erin did not type their PIN in 5 tries" in " ".join(played.screens[-1].split())
    log = [json.loads(one) for one in (room.work / "at/log.jsonl").read_text().splitlines()]
    assert not [record for record in log if record["type"] == "attested"]
