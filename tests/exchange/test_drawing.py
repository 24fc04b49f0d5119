"""Codes are drawn as asked, read back, and fit where they are said to."""

from __future__ import annotations

import pytest
from exchange_material import modules_on_screen
from shared_data import vectors

from ceremonies.errors import InputError, IntegrityError
from ceremonies.exchange import drawing, halfblocks, reading, series
from ceremonies.exchange.payload import Format, Kind, Payload

NOISE = bytes(range(256)) * 20


@pytest.mark.parametrize("version", [1, 6, 9, 10, 20, 26, 27, 40])
@pytest.mark.parametrize("letter", [b"A", b"a", b"\xff"])
def test_a_version_holds_exactly_its_capacity(version: int, letter: bytes) -> None:
    most = drawing.capacity(version, alphanumeric=letter == b"A")
    assert drawing.draw(letter * most, version=version).version == version
    assert drawing.smallest_version(letter * most) == version
    with pytest.raises(InputError):
        drawing.draw(letter * (most + 1), version=version)


def test_published_capacities() -> None:
    # ISO/IEC 18004, table 7, level L
    assert [drawing.capacity(v, alphanumeric=True) for v in (1, 10, 27, 40)] == [
        25,
        395,
        2132,
        4296,
    ]
    assert [drawing.capacity(v, alphanumeric=False) for v in (1, 10, 27, 40)] == [
        17,
        271,
        1465,
        2953,
    ]


def test_a_code_that_reads_as_something_else_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = drawing._drawn
    monkeypatch.setattr(drawing, "_drawn", lambda _text, *a, **k: drawn(b"OTHER", *a, **k))
    with pytest.raises(IntegrityError, match="read back"):
        drawing.draw(b"THIS")


def test_a_code_with_a_broken_picture_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_drawn", lambda _pixels, _side: None)
    with pytest.raises(IntegrityError):
        drawing.draw(b"THIS")


@pytest.mark.parametrize(("window", "version"), [((80, 24), 6), ((120, 40), 14), ((200, 55), 22)])
def test_windows_hold_the_versions_that_are_promised(window: tuple[int, int], version: int) -> None:
    columns, rows = window
    # one row is for the line that says which code this is
    assert halfblocks.largest_version(columns, rows - 1) == version


@pytest.mark.parametrize("version", [1, 6, 22])
def test_what_is_on_the_screen_reads(version: int) -> None:
    text = b"X" * drawing.capacity(version, alphanumeric=True)
    code = drawing.draw(text, version=version)
    for margin in (1, 2, 4):
        lines = list(halfblocks.coloured(code, margin=margin))
        assert (len(lines[0]) > 0, len(lines)) == (True, halfblocks.size(version, margin=margin)[1])
        side, pixels = modules_on_screen(lines, halfblocks.size(version, margin=margin))
        assert reading.read_drawn(pixels, side) == text


def test_a_ur_is_in_upper_case_because_that_is_smaller() -> None:
    payload = Payload(Kind.PSBT, vectors("ur")["vectors"][5]["payload_hex"].encode())
    made = series.make(payload, Format.UR, max_version=16)
    assert made.version <= 16
    assert len(made.texts[0]) > drawing.capacity(16, alphanumeric=False)
    assert all(drawing.is_alphanumeric(text) for text in made.texts)


@pytest.mark.parametrize("form", [Format.BBQR, Format.UR])
@pytest.mark.parametrize("max_version", [6, 14, 20, 27, 40])
@pytest.mark.parametrize("size", [1, 50, 700, 5_000])
def test_a_series_is_of_one_version_within_the_limit(
    form: Format, max_version: int, size: int
) -> None:
    made = series.make(Payload(Kind.BYTES, NOISE[:size]), form, max_version=max_version)
    assert made.version <= max_version
    room = drawing.capacity(made.version, alphanumeric=True)
    assert all(len(text) <= room for text in made.texts)
    assert len(made.texts) == (
        2 * made.parts if form is Format.UR and made.parts > 1 else made.parts
    )


def test_a_ur_of_tiny_codes_is_refused_and_bbqr_is_not() -> None:
    payload = Payload(Kind.BYTES, NOISE[:100])
    with pytest.raises(InputError, match="too small"):
        series.make(payload, Format.UR, max_version=2)
    assert series.make(payload, Format.BBQR, max_version=2).version == 2


def test_an_endless_ur_goes_on_with_new_codes_that_still_fit() -> None:
    made = series.make(Payload(Kind.BYTES, NOISE[:900]), Format.UR, max_version=6)
    codes = made.endless()
    seen = [next(codes) for _ in range(1_500)]
    assert tuple(seen[: len(made.texts)]) == made.texts
    assert len(set(seen)) == len(seen)
    assert max(map(len, seen)) <= drawing.capacity(made.version, alphanumeric=True)


def test_a_plain_code_that_would_be_too_large_says_how_large() -> None:
    payload = Payload(Kind.TEXT, b"a" * 1_000)
    with pytest.raises(InputError, match="version 22, which is above 20"):
        series.make(payload, Format.STATIC)
    assert series.make(payload, Format.STATIC, max_version=22).version == 22
