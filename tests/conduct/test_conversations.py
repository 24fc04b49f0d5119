"""Whatever people answer, and wherever they stop: the log verifies, and no secret is seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import KEYGEN, SIGN, begin, play, signing_player
from conduct.conversations import MISCHIEF, OTHER_CARD, Plan, converse, plans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceremonies.conduct.asks import Ask
from ceremonies.keys import slip39
from ceremonies.keys.card import Group
from ceremonies.keys.entropy import draw, system
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.log.verify import State, verify
from ceremonies.secret import Secret

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


@pytest.mark.parametrize("number", [18, 23, 30, 32])
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
            assert "gives no key to use here" in asked.text
            player.cards.update(right)
        return player(asked)

    begin(tmp_path / "sign", SIGN, answer)
    assert "collect.another-key" in [asked.field for asked in player.heard]
    assert verify(tmp_path / "sign").state is State.COMPLETE


def test_a_real_key_in_a_rehearsal_is_told_and_another_asked_for(tmp_path: Path) -> None:
    player = signing_player()

    def answer(asked: Ask[Any]) -> object:
        told = any(before.field == "collect.another-key" for before in player.heard)
        right = player(asked)
        return Secret(OTHER_CARD) if asked.field == "collect.card-1" and not told else right

    begin(tmp_path / "sign", SIGN, answer)
    (told,) = [asked.text for asked in player.heard if asked.field == "collect.another-key"]
    assert "no rehearsal's secret" in told
    assert verify(tmp_path / "sign").state is State.COMPLETE


@pytest.mark.parametrize("wrong", [1, 2])
def test_a_wrong_card_costs_a_retry_whichever_of_them_it_was(tmp_path: Path, wrong: int) -> None:
    player = signing_player()
    seed = Seed(Scheme.BIP39, Secret(bytes(range(32))))
    foreign = slip39.split(seed, [Group(2, 2)], groups_needed=1, pool=draw([system()])).cards[0][0]
    typed = 0

    def answer(asked: Ask[Any]) -> object:
        nonlocal typed
        if asked.field.endswith(".wrong"):
            player.heard.append(asked)
            return "earlier" if wrong == 1 else "last"
        if asked.field.startswith("collect.card-"):
            typed += 1
            if typed == wrong:
                return Secret(foreign.words.reveal())
        return player(asked)

    begin(tmp_path / "sign", SIGN, answer)
    (told,) = [asked.text for asked in player.heard if asked.field == "collect.card-2.wrong"]
    assert "is of set" in told
    assert verify(tmp_path / "sign").state is State.COMPLETE
