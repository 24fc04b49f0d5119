"""Codes in any order, of several things at once: one payload, or one clear error."""

from __future__ import annotations

import base64
import random
import time
from collections.abc import Iterable
from itertools import chain, islice, zip_longest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies.errors import InputError
from ceremonies.exchange import bbqr, scan, ur
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.exchange.scan import Read, Scan

PSBT = b"psbt\xff" + random.Random(1).randbytes(1_500)
OTHER = b"psbt\xff" + random.Random(2).randbytes(1_500)
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FOREIGN = [b"https://example.org/menu", b"WIFI:T:WPA;S:guest;;", b"\x00\xff\xfe", b"4006381333931"]


def as_bbqr(data: bytes, *, longest: int = 400, encoding: str | None = None) -> list[bytes]:
    codes = bbqr.encode(Payload(Kind.PSBT, data), longest=longest, encoding=encoding)
    return [code.encode() for code in codes]


def base36(number: int) -> str:
    return DIGITS[number // 36] + DIGITS[number % 36]


def as_ur(data: bytes, count: int, *, skip: int = 0) -> list[bytes]:
    codes = ur.encode(Payload(Kind.PSBT, data), longest=150)
    return [code.encode() for code in islice(codes, skip, skip + count)]


def as_pmofn(data: bytes) -> list[bytes]:
    text = base64.b64encode(data).decode()
    parts = [text[at : at + 300] for at in range(0, len(text), 300)]
    return [f"p{n}of{len(parts)} {part}".encode() for n, part in enumerate(parts, start=1)]


def scanned(codes: Iterable[bytes], *, live: bool = False) -> Scan:
    made = Scan(live=live)
    for code in codes:
        made.add_frame([code])
    return made


def read(codes: Iterable[bytes]) -> Read:
    return scanned(codes).result()


SERIES = {
    Format.BBQR: as_bbqr(PSBT),
    Format.UR: as_ur(PSBT, 22),
    Format.PMOFN: as_pmofn(PSBT),
    Format.STATIC: [base64.b64encode(PSBT)],
}


@pytest.mark.parametrize("form", SERIES)
def test_each_format_is_detected_and_carries_its_kind(form: Format) -> None:
    found = read(SERIES[form])
    assert (found.payload, found.format) == (Payload(Kind.PSBT, PSBT), form)


@pytest.mark.parametrize("form", SERIES)
@given(chance=st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_any_order_with_duplicates_and_codes_of_something_else(
    form: Format, chance: random.Random
) -> None:
    codes = SERIES[form] * 2 + (FOREIGN if form is not Format.STATIC else [])
    chance.shuffle(codes)
    made = scanned(codes)
    assert made.result().payload.data == PSBT
    assert made.result().used <= made.frames == len(codes)


def test_two_series_of_two_formats_or_sizes_are_kept_apart_and_not_chosen_between() -> None:
    both = [SERIES[Format.BBQR], as_ur(OTHER, 22)]
    with pytest.raises(InputError, match="2 different payloads"):
        read(chain(*both))
    # one of them is complete, the other is not
    assert read(chain(both[0], both[1][:3])).payload.data == PSBT
    assert read(chain(both[0][:2], both[1])).payload.data == OTHER
    # interleaved urs differ by their checksum
    mixed = chain.from_iterable(zip_longest(as_ur(PSBT, 22), as_ur(OTHER, 5), fillvalue=b"noise"))
    assert read(mixed).payload.data == PSBT


@pytest.mark.parametrize("encoding", ["2", "H", "Z"])
def test_two_bbqr_series_that_look_alike_are_an_error_in_any_order(encoding: str) -> None:
    one, other = (as_bbqr(data, encoding=encoding) for data in (PSBT, OTHER))
    assert [len(code) for code in one] == [len(code) for code in other]
    for mixed in (one + other, other + one, [*chain.from_iterable(zip(one, other, strict=True))]):
        with pytest.raises(InputError, match=r"mixed|different codes"):
            read(mixed)


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_parts_of_two_messages_never_make_a_payload_nobody_sent(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from([Format.UR, Format.PMOFN]))
    sent = {
        Format.UR: as_ur(PSBT, 30) + as_ur(OTHER, 30),
        Format.PMOFN: as_pmofn(PSBT) + as_pmofn(OTHER)[:1],
    }[form]
    codes = data.draw(st.lists(st.sampled_from(sent), min_size=1, max_size=40))
    try:
        found = read(codes)
    except InputError:
        return
    if form is Format.UR:
        assert found.payload.data in (PSBT, OTHER)


def test_what_is_missing_is_counted() -> None:
    codes = as_bbqr(PSBT, longest=300)
    assert len(codes) == 9
    for left_out, told in (
        ({2, 6}, "parts 3 and 7 of 9 are missing"),
        ({0}, "part 1 of 9 is missing"),
        (set(range(1, 9)), "parts 2, 3, 4, 5, 6, 7 and 2 more of 9 are missing"),
    ):
        kept = [code for at, code in enumerate(codes) if at not in left_out]
        with pytest.raises(InputError) as caught:
            read(kept)
        assert caught.value.cause == told
    with pytest.raises(InputError, match="any 6 more of 11 parts are missing"):
        read(as_ur(PSBT, 5))


def test_progress_is_that_of_the_best_series() -> None:
    made = scanned([*as_ur(OTHER, 1), *as_bbqr(PSBT)[:-1]])
    progress = made.progress
    assert progress is not None
    assert (progress.format, progress.have, progress.of) == (Format.BBQR, 6, 7)
    assert made.read is None


@pytest.mark.parametrize(
    ("codes", "cause"),
    [
        ([], "no qr code"),
        ([b"ur:bytes/zzzz"], "wrong checksum|no words"),
        ([b"UR:BYTES/1OF3/QGRWGQ/TPVFPS"], "first version"),
        ([b"B$2P0100A"], "base32"),
        ([b"B$ZP0200"], "not written as one"),
        ([b"a", b"b"], "2 different payloads"),
        ([b"cHNidP8"], "base64|Base64"),
        ([b"ur:crypto-seed/oyadgdstaslplabghydrpfmkbggufgludprfgmamfmbtsrby"], "ur"),
    ],
)
def test_what_cannot_be_read_is_one_clear_error(codes: list[bytes], cause: str) -> None:
    with pytest.raises(InputError, match=cause):
        read(codes)


def test_codes_of_something_else_alone_are_not_guessed_between_but_a_psbt_is_found() -> None:
    assert read([b"hello"]).payload == Payload(Kind.TEXT, b"hello")
    assert read([*FOREIGN, base64.b64encode(PSBT)]).payload.data == PSBT


def test_a_camera_goes_on_where_a_file_would_not() -> None:
    one, other = as_bbqr(PSBT), as_bbqr(OTHER)
    # somebody shows another message: what was half read is forgotten, and each is seen twice
    made = scanned([*one[:4], *other[:4], *other, *other], live=True)
    assert made.result().payload.data == OTHER
    # two screens in one picture: never a mixture of both
    alternating = [*chain.from_iterable(zip(one, other[1:] + other[:1], strict=True))] * 6
    assert scanned(alternating, live=True).read is None
    few, others = (as_bbqr(data, longest=1_300, encoding="2") for data in (PSBT, OTHER))
    assert len(few) == 2
    made = Scan(live=True)
    for code in [few[0], others[0], few[1], others[1]] * 6:
        made.add(code)
        assert made.read is None
    # all parts are there, of two messages, and do not inflate: it does not stick there
    text, another = PSBT.hex().encode(), OTHER.hex().encode()
    small, large = as_bbqr(text), as_bbqr(another)
    assert small[0].startswith(b"B$ZP")
    assert len(small) == len(large)
    assert scanned([*small[:2], *large[2:]], live=True).progress is None
    assert scanned([*small[:2], *large[2:], *small], live=True).result().payload.data == text


def test_many_long_series_that_only_begin_take_no_longer_than_they_are() -> None:
    counts = range(1_295, 995, -1)
    codes = [
        code.encode()
        for count in counts
        for code in (f"B$2P{base36(count)}00AAAAAAAA", f"B$HU{base36(count)}00AAAAAAAA")
    ]
    begun = time.process_time()
    scanned(codes)
    many = time.process_time() - begun
    begun = time.process_time()
    scanned([as_bbqr(PSBT)[0]] * len(codes))
    # telling what each of them lacks would take a hundred times as long as reading it
    assert many < 20 * (time.process_time() - begun)


def test_it_can_be_reset() -> None:
    made = scanned(as_bbqr(PSBT)[:-1])
    made.reset()
    assert made.progress is None
    for code in as_bbqr(OTHER):
        made.add(code)
    assert made.result().payload.data == OTHER


@pytest.mark.parametrize("form", [Format.BBQR, Format.UR])
def test_a_series_that_goes_on_coming_is_put_together_once(
    form: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = as_bbqr(PSBT, encoding="Z") if form is Format.BBQR else as_ur(PSBT, 40)
    made: list[object] = []
    where, name = (bbqr, "join") if form is Format.BBQR else (ur, "payload_of")
    real = getattr(where, name)
    monkeypatch.setattr(where, name, lambda *given: made.append(given) or real(*given))
    assert scanned(codes * 5).result().payload.data == PSBT
    assert len(made) == 1


def test_nothing_is_put_together_once_there_are_two_payloads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scan = scanned(as_bbqr(PSBT) + as_bbqr(OTHER, longest=900), live=True)
    assert scan.is_hopeless
    monkeypatch.setattr(bbqr, "parse", None)
    scan.add_frame(as_bbqr(PSBT, longest=300))
    with pytest.raises(InputError, match="2 different payloads"):
        scan.result()
    scan.reset()
    assert not scan.is_hopeless


def test_half_read_series_are_bounded() -> None:
    kept = as_bbqr(PSBT)[:-1]
    made = scanned(kept)
    for seed in range(200):
        data = b"psbt\xff" + random.Random(seed).randbytes(900)
        made.add(as_ur(data, 1)[0])
    assert len(made._streams) <= scan.MAX_STREAMS
    made.add(as_bbqr(PSBT)[-1])
    assert made.result().payload.data == PSBT
