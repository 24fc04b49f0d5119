"""BBQr: bytes in a series of codes, each with a header of eight characters.

`B$`, how the bytes are written, what they are, how many codes there are and which this is, the
last two in base 36. There is no checksum: what keeps parts of two messages apart is their headers
and lengths, deflate's own end, and whoever reads the payload.
"""

from __future__ import annotations

import base64
import re
import zlib

from ceremonies.errors import InputError
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.frozen import Frozen

MAX_PARTS = 1_295
"""The largest count that two digits of base 36 take."""
MAX_SIZE = 16 * 1024 * 1024
"""The longest payload that a series is inflated to, in bytes."""
HEADER = 8

_WINDOW = -10
"""Deflate without a header, looking back 1 KiB: all that small readers have memory for."""
_ANY_WINDOW = -15
"""What is read: writers that take more memory than they should are understood all the same."""
_GROUP = 8
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PART = re.compile(
    r"B\$([ZH2])([A-Z])([0-9A-Z]{2})([0-9A-Z]{2})([0-9A-Z]+)", re.IGNORECASE | re.ASCII
)
_TYPES = {
    Kind.PSBT: "P",
    Kind.TRANSACTION: "T",
    Kind.JSON: "J",
    Kind.TEXT: "U",
    Kind.BYTES: "B",
    Kind.CBOR: "C",
    Kind.OUTPUT: "C",
    Kind.ACCOUNT: "C",
    Kind.HDKEY: "C",
    Kind.DESCRIPTOR: "C",
}
_KINDS = {
    "P": Kind.PSBT,
    "T": Kind.TRANSACTION,
    "J": Kind.JSON,
    "U": Kind.TEXT,
    "B": Kind.BYTES,
    "C": Kind.CBOR,
}


class Piece(Frozen, kw_only=True):
    """One code: how the whole is written, its file type, the count, which (from 0), and text."""

    encoding: str
    type: str
    count: int
    index: int
    text: str

    @property
    def stream(self) -> tuple[str, str, int]:
        """What all parts of one payload have in common."""
        return self.encoding, self.type, self.count


def encode(payload: Payload, *, longest: int, encoding: str | None = None) -> list[str]:
    """Return the codes of a payload, of `longest` characters at most and evenly filled.

    The encoding is `Z` (deflate) where that is shorter, else `2` (Base32); `H` (hex) on request.

    Raises:
        InputError: it takes more codes than a series may have.
    """
    chosen, text = _written(payload.data, encoding)
    room = (longest - HEADER) // _GROUP * _GROUP
    if room < _GROUP:
        raise ValueError("a code is too small for the header")
    count = max(-(-len(text) // room), 1)
    # all but the last part are whole groups, so that each can be decoded by itself
    each = -(-len(text) // (count * _GROUP)) * _GROUP or _GROUP
    parts = [text[at : at + each] for at in range(0, len(text), each)]
    if len(parts) > MAX_PARTS or not parts:
        raise InputError(
            f"{len(payload.data)} bytes take {len(parts)} codes, and a series has 1 to {MAX_PARTS}",
            hint="use denser codes, or carry it as a file",
        )
    start = f"B${chosen}{_TYPES[payload.kind]}{_base36(len(parts))}"
    return [f"{start}{_base36(index)}{part}" for index, part in enumerate(parts)]


def is_bbqr(text: str) -> bool:
    """Whether a text says it is a BBQr code."""
    return text[:2].upper() == "B$"


def parse(text: str) -> Piece:
    """Read one code; letters may have been copied in lower case.

    Raises:
        InputError: it is damaged, or claims what cannot be.
    """
    found = _PART.fullmatch(text)
    if not found:
        raise _damaged("is not written as one")
    encoding, kind, count, index, body = (part.upper() for part in found.groups())
    piece = Piece(
        encoding=encoding, type=kind, count=int(count, 36), index=int(index, 36), text=body
    )
    if piece.index >= piece.count:
        raise _damaged(f"says it is part {piece.index + 1} of {piece.count}")
    if kind not in _KINDS:
        raise InputError(f"a bbqr code of file type {kind} is not read here", hint="export a psbt")
    is_last = piece.index == piece.count - 1
    if not is_last and len(body) % (2 if encoding == "H" else _GROUP):
        raise _damaged("has a length that only the last part may have")
    return piece


def join(pieces: list[Piece]) -> Payload:
    """Return the payload of all parts of a series, in order.

    Raises:
        InputError: they are not of one payload, or it is damaged or too large.
    """
    if len({len(piece.text) for piece in pieces[:-1]} | {len(pieces[0].text)}) > 1:
        raise _mixed("are of different lengths")
    if len(pieces[-1].text) > len(pieces[0].text):
        raise _mixed("end in one that is too long")
    text = "".join(piece.text for piece in pieces)
    first = pieces[0]
    data = _hex(text) if first.encoding == "H" else _base32(text)
    return Payload(_KINDS[first.type], _inflated(data) if first.encoding == "Z" else data)


def _written(data: bytes, encoding: str | None) -> tuple[str, str]:
    if encoding == "H":
        return "H", data.hex().upper()
    if encoding in (None, "Z"):
        deflate = zlib.compressobj(level=9, wbits=_WINDOW)
        small = deflate.compress(data) + deflate.flush()
        if len(small) < len(data):
            return "Z", _to_base32(small)
    return "2", _to_base32(data)


def _to_base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")


def _base32(text: str) -> bytes:
    try:
        data = base64.b32decode(text + "=" * (-len(text) % _GROUP))
    except ValueError:
        raise _damaged("is no base32") from None
    if _to_base32(data) != text:
        raise _damaged("has a last part of a length that base32 does not have")
    return data


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise _damaged("is no hex") from None


def _inflated(data: bytes) -> bytes:
    inflate = zlib.decompressobj(wbits=_ANY_WINDOW)
    try:
        found = inflate.decompress(data, MAX_SIZE)
    except zlib.error:
        raise _mixed("do not inflate") from None
    if not inflate.eof and len(found) >= MAX_SIZE:
        raise InputError(
            f"the bbqr series inflates to more than {MAX_SIZE} bytes",
            hint="no psbt is so large: find out who made it",
        )
    if not inflate.eof or inflate.unused_data:
        raise _mixed("do not inflate to their end")
    return found


def _base36(number: int) -> str:
    return _DIGITS[number // 36] + _DIGITS[number % 36]


def _damaged(how: str) -> InputError:
    return InputError(f"the bbqr code {how}", hint="scan or copy it again")


def _mixed(how: str) -> InputError:
    return InputError(
        f"the parts of the bbqr series {how}",
        hint="parts of two series were mixed, or one is damaged: scan one series alone",
    )
