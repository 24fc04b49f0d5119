"""Thousands of conversations with unruly people, about both built-in ceremonies."""

from __future__ import annotations

import pytest
from conduct.conduct_material import KEYGEN, SIGN
from conduct.conversations import Plan, converse, plans
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ceremonies.log.verify import State

PARTS = range(8)
"""So that they can be held beside each other; every part draws its own plans."""

MANY = settings(
    max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("part", PARTS)
def test_keygen_is_honest_and_silent(part: int) -> None:
    @MANY
    @given(plans(most=30))
    def hold(plan: Plan) -> None:
        converse(KEYGEN, plan)

    hold()


@pytest.mark.parametrize("part", PARTS)
def test_signing_is_honest_and_silent(part: int) -> None:
    @MANY
    @given(plans(most=30), st.sampled_from(("cards", "phrase")))
    def hold(plan: Plan, way: str) -> None:
        converse(SIGN, plan, way=way)

    hold()


@pytest.mark.parametrize("name", [KEYGEN, SIGN])
def test_one_stop_at_any_ask_is_made_good(name: str) -> None:
    for stop in ("interrupt", "decline", "signal", "no"):
        for number in range(52):
            assert converse(name, {number: stop}) is State.COMPLETE


@pytest.mark.parametrize("name", [KEYGEN, SIGN])
def test_an_end_at_any_ask_is_honest_and_silent(name: str) -> None:
    for number in range(52):
        converse(name, {number: "interrupt"}, then_abort=True)
