"""The verifier of the pages and the program's, over a thousand forgeries of each log."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from conduct.test_actions_declared import heard_unattended
from conduct.test_by_the_pages import agreed
from conduct.test_every_ceremony import ELEVEN

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("name", ELEVEN)
def test_both_say_the_same_of_a_thousand_forgeries(name: str, tmp_path: Path) -> None:
    heard_unattended(tmp_path / "at", name)
    found = agreed(tmp_path / "at", random.Random(f"long {name}"), most=1000)
    assert {"tampered", "incomplete"} <= found
