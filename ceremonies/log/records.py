"""Records, `ceremony-log/1`: the exact bytes of a line, and what they say.

A record is a fact with its place: its number, the identity of the record before it, and what the
machine knows of time. Its identity is SHA-256(0x00 || line with its LF), which is also its leaf
hash in the tree of RFC 6962.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, NamedTuple

import msgspec

from ceremonies.errors import InputError
from ceremonies.log.facts import FACTS, MOST, Count, Fact, digits_in
from ceremonies.spoken import visible

MOST_BYTES = 65_535
"""The longest line, its LF included."""

NO_RECORD = bytes(32)
"""What the first record has as the identity of the one before it."""

_LEAF = b"\x00"
_MOST_KNOWN = 256
_ANOTHER_COPY = "compare it with another copy of the log"
_NOT_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_HASH = re.compile(r"[0-9a-f]{64}")
_BOOT = re.compile(r"[0-9a-f]{16}")
_ABOUT = re.compile(rb'(?P<type>[a-z.]+)","boot":"[0-9a-f]{16}"')


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


class _Line(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A record as its JSON has it; to be written, `data` may be a fact itself."""

    v: Literal[1]
    seq: Count
    prev: str
    type: str
    boot: str
    mono_ms: Count
    data: msgspec.Raw


class _Kind(NamedTuple):
    """How facts of one type are read; `known` are some that were, by their bytes."""

    read: Callable[[bytes | msgspec.Raw], Any]
    digits: Callable[[Fact], Sequence[str | None]] | None
    known: dict[bytes, Any]


class _Kinds(dict[str, _Kind]):
    """Every kind by its name in a log, made when it is first met."""

    def __missing__(self, name: str) -> _Kind:
        names = digits_in(FACTS[name])
        # of a single name an attrgetter makes no tuple
        digits = attrgetter(*names, names[0]) if names else None
        self[name] = _Kind(msgspec.json.Decoder(FACTS[name]).decode, digits, {})
        return self[name]


class _Abouts(dict[bytes, _Kind]):
    """Kinds by what stands between `prev` and `mono_ms`: few differ in a log."""

    def __missing__(self, about: bytes) -> _Kind:
        found = _ABOUT.fullmatch(about)
        if found is None:
            raise KeyError(about)
        if len(self) >= _MOST_KNOWN:
            self.clear()
        kind = self[about] = _KINDS[found["type"].decode()]
        return kind


_ENCODER = msgspec.json.Encoder()
_KINDS = _Kinds()
_ABOUTS = _Abouts()
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
    if not is_well_formed or (kind.digits and not _are_digits(kind.digits(fact))):
        raise InputError(
            "a record does not have its form: what should be hexadecimal digits is not",
            hint=_ANOTHER_COPY,
        )
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


def decode_block(
    lines: Sequence[bytes], *, first: int, prevs: Sequence[bytes]
) -> list[Fact] | None:
    """Read the facts of lines that follow each other: as strictly as `decode`, and much faster.

    `prevs` are the identities that the lines have to name, in hexadecimal digits. What comes before
    the facts is known or compared piece by piece, and the facts are all written once more in a
    single call. Return None where anything is not as it has to be: what, `decode` says.
    """
    told: list[Any] = []
    texts: list[bytes] = []
    digits: list[str | None] = []
    try:
        for seq, (prev, line) in enumerate(zip(prevs, lines, strict=True), first):
            place = b'{"v":1,"seq":%d,"prev":"%b","type":"' % (seq, prev)
            if not line.startswith(place):
                return None
            about, _, data = line[len(place) :].partition(b',"data":')
            about, _, mono_ms = about.rpartition(b',"mono_ms":')
            if not _is_count(mono_ms):
                return None
            read, digits_of, known = _ABOUTS[about]
            text = data[:-2]
            texts.append(text)
            fact = known.get(text)
            if fact is None:
                fact = read(text)
                if digits_of is not None:
                    digits += digits_of(fact)
                else:
                    _remember(known, text, fact)
            told.append(fact)
    except (*_NOT_JSON, KeyError):
        return None
    is_as_written = (
        _are_digits(digits)
        and _ENCODER.encode_lines(told) == b"\n".join((*texts, b""))
        and all(line.endswith(b"}\n") for line in lines)
        and max(map(len, lines)) <= MOST_BYTES
    )
    return told if is_as_written else None


def identity(line: bytes) -> bytes:
    """Hash a line, its LF included, as a leaf of RFC 6962."""
    return hashlib.sha256(_LEAF + line).digest()


def _remember(known: dict[bytes, Any], data: bytes, fact: Fact) -> None:
    """Keep a fact that is likely to come again, once its bytes are known to be right."""
    if len(known) < _MOST_KNOWN >= len(data) and _ENCODER.encode(fact) == data:
        known[data] = fact


def _is_count(digits: bytes) -> bool:
    if digits.isdigit() and len(digits) < 16:
        return digits[0] != 0x30 or digits == b"0"
    return digits.isdigit() and digits[0] != 0x30 and len(digits) == 16 and int(digits) <= MOST


def _are_digits(values: Sequence[str | None]) -> bool:
    joined = "".join(filter(None, values))
    try:
        return bytes.fromhex(joined).hex() == joined
    except ValueError:
        return False


def _joined(fact: Any, *, seq: int, prev: str, boot: str, mono_ms: int) -> bytes:
    line = _Line(v=1, seq=seq, prev=prev, type=fact.type, boot=boot, mono_ms=mono_ms, data=fact)
    return _ENCODER.encode(line) + b"\n"
