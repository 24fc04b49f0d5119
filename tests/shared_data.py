"""The published vectors and the Bitcoin Core corpus, read from outside the project.

`CUSTODY_SHARED` names the folder (default `../shared`); tests that need it skip without it.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CUSTODY_SHARED", ROOT.parent / "shared"))


def vectors(name: str) -> Any:
    """The parsed `vectors/NAME.json`, or skip."""
    return _read(SHARED / "vectors" / f"{name}.json")


def corpus() -> Any:
    """The cases of `corpus/bitcoin-core-regtest.json`, or skip."""
    return _read(SHARED / "corpus" / "bitcoin-core-regtest.json")["cases"]


def have_shared() -> bool:
    """Whether the shared folder is there."""
    return SHARED.is_dir()


@cache
def _parsed(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def _read(path: Path) -> Any:
    if not path.is_file():
        pytest.skip(f"{path.name} is not there: set CUSTODY_SHARED to the shared folder")
    return _parsed(path)
