"""Compact sizes and the cursor that reads them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ceremonies.bitcoin.bytestream import Malformed, Reader, blob, compact

EDGES = (0, 0xFC, 0xFD, 0xFFFF, 0x10000, 0xFFFFFFFF, 0x100000000, 2**64 - 1)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "00"),
        (252, "fc"),
        (253, "fdfd00"),
        (65535, "fdffff"),
        (65536, "fe00000100"),
        (2**32, "ff0000000001000000"),
    ],
)
def test_compact_sizes_are_written_as_bitcoin_does(value: int, written: str) -> None:
    assert compact(value).hex() == written


@given(st.one_of(st.sampled_from(EDGES), st.integers(0, 2**64 - 1)), st.binary(max_size=3))
def test_a_compact_size_comes_back_and_nothing_after_it_is_read(value: int, rest: bytes) -> None:
    reader = Reader(compact(value) + rest)
    assert reader.compact() == value
    assert reader.take(len(rest)) == rest
    reader.finish()


@given(st.sampled_from([(0xFD, 2, 0xFC), (0xFE, 4, 0xFFFF), (0xFF, 8, 0xFFFFFFFF)]), st.data())
def test_a_compact_size_that_could_be_shorter_is_refused(
    form: tuple[int, int, int], data: st.DataObject
) -> None:
    prefix, width, most = form
    value = data.draw(st.one_of(st.just(most), st.integers(0, most)))
    with pytest.raises(Malformed, match="shortest"):
        Reader(bytes([prefix]) + value.to_bytes(width, "little")).compact()


@given(st.integers(0, 2**64 - 1), st.data())
@example(253, st.data())
def test_a_compact_size_that_is_cut_is_refused(value: int, data: st.DataObject) -> None:
    written = compact(value)
    cut = len(written) - 1
    with pytest.raises(Malformed, match="early"):
        Reader(written[:cut]).compact()


def test_no_compact_size_holds_more_than_64_bits() -> None:
    with pytest.raises(OverflowError):
        compact(2**64)


@given(st.binary(max_size=300))
def test_bytes_behind_their_length_come_back(data: bytes) -> None:
    reader = Reader(blob(data))
    assert reader.blob() == data
    reader.finish()


@given(st.binary(min_size=1, max_size=300))
def test_a_length_longer_than_what_follows_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed, match="early"):
        Reader(blob(data)[:-1]).blob()


@given(st.binary(min_size=1, max_size=9))
def test_what_is_left_over_is_refused_and_counted(data: bytes) -> None:
    with pytest.raises(Malformed, match=f"^{len(data)} bytes follow"):
        Reader(data).finish()
