"""Records, `ceremony-log/1`: the exact bytes of a line, and what they say.

A record is a fact with its place: its number, the identity of the record before it, and what the
machine knows of time. Its identity is SHA-256(0x00 || line with its LF), which is also its leaf
hash in the tree of RFC 6962.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from hashlib import sha256
from itertools import chain, count, repeat
from operator import attrgetter, call, or_
from typing import Any, Literal, NamedTuple

import msgspec

from ceremonies.errors import InputError
from ceremonies.log.facts import FACTS, Count, Fact, digits_in
from ceremonies.spoken import visible
from ceremonies.strict import json_value

MOST_BYTES = 65_535
"""The longest line, its LF included."""

NO_RECORD = bytes(32)
"""What the first record has as the identity of the one before it."""

_LEAF = b"\x00"
_DIGITS = b"0123456789abcdef"
_ANOTHER_COPY = "compare it with another copy of the log"
_NOT_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_HASH = re.compile(r"[0-9a-f]{64}")
_BOOT = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, kw_only=True, slots=True)
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


class _Line(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A record as its JSON has it; to be written, `data` may be a fact itself."""

    v: Literal[1]
    seq: Count
    prev: str
    type: str
    boot: str
    mono_ms: Count
    data: msgspec.Raw


class _Kind(NamedTuple):
    """How facts of one type are read, and what of them has to be hexadecimal digits."""

    read: Callable[[bytes | msgspec.Raw], Any]
    digits: Callable[[Fact], Sequence[str | None]]


class _Kinds(dict[str, _Kind]):
    """Every kind by its name in a log, made when it is first met."""

    def __missing__(self, name: str) -> _Kind:
        names = digits_in(FACTS[name])
        # of a single name an attrgetter makes no tuple
        digits = attrgetter(*names, names[0]) if names else _no_digits
        self[name] = _Kind(msgspec.json.Decoder(FACTS[name]).decode, digits)
        return self[name]


def _no_digits(_: Fact) -> Sequence[str | None]:
    return ()


@cache
def _all_lines() -> msgspec.json.Decoder[Any]:
    """Read a line of any type in one go: what the verifier computes anyway is passed over."""
    fields = (("boot", str), ("mono_ms", Count))
    kinds = [
        msgspec.defstruct(
            kind.__name__, (*fields, ("data", kind)), tag_field="type", tag=name, gc=False
        )
        for name, kind in FACTS.items()
    ]
    return msgspec.json.Decoder(reduce(or_, kinds))


_ENCODER = msgspec.json.Encoder()
_KINDS = _Kinds()
_LINES = msgspec.json.Decoder(_Line)


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
        if read.type not in FACTS:
            raise InputError(
                f"a record is of the type {visible(read.type)}, which is not known here",
                hint="use the version of the program that genesis names",
            )
        kind = _KINDS[read.type]
        fact = kind.read(read.data)
    except _NOT_JSON as error:
        raise InputError(
            f"a record does not have its form: {visible(str(error))}", hint=_ANOTHER_COPY
        ) from None
    is_well_formed = _HASH.fullmatch(read.prev) and _BOOT.fullmatch(read.boot)
    if not is_well_formed or not _are_digits(kind.digits(fact)):
        raise InputError(
            "a record does not have its form: what should be hexadecimal digits is not",
            hint=_ANOTHER_COPY,
        )
    if _joined(fact, seq=read.seq, prev=read.prev, boot=read.boot, mono_ms=read.mono_ms) != line:
        raise _miswritten(line)
    return Record(
        seq=read.seq,
        prev=bytes.fromhex(read.prev),
        type=read.type,
        boot=read.boot,
        mono_ms=read.mono_ms,
        fact=fact,
        id=identity(line),
    )


def _miswritten(line: bytes) -> InputError:
    """Say what is wrong with a line that says what a record says, in other bytes."""
    why = "a record is not written as records are"
    if line.endswith(b"\r\n"):
        why = "a record ends with CR and LF, not with LF alone"
    else:
        try:
            json_value(line, dict, what="a record")
        except InputError as error:
            why = error.cause
    return InputError(why, hint=_ANOTHER_COPY)


def decode_block(block: bytes, *, first: int, prevs: Sequence[str]) -> list[Fact] | None:
    """Read the facts of whole lines that follow each other: as strictly as `decode`, much faster.

    `prevs` are the identities that the lines have to name, in hexadecimal digits; no line is longer
    than `MOST_BYTES`. Return None where anything is not as it has to be: what, `decode` says.
    """
    try:
        lines = _all_lines().decode_lines(block)
    except _NOT_JSON:
        return None
    told = [line.data for line in lines]
    types = [fact.type for fact in told]
    boots = [line.boot for line in lines]
    times = [line.mono_ms for line in lines]
    again = [*map(_Line, repeat(1), count(first), prevs, types, boots, times, told)]
    digits = chain.from_iterable(map(call, [_KINDS[name].digits for name in types], told))
    is_as_written = (
        all(map(_BOOT.fullmatch, set(boots)))
        and _are_digits(digits)
        and _ENCODER.encode_lines(again) == block
    )
    return told if is_as_written else None


def identity(line: bytes) -> bytes:
    """Hash a line, its LF included, as a leaf of RFC 6962."""
    return sha256(_LEAF + line).digest()


def identities(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Hash each line as `identity` does; a copy of what all begin with saves a third of it."""
    begun = sha256(_LEAF)
    for line in lines:
        leaf = begun.copy()
        leaf.update(line)
        yield leaf.digest()


def _are_digits(values: Iterable[str | None]) -> bool:
    joined = "".join(filter(None, values))
    return joined.isascii() and not joined.encode().translate(None, _DIGITS)


def _joined(fact: Any, *, seq: int, prev: str, boot: str, mono_ms: int) -> bytes:
    line = _Line(v=1, seq=seq, prev=prev, type=fact.type, boot=boot, mono_ms=mono_ms, data=fact)
    return _ENCODER.encode(line) + b"\n"
