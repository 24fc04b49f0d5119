"""Ending a ceremony for good: two people say so, its key is void, and nothing follows."""

from __future__ import annotations

from pathlib import Path

import pytest
from conduct.aftermath import insist_verified
from conduct.conduct_material import KEYGEN, SIGN, go_on, play, world
from conduct.interruption import (
    RECORDS,
    People,
    all_of,
    dying_at_record,
    facts_of,
    in_child,
    killed,
    lines_of,
    outputs,
    people,
)

from ceremonies.conduct import ceremony
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.conductor import hold
from ceremonies.errors import Declined, Refused
from ceremonies.log import facts, seal, sealing, signers
from ceremonies.log.verify import State
from custody_cli.ceremony_answers import status

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

NOBODY_YET, NO_KEY, HALF_HANDED_OUT, HANDED_OUT, EXPORTED = 5, 23, 43, 50, 65


def abort(folder: Path, here: People) -> None:
    with ceremony.reopened(folder, world=world(folder)) as again:
        hold(again, aborted(again), here)


def insist_ended(folder: Path, state: State, *, before: list[bytes]) -> None:
    """It has ended so, everything that was there is there, and the last seal is signed."""
    assert lines_of(folder)[: len(before)] == before
    insist_verified(folder, state)
    assert status(folder)["state"] == state.value
    last = facts_of(folder)[-1]
    assert isinstance(last, facts.Aborted)
    assert last.persons == ("alice", "bob")
    sealed = seal.read(folder, len(lines_of(folder)))
    known = signers.read((folder / "allowed_signers").read_bytes())
    assert len(sealing.signed_by(folder, sealed, known)) >= 2
    with pytest.raises(Refused, match="ended for good"):
        go_on(folder, people(KEYGEN, folder))
    assert facts_of(folder)[-1] == last


@pytest.mark.parametrize(
    ("script", "number", "state"),
    [
        (KEYGEN, NO_KEY, State.ABORTED),
        (KEYGEN, HALF_HANDED_OUT, State.VOID),
        (KEYGEN, HANDED_OUT, State.VOID),
        (KEYGEN, EXPORTED, State.VOID),
        (SIGN, 20, State.ABORTED),
        (SIGN, 42, State.ABORTED),
    ],
)
def test_two_people_end_it_for_good(tmp_path: Path, script: str, number: int, state: State) -> None:
    folder = tmp_path / "c"
    here = killed(script, folder, number)
    before, files = lines_of(folder), outputs(folder)
    abort(folder, here)
    insist_ended(folder, state, before=before)
    assert outputs(folder).items() >= files.items()
    assert [field for field in here.heard if field.startswith("exception.")] == [
        "exception.operator",
        "exception.custodian",
    ]
    assert here.heard[-1] == "close.taken"


@pytest.mark.parametrize(
    ("number", "cards"), [(HALF_HANDED_OUT, ["1-1", "1-2"]), (HANDED_OUT, ["1-1", "1-2", "1-3"])]
)
def test_the_void_record_lists_what_exists_of_the_key(
    tmp_path: Path, number: int, cards: list[str]
) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, number)
    abort(folder, here)
    void, last = facts_of(folder)[-2:]
    assert isinstance(void, facts.KeyVoid)
    assert isinstance(last, facts.Aborted)
    assert (void.key, void.phrases) == ("key-1", ("alice",))
    assert [one.card for one in void.cards] == cards
    shown = [getattr(a, "shown", "") for a in here.player.heard if a.field == "exception.operator"]
    assert shown[0].count("destroy") == 1 + len(cards)


def test_after_a_key_was_void_and_another_made_the_other_is_void_too(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, HALF_HANDED_OUT)
    here.says = {"wallet.seen": [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        go_on(folder, here)
    before = lines_of(folder)
    abort(folder, people(KEYGEN, folder))
    insist_ended(folder, State.VOID, before=before)
    assert [fact.key for fact in all_of(folder, facts.KeyVoid)] == ["key-1", "key-2"]


def test_before_anybody_was_present_nobody_can_end_it(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, NOBODY_YET)
    before = lines_of(folder)
    with pytest.raises(Refused, match="nobody was present"):
        abort(folder, here)
    assert lines_of(folder)[: len(before)] == before
    go_on(folder, people(KEYGEN, folder))
    insist_verified(folder, State.COMPLETE)


@pytest.mark.parametrize("script", [KEYGEN, SIGN])
def test_a_closed_ceremony_is_not_ended_again(tmp_path: Path, script: str) -> None:
    folder = tmp_path / "c"
    play(folder, script)
    log = lines_of(folder)
    with pytest.raises(Refused, match="is closed"):
        abort(folder, people(script, folder))
    assert lines_of(folder) == log
    insist_verified(folder, State.COMPLETE)


def test_a_ceremony_that_is_closing_is_not_ended(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, RECORDS[KEYGEN])
    with pytest.raises(Refused, match="is closed"):
        abort(folder, here)
    assert status(folder)["state"] == "closing"


def test_ending_it_twice_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    abort(folder, killed(KEYGEN, folder, HALF_HANDED_OUT))
    log, files = lines_of(folder), outputs(folder)
    here = people(KEYGEN, folder)
    abort(folder, here)
    assert (lines_of(folder), outputs(folder)) == (log, files)
    assert here.heard == ["close.taken"]
    insist_ended(folder, State.VOID, before=log)


@pytest.mark.parametrize("field", ["exception.operator", "exception.custodian"])
def test_whoever_says_no_leaves_it_to_be_gone_on_with(tmp_path: Path, field: str) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, HALF_HANDED_OUT)
    here.says = {field: ["no"]}
    with pytest.raises(Declined):
        abort(folder, here)
    assert not all_of(folder, facts.KeyVoid)
    assert status(folder)["state"] == "paused"
    insist_verified(folder, State.INCOMPLETE)
    go_on(folder, people(KEYGEN, folder))
    insist_verified(folder, State.COMPLETE)


ENDING = 11
"""Records that ending takes at that place: the opening again (8), the void key, and the end."""


@pytest.mark.parametrize(
    ("number", "more"),
    [*((HALF_HANDED_OUT, more) for more in range(1, ENDING + 1)), (EXPORTED, ENDING - 1)],
)
def test_killed_while_it_ends_it_is_ended_by_saying_so_again(
    tmp_path: Path, number: int, more: int
) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, number)

    def life() -> None:
        with dying_at_record(number + more):
            abort(folder, here)

    assert in_child(life) == -9
    before = lines_of(folder)
    assert len(before) == number + more
    insist_verified(folder, State.VOID if more == ENDING else State.INCOMPLETE)
    abort(folder, people(KEYGEN, folder))
    insist_ended(folder, State.VOID, before=before)
    assert len(all_of(folder, facts.KeyVoid)) == 1


@pytest.mark.parametrize("number", [HALF_HANDED_OUT, HANDED_OUT, EXPORTED])
def test_a_key_that_two_people_gave_up_is_not_gone_on_with(tmp_path: Path, number: int) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, number)

    def life() -> None:
        with dying_at_record(number + ENDING - 1):
            abort(folder, here)

    assert in_child(life) == -9
    assert isinstance(facts_of(folder)[-1], facts.KeyVoid)
    again = people(KEYGEN, folder)
    with pytest.raises(Refused, match="two people have ended this ceremony"):
        go_on(folder, again)
    assert not again.heard
    insist_verified(folder, State.INCOMPLETE)


@pytest.mark.parametrize("number", [HALF_HANDED_OUT, NO_KEY])
def test_killed_before_an_ending_it_can_still_be_gone_on_with(tmp_path: Path, number: int) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, number)

    def life() -> None:
        with dying_at_record(number + 5):
            abort(folder, here)

    assert in_child(life) == -9
    go_on(folder, people(KEYGEN, folder))
    insist_verified(folder, State.COMPLETE)
