"""Derivation paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.bitcoin.derivation import HARDENED, format_path, parse_path
from ceremonies.errors import InputError

PATHS = st.lists(st.integers(0, 2**32 - 1), max_size=8).map(tuple)


@given(PATHS)
def test_a_path_comes_back(path: tuple[int, ...]) -> None:
    assert parse_path(format_path(path)) == path


@given(PATHS)
def test_an_apostrophe_and_an_h_are_one(path: tuple[int, ...]) -> None:
    assert parse_path(format_path(path).replace("h", "'")) == path


def test_the_usual_paths_read_as_they_are_written() -> None:
    assert parse_path("m") == ()
    assert parse_path("m/84h/1'/0h/0/5") == (84 + HARDENED, 1 + HARDENED, HARDENED, 0, 5)
    assert format_path((48 + HARDENED, 2**31 - 1, 2**32 - 1)) == "m/48h/2147483647/2147483647h"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "M",
        "M/0",
        "0",
        "84h/0h/0h",
        " m/0",
        "m/0 ",
        "m/",
        "m//0",
        "m/0/",
        "m/h",
        "m/'",
        "m/0hh",
        "m/0h'",
        "m/0H",
        "m/-1",
        "m/+1",
        "m/1_0",
        "m/00",
        "m/01",
        "m/0x1",
        "m/1.0",
        "m/*",
        "m/2147483648",
        "m/2147483648h",
        "m/4294967296",
        "m/" + "9" * 5000,
        "m/\u0661",
        "m/\u00b2",
        "m/0\u2019",
        "m/0\n",
    ],
)
def test_what_is_not_a_path_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_path(text)


@given(st.text(alphabet="m/0123456789h'- ", max_size=12))
def test_any_text_is_refused_or_is_one_path_in_one_spelling(text: str) -> None:
    try:
        path = parse_path(text)
    except InputError:
        return
    assert format_path(path) == text.replace("'", "h")
