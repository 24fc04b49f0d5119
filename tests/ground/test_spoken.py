"""Hashes that are read aloud, and foreign text that is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.spoken import in_fours, visible, words


def test_the_published_example_of_pgp_words() -> None:
    fingerprint = bytes.fromhex("e58294f2e9a227486e8b061b31cc528fd7fa3f19")
    assert (
        words(fingerprint)
        == (
            "topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa "
            "afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell "
            "bottomless"
        ).lower()
    )


def test_all_256_bytes_have_two_different_words() -> None:
    even = [words(bytes([byte])) for byte in range(256)]
    odd = [words(bytes([0, byte])).split()[1] for byte in range(256)]
    assert len({word.lower() for word in even + odd}) == 512


@given(st.binary(min_size=2, max_size=32), st.data())
def test_swapping_two_neighbours_or_dropping_one_is_heard(data: bytes, draw: st.DataObject) -> None:
    said = words(data).split()
    spot = draw.draw(st.integers(0, len(said) - 2))
    swapped = [*said[:spot], said[spot + 1], said[spot], *said[spot + 2 :]]
    shorter = [*said[:spot], *said[spot + 1 :]]
    spoken = {tuple(said)}
    assert tuple(swapped) not in spoken
    even = {words(bytes([byte])) for byte in range(256)}
    assert any((word in even) != (place % 2 == 0) for place, word in enumerate(swapped))
    assert any(
        (word in even) != (place % 2 == 0) for place, word in enumerate(shorter[spot:], spot)
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 字 ₿", "plain é 字 ₿"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb\r\t\x00\x7f\x9b", "a\\x0ab\\x0d\\x09\\x00\\x7f\\x9b"),
        ("\u202eevil\u2066", "\\u{202e}evil\\u{2066}"),
        ("\u200b\ufeff\u2028", "\\u{200b}\\u{feff}\\u{2028}"),
        ("\\x1b", "\\\\x1b"),
        ("\u00a0", "\\xa0"),
        ("\ud800", "\\u{d800}"),
        ("\U000e0041", "\\u{e0041}"),
    ],
)
def test_what_moves_recolours_or_hides_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_invisible_is_left_and_nothing_is_lost(text: str) -> None:
    shown = visible(text)
    assert all(c == " " or unicodedata.category(c)[0] not in "CZ" for c in shown)
    assert shown == "".join(visible(c) for c in text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_two_texts_never_look_the_same(one: str, other: str) -> None:
    assert (visible(one) == visible(other)) == (one == other)


@given(st.text("abcdefghij", max_size=90))
def test_fours_take_nothing_away(text: str) -> None:
    grouped = in_fours(text)
    assert grouped.replace(" ", "") == text
    assert all(len(group) <= 4 for group in grouped.split())
