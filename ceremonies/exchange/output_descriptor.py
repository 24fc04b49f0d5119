"""The registry's `output-descriptor`: a descriptor as text, its keys set aside (BCR-2023-010).

`@0`, `@1` … in the text stand for the keys beside it; it may as well have its keys in it. Read
only: every coordinator that reads it reads `crypto-output`, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ceremonies.errors import InputError
from ceremonies.exchange import cbor, crypto_hdkey
from ceremonies.exchange.cbor import Tagged, Value
from ceremonies.exchange.crypto_hdkey import HdKey

_TAG = 40308
_SOURCE, _KEYS, _NAME, _NOTE = 1, 2, 3, 4
_PLACE = re.compile(r"@(0|[1-9][0-9]{0,3})(?![0-9])(/?)")


def read(data: bytes, express: Callable[[HdKey, bool], str]) -> tuple[str, tuple[HdKey, ...]]:
    """Read the text with its keys in their places, and the keys that were set aside.

    `express` writes a key, and the children it names unless the text goes on with its own.

    Raises:
        InputError: it is another form, or text and keys do not belong together.
    """
    value = cbor.decode(data)
    if isinstance(value, Tagged) and value.tag == _TAG:
        value = value.value
    if not isinstance(value, Mapping) or not set(value) <= {_SOURCE, _KEYS, _NAME, _NOTE}:
        raise _unread("is of a form that is not read here")
    source, keys = value.get(_SOURCE), _keys(value.get(_KEYS))
    if not isinstance(source, str):
        raise _unread("has no text")
    used: set[int] = set()

    def put(place: re.Match[str]) -> str:
        number, goes_on = int(place[1]), bool(place[2])
        if number >= len(keys):
            raise _unread(f"names key {number}, and brings {len(keys)}")
        if goes_on and keys[number].children:
            raise _unread(f"names the children of key {number} twice")
        used.add(number)
        return express(keys[number], goes_on) + place[2]

    text = _PLACE.sub(put, source)
    if "@" in text or len(used) != len(keys):
        raise _unread("has keys that are not in it, or places that are none")
    if keys and "#" in text:
        raise _unread("has a checksum over places that keys belong in")
    return text, keys


def _keys(value: Value) -> tuple[HdKey, ...]:
    match value:
        case None:
            return ()
        case [_, *_] as keys:
            return tuple(map(crypto_hdkey.read, keys))
    raise _unread("has keys that are none")


def _unread(how: str) -> InputError:
    return InputError(
        f"the output-descriptor {how}",
        hint="export the wallet again, or give the descriptor itself",
    )
