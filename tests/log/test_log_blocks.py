"""Many records read at once are read as strictly as one by one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from forgeries import chained
from hypothesis import example, given
from hypothesis import strategies as st
from log_material import EXAMPLES
from test_log_records import other_spellings

from ceremonies.errors import InputError
from ceremonies.log import facts
from ceremonies.log.chain import FILE, open_log, pages
from ceremonies.log.facts import FACTS, Fact, digits_in
from ceremonies.log.records import MOST_BYTES, NO_RECORD, decode, decode_block, encode, identity

LINES = chained(EXAMPLES)


def one_by_one(lines: Sequence[bytes]) -> list[Fact] | None:
    """What `decode` says of lines that are to follow each other from the first record on."""
    told, prev = [], NO_RECORD
    for seq, line in enumerate(lines):
        try:
            record = decode(line)
        except InputError:
            return None
        if (record.seq, record.prev) != (seq, prev):
            return None
        told.append(record.fact)
        prev = record.id
    return told


def at_once(lines: Sequence[bytes]) -> list[Fact] | None:
    ids = [NO_RECORD, *map(identity, lines[:-1])]
    return decode_block(b"".join(lines), first=0, prevs=[one.hex() for one in ids])


def test_every_type_is_read_the_first_time_and_again() -> None:
    for _ in range(2):
        assert at_once(LINES) == list(EXAMPLES)


@given(data=st.data(), seq=st.integers(0, len(LINES) - 1), byte=st.integers(0, 255))
@example(data=None, seq=2, byte=0x0D)
def test_a_changed_line_is_judged_as_it_is_alone(
    data: st.DataObject | None, seq: int, byte: int
) -> None:
    line = LINES[seq]
    at = data.draw(st.integers(0, len(line) - 1)) if data else 5
    cut = data.draw(st.integers(0, 2)) if data else 1
    changed = line[:at] + bytes([byte]) + line[at + cut :]
    if b"\n" in changed[:-1] or not changed.endswith(b"\n"):
        return  # that would be another number of lines
    lines = [*LINES[:seq], changed, *LINES[seq + 1 :]]
    assert at_once(lines[: seq + 1]) == one_by_one(lines[: seq + 1])
    if seq < len(LINES) - 1:  # of the last one, a record that says something else is one too
        assert (at_once(lines) is None) == (changed != line)


@pytest.mark.parametrize("spelling", other_spellings())
def test_another_spelling_is_refused_among_others_too(spelling: str) -> None:
    line = other_spellings()[spelling]
    place = encode(facts.End(step="x"), seq=3, prev=bytes(range(32)), boot="00" * 8, mono_ms=1)
    prevs = [bytes(range(32)).hex(), identity(line).hex()]
    after = encode(facts.End(step="x"), seq=4, prev=identity(line), boot="00" * 8, mono_ms=1)
    assert decode_block(place, first=3, prevs=prevs[:1]) is not None
    assert decode_block(line + after, first=3, prevs=prevs) is None


NUMBERS = ("0", "7", "9007199254740991")
NO_NUMBERS = ("00", "07", "-1", "-0", "1.0", "1e3", "", "9007199254740992", "99999999999999999")


@pytest.mark.parametrize("number", [*NUMBERS, *NO_NUMBERS])
def test_a_time_has_one_spelling(number: str) -> None:
    line = chained(EXAMPLES[:1])[0].replace(b'"mono_ms":0,', b'"mono_ms":%b,' % number.encode())
    assert (at_once([line]) is not None) == (number in NUMBERS)
    assert (one_by_one([line]) is not None) == (number in NUMBERS)


@pytest.mark.parametrize("fact", EXAMPLES, ids=[fact.type for fact in EXAMPLES])
def test_digits_are_digits_in_every_field_that_has_them(fact: Fact) -> None:
    for name in digits_in(type(fact)):
        value = getattr(fact, name)
        for other in (value.upper(), "g" + value[1:], " " + value[1:], "é" + value[1:]):
            if other == value:
                continue
            line = encode(fact, seq=0, prev=NO_RECORD, boot="00" * 8, mono_ms=0)
            line = line.replace(b'"%b"' % value.encode(), b'"%b"' % other.encode())
            assert one_by_one([line]) is None
            assert at_once([line]) is None


def test_every_hash_is_known_to_be_one() -> None:
    named = {name for kind in FACTS.values() for name in digits_in(kind)}
    assert {"psbt_sha256", "intent", "fingerprint", "seal_sha256", "name_commitment"} <= named
    assert not named & {"why", "key", "wallet", "person", "nonce"}


@pytest.mark.parametrize("before", [0, 1, 100])
@pytest.mark.parametrize("ends", [True, False])
def test_pages_end_where_a_line_is_longer_than_a_record(
    before: int, ends: bool, tmp_path: Path
) -> None:
    lines = [b"x" * (MOST_BYTES - 1) + b"\n"] * before
    after = (b"\n", *lines) if ends else ()
    (tmp_path / FILE).write_bytes(b"".join([*lines, b"y" * MOST_BYTES, *after]))
    descriptor = open_log(tmp_path, os.O_RDONLY)
    try:
        found = [*pages(descriptor)]
    finally:
        os.close(descriptor)
    *whole, (rest, none) = found
    assert [line for page in whole for line in page.lines] == lines
    assert all(page.block == b"".join(page.lines) for page in whole)
    assert rest == b"y" * len(rest)
    assert len(rest) >= MOST_BYTES
    assert none == []
