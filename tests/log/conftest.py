"""The small log, complete: made once, and copied for whoever changes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from log_material import complete


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete log, not to be changed."""
    folder = tmp_path_factory.mktemp("original")
    complete(folder)
    return folder


@pytest.fixture
def whole(original: Path, tmp_path: Path) -> Path:
    """A complete log of one's own."""
    return Path(shutil.copytree(original, tmp_path / "whole"))
