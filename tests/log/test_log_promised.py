"""What a script promises beyond its plan, kept or not by the facts of its steps."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from log_material import HASH, NOW
from msgspec.structs import replace
from test_log_things import problems

from ceremonies.conduct.plan import planned
from ceremonies.log import facts
from ceremonies.log.facts import Fact
from ceremonies.log.promised import Promised

SCRIPT = """\
schema = "ceremony/1"
id = "small"
title = "A small ceremony"
policy = "{policy}"
[environment]
room = ["the door is locked"]
[roles]
operator = 1
[rules]
quorum = 1
[[entropy]]
kind = "dice"
bits = 100
[[entropy]]
kind = "dice"
bits = 50
[[step]]
id = "it"
do = "{do}"
role = "operator"
{more}
"""


def lacking(do: str, *told: Fact, more: str = "", rehearsal: bool = False) -> list[str]:
    """What a step of that action ends without, by a script and these facts."""
    script = SCRIPT.format(do=do, more=more, policy=HASH)
    rule = Promised(planned(script.encode(), rehearsal=rehearsal).promises)
    begun, ended = facts.Begin(step="it", attempt=1), facts.End(step="it")
    found = problems(rule, (begun, *told, ended))
    return [problem.removeprefix("the step it ends without ") for problem in found]


def dice(bits: int) -> Fact:
    return facts.EntropyCollected(kind="dice", bits=bits)


COMMITTED, OPENED = facts.EntropyCommitted(commitment=HASH), facts.EntropyOpened(person="ana")
PROBES = ("network", "swap", "core-dumps", "clock", "entropy")
MACHINE = facts.MachineChecked(
    probes=tuple(facts.ProbeResult(name=name, ok=True) for name in PROBES), fit=True
)
ROOM = facts.RoomChecked(demands=("the door is locked",))
RESUMED = facts.Resumed(gap_ms=1, same_boot=True, program_sha256=HASH, wall_claimed=NOW)
DISK = facts.ItemDestroyed(
    item="a disk", method="burned", serial_commitment=HASH, persons=("ana", "ben")
)
LIBRARY = facts.CheckedLibrary(name="rich", version="14.0", sha256=HASH)
PROGRAM = facts.ProgramChecked(program_sha256=HASH, libraries=(LIBRARY,))
SAID = facts.Acknowledged(text="gone for ever", person="ana", role="operator")
POLICY = facts.FileKept(name="policy.toml", kind="policy", sha256=HASH, bytes=9)
OTHER_POLICY = facts.FileKept(name="policy.toml", kind="policy", sha256="00" * 32, bytes=9)

CASES: dict[str, tuple[str, str, Sequence[Fact], Sequence[str]]] = {
    "all the chance": ("collect-entropy", "", (dice(101), dice(50)), ()),
    "one source twice": ("collect-entropy", "", (dice(100), dice(49)), ("50 bits of dice",)),
    "one source for two": ("collect-entropy", "", (dice(200),), ("50 bits of dice",)),
    "no commitment": (
        "collect-entropy",
        "commit = true",
        (dice(100), dice(50)),
        ("a commitment to the machine's part", "showing anybody the machine's part"),
    ),
    "a commitment": (
        "collect-entropy",
        "commit = true",
        (COMMITTED, dice(100), dice(50), OPENED),
        (),
    ),
    "what was to be destroyed": ("destroy", 'items = ["a disk"]', (DISK,), ()),
    "destroyed in an attempt that was interrupted": (
        "destroy",
        'items = ["a disk"]',
        (DISK, RESUMED, facts.Begin(step="it", attempt=2)),
        (),
    ),
    "something else destroyed": (
        "destroy",
        'items = ["a disk", "a board"]',
        (DISK, DISK),
        ("the end of a board",),
    ),
    "words that were said": ("acknowledge", 'text = "gone for ever"', (SAID,), ()),
    "other words": (
        "acknowledge",
        'text = "gone"',
        (SAID,),
        ("anybody who said that they understood the words of the script",),
    ),
    "the policy": ("read-policy", "", (POLICY,), ()),
    "a policy under another name": (
        "read-policy",
        "",
        (replace(POLICY, name="other.toml"),),
        ("the policy that the script pins",),
    ),
    "another policy": ("read-policy", "", (OTHER_POLICY,), ("the policy that the script pins",)),
    "another program": (
        "check-program",
        f'sha256 = "{HASH}"',
        (PROGRAM,),
        ("the program and the libraries that the script pins",),
    ),
    "machine and room": ("check-machine", "", (MACHINE, ROOM), ()),
    "a probe left out": (
        "check-machine",
        "",
        (facts.MachineChecked(probes=MACHINE.probes[1:], fit=True), ROOM),
        ("a machine that passes network, swap, core-dumps, clock, entropy",),
    ),
    "a machine that may have a network": (
        "check-machine",
        'demands = ["swap"]',
        (facts.MachineChecked(probes=MACHINE.probes[1:], fit=True), ROOM),
        (),
    ),
    "a room of fewer demands": (
        "check-machine",
        "",
        (MACHINE, facts.RoomChecked(demands=())),
        ("a room that is as the script demands",),
    ),
    "before an interruption and not after it": (
        "check-machine",
        "",
        (MACHINE, ROOM, RESUMED, facts.Begin(step="it", attempt=2), MACHINE),
        ("a room that is as the script demands",),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_step_ends_with(name: str) -> None:
    do, more, told, without = CASES[name]
    assert lacking(do, *told, more=more) == [*without]


def test_a_rehearsal_goes_on_with_a_machine_that_is_not_fit_and_another_program() -> None:
    unfit = facts.MachineChecked(probes=(), fit=False)
    assert lacking("check-machine", unfit, ROOM, rehearsal=True) == []
    assert lacking("check-program", PROGRAM, more=f'sha256 = "{HASH}"', rehearsal=True) == []
    assert lacking("check-machine", ROOM, rehearsal=True) != []


def test_machine_and_room_are_looked_at_in_every_session() -> None:
    script = SCRIPT.format(do="check-machine", more="", policy=HASH)
    of = planned(script.encode(), rehearsal=False).promises
    done = (facts.Begin(step="it", attempt=1), MACHINE, ROOM, facts.End(step="it"), RESUMED)
    later = facts.Begin(step="later", attempt=1)
    assert problems(Promised(of), (*done, MACHINE, ROOM, later)) == []
    assert problems(Promised(of), (*done, MACHINE, later)) == [
        "a room that is as the script demands is missing in this session"
    ]
    assert problems(Promised(of), (*done, later))[0].startswith("a machine that passes network")
