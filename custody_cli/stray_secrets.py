"""Secrets that look like payloads: what everybody in the room can scan must not be one.

Codes of a secret exist, but they are shown to one custodian alone, in a ceremony. What is looked
for are the forms that a secret has in files: words, extended and single private keys, shares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ceremonies.errors import Refused
from ceremonies.exchange.payload import Format, Kind, Payload

_FORMS = {
    "a master secret": re.compile(r"slip39:[0-9a-f]{16}", re.IGNORECASE),
    "an extended private key": re.compile(r"[xyzuvtYZUV]prv[1-9A-HJ-NP-Za-km-z]{50}"),
    "a private key": re.compile(
        r"(?<![0-9A-Za-z])[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51}(?![0-9A-Za-z])"
    ),
    "a codex32 share": re.compile(r"(?<![0-9a-z])ms1[02-9ac-hj-np-z]{40}", re.IGNORECASE),
    "the digits of a seed": re.compile(
        r"\s*(?:[0-9]{48}|[0-9]{60}|[0-9]{72}|[0-9]{84}|[0-9]{96})\s*\Z"
    ),
}
_COMPACT = (16, 20, 24, 28, 32)
_IN_A_ROW = 9
_LONGEST = 1024 * 1024


def insist_public(payload: Payload, form: Format | None = None) -> None:
    """Refuse a payload that looks like a secret, naming its form and nothing of it.

    Raises:
        Refused: it does.
    """
    found = _plain_bytes(payload, form) or _in_text(payload)
    if found:
        raise Refused(
            f"it looks like {found}, which is nobody's to show or to carry in the open",
            hint="a code of a seed is scanned in a ceremony, by the custodian whose it is",
        )


def _plain_bytes(payload: Payload, form: Format | None) -> str:
    is_compact = form is Format.STATIC and payload.kind is Kind.BYTES
    return "the bytes of a seed" if is_compact and len(payload.data) in _COMPACT else ""


def _in_text(payload: Payload) -> str:
    if payload.kind not in (Kind.TEXT, Kind.JSON, Kind.BYTES) or len(payload.data) > _LONGEST:
        return ""
    try:
        text = payload.data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    for name, pattern in _FORMS.items():
        if pattern.match(text) if name.startswith("the digits") else pattern.search(text):
            return name
    return "the words of a key" if _has_words(text) else ""


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
