"""Payloads: what crosses the air gap, apart from what carries it."""

from __future__ import annotations

from enum import StrEnum

from ceremonies.frozen import Frozen


class Kind(StrEnum):
    """What a payload is; what it means is for the wings that use it.

    The data of the three `crypto-` kinds, of `output-descriptor` and of `cbor` is CBOR as the
    registry of UR types says.
    """

    PSBT = "psbt"
    TRANSACTION = "transaction"
    TEXT = "text"
    JSON = "json"
    BYTES = "bytes"
    CBOR = "cbor"
    OUTPUT = "crypto-output"
    ACCOUNT = "crypto-account"
    HDKEY = "crypto-hdkey"
    DESCRIPTOR = "output-descriptor"


class Encoding(StrEnum):
    """How a file writes a payload."""

    BINARY = "binary"
    BASE64 = "base64"
    HEX = "hex"


class Format(StrEnum):
    """What carries a payload across the air gap."""

    FILE = "file"
    STATIC = "static"
    BBQR = "bbqr"
    UR = "ur"
    PMOFN = "pmofn"


class Payload(Frozen):
    """Bytes, and what kind they are."""

    kind: Kind
    data: bytes


class Arrived(Frozen, kw_only=True):
    """A payload, what carried it, and how many frames were read and used for it."""

    payload: Payload
    format: Format
    encoding: Encoding
    frames_read: int = 0
    frames_used: int = 0
