"""Every built-in ceremony: played by its own answers, killed, resumed, and held to its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from conduct.aftermath import insist_complete
from conduct.conduct_material import OTHERS, begin, go_on, player_of
from conduct.conversations import Plan, converse, plans
from conduct.interruption import all_of, killed, lines_of, people
from conduct.refresh_answers import texts
from conduct.test_actions_declared import assert_declared, heard_unattended
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies.conduct import builtin, check, prepared
from ceremonies.conduct.plan import planned
from ceremonies.errors import Declined
from ceremonies.log import facts
from ceremonies.log.verify import State, verify

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

ELEVEN = (
    "decommission",
    "enrol",
    "keygen-2of3",
    "prove-control",
    "recovery-drill",
    "replace-custodian",
    "rotate",
    "share-audit",
    "sign",
    "sign-batch",
    "wallet",
)


def test_these_are_the_built_ins() -> None:
    assert builtin.ids() == ELEVEN
    assert all(check.check(builtin.script(name)) == () for name in ELEVEN)
    assert all(prepared.read(builtin.answers(name)) for name in ELEVEN)


def test_the_shipped_answers_are_what_the_practice_key_gives() -> None:
    assert [name for name, text in texts() if builtin.answers(name).decode() != text] == []


@pytest.mark.parametrize("name", OTHERS)
def test_it_asks_what_it_declares_and_its_log_verifies(tmp_path: Path, name: str) -> None:
    heard = heard_unattended(tmp_path / "at", name)
    assert_declared(heard, builtin.script(name))
    verdict = verify(tmp_path / "at", planned=planned)
    assert (verdict.state, verdict.problems) == (State.COMPLETE, ())


def places(name: str) -> tuple[int, ...]:
    """A few records to be killed at: of the beginning, of the middle, and of the end."""
    return {"rotate": (30, 70, 88), "replace-custodian": (40, 52, 60)}.get(name, (14, 22))


@pytest.mark.parametrize(("name", "number"), [(n, at) for n in OTHERS for at in places(n)])
def test_killed_it_goes_on_and_loses_nothing(tmp_path: Path, name: str, number: int) -> None:
    folder = tmp_path / "at"
    here = killed(name, folder, number)
    before = lines_of(folder)
    go_on(folder, here)
    insist_complete(folder, papers=people(name, folder).papers, before=before)


@pytest.mark.parametrize("name", OTHERS)
def test_a_stop_in_the_middle_and_a_mistake_are_made_good(name: str) -> None:
    assert converse(name, {9: "text", 13: "interrupt", 20: "wrong words"}) is State.COMPLETE


@settings(max_examples=8, deadline=None, database=None, derandomize=True)
@given(plans(most=6), st.sampled_from(OTHERS))
def test_walks_over_wrong_answers_and_stops_are_honest_and_silent(plan: Plan, name: str) -> None:
    assert converse(name, plan) in {State.COMPLETE, State.INCOMPLETE, State.UNSEALED}


def test_new_cards_that_were_not_all_verified_are_void_and_the_key_is_not(tmp_path: Path) -> None:
    folder, player = tmp_path / "at", player_of("replace-custodian")

    def until_second_card(asked: object) -> object:
        if getattr(asked, "field", "") == "hand-out.card-1-2.typed":
            raise Declined("a stop", hint="for this test")
        return player(asked)  # type: ignore[arg-type]

    with pytest.raises(Declined):
        begin(folder, "replace-custodian", until_second_card)
    go_on(folder, player)
    (void,) = all_of(folder, facts.SharesVoid)
    assert [(one.card, one.person) for one in void.cards] == [("1-1", "heidi"), ("1-2", "ivan")]
    assert all_of(folder, facts.KeyVoid) == []
    brought = all_of(folder, facts.SeedBrought)
    assert len({one.fingerprint for one in brought}) == 1
    assert len(brought) == 2
    assert (folder / "set.json").exists()
    assert verify(folder, planned=planned).state is State.COMPLETE
