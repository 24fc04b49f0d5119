"""Whatever people answer, and wherever they stop: the log verifies, and no secret is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import KEYGEN, SIGN, begin, play, signing_player
from conduct.conversations import MISCHIEF, Plan, converse, plans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceremonies.conduct.asks import Ask
from ceremonies.log.verify import State, verify

FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ENDS = {State.COMPLETE, State.INCOMPLETE, State.UNSEALED}
ABORTED = {State.ABORTED, State.VOID}


@FEW
@given(plans())
def test_keygen_with_unruly_people_is_honest_and_silent(plan: Plan) -> None:
    assert converse(KEYGEN, plan) in ENDS


@FEW
@given(plans(), st.sampled_from(("cards", "phrase")))
def test_signing_with_unruly_people_is_honest_and_silent(plan: Plan, way: str) -> None:
    assert converse(SIGN, plan, way=way) in ENDS


@settings(FEW, max_examples=6)
@given(plans(most=4), st.integers(0, 45), st.sampled_from((KEYGEN, SIGN)))
def test_a_ceremony_that_people_end_is_honest_and_silent(plan: Plan, stop: int, name: str) -> None:
    state = converse(name, {**plan, stop: "interrupt"}, then_abort=True)
    assert state in ENDS | ABORTED


@pytest.mark.parametrize("name", [KEYGEN, SIGN])
def test_a_room_that_answers_rightly_completes(name: str) -> None:
    assert converse(name, {}) is State.COMPLETE


@pytest.mark.parametrize("mischief", MISCHIEF)
def test_one_mistake_at_every_tenth_ask_is_made_good(mischief: str) -> None:
    number = 7 + MISCHIEF.index(mischief) % 10
    plan = dict.fromkeys(range(number, 50, 10), mischief)
    assert converse(KEYGEN if MISCHIEF.index(mischief) % 2 else SIGN, plan) is State.COMPLETE


@pytest.mark.parametrize("number", [20, 23, 27, 31, 41])
def test_a_stop_in_the_middle_of_a_key_is_made_good(number: int) -> None:
    assert converse(KEYGEN, {number: "interrupt"}) is State.COMPLETE


@pytest.mark.parametrize("number", [14, 19, 26, 28])
def test_a_stop_in_the_middle_of_a_signing_is_made_good(number: int) -> None:
    assert converse(SIGN, {number: "interrupt"}) is State.COMPLETE


def test_papers_of_another_key_are_told_by_the_position_of_their_words() -> None:
    typed_back = (21, 24, 29)
    assert converse(KEYGEN, dict.fromkeys(typed_back, "another key")) is State.COMPLETE


def test_cards_of_two_rehearsals_that_give_no_key_are_told_and_asked_for_again(
    tmp_path: Path,
) -> None:
    # all rehearsals' sets have one number: only the words together show that they do not fit
    others = play(tmp_path / "keygen", KEYGEN).cards
    player = signing_player()
    right = dict(player.cards)
    player.cards["dave"] = others["dave"]

    def answer(asked: Ask[Any]) -> object:
        if asked.field == "collect.another-key":
            assert "gives no key" in asked.text
            player.cards.update(right)
        return player(asked)

    begin(tmp_path / "sign", SIGN, answer)
    assert "collect.another-key" in [asked.field for asked in player.heard]
    assert verify(tmp_path / "sign").state is State.COMPLETE
