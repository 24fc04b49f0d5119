"""What readers of JSON, hex and Base64 disagree about is refused."""

from __future__ import annotations

import base64
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import InputError
from ceremonies.strict import base64_bytes, hex_bytes, json_value


class Thing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    count: int
    inside: dict[str, int] = {}


GOOD = b'{"name": "a", "count": 1}'

BAD = {
    "a duplicate key": b'{"name": "a", "count": 1, "count": 2}',
    "a duplicate key in another spelling": b'{"name": "a", "count": 1, "\\u0063ount": 2}',
    "a duplicate key inside": b'{"name": "a", "count": 1, "inside": {"x": 1, "x": 2}}',
    "an unknown key": b'{"name": "a", "count": 1, "more": 1}',
    "a missing key": b'{"name": "a"}',
    "a fraction": b'{"name": "a", "count": 1.0}',
    "an exponent": b'{"name": "a", "count": 1e0}',
    "NaN": b'{"name": "a", "count": NaN}',
    "infinity": b'{"name": "a", "count": -Infinity}',
    "a number as text": b'{"name": "a", "count": "1"}',
    "a truth as a number": b'{"name": "a", "count": true}',
    "something after": GOOD + b" {}",
    "a comment": b'{"name": "a", /* no */ "count": 1}',
    "a final comma": b'{"name": "a", "count": 1,}',
    "a byte-order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "bytes that are no UTF-8": b'{"name": "\xff", "count": 1}',
    "a control character": b'{"name": "\x01", "count": 1}',
    "a list": b"[1]",
    "nothing": b"",
    "depth": b"[" * 200_000 + b"]" * 200_000,
    "depth inside": b'{"name":' * 200_000,
    "a very long number": b'{"name": "a", "count": ' + b"9" * 10_000 + b"}",
}


def test_a_good_document_is_read() -> None:
    assert json_value(GOOD + b"\n", Thing, what="it") == Thing("a", 1)


@pytest.mark.parametrize("name", BAD)
def test_json_refuses(name: str) -> None:
    with pytest.raises(InputError) as caught:
        json_value(BAD[name], Thing, what="the file")
    assert caught.value.cause.startswith("the file ")
    assert caught.value.__cause__ is None
    assert len(caught.value.cause) < 300


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = json_value(data, Thing, what="it")
    except InputError:
        return
    assert msgspec.convert(json.loads(data), Thing) == found


@given(st.binary(max_size=80))
def test_hex_and_base64_come_back(data: bytes) -> None:
    assert hex_bytes(data.hex(), what="it") == data
    assert hex_bytes(data.hex().upper(), what="it", size=len(data)) == data
    assert base64_bytes(base64.b64encode(data).decode(), what="it") == data


@pytest.mark.parametrize(
    "text", ["0", "0x00", "00 11", " 00", "00\n", "zz", "\uff10\uff10", "00_11"]
)
def test_hex_refuses(text: str) -> None:
    with pytest.raises(InputError, match="not hexadecimal"):
        hex_bytes(text, what="it")


def test_hex_of_another_size_is_refused() -> None:
    with pytest.raises(InputError, match="must be 8 hexadecimal digits, not 6"):
        hex_bytes("001122", what="it", size=4)


@pytest.mark.parametrize(
    "text",
    [
        "AA",
        "AA=",
        "AB==",
        "AAB=",
        "AA==\n",
        "A A=",
        " AA==",
        "AA==AA==",
        "-_8=",
        "A",
        "=",
        "é",
        "AA===",
        "\udcff",
    ],
)
def test_base64_refuses_what_is_not_canonical(text: str) -> None:
    with pytest.raises(InputError):
        base64_bytes(text, what="it")


@given(st.text(max_size=12))
def test_only_one_spelling_of_base64_is_taken(text: str) -> None:
    try:
        value = base64_bytes(text, what="it")
    except InputError:
        return
    assert base64.b64encode(value).decode() == text
