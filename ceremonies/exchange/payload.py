"""Payloads: what crosses the air gap, apart from what carries it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a payload is; what it means is for the wings that use it."""

    PSBT = "psbt"
    TRANSACTION = "transaction"


class Encoding(StrEnum):
    """How a file writes a payload."""

    BINARY = "binary"
    BASE64 = "base64"
    HEX = "hex"


@dataclass(frozen=True)
class Payload:
    """Bytes, and what kind they are."""

    kind: Kind
    data: bytes
