"""The lines of a log: one way to write each, a chain, and a tree."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256

from log.by_the_pages.forms import Data, agrees, fields, fits, has
from log.by_the_pages.wrong import Wrong, need

KEYS = ["v", "seq", "prev", "type", "boot", "mono_ms", "data"]


def record(line: bytes) -> Data:
    """Read one line that is a record, of whatever type."""
    try:
        need(len(line) <= 65535, "a line is too long")
        read = json.loads(line)
        again = json.dumps(read, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except (ValueError, RecursionError):
        raise Wrong("a line is no JSON") from None
    need(line == again and isinstance(read, dict) and list(read) == KEYS, "it is written otherwise")
    need(type(read["v"]) is int and read["v"] == 1, "another version")
    need(fits("number", read["seq"]) and fits("number", read["mono_ms"]), "numbers")
    need(fits("hash", read["prev"]) and isinstance(read["data"], dict), "prev or data")
    need(isinstance(read["boot"], str) and re.fullmatch("[0-9a-f]{16}", read["boot"]), "boot")
    kind = read["type"]
    need(isinstance(kind, str), "type")
    if kind in fields("type"):
        need(
            has(fields("type")[kind], read["data"]) and agrees(kind, read["data"]),
            f"fields: {kind}",
        )
    else:
        need(re.fullmatch(r"[a-z]+(\.[a-z]+)?", kind), "type")
    return read


def identity(line: bytes) -> bytes:
    return sha256(b"\0" + line).digest()


def root(leaves: list[bytes]) -> bytes:
    """The root of RFC 6962."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def chain(lines: list[bytes]) -> Iterator[Data]:
    """Read the records, each with the number and the identity that it has to have."""
    prev = bytes(32)
    for seq, line in enumerate(lines):
        read = record(line)
        need((read["seq"], read["prev"]) == (seq, prev.hex()), f"record {seq} does not follow")
        prev = identity(line)
        yield read


def is_record(line: bytes) -> bool:
    try:
        record(line)
    except Wrong:
        return False
    return True
