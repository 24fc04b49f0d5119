"""Two machines at two terminals name each other, one after giving its own seal by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.audience import CTRL_C, Mistakes, audience
from cli.room import Room
from conduct.test_linked_logs import newest_seal, script

pytestmark = pytest.mark.soak

PEOPLE = """\
schema = "ceremony-answers/1"
[answers]
"people.operator-1" = "alice"
"people.operator-1.full-name" = "Alice Anders"
"people.witness-1" = "erin"
"people.witness-1.full-name" = "Erin Egger"
"people.witness-2" = "none"
"""
NAMED = r"newest seal of\s+the other.*file:"


def play(room: Room, *call: str, code: int, planned: tuple[tuple[str, str], ...]) -> list[str]:
    mistakes = Mistakes(*planned)
    with audience(room, "ceremony", *call, "--answers", "people.toml", notes={}) as played:
        ran = played.plays(mistakes)
    assert ran.code == code, str(ran)
    assert mistakes.left == []
    return played.screens


def test_two_machines_link_their_logs(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.put("people.toml", PEOPLE)
    room.put("linked.toml", script("linked").data.decode())
    for name in ("north", "south"):
        call = ("run", "./linked.toml", "--at", name, "--log", name, "--rehearse")
        play(room, *call, code=130, planned=((NAMED, CTRL_C),))
        room.put(f"{name}.seal", newest_seal(room.work / name).decode())
    own_first = ((NAMED, "north.seal"), (NAMED, "people.toml"), (NAMED, "south.seal"))
    screens = play(room, "resume", "north", code=0, planned=own_first)
    assert any("this is a seal of this very log" in screen for screen in screens)
    assert any("read their seal aloud" in " ".join(screen.split()) for screen in screens)
    play(room, "resume", "south", code=0, planned=((NAMED, "north.seal"),))
    verified = room.run("log", "verify", "north", "south", "--json")
    assert verified.code == 0, str(verified)
    assert [log["problems"] for log in verified.json["logs"]] == [[], []]
