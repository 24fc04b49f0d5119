"""What bytes are, by how they begin: a file, or the content of a plain code."""

from __future__ import annotations

import codecs
import json
import re
from contextlib import suppress

from ceremonies.errors import InputError
from ceremonies.exchange import bbqr, file, pmofn, ur
from ceremonies.exchange.payload import Encoding, Kind, Payload
from ceremonies.frozen import Frozen

STRUCTURED = (Kind.PSBT, Kind.TRANSACTION, Kind.JSON)
"""Kinds that say of themselves what they are, unlike text and bytes."""

_HEAD = 4_096
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_AROUND = b" \t\"',;[](){}<>"
_BREAK = re.compile(rb"[\s,;\"]")
_PART = re.compile(
    rb"(?<![A-Z0-9])(?:ur:[A-Z0-9-]{1,40}/|B\$[ZH2][A-Z])[^\s,;\"'<>()\[\]{}]+", re.IGNORECASE
)
_BEGINS = re.compile(rb"ur:|B\$|p[0-9]+of[0-9]+ ", re.IGNORECASE)
_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_PAGES = (b"<!doctype html", b"<html", b"<svg", b"<?xml", b"%pdf-")


class Detected(Frozen):
    """A payload and how it was written."""

    payload: Payload
    encoding: Encoding


def payload_in(content: bytes) -> Detected:
    """Say what bytes are: a PSBT or transaction in any encoding, JSON, text, or just bytes.

    Raises:
        InputError: they begin as a PSBT does and are not one to their end.
    """
    if file.begins_as_one(content):
        return Detected(*file.read(content))
    kind = Kind.BYTES
    if _is_text(content):
        kind = Kind.JSON if _is_json(content) else Kind.TEXT
    return Detected(Payload(kind, content), Encoding.BINARY)


def named(payload: Payload) -> Payload:
    """Return bytes as the kind that they are by themselves; other payloads stay as they are."""
    if payload.kind is Kind.BYTES:
        with suppress(InputError):
            found = payload_in(payload.data).payload
            if found.data == payload.data:
                return found
    return payload


def parts_in(content: bytes) -> list[bytes] | None:
    """Return the UR, BBQr or pMofN parts of a text, in their order; None for anything else.

    Most lines have to hold some, whatever stands around them: numbers, quotes, a heading. What
    begins as a part is returned whole, to be found damaged if it is.
    """
    text = _unmarked(content)
    if b"\0" in text[:_HEAD] or not _BEGINS.search(text[:_HEAD]) or _is_json(text):
        return None
    lines = [line.strip(_AROUND) for line in text.splitlines() if line.strip(_AROUND)]
    found = [_parts_of(line) for line in lines]
    if 2 * sum(map(bool, found)) <= len(lines):
        return None
    return [part for parts in found for part in parts]


def _unmarked(content: bytes) -> bytes:
    """Return a text without the mark that some shells begin it with, who write UTF-16 besides."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            with suppress(UnicodeDecodeError):
                return content[len(mark) :].decode(encoding).encode()
    return content


def _parts_of(line: bytes) -> list[bytes]:
    begins = line[:64].decode("latin-1")
    if pmofn.is_pmofn(begins):
        return [line]
    if (ur.is_ur(begins) or bbqr.is_bbqr(begins)) and not _BREAK.search(line):
        return [line]
    return _PART.findall(line)


def insist_no_page(payload: Payload) -> None:
    """Refuse a page that shows codes when it is opened, or an archive, where codes are to be read.

    Raises:
        InputError: it is one.
    """
    if payload.kind is Kind.BYTES and payload.data.startswith(_ARCHIVES):
        raise InputError(
            "this is an archive, and no picture", hint="unpack it, and name the folder"
        )
    begins = payload.data[:1024].lstrip().lower()
    if payload.kind in (Kind.TEXT, Kind.BYTES) and begins.startswith(_PAGES):
        raise InputError(
            "this is a page that may show codes, and no picture of them",
            hint="open it, and read a screenshot or photos of it",
        )


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(c.isprintable() or c in "\r\n\t" for c in text)


def _is_json(content: bytes) -> bool:
    if not content.lstrip().startswith((b"{", b"[")):
        return False
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True
