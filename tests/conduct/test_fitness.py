"""A network or swap that appears after the machine was checked stops it before the next secret."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import (
    KEYGEN,
    PROBES,
    Player,
    begin,
    earnest_signature,
    earnest_signers,
    fit,
    go_on,
    unfit,
    world,
)
from conduct.interruption import all_of, facts_of

from ceremonies.conduct.asks import Ask, ShowSecret
from ceremonies.conduct.plan import planned
from ceremonies.errors import MachineError
from ceremonies.log import facts
from ceremonies.log.verify import State, verify
from ceremonies.machine.probes import Probe


class Cable:
    """A machine that is fit until somebody makes it otherwise, and a player who may."""

    def __init__(self, what: str, field: str) -> None:
        self.what, self.field, self.is_in = what, field, False
        self.people = Player(signature=earnest_signature)

    def probes(self) -> tuple[Probe, ...]:
        return tuple(
            replace(one, ok=False, message="there it is", hint="take it away")
            if self.is_in and one.name == self.what
            else one
            for one in fit()
        )

    def __call__(self, asked: Ask[Any]) -> object:
        assert not (self.is_in and isinstance(asked, ShowSecret))
        self.is_in |= asked.field == self.field
        return self.people(asked)


@pytest.mark.parametrize(
    ("what", "field"), [("network", "people.witness-2"), ("swap", "hand-out.card-1-1.shown")]
)
def test_what_appears_in_mid_ceremony_stops_it_before_the_next_secret(
    tmp_path: Path, what: str, field: str
) -> None:
    at = tmp_path / "at"
    cable = Cable(what, field)
    room = replace(world(at, script=KEYGEN), probes=cable.probes)
    with pytest.raises(MachineError, match=rf"not fit for a ceremony \({what}\)") as told:
        begin(at, KEYGEN, cable, in_world=room, signers_file=earnest_signers(), rehearsal=False)
    assert cable.is_in
    assert told.value.findings[0].rule == what
    seen, paused = facts_of(at)[-2:]
    assert isinstance(seen, facts.MachineChecked)
    assert [one.name for one in seen.probes if not one.ok] == [what]
    assert not seen.fit
    assert isinstance(paused, facts.Paused)
    assert [one.fit for one in all_of(at, facts.MachineChecked)] == [True, False]
    assert verify(at, planned=planned).state is State.INCOMPLETE
    with pytest.raises(MachineError, match="not fit for a ceremony"):
        go_on(at, cable, in_world=replace(world(at), probes=cable.probes))


def test_what_appears_in_a_silent_step_stops_it_before_the_next(tmp_path: Path) -> None:
    # splitting asks nothing: a cable that comes while it works is seen before a record is written
    at, people = tmp_path / "at", Player(signature=earnest_signature)

    def probes() -> tuple[Probe, ...]:
        return unfit() if all_of(at, facts.SharesSplit) else fit()

    room = replace(world(at, script=KEYGEN), probes=probes)
    with pytest.raises(MachineError, match=r"not fit for a ceremony \(network\)"):
        begin(at, KEYGEN, people, in_world=room, signers_file=earnest_signers(), rehearsal=False)
    assert [one.fit for one in all_of(at, facts.MachineChecked)] == [True, False]
    assert [one.step for one in all_of(at, facts.Begin)][-2:] == ["split", "record"]
    assert not (at / "set.json").exists()
    assert verify(at, planned=planned).state is State.INCOMPLETE


def test_a_rehearsal_is_not_stopped(tmp_path: Path) -> None:
    cable = Cable("network", "people.witness-2")

    def leave(asked: Ask[Any]) -> object:
        if asked.field.startswith("type-back."):
            raise KeyboardInterrupt
        return cable.people(asked)

    room = replace(world(tmp_path / "at", script=KEYGEN), probes=cable.probes)
    cable.is_in = True
    with pytest.raises(KeyboardInterrupt):
        begin(tmp_path / "at", KEYGEN, leave, in_world=room)
    assert all_of(tmp_path / "at", facts.PhraseShown)
    assert {one.name for one in cable.probes()} == set(PROBES)
