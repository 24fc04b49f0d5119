"""BBQr: the reference's series read exactly, ours even and within what small readers take."""

from __future__ import annotations

import base64
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import vectors

from ceremonies.errors import InputError
from ceremonies.exchange import bbqr
from ceremonies.exchange.payload import Kind, Payload
from ceremonies.frozen import replace

SEVEN = range(7)
KINDS = st.sampled_from([Kind.PSBT, Kind.TRANSACTION, Kind.JSON, Kind.TEXT, Kind.BYTES, Kind.CBOR])
NOISE = random.Random(3).randbytes(3_000)


def read(codes: list[str]) -> Payload:
    return bbqr.join([bbqr.parse(code) for code in codes])


@pytest.mark.parametrize("number", SEVEN)
def test_the_references_series_is_read(number: int) -> None:
    vector = vectors("bbqr")["vectors"][number]
    found = read(vector["parts"])
    assert found.data.hex() == vector["payload_hex"]
    letters = {"T": Kind.TRANSACTION, "P": Kind.PSBT, "B": Kind.BYTES, "J": Kind.JSON}
    assert found.kind is letters[vector["file_type"]]


@pytest.mark.parametrize("number", SEVEN)
def test_ours_is_as_short_as_the_references(number: int) -> None:
    vector = vectors("bbqr")["vectors"][number]
    payload = read(vector["parts"])
    longest = len(vector["parts"][0])
    made = bbqr.encode(payload, longest=longest, encoding=vector["encoding_asked"])
    assert len(made) <= len(vector["parts"])
    assert [code[:6] for code in made] == [code[:6] for code in vector["parts"]]
    assert read(made) == payload


@given(KINDS, st.binary(min_size=1, max_size=3_000), st.integers(16, 600), st.sampled_from("ZH2"))
@settings(max_examples=80, deadline=None)
def test_any_payload_comes_back(kind: Kind, data: bytes, longest: int, encoding: str) -> None:
    payload = Payload(kind, data)
    codes = bbqr.encode(payload, longest=longest, encoding=encoding)
    assert all(len(code) <= longest for code in codes)
    assert read(codes) == payload
    # even: all but the last are of one length, a multiple of 8, and the last is not longer
    bodies = [len(code) - bbqr.HEADER for code in codes]
    assert len(set(bodies[:-1])) <= 1
    assert all(body % 8 == 0 for body in bodies[:-1])
    assert 0 < bodies[-1] <= bodies[0]


def test_deflate_is_used_where_it_is_shorter_and_looks_back_a_kibibyte_at_most() -> None:
    repeating = NOISE[:1_500] * 2
    assert bbqr.encode(Payload(Kind.BYTES, NOISE), longest=400)[0].startswith("B$2B")
    code = bbqr.encode(Payload(Kind.BYTES, bytes(500) + NOISE), longest=4_000)
    assert code[0].startswith("B$ZB")
    # what repeats 1,500 bytes later is out of sight of a window of 1,024
    assert bbqr.encode(Payload(Kind.BYTES, repeating), longest=4_000)[0].startswith("B$2B")
    assert len(zlib.compress(repeating)) < len(repeating)


def test_writers_that_look_back_farther_are_understood() -> None:
    deflate = zlib.compressobj(level=9, wbits=-15)
    repeating = NOISE[:1_500] * 2
    text = base64.b32encode(deflate.compress(repeating) + deflate.flush()).decode().rstrip("=")
    assert read([f"B$ZP0100{text}"]) == Payload(Kind.PSBT, repeating)


def test_hex_on_request() -> None:
    codes = bbqr.encode(Payload(Kind.PSBT, NOISE), longest=1_000, encoding="H")
    assert {code[:4] for code in codes} == {"B$HP"}
    assert read(codes).data == NOISE


def test_lower_and_mixed_case_read_the_same() -> None:
    for code in bbqr.encode(Payload(Kind.TEXT, b"some text " * 40), longest=100):
        assert bbqr.parse(code.lower()) == bbqr.parse(code)
        assert bbqr.parse(code.title()) == bbqr.parse(code)


GOOD = bbqr.encode(Payload(Kind.BYTES, NOISE), longest=1_000, encoding="2")


@pytest.mark.parametrize(
    "code",
    [
        "B$",
        "B$2P0100",
        "B$QP0100AAAAAAAA",
        "B$2Q0100AAAAAAAA",
        "B$2P0000AAAAAAAA",
        "B$2P0101AAAAAAAA",
        "B$2P0205AAAAAAAA",
        "B$2P01-1AAAAAAAA",
        "B$2P0200AAAAAAA",
        "B$HP0200AAA",
        "B$2P0100AAAAAAAA ",
        "B$2P0100ÄAAAAAAA",
        GOOD[0][:-1],
    ],
)
def test_a_code_that_cannot_be_is_refused(code: str) -> None:
    with pytest.raises(InputError):
        bbqr.parse(code)


@pytest.mark.parametrize(
    "code",
    [
        "B$2P0100A",
        "B$2P0100AAA",
        "B$2P0100AB",  # bits beyond the last byte
        "B$2P010018888888",  # 1 and 8 are no Base32
        "B$HP0100ABC",
        "B$HP0100GG",
        "B$ZP0100AAAAAAAA",
    ],
)
def test_a_last_part_of_a_wrong_length_or_alphabet_is_refused(code: str) -> None:
    with pytest.raises(InputError):
        read([code])


def test_parts_of_two_lengths_are_not_of_one_payload() -> None:
    other = bbqr.encode(Payload(Kind.BYTES, NOISE[:2_500]), longest=850, encoding="2")
    assert len(other) == len(GOOD)
    for at in range(len(GOOD)):
        mixed = [*GOOD[:at], other[at], *GOOD[at + 1 :]]
        pieces = [bbqr.parse(code) for code in mixed]
        if at == len(GOOD) - 1:
            continue  # a shorter last part is how series end
        with pytest.raises(InputError, match=r"of different lengths|too long"):
            bbqr.join(pieces)
    with pytest.raises(InputError, match=r"of different lengths|too long"):
        bbqr.join([bbqr.parse(code) for code in [*other[:-1], GOOD[0].replace("00", "03", 1)]])


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_deflated_parts_of_two_messages_never_make_a_third(data: st.DataObject) -> None:
    one, two = (
        bbqr.encode(
            Payload(Kind.PSBT, bytes(300) + random.Random(seed).randbytes(900)), longest=400
        )
        for seed in (1, 2)
    )
    assert [len(code) for code in one] == [len(code) for code in two]
    chosen = data.draw(st.lists(st.booleans(), min_size=len(one), max_size=len(one)))
    mixed = [a if first else b for first, a, b in zip(chosen, one, two, strict=True)]
    if mixed in (one, two):
        return
    try:
        found = read(mixed)
    except InputError:
        return
    # raw deflate has no checksum: what inflates to its end all the same is for the PSBT's reader
    assert found not in (read(one), read(two))


def bomb(size: int) -> list[str]:
    deflate = zlib.compressobj(level=9, wbits=-10)
    small = b"".join(deflate.compress(bytes(1 << 20)) for _ in range(size >> 20)) + deflate.flush()
    text = bbqr._to_base32(small)
    bodies = [text[at : at + 2_960] for at in range(0, len(text), 2_960)]
    head = f"B$ZP{bbqr._base36(len(bodies))}"
    return [f"{head}{bbqr._base36(at)}{body}" for at, body in enumerate(bodies)]


def test_a_bomb_is_not_inflated() -> None:
    codes = bomb(17 << 20)
    assert len(codes) < 12
    with pytest.raises(InputError, match="inflates to more than"):
        read(codes)
    assert len(read(bomb(15 << 20)).data) == 15 << 20


def test_more_codes_than_a_series_may_have_are_not_made() -> None:
    with pytest.raises(InputError, match="1295"):
        bbqr.encode(Payload(Kind.BYTES, NOISE * 4), longest=16, encoding="2")
    last = bbqr.encode(Payload(Kind.BYTES, bytes(1_295 * 5)), longest=16, encoding="2")
    assert len(last) == 1_295
    assert last[-1].startswith("B$2BZZZY")


@given(st.text(max_size=60))
def test_noise_is_refused(noise: str) -> None:
    for text in (noise, "B$2P0100" + noise):
        try:
            piece = bbqr.parse(text)
        except InputError:
            continue
        assert bbqr.parse(f"B${piece.encoding}{piece.type}{text[4:8]}{piece.text}") == replace(
            piece
        )
