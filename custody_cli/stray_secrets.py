"""Secrets that look like payloads: what everybody in the room can scan must not be one.

Codes of a secret exist, but they are shown to one custodian alone, in a ceremony. What is looked
for are the forms that a secret has in files: words, extended and single private keys, shares, and
the CBOR that keys and seeds are carried in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ceremonies.errors import InputError, Refused
from ceremonies.exchange import cbor
from ceremonies.exchange.cbor import Tagged, Value
from ceremonies.exchange.payload import Format, Kind, Payload

_FORMS = {
    "a master secret": re.compile(r"slip39:[0-9a-f]{16}", re.IGNORECASE),
    "an extended private key": re.compile(r"[xyzuvtYZUV]prv[1-9A-HJ-NP-Za-km-z]{50}"),
    "a private key": re.compile(
        r"(?<![0-9A-Za-z])[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51}(?![0-9A-Za-z])"
    ),
    "a codex32 share": re.compile(r"(?<![0-9a-z])ms1[02-9ac-hj-np-z]{40}", re.IGNORECASE),
    "the digits of a SeedQR": re.compile(
        r"\s*(?:[0-9]{48}|[0-9]{60}|[0-9]{72}|[0-9]{84}|[0-9]{96})\s*\Z"
    ),
}
_COMPACT = (16, 20, 24, 28, 32)
_SEED_SIZES = (*_COMPACT, 64)
_IN_A_ROW = 9
_LONGEST = 1024 * 1024
_READABLE = (Kind.TEXT, Kind.JSON, Kind.BYTES)
_CBOR = (Kind.CBOR, Kind.OUTPUT, Kind.ACCOUNT, Kind.HDKEY, Kind.DESCRIPTOR)
_IS_MASTER, _IS_PRIVATE, _KEY_DATA = 1, 2, 3
"""Of a key in the registry of UR types (BCR-2020-007, BCR-2020-008)."""


def insist_public(payload: Payload, form: Format | None = None) -> None:
    """Refuse a payload that looks like a secret, naming its form and nothing of it.

    Raises:
        Refused: it does.
    """
    found = _plain_bytes(payload, form) or _in_text(payload) or _in_cbor(payload)
    if found:
        raise Refused(
            f"it looks like {found}, which is nobody's to show or to carry in the open",
            hint="a phrase or a SeedQR goes where a secret is asked for, as --seed or --share",
        )


def _plain_bytes(payload: Payload, form: Format | None) -> str:
    # one plain code of so many bytes is how a seed is shown, and such a file becomes such a code
    is_compact = form in (Format.STATIC, Format.FILE) and payload.kind is Kind.BYTES
    if not is_compact or len(payload.data) not in _COMPACT:
        return ""
    of = " in a CompactSeedQR" if form is Format.STATIC else ""
    return f"the bytes of a seed{of}"


def _in_text(payload: Payload) -> str:
    if payload.kind not in _READABLE or len(payload.data) > _LONGEST:
        return ""
    try:
        text = payload.data.decode("utf-8")
    except UnicodeDecodeError:
        # words among other bytes are words
        text = payload.data.decode("latin-1")
    return _said_in(text)


def _said_in(text: str) -> str:
    for name, pattern in _FORMS.items():
        if pattern.match(text) if name.startswith("the digits") else pattern.search(text):
            return name
    return "the words of a key" if _has_words(text) else ""


def _in_cbor(payload: Payload) -> str:
    """Look for private keys, for seeds, and for what text may hold."""
    if payload.kind not in _CBOR or len(payload.data) > _LONGEST:
        return ""
    try:
        value = cbor.decode(payload.data)
    except InputError:
        return _said_in(payload.data.decode("latin-1"))
    texts: list[str] = []
    for one in _values(value):
        if isinstance(one, Mapping) and _is_private(one):
            return "a private key"
        if isinstance(one, str):
            texts.append(one)
    inside = value.value if isinstance(value, Tagged) else value
    if isinstance(inside, Mapping) and payload.kind is Kind.CBOR and _is_seed(inside.get(1)):
        return "the bytes of a seed"
    return _said_in(" ".join(texts))


def _values(value: Value) -> Iterator[Value]:
    """Yield a value and all that is inside it."""
    yield value
    if isinstance(value, Tagged):
        yield from _values(value.value)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _values(one)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for one in value:
            yield from _values(one)


def _is_private(fields: Mapping[int | str, Value]) -> bool:
    key = fields.get(_KEY_DATA)
    is_said = fields.get(_IS_MASTER) is True or fields.get(_IS_PRIVATE) is True
    return isinstance(key, bytes) and (is_said or (len(key) == 33 and key[0] == 0))


def _is_seed(value: Value) -> bool:
    return isinstance(value, bytes) and len(value) in _SEED_SIZES


def _has_words(text: str) -> bool:
    """Whether enough words in a row are of one list."""
    from ceremonies.keys.wordlist import normal

    said = re.findall(r'[^\s\d.,:;"()\[\]{}]+', normal(text))
    if len(said) < _IN_A_ROW:
        return False
    return any(_row(said, listed) >= _IN_A_ROW for listed in _lists())


def _row(said: list[str], listed: frozenset[str]) -> int:
    longest = now = 0
    for word in said:
        now = now + 1 if word in listed else 0
        longest = max(longest, now)
    return longest


def _lists() -> Iterator[frozenset[str]]:
    from ceremonies.keys import bip39, slip39

    yield frozenset(slip39.wordlist())
    for language in bip39.languages():
        yield frozenset(bip39.wordlist(language))
