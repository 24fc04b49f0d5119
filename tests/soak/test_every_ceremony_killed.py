"""Every built-in but the two that others watch: killed after each record, stopped at each ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from conduct.aftermath import insist_complete
from conduct.conduct_material import OTHERS, begin, go_on, player_of
from conduct.conversations import Plan, converse, plans
from conduct.interruption import killed, lines_of, people
from hypothesis import HealthCheck, given, settings

from ceremonies.log.verify import State

MANY = settings(
    max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)

pytestmark = [pytest.mark.soak, pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")]


@pytest.mark.parametrize("name", OTHERS)
def test_killed_after_any_record_it_comes_to_its_end(tmp_path: Path, name: str) -> None:
    begin(tmp_path / "whole", name, player_of(name))
    for number in range(1, len(lines_of(tmp_path / "whole")) + 1):
        folder = tmp_path / str(number)
        here = killed(name, folder, number)
        before = lines_of(folder)
        go_on(folder, here)
        insist_complete(folder, papers=people(name, folder).papers, before=before)


@pytest.mark.parametrize("name", OTHERS)
def test_one_stop_at_any_ask_is_made_good(name: str) -> None:
    for stop in ("interrupt", "decline", "signal", "no"):
        for number in range(60):
            assert converse(name, {number: stop}) is State.COMPLETE


@pytest.mark.parametrize("name", OTHERS)
def test_it_is_honest_and_silent(name: str) -> None:
    @MANY
    @given(plans(most=20))
    def hold(plan: Plan) -> None:
        converse(name, plan)

    hold()
