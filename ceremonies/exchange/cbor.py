"""The CBOR that UR payloads are made of (RFC 8949, definite lengths, shortest forms).

Integers, byte and text strings, arrays, maps, tags, booleans and null: what the registry of UR
types needs and no more. What is read is what would be written: a longer form of a number, an
indefinite length, a key that appears twice or a float is refused, so bytes have one meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen

MAX_DEPTH = 16
"""How deep values may lie in each other; a miniscript tree in a `crypto-output` needs a few."""

_UINT, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_SIMPLE_VALUES: Mapping[int, bool | None] = {20: False, 21: True, 22: None}
_SIZES = {24: 1, 25: 2, 26: 4, 27: 8}


class Tagged(Frozen):
    """A value under a tag of the CBOR registry."""

    tag: int
    value: Value


Value: TypeAlias = (
    "int | bytes | str | bool | Tagged | Sequence[Value] | Mapping[int | str, Value] | None"
)


def encode(value: Value) -> bytes:
    """Write one value in its shortest form; a map keeps its order, which callers give ascending."""
    return b"".join(_written(value))


def decode(data: bytes) -> Value:
    """Read exactly one value.

    Raises:
        InputError: it is damaged, goes on, or is of a form that is not written here.
    """
    value, end = _read(data, 0, MAX_DEPTH)
    if end != len(data):
        raise _damaged("goes on after its end")
    return value


def _written(value: Value) -> Iterator[bytes]:
    if isinstance(value, bool) or value is None:
        yield bytes([_SIMPLE << 5 | next(n for n, v in _SIMPLE_VALUES.items() if v is value)])
    elif isinstance(value, int):
        yield head(_UINT, value) if value >= 0 else head(_NEGATIVE, -1 - value)
    elif isinstance(value, bytes):
        yield head(_BYTES, len(value)) + value
    elif isinstance(value, str):
        yield head(_TEXT, len(value.encode())) + value.encode()
    elif isinstance(value, Tagged):
        yield head(_TAG, value.tag)
        yield from _written(value.value)
    elif isinstance(value, Mapping):
        yield head(_MAP, len(value))
        for key, item in value.items():
            yield from _written(key)
            yield from _written(item)
    else:
        yield head(_ARRAY, len(value))
        for item in value:
            yield from _written(item)


def head(major: int, number: int) -> bytes:
    """Write a value's first bytes: its major type and a number, in the shortest form."""
    if number < 24:
        return bytes([major << 5 | number])
    for extra, size in _SIZES.items():
        if number < 1 << 8 * size:
            return bytes([major << 5 | extra]) + number.to_bytes(size, "big")
    raise ValueError("a number is too large for cbor")


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth == 0:
        raise _damaged("is too deep")
    major, number, at = _read_head(data, at)
    if major == _UINT:
        return number, at
    if major == _NEGATIVE:
        return -1 - number, at
    if major in (_BYTES, _TEXT):
        return _string(data, major, at, number), at + number
    if major == _TAG:
        value, at = _read(data, at, depth - 1)
        return Tagged(number, value), at
    if major == _SIMPLE:
        if number not in _SIMPLE_VALUES:
            raise _damaged("holds a float or an unknown simple value")
        return _SIMPLE_VALUES[number], at
    # every item is a byte at least: a claim of millions ends at the first one that is not there
    return (_array if major == _ARRAY else _map)(data, at, number, depth - 1)


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    if at >= len(data):
        raise _damaged("ends too early")
    major, number = data[at] >> 5, data[at] & 31
    at += 1
    if number < 24:
        return major, number, at
    if number not in _SIZES or major == _SIMPLE:
        raise _damaged("has an indefinite length or a float")
    size = _SIZES[number]
    long = int.from_bytes(data[at : at + size], "big")
    if at + size > len(data):
        raise _damaged("ends too early")
    if long < 24 or (size > 1 and long < 1 << 4 * size):
        raise _damaged("writes a number in a longer form than needed")
    return major, long, at + size


def _string(data: bytes, major: int, at: int, size: int) -> bytes | str:
    found = data[at : at + size]
    if len(found) != size:
        raise _damaged("ends too early")
    if major == _BYTES:
        return found
    try:
        return found.decode("utf-8")
    except UnicodeDecodeError:
        raise _damaged("holds text that is not utf-8") from None


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    items: list[Value] = []
    for _ in range(count):
        item, at = _read(data, at, depth)
        items.append(item)
    return items, at


def _map(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    found: dict[int | str, Value] = {}
    for _ in range(count):
        key, at = _read(data, at, depth)
        if isinstance(key, bool) or not isinstance(key, int | str):
            raise _damaged("has a key that is no number and no text")
        if key in found:
            raise _damaged("has a key twice")
        found[key], at = _read(data, at, depth)
    return found, at


def _damaged(how: str) -> InputError:
    return InputError(f"the cbor {how}", hint="scan or copy it again")
