"""One finished rehearsal for all tests of pages, which look at copies of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_pages import rehearsed
from once import once


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished rehearsal."""
    folder = tmp_path_factory.mktemp("rehearsed")

    def rehearse() -> Path:
        done = rehearsed(folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return folder

    return once(tmp_path_factory, "rehearsed", rehearse)
