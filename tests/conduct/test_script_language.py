"""What a script says of places, rooms and mishaps is kept: by `check`, and by the room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import KEYGEN, Player, begin, go_on, world
from conduct.interruption import all_of

from ceremonies.conduct import builtin, ceremony, check, positions
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.asks import Ask, Choose
from ceremonies.conduct.conductor import hold
from ceremonies.conduct.plan import planned
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.errors import Declined, InputError, IntegrityError, Refused
from ceremonies.log import facts
from ceremonies.log.verify import State, verify
from custody_cli.ceremony_answers import status

HEAD = """\
schema = "ceremony/1"
id = "small"
title = "A small ceremony"
[roles]
operator = 1
witness = { at-least = 1, independent = true }
[rules]
quorum = 2
[[step]]
id = "machine"
do = "check-machine"
role = "operator"
[[step]]
id = "people"
do = "roll-call"
role = "operator"
"""
END = """
[[step]]
id = "close"
do = "close"
role = "operator"
"""
SMALL = {"operator": ("alice",), "witness": ("erin",)}
BLOCK = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"


def small(*steps: str, more: str = "") -> Script:
    return read((HEAD.replace("[roles]", f"{more}\n[roles]", 1) + "".join(steps) + END).encode())


def step(name: str, do: str, more: str = "") -> str:
    return f'[[step]]\nid = "{name}"\ndo = "{do}"\nrole = "operator"\n{more}\n'


class Room(Player):
    """People who say what a test has them say, each once, and what is right otherwise."""

    def __init__(self, *, cast: Any = SMALL, **says: object) -> None:
        super().__init__(cast=cast)
        self.says = {field.replace("__", ".").replace("_", "-"): one for field, one in says.items()}
        self.mistakes: list[str] = []

    def __call__(self, asked: Ask[Any]) -> object:
        if asked.mistake:
            self.mistakes.append(asked.mistake)
        said = self.says.get(asked.field)
        if isinstance(said, list):
            said = said.pop(0) if said else None
        if isinstance(said, BaseException):
            del self.says[asked.field]
            raise said
        if said is None:
            return super().__call__(asked)
        self.heard.append(asked)
        return said


def test_a_finding_points_to_the_line_of_its_step() -> None:
    script = small(step("a", "seal-log"), step("a", "seal-log"))
    (finding,) = check.check(script)
    at = script.data.decode().split("\n").index('id = "a"')
    assert finding.where == f"step a, line {at}"
    assert script.data.decode().split("\n")[at - 1] == "[[step]]"


def test_a_step_of_no_known_form_is_told_with_its_line() -> None:
    with pytest.raises(InputError, match=r"step 3 \(a\) at line 18: there is no action dance"):
        small(step("a", "dance"))


def test_a_line_that_only_looks_like_a_table_makes_no_line_wrong() -> None:
    data = b'[roles]\na = """\n[[step]]\n"""\n[[step]]\nb = 1\n[[step]]\nb = 2\n'
    assert positions.lines_of(data) == {"[roles]": 1}
    assert positions.lines_of(data.replace(b'"""\n[[step]]\n"""', b"1")) == {
        "[roles]": 1,
        "[[step]] 1": 3,
        "[[step]] 2": 5,
    }


def test_the_room_is_asked_about_in_every_session(tmp_path: Path) -> None:
    demands = ("all phones are outside", "the door is locked")
    script = small(more=f"[environment]\nroom = {json.dumps(demands)}")
    room = Room(close__signer_1__signature=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        begin(tmp_path / "at", script, room)
    go_on(tmp_path / "at", room)
    asked = [one.text for one in room.heard if one.field.startswith("machine.room")]
    assert [text for text in asked if demands[0] in text] == asked[::2]
    assert [one.demands for one in all_of(tmp_path / "at", facts.RoomChecked)] == [demands]
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


def test_a_room_that_is_not_as_demanded_stops_the_ceremony(tmp_path: Path) -> None:
    script = small(more='[environment]\nroom = ["the door is locked"]')
    with pytest.raises(Declined):
        begin(tmp_path / "at", script, Room(machine__room_1="no"))
    assert all_of(tmp_path / "at", facts.RoomChecked) == []
    go_on(tmp_path / "at", Room())
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


PIN = step("program", "check-program", f'sha256 = "{"ab" * 32}"\nON')


def earnest(folder: Path, script: Script, room: Room) -> None:
    from conduct.conduct_material import earnest_signature, earnest_signers

    room.signature = earnest_signature
    begin(folder, script, room, signers_file=earnest_signers(), rehearsal=False)


@pytest.mark.parametrize("on_fail", ["", 'on-fail = "pause"'])
def test_a_step_that_fails_pauses(tmp_path: Path, on_fail: str) -> None:
    with pytest.raises(IntegrityError, match="pins"):
        earnest(tmp_path / "at", small(PIN.replace("ON", on_fail)), Room())
    assert status(tmp_path / "at")["state"] == "paused"
    assert all_of(tmp_path / "at", facts.Failed) == []


def test_two_people_may_go_on_without_a_step_whose_script_says_so(tmp_path: Path) -> None:
    script = small(PIN.replace("ON", 'on-fail = "exception"'))
    earnest(tmp_path / "at", script, Room())
    (failed,) = all_of(tmp_path / "at", facts.Failed)
    (made,) = all_of(tmp_path / "at", facts.ExceptionMade)
    assert (failed.step, failed.why, made.step) == ("program", "integrity", "program")
    assert made.persons == ("alice", "erin")
    signers = (tmp_path / "at" / "allowed_signers").read_bytes()
    verdict = verify(tmp_path / "at", signers=signers, planned=planned)
    assert (verdict.state, verdict.problems) == (State.COMPLETE, ())
    states = {one["id"]: one["state"] for one in status(tmp_path / "at")["steps"]}
    assert (states["program"], states["close"]) == ("excused", "verified")


def test_one_of_the_two_who_says_no_leaves_it_to_be_done_again(tmp_path: Path) -> None:
    from conduct.conduct_material import earnest_signature

    script = small(PIN.replace("ON", 'on-fail = "exception"'))
    with pytest.raises(Declined):
        earnest(tmp_path / "at", script, Room(exception__witness="no"))
    states = {one["id"]: one["state"] for one in status(tmp_path / "at")["steps"]}
    assert states["program"] == "failed"
    again = Room()
    again.signature = earnest_signature
    go_on(tmp_path / "at", again)
    assert [one.step for one in all_of(tmp_path / "at", facts.Failed)] == ["program", "program"]
    assert len(all_of(tmp_path / "at", facts.ExceptionMade)) == 1


def test_a_step_that_may_not_fail_leaves_only_the_end(tmp_path: Path) -> None:
    from conduct.conduct_material import earnest_signature

    folder = tmp_path / "at"
    with pytest.raises(IntegrityError):
        earnest(folder, small(PIN.replace("ON", 'on-fail = "abort"')), Room())
    with pytest.raises(Refused, match="ends there"):
        go_on(folder, Room())
    people = Room()
    people.signature = earnest_signature
    with ceremony.reopened(folder, world=world(folder)) as again:
        hold(again, aborted(again), people)
    assert status(folder)["state"] == "aborted"


def test_time_is_bound_from_below_by_a_block(tmp_path: Path) -> None:
    room = Room(
        time__height=["soon", "0"],
        time__hash=["abc", BLOCK[:60], f"{BLOCK[:8]} {BLOCK[8:].upper()}"],
    )
    begin(tmp_path / "at", small(step("time", "bind-time")), room)
    (bound,) = all_of(tmp_path / "at", facts.TimeBound)
    assert (bound.chain, bound.height, bound.block) == ("regtest", 0, BLOCK)
    assert len(room.mistakes) == 3
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


def test_a_mainnet_block_begins_with_zeros(tmp_path: Path) -> None:
    script = small(step("time", "bind-time"), more='network = "mainnet"')
    block = "00000000000000000001" + "ab" * 22
    room = Room(time__height="900000", time__hash=[block[::-1], block])
    earnest(tmp_path / "at", script, room)
    assert "begins with at least 16 zeros" in room.mistakes[0]
    assert all_of(tmp_path / "at", facts.TimeBound)[0].block == block


def test_what_was_told_and_what_nobody_foresaw_is_in_the_log(tmp_path: Path) -> None:
    script = small(
        step("told", "acknowledge", 'text = "old cards still recover the key"'),
        step("odd", "exception"),
    )
    room = Room(odd__happened="something", odd__what=["", "a fuse blew; the lamp was changed"])
    begin(tmp_path / "at", script, room)
    (told,) = all_of(tmp_path / "at", facts.Acknowledged)
    (odd,) = all_of(tmp_path / "at", facts.ExceptionMade)
    assert (told.text, told.person) == ("old cards still recover the key", "alice")
    assert (odd.why, odd.persons) == ("a fuse blew; the lamp was changed", ("alice", "erin"))
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


def kept_keygen(*, sites: str = "", apart: bool = True) -> Script:
    """keygen-2of3 without its phrase on paper, and with an inventory at its end."""
    text = builtin.script(KEYGEN).data.decode()
    for name in ("write-down", "type-back"):
        at = text.index(f'[[step]]\nid   = "{name}"')
        text = text[:at] + text[text.index("[[step]]", at + 8) :]
    if "inventory" not in text:
        at = text.index('[[step]]\nid   = "wipe"')
        text = text[:at] + step("inventory", "inventory") + text[at:]
    more = "no-site-reaches-threshold = true\n" if apart else ""
    text = text.replace('groups = ["2of3"]\n', f'groups = ["2of3"]\n{more}', 1)
    return read(text.replace("[seed]", f"{sites}[seed]", 1).encode())


SERIALS = {
    f"inventory__card_1_{n}__{what}": f"{what.upper()}-{n}"
    for n in (1, 2, 3)
    for what in ("bag", "seal")
}
CAST = {
    "operator": ("alice",),
    "custodian": ("bob", "carol", "dave"),
    "witness": ("erin", "frank"),
}


def test_every_card_is_sealed_and_no_site_gets_a_quorum(tmp_path: Path) -> None:
    said = SERIALS | {
        "inventory__card_1_2__bag": ["BAG-1", "bag 1\x1b", "BAG-2"],
        "inventory__card_1_1__site": "North",
        "inventory__card_1_2__site": [" NORTH ", "south"],
        "inventory__card_1_3__site": ["south", "east"],
    }
    room = Room(cast=CAST, **said)
    begin(tmp_path / "at", kept_keygen(), room)
    stored = all_of(tmp_path / "at", facts.ItemStored)
    assert [(one.holder, one.sealed_by) for one in stored] == [
        ("bob", "alice"),
        ("carol", "alice"),
        ("dave", "alice"),
    ]
    assert sum("recovers the key" in one for one in room.mistakes) == 2
    assert any("typed before" in one for one in room.mistakes)
    log = (tmp_path / "at" / "log.jsonl").read_text()
    assert "BAG-1" not in log
    assert "south" not in log
    opened = [json.loads(line) for line in (tmp_path / "at/reveal.jsonl").read_text().splitlines()]
    assert [one["value"] for one in opened if one["field"] == "site"] == ["north", "south", "east"]
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


def test_a_site_that_would_reach_the_threshold_is_not_offered(tmp_path: Path) -> None:
    sites = '[sites]\nnorth = "the vault"\nsouth = "the bank"\neast = "the archive"\n'
    room = Room(cast=CAST, **SERIALS)
    begin(tmp_path / "at", kept_keygen(sites=sites), room)
    offered = [one.options for one in room.heard if isinstance(one, Choose) and "site" in one.field]
    assert offered == [("north", "south", "east"), ("south", "east"), ("east",)]


def test_too_few_sites_for_the_cards_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="at every site"):
        begin(
            tmp_path / "at",
            kept_keygen(sites='[sites]\nnorth = "the vault"\n'),
            Room(cast=CAST, **SERIALS),
        )
