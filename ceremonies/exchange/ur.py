"""UR 2.0: typed CBOR in one code, or in a fountain of them (BCR-2020-005)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ceremonies.errors import InputError
from ceremonies.exchange import bytewords, cbor, fountain
from ceremonies.exchange.cbor import Tagged
from ceremonies.exchange.fountain import Part
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.frozen import Frozen

_SINGLE = re.compile(r"ur:([a-z0-9-]{1,40})/([a-z]+)", re.IGNORECASE)
_MULTI = re.compile(r"ur:([a-z0-9-]{1,40})/([0-9]{1,10})-([0-9]{1,10})/([a-z]+)", re.IGNORECASE)
_FIRST_VERSION = re.compile(r"ur:[a-z0-9-]{1,40}/[0-9]{1,10}of[0-9]{1,10}/.*", re.IGNORECASE)
_PSBT_TAGS = (310, 40310)
_PART_OVERHEAD = 5 * 5 + 4
"""What CBOR and the checksum add to a fragment at most: an array of five, and the CRC-32."""
_SHORTEST = 10
"""The shortest fragment that is worth its framing, in bytes."""

_TYPES = {
    Kind.PSBT: "crypto-psbt",
    Kind.OUTPUT: "crypto-output",
    Kind.ACCOUNT: "crypto-account",
    Kind.HDKEY: "crypto-hdkey",
    Kind.DESCRIPTOR: "output-descriptor",
}
_KINDS = {
    "psbt": Kind.PSBT,
    "crypto-psbt": Kind.PSBT,
    "bytes": Kind.BYTES,
    "crypto-output": Kind.OUTPUT,
    "crypto-account": Kind.ACCOUNT,
    "crypto-hdkey": Kind.HDKEY,
    "output-descriptor": Kind.DESCRIPTOR,
    # the names of the second version, whose cbor says the same things otherwise
    "account-descriptor": Kind.CBOR,
    "hdkey": Kind.CBOR,
}
_AS_BYTES = (Kind.PSBT, Kind.TRANSACTION, Kind.TEXT, Kind.JSON, Kind.BYTES)


class Piece(Frozen, kw_only=True):
    """One UR as it was scanned: its type, and a whole message or a part of one."""

    type: str
    content: bytes | Part


def encode(payload: Payload, *, longest: int, type_name: str | None = None) -> Iterator[str]:
    """Yield the codes of a payload: a single one, or parts without end, in upper case.

    `longest` is a fragment's length in bytes at most; `type_name` is another name of the type,
    such as `psbt` for `crypto-psbt`. Upper case is what QR codes write most densely.

    Raises:
        InputError: it takes more parts than anybody would scan.
    """
    name, message = type_name or _TYPES.get(payload.kind, "bytes"), message_of(payload)
    if len(message) <= longest:
        yield f"ur:{name}/{bytewords.encode(message)}".upper()
        return
    for part in fountain.parts_of(message, longest=longest):
        written = cbor.encode([part.number, part.count, part.size, part.checksum, part.data])
        yield f"ur:{name}/{part.number}-{part.count}/{bytewords.encode(written)}".upper()


def series(payload: Payload, *, longest: int, type_name: str | None = None) -> list[str]:
    """Return a finite series that is shown in a loop: every part, and as many mixed ones again."""
    codes = encode(payload, longest=longest, type_name=type_name)
    first = next(codes)
    is_multi = _MULTI.fullmatch(first)
    return [first, *islice(codes, 2 * int(is_multi[3]) - 1 if is_multi else 0)]


def longest_fragment(characters: int, payload: Payload, type_name: str | None = None) -> int:
    """Return how many bytes a fragment may have for a code of so many characters.

    Raises:
        InputError: next to nothing.
    """
    name = type_name or _TYPES.get(payload.kind, "bytes")
    framing = len(f"ur:{name}/{fountain.MAX_PARTS * 2}-{fountain.MAX_PARTS}/")
    longest = (characters - framing) // 2 - _PART_OVERHEAD
    if longest < _SHORTEST:
        raise InputError(
            "the codes are too small for a ur", hint="allow larger ones with --max-version"
        )
    return longest


def message_of(payload: Payload) -> bytes:
    """Return the CBOR of a payload: a byte string without a tag, or what already is CBOR."""
    return cbor.encode(payload.data) if payload.kind in _AS_BYTES else payload.data


def is_ur(text: str) -> bool:
    """Whether a text says it is a UR."""
    return text[:3].lower() == "ur:"


def parse(text: str) -> Piece:
    """Read one UR, in upper, lower or mixed case.

    Raises:
        InputError: it is damaged, or claims what cannot be.
    """
    whole = _SINGLE.fullmatch(text)
    if whole:
        return Piece(type=whole[1].lower(), content=bytewords.decode(whole[2]))
    found = _MULTI.fullmatch(text)
    if _FIRST_VERSION.match(text):
        raise InputError(
            "this is a ur of the first version, which is not read",
            hint="set the wallet to ur 2, to bbqr, or to a file",
        )
    if not found:
        raise InputError("the ur is not written as one", hint="scan or copy it again")
    part = _part(bytewords.decode(found[4]))
    if (part.number, part.count) != (int(found[2]), int(found[3])):
        raise InputError("a part of the ur has another number than it says", hint="scan it again")
    fountain.insist_possible(part)
    return Piece(type=found[1].lower(), content=part)


def _part(written: bytes) -> Part:
    match cbor.decode(written):
        case [int(number), int(count), int(size), int(checksum), bytes(data)] if all(
            0 <= value <= 0xFFFFFFFF for value in (number, count, size, checksum)
        ):
            return Part(number=number, count=count, size=size, checksum=checksum, data=data)
    raise InputError("a part of the ur is not five values", hint="scan or copy it again")


def payload_of(type_name: str, message: bytes) -> Payload:
    """Return what a whole message carries.

    Raises:
        InputError: the type is unknown, or the message is not of its type.
    """
    kind = _KINDS.get(type_name)
    if kind is None:
        raise InputError(
            f"a ur of type {type_name} is not read here",
            hint="export a psbt, bytes, an output, an account or a key",
        )
    value = cbor.decode(message)
    if kind not in _AS_BYTES:
        return Payload(kind, message)
    if kind is Kind.PSBT and isinstance(value, Tagged) and value.tag in _PSBT_TAGS:
        value = value.value
    if not isinstance(value, bytes):
        raise InputError(f"the ur of type {type_name} holds no bytes", hint="export it again")
    return Payload(kind, value)
