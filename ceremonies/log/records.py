"""Records, `ceremony-log/1`: the exact bytes of a line, and what they say.

A record is a fact with its place: its number, the identity of the record before it, and what the
machine knows of time. Its identity is SHA-256(0x00 || line with its LF), which is also its leaf
hash in the tree of RFC 6962.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

import msgspec

from ceremonies.errors import InputError
from ceremonies.log.facts import FACTS, Count, Fact, Sha256
from ceremonies.spoken import visible

MOST_BYTES = 65_535
"""The longest line, its LF included."""

NO_RECORD = bytes(32)
"""What the first record has as the identity of the one before it."""

_LEAF = b"\x00"
_ANOTHER_COPY = "compare it with another copy of the log"
_NOT_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record that was read or written; `id` and `prev` are 32 bytes.

    `boot` is a salted hash of the boot id, `mono_ms` the milliseconds since that boot.
    """

    seq: int
    prev: bytes
    type: str
    boot: str
    mono_ms: int
    fact: Fact
    id: bytes


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: Literal[1]
    seq: Count
    prev: Sha256
    type: str
    boot: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{16}\Z")]
    mono_ms: Count
    data: msgspec.Raw


_ENCODER = msgspec.json.Encoder()
_LINES = msgspec.json.Decoder(_Line)


@cache
def _facts_of(kind: type[Fact]) -> msgspec.json.Decoder[Fact]:
    return msgspec.json.Decoder(kind)


def encode(fact: Fact, *, seq: int, prev: bytes, boot: str, mono_ms: int) -> bytes:
    """Write one record: compact JSON in UTF-8, keys in their fixed order, ended by LF.

    Raises:
        InputError: a reader would refuse it: a field is not of its form, or the line too long.
        TypeError: a field holds what is neither text nor number, such as a secret.
    """
    try:
        line = _joined(fact, seq=seq, prev=prev.hex(), boot=boot, mono_ms=mono_ms)
    except UnicodeEncodeError:
        raise InputError(
            f"a field of {fact.type} is not text that UTF-8 can write", hint="type it again"
        ) from None
    try:
        read = decode(line).fact
    except InputError as error:
        raise InputError(
            f"{fact.type} cannot be logged: {error.cause}", hint="say it shorter, or otherwise"
        ) from None
    if read != fact:
        # bytes would be written as the text of their Base64, and be read as any text
        raise TypeError(f"{fact.type} holds something that is neither text nor number")
    return line


def decode(line: bytes) -> Record:
    """Read one line, its LF included, and insist that it is as `encode` writes it.

    Comparing the bytes refuses, in one rule, keys that appear twice or in another order, and every
    other way to write the same text and numbers.

    Raises:
        InputError: it is not one record of a type that this program knows.
    """
    if len(line) > MOST_BYTES:
        raise InputError(f"a record is longer than {MOST_BYTES} bytes", hint=_ANOTHER_COPY)
    try:
        read = _LINES.decode(line)
        kind = FACTS.get(read.type)
        if kind is None:
            raise InputError(
                f"a record is of the type {visible(read.type)}, which is not known here",
                hint="use the version of the program that genesis names",
            )
        fact = _facts_of(kind).decode(read.data)
    except _NOT_JSON as error:
        raise InputError(
            f"a record does not have its form: {visible(str(error))}", hint=_ANOTHER_COPY
        ) from None
    if _joined(fact, seq=read.seq, prev=read.prev, boot=read.boot, mono_ms=read.mono_ms) != line:
        raise InputError("a record is not written as records are", hint=_ANOTHER_COPY)
    return Record(
        seq=read.seq,
        prev=bytes.fromhex(read.prev),
        type=read.type,
        boot=read.boot,
        mono_ms=read.mono_ms,
        fact=fact,
        id=identity(line),
    )


def identity(line: bytes) -> bytes:
    """Hash a line, its LF included, as a leaf of RFC 6962."""
    return hashlib.sha256(_LEAF + line).digest()


def _joined(fact: Fact, *, seq: int, prev: str, boot: str, mono_ms: int) -> bytes:
    data = msgspec.Raw(_ENCODER.encode(fact))
    line = _Line(v=1, seq=seq, prev=prev, type=fact.type, boot=boot, mono_ms=mono_ms, data=data)
    return _ENCODER.encode(line) + b"\n"
