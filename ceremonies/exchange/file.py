"""The file as a carrier: binary, Base64 or hex, detected by content and then read strictly."""

from __future__ import annotations

import base64

from ceremonies import strict
from ceremonies.errors import InputError
from ceremonies.exchange.payload import Encoding, Kind, Payload

MAX_SIZE = 130 * 1024 * 1024
"""The longest file that is read: a PSBT of the largest size, in hex."""

_PSBT_MAGIC = b"psbt\xff"
_BASE64_MAGIC = b"cHNidP"
_TRANSACTION_VERSIONS = (b"\x01\x00\x00\x00", b"\x02\x00\x00\x00", b"\x03\x00\x00\x00")
_HEX_MAGICS = tuple(magic.hex().encode() for magic in (_PSBT_MAGIC, *_TRANSACTION_VERSIONS))


def read(content: bytes) -> tuple[Payload, Encoding]:
    """Detect how a file is written and what it holds.

    Text may be wrapped by line breaks, with spaces around the whole; nothing else is passed over.

    Raises:
        InputError: it holds no PSBT and no transaction, or is damaged.
    """
    if content.startswith(_PSBT_MAGIC):
        return Payload(Kind.PSBT, content), Encoding.BINARY
    if content.startswith(_TRANSACTION_VERSIONS):
        return Payload(Kind.TRANSACTION, content), Encoding.BINARY
    text = content.translate(None, b"\r\n").strip(b" \t")
    if text.startswith(_BASE64_MAGIC):
        data = strict.base64_bytes(text.decode("ascii", "replace"), what="the psbt")
        return _recognised(data), Encoding.BASE64
    if text.lower().startswith(_HEX_MAGICS):
        data = strict.hex_bytes(text.decode("ascii", "replace"), what="the file")
        return _recognised(data), Encoding.HEX
    raise _unknown()


def begins_as_one(content: bytes) -> bool:
    """Whether a file begins as a PSBT or a transaction does, so that it must be one to its end."""
    text = content[:64].translate(None, b"\r\n").strip(b" \t")
    return (
        content.startswith((_PSBT_MAGIC, *_TRANSACTION_VERSIONS))
        or text.startswith(_BASE64_MAGIC)
        or text.lower().startswith(_HEX_MAGICS)
    )


def write(payload: Payload, encoding: Encoding) -> bytes:
    """Write a payload as a file; text is one line ended by LF."""
    if encoding is Encoding.BINARY:
        return payload.data
    if encoding is Encoding.HEX:
        return payload.data.hex().encode() + b"\n"
    return base64.b64encode(payload.data) + b"\n"


def _recognised(data: bytes) -> Payload:
    if data.startswith(_PSBT_MAGIC):
        return Payload(Kind.PSBT, data)
    if data.startswith(_TRANSACTION_VERSIONS):
        return Payload(Kind.TRANSACTION, data)
    raise _unknown()


def _unknown() -> InputError:
    return InputError(
        "the file holds neither a psbt nor a transaction",
        hint="give a psbt as binary, base64 or hex",
    )
