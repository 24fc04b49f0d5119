"""UR 2.0: the reference's parts to the letter, and messages from whichever parts come."""

from __future__ import annotations

import random
import statistics
import zlib
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import vectors

from ceremonies.errors import InputError
from ceremonies.exchange import bytewords, cbor, fountain, ur
from ceremonies.exchange.fountain import Contradiction, Decoder, Part
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.frozen import replace

PSBT = Payload(Kind.PSBT, b"psbt\xff" + bytes(range(256)) * 4)


def part_of(text: str) -> Part:
    content = ur.parse(text).content
    assert isinstance(content, Part)
    return content


def parts(size: int, *, longest: int = 100, seed: int = 7) -> tuple[bytes, list[Part]]:
    message = random.Random(seed).randbytes(size)
    count = -(-size // longest)
    return message, list(islice(fountain.parts_of(message, longest=longest), 6 * count))


def take(decoder: Decoder, given_parts: list[Part]) -> None:
    for part in given_parts:
        decoder.add(part)


def needed(given_parts: list[Part]) -> int:
    """How many of them the decoder takes until it has the message."""
    decoder = Decoder(given_parts[0])
    for count, part in enumerate(given_parts, start=1):
        decoder.add(part)
        if decoder.message is not None:
            return count
    raise AssertionError("the parts were not enough")


@pytest.mark.parametrize("number", range(6))
def test_the_references_parts_are_made_to_the_letter(number: int) -> None:
    vector = vectors("ur")["vectors"][number]
    kind = {"crypto-psbt": Kind.PSBT, "bytes": Kind.BYTES}[vector["type"]]
    payload = Payload(kind, bytes.fromhex(vector["payload_hex"]))
    codes = ur.encode(payload, longest=vector["max_fragment_bytes"])
    made = list(islice(codes, len(vector["parts"])))
    assert [code.lower() for code in made] == vector["parts"]
    assert all(code == code.upper() for code in made)


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("order", ["as sent", "backwards", "mixed parts alone"])
def test_the_references_parts_are_read_in_any_order(number: int, order: str) -> None:
    vector = vectors("ur")["vectors"][number]
    read = [part_of(text) for text in vector["parts"]]
    if order == "backwards":
        read.reverse()
    elif order == "mixed parts alone":
        read = [part for part in read if part.number > part.count]
    decoder = Decoder(read[0])
    for part in read:
        decoder.add(part)
    if order == "mixed parts alone" and decoder.message is None:
        assert decoder.rank < decoder.count
        return
    assert decoder.message is not None
    found = ur.payload_of(vector["type"], decoder.message)
    assert found.data.hex() == vector["payload_hex"]


@given(st.binary(min_size=1, max_size=2000), st.integers(10, 200), st.randoms())
@settings(max_examples=60, deadline=None)
def test_any_message_comes_back_whatever_is_lost(
    data: bytes, longest: int, chance: random.Random
) -> None:
    payload = Payload(Kind.BYTES, data)
    codes = ur.encode(payload, longest=longest)
    first = ur.parse(next(codes))
    if isinstance(first.content, bytes):
        assert ur.payload_of(first.type, first.content) == payload
        return
    decoder = Decoder(first.content)
    while decoder.message is None:
        code = next(codes)
        if chance.random() < 0.6:
            decoder.add(part_of(code))
    assert ur.payload_of("bytes", decoder.message) == payload


def test_a_part_that_says_nothing_new_costs_nothing() -> None:
    message, sent = parts(1_000)
    decoder = Decoder(sent[0])
    assert [decoder.add(sent[0]) for _ in range(3)] == [True, False, False]
    assert decoder.rank == 1
    for part in sent:
        decoder.add(part)
    assert decoder.message == message


@pytest.mark.parametrize(
    ("loss", "begin", "most"), [(0.0, 300, 1.05), (0.3, 0, 1.12)], ids=["joined", "30 % lost"]
)
def test_parts_needed(loss: float, begin: int, most: float) -> None:
    found = []
    for seed in range(7):
        message = random.Random(seed).randbytes(300 * 20)
        chance = random.Random(seed)
        sent = islice(fountain.parts_of(message, longest=20), begin, 900)
        found.append(needed([part for part in sent if chance.random() >= loss]) / 300)
    assert statistics.median(found) <= most


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title, str.swapcase])
def test_case_does_not_matter(change: object) -> None:
    for code in islice(ur.encode(PSBT, longest=200), 12):
        assert ur.parse(change(code)) == ur.parse(code)  # type: ignore[operator]


@pytest.mark.parametrize("tag", [None, 310, 40310])
@pytest.mark.parametrize("name", ["psbt", "crypto-psbt"])
def test_a_psbt_is_read_tagged_and_untagged(tag: int | None, name: str) -> None:
    value = PSBT.data if tag is None else cbor.Tagged(tag, PSBT.data)
    assert ur.payload_of(name, cbor.encode(value)) == PSBT


def test_a_psbt_is_written_untagged_and_as_psbt_on_request() -> None:
    assert next(ur.encode(PSBT, longest=5_000)).startswith("UR:CRYPTO-PSBT/HKAAAH")
    assert next(ur.encode(PSBT, longest=5_000, type_name="psbt")).startswith("UR:PSBT/HKAAAH")


@pytest.mark.parametrize("kind", [Kind.OUTPUT, Kind.ACCOUNT, Kind.HDKEY])
def test_what_is_cbor_already_is_carried_as_it_is(kind: Kind) -> None:
    payload = Payload(kind, cbor.encode({1: b"\x01" * 33, 4: [1, 2, 3]}))
    piece = ur.parse(next(ur.encode(payload, longest=500)))
    assert isinstance(piece.content, bytes)
    assert piece.type == kind.value
    assert ur.payload_of(piece.type, piece.content) == payload


@given(st.data())
@settings(deadline=None)
def test_one_changed_letter_is_refused(data: st.DataObject) -> None:
    code = list(islice(ur.encode(PSBT, longest=100), 15))[data.draw(st.integers(0, 14))]
    begin = len("UR:CRYPTO-PSBT/")
    at = data.draw(st.integers(begin, len(code) - 1))
    new = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/"))
    if code[at] != new:
        with pytest.raises(InputError):
            ur.parse(code[:at] + new + code[at + 1 :])


def rewritten(**changed: int | bytes) -> str:
    good = part_of(next(ur.encode(PSBT, longest=100)))
    part = replace(good, **changed)  # type: ignore[arg-type]
    written = cbor.encode([part.number, part.count, part.size, part.checksum, part.data])
    return f"ur:crypto-psbt/{part.number}-{part.count}/{bytewords.encode(written)}"


@pytest.mark.parametrize(
    "changed",
    [
        {"count": 5_000_000},
        {"count": 5_000_000, "size": 5_000_000 * 95},
        {"count": 2**32 - 1, "size": 2**32 - 1, "data": b"\x00"},
        {"count": 0},
        {"number": 0},
        {"size": 0},
        {"size": 2**32 - 1},
        {"size": 1},
        {"data": b""},
        {"count": 10},
        {"count": 12},
        {"checksum": 2**32},
    ],
    ids=str,
)
def test_claims_that_cannot_be_are_refused_before_they_are_believed(
    changed: dict[str, int | bytes],
) -> None:
    assert part_of(rewritten()).count == 11
    with pytest.raises(InputError):
        ur.parse(rewritten(**changed))


@pytest.mark.parametrize(
    "text",
    [
        "ur:",
        "ur:bytes",
        "ur:bytes/",
        "ur:bytes/aeae",
        "ur:bytes/zzzz",
        "ur:bytes/1-2",
        "ur:bytes/1-2/aeaeaeae",
        "ur:by tes/aeae",
        "ur:bytes/1-2-3/aeae",
        "ur:bytes/99999999999-2/aeae",
        "ur:" + "x" * 5_000,
        "ur:ünicode/aeae",
    ],
)
def test_what_is_no_ur_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        ur.parse(text)


def test_a_number_outside_that_is_not_the_one_inside_is_refused() -> None:
    code = next(ur.encode(PSBT, longest=100))
    with pytest.raises(InputError, match="another number"):
        ur.parse(code.replace("/1-", "/2-", 1))


@pytest.mark.parametrize("body", [b"", b"\x01", cbor.encode("text"), cbor.encode([1, b""])])
def test_a_message_that_is_not_of_its_type_is_refused(body: bytes) -> None:
    for name in ("bytes", "crypto-psbt"):
        with pytest.raises(InputError):
            ur.payload_of(name, body)


def test_a_type_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="crypto-seed"):
        ur.payload_of("crypto-seed", cbor.encode(b"x"))


def test_a_lie_in_one_part_is_a_contradiction_and_never_a_message() -> None:
    message, sent = parts(1_000)
    lie = replace(sent[3], data=bytes(len(sent[3].data)))
    decoder = Decoder(sent[0])
    with pytest.raises(Contradiction):
        take(decoder, [*sent[:3], lie, *sent[4:]])
    assert decoder.message is None
    # the same parts without the lie are the message
    again = Decoder(sent[0])
    take(again, sent[:10])
    assert again.message == message


def test_padding_that_is_not_zero_is_refused() -> None:
    message, sent = parts(955, longest=100)
    last = replace(sent[9], data=sent[9].data[:-1] + b"\x01")
    decoder = Decoder(sent[0])
    with pytest.raises(Contradiction):
        take(decoder, [*sent[:9], last])
    assert zlib.crc32(message) == sent[0].checksum


def test_a_message_too_long_for_anybody_to_scan_is_not_begun() -> None:
    with pytest.raises(InputError, match="codes"):
        next(ur.encode(Payload(Kind.BYTES, bytes(fountain.MAX_PARTS * 10 + 1)), longest=10))
