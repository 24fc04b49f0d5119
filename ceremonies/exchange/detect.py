"""What bytes are, by how they begin: a file, or the content of a plain code."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ceremonies.errors import InputError
from ceremonies.exchange import bbqr, file, pmofn, ur
from ceremonies.exchange.payload import Encoding, Kind, Payload

STRUCTURED = (Kind.PSBT, Kind.TRANSACTION, Kind.JSON)
"""Kinds that say of themselves what they are, unlike text and bytes."""

_PAGES = (b"<!doctype html", b"<html", b"<svg", b"<?xml", b"%pdf-")


@dataclass(frozen=True)
class Detected:
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


def parts_in(content: bytes) -> list[bytes] | None:
    """Return the lines of a text made of UR, BBQr or pMofN parts, None for anything else."""
    if b"\0" in content[:1024]:
        return None
    lines = [line.strip() for line in content.splitlines() if line.strip()]
    begins = lines[0][:64].decode("latin-1") if lines else ""
    if ur.is_ur(begins) or bbqr.is_bbqr(begins) or pmofn.is_pmofn(begins):
        return lines
    return None


def insist_no_page(payload: Payload) -> None:
    """Refuse a page that shows codes when it is opened, where codes are to be read.

    Raises:
        InputError: it is one.
    """
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
