"""A secret shows itself in one way only."""

from __future__ import annotations

import copy
import json
import pickle
import traceback

import msgspec
import pytest

from ceremonies.secret import Secret

CANARY = b"canary-5a1e"


@pytest.fixture
def secret() -> Secret:
    return Secret(CANARY)


def test_every_way_to_text_says_only_how_many(secret: Secret) -> None:
    for text in (repr(secret), str(secret), f"{secret}", f"{secret!s:>30}", f"{[secret]}"):
        assert text.strip() in ("Secret(11 bytes)", "[Secret(11 bytes)]")
    assert "%s %r" % (secret, secret) == "Secret(11 bytes) Secret(11 bytes)"  # noqa: UP031


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_does_not_pickle(secret: Secret, protocol: int) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(secret, protocol)


@pytest.mark.parametrize("attempt", [copy.copy, copy.deepcopy, json.dumps, hash, bytes, iter, vars])
def test_it_does_not_copy_serialise_hash_or_spill(secret: Secret, attempt: object) -> None:
    with pytest.raises(TypeError) as caught:
        attempt(secret)  # type: ignore[operator]
    assert CANARY.decode() not in "".join(traceback.format_exception(caught.value))


def test_msgspec_does_not_encode_it(secret: Secret) -> None:
    with pytest.raises(TypeError):
        msgspec.json.encode({"seed": secret})


def test_it_equals_what_holds_the_same_bytes_and_nothing_else(secret: Secret) -> None:
    assert secret == Secret(bytearray(CANARY))
    assert secret != Secret(CANARY + b"x")
    assert secret != Secret(b"")
    assert secret != CANARY


def test_leaving_a_with_wipes_the_buffer() -> None:
    with Secret(CANARY) as secret:
        buffer = secret._buffer
        assert secret.reveal() == CANARY
    assert len(secret) == 0
    assert buffer == b""


def test_wiping_overwrites_before_it_lets_go() -> None:
    class Watched(bytearray):
        seen = b""

        def clear(self) -> None:
            self.seen = bytes(self)
            super().clear()

    secret = Secret(CANARY)
    secret._buffer = watched = Watched(CANARY)
    secret.wipe()
    assert watched.seen == bytes(len(CANARY))


def test_it_does_not_share_the_buffer_it_was_made_from() -> None:
    given = bytearray(CANARY)
    secret = Secret(given)
    given[0] = 0
    assert secret.reveal() == CANARY


def test_nothing_can_be_hung_on_it(secret: Secret) -> None:
    with pytest.raises(AttributeError):
        secret.note = 1  # type: ignore[attr-defined]
