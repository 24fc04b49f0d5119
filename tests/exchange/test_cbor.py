"""CBOR as UR payloads need it: shortest forms, one meaning for bytes, bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import InputError
from ceremonies.exchange import cbor
from ceremonies.exchange.cbor import Tagged

SCALARS = (
    st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=300) | st.text() | st.booleans()
) | st.none()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(0, 1000) | st.text(max_size=5), inner, max_size=4)
        | st.builds(Tagged, st.integers(0, 2**64 - 1), inner)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read(value: cbor.Value) -> None:
    assert cbor.decode(cbor.encode(value)) == value


@given(st.binary(max_size=200))
def test_what_is_read_is_what_would_be_written(data: bytes) -> None:
    try:
        value = cbor.decode(data)
    except InputError:
        return
    assert cbor.encode(value) == data


@pytest.mark.parametrize(
    ("written", "value"),
    [
        # RFC 8949, appendix A
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1bffffffffffffffff", 2**64 - 1),
        ("3bffffffffffffffff", -(2**64)),
        ("3863", -100),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("4401020304", bytes.fromhex("01020304")),
        ("62c3bc", "ü"),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
        ("a201020304", {1: 2, 3: 4}),
        ("c11a514b67b0", Tagged(1, 1363896240)),
    ],
)
def test_published_examples(written: str, value: cbor.Value) -> None:
    assert cbor.encode(value) == bytes.fromhex(written)
    assert cbor.decode(bytes.fromhex(written)) == value


@pytest.mark.parametrize(
    "written",
    [
        "",
        "18",
        "1817",  # 23 in two bytes
        "1900ff",
        "1a0000ffff",
        "1b00000000ffffffff",
        "5f42010243030405ff",  # indefinite
        "9fff",
        "f97e00",  # a float
        "fb7ff8000000000000",
        "f7",
        "f0",
        "ff",
        "42aa",  # too short
        "62c328",  # no UTF-8
        "0000",  # goes on
        "a2010201 03",  # a key twice
        "a1410100",  # a key of bytes
        "a1f500",
        "9bffffffffffffffff",  # more items than there are
        "bb7fffffffffffffff",
        "5bffffffffffffffff00",
        "81" * 40 + "00",  # too deep
        "c1" * 5000 + "00",
    ],
)
def test_everything_else_is_refused(written: str) -> None:
    with pytest.raises(InputError):
        cbor.decode(bytes.fromhex(written))
