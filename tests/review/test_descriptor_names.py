"""One descriptor under two names is one descriptor, and a terminal is never echoed."""

from __future__ import annotations

import os
import pty
import sys
from collections.abc import Iterator

import pytest

from ceremonies.secret import Secret
from custody_cli import sources
from custody_cli.exits import WrongUsage

_NAMES = ["fd:{}", "/dev/fd/{}", "/proc/self/fd/{}"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc/self/fd")


@pytest.fixture(autouse=True)
def _nothing_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_claimed", {})


@pytest.fixture
def pipe() -> Iterator[int]:
    reader, writer = os.pipe()
    os.write(writer, b"words")
    os.close(writer)
    yield reader
    os.close(reader)


def _ask() -> Secret:
    return Secret(b"typed")


@pytest.mark.parametrize("second", _NAMES)
@pytest.mark.parametrize("first", _NAMES)
def test_a_pipe_that_gave_the_seed_gives_no_empty_passphrase(
    pipe: int, first: str, second: str
) -> None:
    seed = sources.secret_from(first.format(pipe), _ask, what="the seed")
    assert seed == Secret(b"words")
    with pytest.raises(WrongUsage, match="cannot both come from"):
        sources.passphrase_from(second.format(pipe))


@pytest.mark.parametrize("name", _NAMES)
def test_a_descriptor_that_is_a_terminal_is_asked_at_and_not_echoed(name: str) -> None:
    ours, terminal = pty.openpty()
    try:
        assert sources.secret_from(name.format(terminal), _ask, what="x") == Secret(b"typed")
    finally:
        os.close(ours)
        os.close(terminal)
