"""A record has one spelling, and no secret has a way into it."""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from log_material import EXAMPLES, HASH, LOG, genesis, plan

from ceremonies.errors import InputError
from ceremonies.log import facts
from ceremonies.log.commitment import Opening, boot_mark
from ceremonies.log.facts import FACTS, MOST, Fact
from ceremonies.log.records import MOST_BYTES, NO_RECORD, decode, encode, identity
from ceremonies.secret import Secret

BOOT = "0123456789abcdef"
CANARY = b"practice canary practice"


def line_of(fact: Fact, *, seq: int = 3, prev: bytes = bytes(range(32))) -> bytes:
    return encode(fact, seq=seq, prev=prev, boot=BOOT, mono_ms=1204)


PAUSED = line_of(facts.Paused(step="machine", why="interrupt"))
BEGUN = line_of(facts.Begin(step="machine", attempt=1))


@pytest.mark.parametrize("fact", EXAMPLES, ids=[fact.type for fact in EXAMPLES])
def test_every_fact_is_read_as_it_was_written(fact: Fact) -> None:
    line = line_of(fact)
    record = decode(line)
    assert record.fact == fact
    assert (record.seq, record.prev, record.boot) == (3, bytes(range(32)), BOOT)
    assert (record.type, record.mono_ms) == (fact.type, 1204)
    assert record.id == identity(line) == hashlib.sha256(b"\0" + line).digest()


def test_there_is_an_example_of_every_type() -> None:
    assert [fact.type for fact in EXAMPLES] == list(FACTS)
    assert len(FACTS) == len(Fact.__subclasses__())


def test_a_line_is_what_log_readers_expect() -> None:
    assert line_of(facts.Begin(step="mächine", attempt=1), seq=0, prev=NO_RECORD) == (
        b'{"v":1,"seq":0,"prev":"' + b"0" * 64 + b'","type":"begin","boot":"0123456789abcdef",'
        b'"mono_ms":1204,"data":{"step":"m\xc3\xa4chine","attempt":1}}\n'
    )


@pytest.mark.parametrize("fact", EXAMPLES, ids=[fact.type for fact in EXAMPLES])
def test_the_keys_of_facts_are_in_their_declared_order(fact: Fact) -> None:
    said = json.loads(line_of(fact))
    assert list(said) == ["v", "seq", "prev", "type", "boot", "mono_ms", "data"]
    assert list(said["data"]) == list(type(fact).__struct_encode_fields__)


def test_a_planned_step_says_class_where_python_cannot() -> None:
    assert b'"class":"idempotent"' in line_of(plan())


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60), number=st.integers(1))
@example(text='\x00\x1f\x7f\u2028\u202e"\\/\b\f\n\r\t', number=MOST)
def test_any_text_has_the_spelling_that_other_json_writers_give_it(text: str, number: int) -> None:
    fact = facts.Begin(step=text, attempt=min(number, MOST))
    line = line_of(fact)
    assert decode(line).fact == fact
    again = json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":"))
    assert again.encode() + b"\n" == line


def other_spellings() -> dict[str, bytes]:
    return {
        "no LF": PAUSED[:-1],
        "two LF": PAUSED + b"\n",
        "CRLF": PAUSED[:-1] + b"\r\n",
        "two records": PAUSED + PAUSED,
        "nothing": b"",
        "an empty line": b"\n",
        "a space": PAUSED.replace(b'"v":1', b'"v": 1'),
        "a byte-order mark": b"\xef\xbb\xbf" + PAUSED,
        "an escape": PAUSED.replace(b"machine", b"m\\u0061chine"),
        "an escaped slash": line_of(facts.End(step="a/b")).replace(b"a/b", b"a\\/b"),
        "a long escape": line_of(facts.End(step="a\n")).replace(b"a\\n", b"a\\u000a"),
        "upper case in an escape": line_of(facts.End(step="\x1f")).replace(b"001f", b"001F"),
        "half a character": line_of(facts.End(step="xy")).replace(b"xy", b"\\ud800"),
        "no UTF-8": PAUSED.replace(b"machine", b"mach\xffne"),
        "a key twice": PAUSED.replace(b'"seq":3', b'"seq":3,"seq":3'),
        "a key twice inside": BEGUN.replace(b'"attempt":1', b'"attempt":1,"attempt":1'),
        "other order": PAUSED.replace(b'"v":1,"seq":3', b'"seq":3,"v":1'),
        "other order inside": BEGUN.replace(
            b'"step":"machine","attempt":1', b'"attempt":1,"step":"machine"'
        ),
        "an unknown key": PAUSED.replace(b'"v":1', b'"v":1,"note":""'),
        "an unknown key inside": BEGUN.replace(b'"attempt":1', b'"attempt":1,"note":""'),
        "no version": PAUSED.replace(b'"v":1,', b""),
        "another version": PAUSED.replace(b'"v":1', b'"v":2'),
        "a default left out": line_of(genesis()).replace(b'"format":"ceremony-log/1",', b""),
        "another format": line_of(genesis()).replace(b"ceremony-log/1", b"ceremony-log/2"),
        "a fraction": BEGUN.replace(b'"attempt":1', b'"attempt":1.0'),
        "an exponent": BEGUN.replace(b'"attempt":1', b'"attempt":1e0'),
        "minus zero": BEGUN.replace(b'"mono_ms":1204', b'"mono_ms":-0'),
        "a leading zero": BEGUN.replace(b'"mono_ms":1204', b'"mono_ms":01204'),
        "below zero": BEGUN.replace(b'"mono_ms":1204', b'"mono_ms":-1'),
        "yes for a number": BEGUN.replace(b'"attempt":1', b'"attempt":true'),
        "beyond 2^53": BEGUN.replace(b'"attempt":1', b'"attempt":9007199254740992'),
        "an attempt before the first": BEGUN.replace(b'"attempt":1', b'"attempt":0'),
        "upper case in a hash": PAUSED.replace(bytes(range(32)).hex().encode(), b"AB" * 32),
        "a short hash": PAUSED.replace(bytes(range(32)).hex().encode(), b"ab" * 31),
        "a choice that is none": PAUSED.replace(b"interrupt", b"whatever"),
        "an array": b"[]\n",
        "arrays without end": b"[" * 60_000,
        "arrays without end inside": b'{"v":1,"data":' + b"[" * 60_000,
        "text": b"not a record\n",
    }


@pytest.mark.parametrize("spelling", other_spellings())
def test_another_spelling_is_refused(spelling: str) -> None:
    line = other_spellings()[spelling]
    assert line not in {PAUSED, BEGUN}
    with pytest.raises(InputError, match=r"^a record ") as caught:
        decode(line)
    assert caught.value.__cause__ is None


@given(fact=st.sampled_from(EXAMPLES), data=st.data())
def test_what_is_read_from_a_changed_line_is_written_as_that_line(
    fact: Fact, data: st.DataObject
) -> None:
    line = bytearray(line_of(fact))
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    insist_on_one_spelling(bytes(line))


@given(st.binary(max_size=200))
def test_bytes_that_are_no_record_are_refused_and_nothing_else_happens(data: bytes) -> None:
    insist_on_one_spelling(data)


def insist_on_one_spelling(line: bytes) -> None:
    try:
        found = decode(line)
    except InputError:
        return
    again = encode(
        found.fact, seq=found.seq, prev=found.prev, boot=found.boot, mono_ms=found.mono_ms
    )
    assert again == line


def test_a_type_of_another_program_is_named_and_not_guessed() -> None:
    with pytest.raises(InputError, match=r"of the type pause\\x1b, which is not known"):
        decode(PAUSED.replace(b'"paused"', b'"pause\\u001b"'))


def test_what_a_damaged_record_makes_us_say_moves_no_cursor() -> None:
    with pytest.raises(InputError) as caught:
        decode(PAUSED.replace(b'"why"', b'"\\u001b[2J":"","why"'))
    assert caught.value.cause.isprintable()
    assert "unknown field" in caught.value.cause


@pytest.mark.parametrize("extra", [0, 1])
def test_a_line_has_at_most_65535_bytes(extra: int) -> None:
    room = MOST_BYTES - len(line_of(facts.End(step="")))
    fact = facts.End(step="x" * (room + extra))
    if extra:
        with pytest.raises(InputError, match="end cannot be logged: a record is longer"):
            line_of(fact)
    else:
        line = line_of(fact)
        assert len(line) == 65_535
        assert decode(line).fact == fact


@pytest.mark.parametrize("fact", EXAMPLES, ids=[fact.type for fact in EXAMPLES])
@pytest.mark.parametrize("kind", [Secret, bytes, bytearray, memoryview])
def test_a_secret_is_not_encoded_in_any_field(fact: Fact, kind: Any) -> None:
    hidden = kind(CANARY)
    for field in fact.__struct_fields__:
        with pytest.raises((TypeError, InputError)) as caught:
            line_of(msgspec.structs.replace(fact, **{field: hidden}))
        assert "canary" not in str(caught.value)


def test_what_could_not_be_read_again_is_not_written() -> None:
    for fact, why in (
        (genesis(log="two words"), "genesis cannot be logged"),
        (genesis(log="a:b"), "genesis cannot be logged"),
        (genesis(wall_claimed="2026-11-22 12:00:00"), "genesis cannot be logged"),
        (genesis(quorum=-1), "genesis cannot be logged"),
        (genesis(quorum=MOST + 1), "genesis cannot be logged"),
        (facts.End(step="\udc80"), "not text that UTF-8 can write"),
        (facts.Recovered(bytes=1, sha256=HASH, kept_as="../x"), "recovered cannot be logged"),
    ):
        with pytest.raises(InputError, match=why):
            line_of(fact)


def test_a_commitment_is_what_sha256sum_says() -> None:
    salt = "00112233445566778899aabbccddeeff"
    opening = Opening(log=LOG, seq=12, field="name", salt=salt, value="Ana: of Example, 100 %")
    text = f"{salt}:{LOG}:12:name:Ana: of Example, 100 %\n"
    done = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True)
    assert opening.commitment == done.stdout.split()[0].decode()
    said = json.loads(opening.line())
    assert said == {"seq": 12, "field": "name", "salt": salt, "value": opening.value}


def test_commitments_cannot_be_read_as_one_another() -> None:
    opening = Opening(log=LOG, seq=1, field="a:b", salt="00" * 16, value="c")
    with pytest.raises(ValueError, match="colon"):
        assert opening.commitment


def test_what_utf8_cannot_write_is_not_withheld_and_not_quoted() -> None:
    opening = Opening(log=LOG, seq=1, field="name", salt="00" * 16, value="canary\udc80")
    with pytest.raises(InputError) as caught:
        assert opening.commitment
    assert caught.value.__cause__ is None
    assert "canary" not in caught.value.cause


def test_the_mark_of_a_boot_needs_the_nonce_of_the_log() -> None:
    mark = boot_mark("f0f0", nonce="00" * 16)
    assert mark == hashlib.sha256(b"00" * 16 + b":f0f0\n").hexdigest()[:16]
    assert mark != boot_mark("f0f0", nonce="01" * 16)


NONSENSE: dict[str, tuple[str, bytes, bytes]] = {
    "a key that nobody recovered": ("key.recovered", b'"persons":["ana","ben"]', b'"persons":[]'),
    "a key from no cards": ("key.recovered", b'"cards":["1-1","1-2"]', b'"cards":[]'),
    "cards of no set": ("key.recovered", b'"set":"1a2b"', b'"set":""'),
    "a phrase of a set": ("key.recovered", b'"way":"cards"', b'"way":"phrase"'),
    "a card of no place": ("card.shown", b'"card":"1-2"', b'"card":"1-0"'),
    "a card for nobody": ("card.shown", b'"person":"ben"', b'"person":""'),
    "a void card of no place": ("key.void", b'"card":"1-2"', b'"card":"2"'),
    "no key": ("key.void", b'"key":"key-1"', b'"key":""'),
    "a seed of no words": ("seed.made", b'"words":24', b'"words":0'),
    "no chance": ("entropy.collected", b'"bits":128', b'"bits":0'),
    "a split into nothing": ("shares.split", b'"groups":["2of3"]', b'"groups":[]'),
    "a group of no form": ("shares.split", b'"groups":["2of3"]', b'"groups":["two"]'),
    "more groups than there are": ("shares.split", b'"groups_needed":1', b'"groups_needed":2'),
    "no implementation": ("account.derived", b'"agreed_by":["one","other"]', b'"agreed_by":[]'),
    "one opinion": ("account.derived", b'"agreed_by":["one","other"]', b'"agreed_by":["one"]'),
    "no path": ("account.derived", b'"path":"m/48h/1h/0h/2h"', b'"path":"48h"'),
    "nothing verified it": (
        "transaction.finalized",
        b'"verified_by":["interpreter","kernel"]',
        b'"verified_by":[]',
    ),
    "no coins": ("psbt.spends", f'["{HASH}:0"]'.encode(), b"[]"),
    "a coin of no form": ("psbt.spends", f'["{HASH}:0"]'.encode(), b'["txid:vout"]'),
    "more coins than a record has": (
        "psbt.spends",
        f'["{HASH}:0"]'.encode(),
        f"[{','.join([f'{HASH}:0'.join(chr(34) * 2)] * 501)}]".encode(),
    ),
    "no inputs": ("psbt.reviewed", b'"inputs":1', b'"inputs":0'),
    "a finding nowhere": ("psbt.reviewed", b'"places":1', b'"places":0'),
    "a gap between two boots": ("resumed", b'"same_boot":true', b'"same_boot":false'),
    "no gap within one": ("resumed", b'"gap_ms":-5', b'"gap_ms":null'),
    "no bytes recovered": ("recovered", b'"bytes":17', b'"bytes":0'),
    "an exception by one": ("exception", b'"persons":["ana","ben"]', b'"persons":["ana"]'),
    "given up by nobody": ("aborted", b'"persons":["ana","ben"]', b'"persons":[]'),
    "destroyed before one": ("item.destroyed", b'"persons":["ana","ben"]', b'"persons":["ana"]'),
    "a room of no demands": ("room.checked", b'["the door is locked"]', b"[]"),
    "a seal of nothing": ("sealed", b'"size":7', b'"size":0'),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_no_ceremony_says_is_no_record(name: str) -> None:
    kind, right, wrong = NONSENSE[name]
    (fact,) = (one for one in EXAMPLES if one.type == kind)
    line = encode(fact, seq=7, prev=bytes(32), boot="ab" * 8, mono_ms=1)
    assert line.count(right) == 1
    assert decode(line).fact == fact
    with pytest.raises(InputError, match="does not have its form"):
        decode(line.replace(right, wrong))
