"""SeedQR and CompactSeedQR: the nine published vectors, and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keys_material import bip39_seeds, everything_said, phrase
from seedqr_vectors import VECTORS

from ceremonies.errors import InputError, Refused
from ceremonies.keys import seedqr
from ceremonies.keys.seed import Scheme, Seed, read_seed
from ceremonies.secret import Secret


@pytest.mark.parametrize(("words", "digits", "data"), VECTORS)
def test_published_vector(words: str, digits: str, data: bytes) -> None:
    seed = read_seed(phrase(words))
    assert seedqr.digits(seed) == phrase(digits)
    assert seedqr.compact(seed) == Secret(data)
    assert seedqr.read_digits(phrase(digits)) == seed
    assert seedqr.read_digits(phrase(f" {digits[:20]} {digits[20:]}\n")) == seed
    assert seedqr.read_compact(Secret(data)) == seed


@given(bip39_seeds())
def test_any_phrase_of_12_or_24_words_survives_both_forms(seed: Seed) -> None:
    if len(seed.secret) in (16, 32):
        assert seedqr.read_digits(seedqr.digits(seed)) == seed
        assert seedqr.read_compact(seedqr.compact(seed)) == seed
        return
    for write in (seedqr.digits, seedqr.compact):
        with pytest.raises(InputError, match="12 or 24 words"):
            write(seed)


@pytest.mark.parametrize(
    ("digits", "why"),
    [
        ("", "no SeedQR"),
        ("0" * 47, "no SeedQR"),
        ("0" * 72, "no SeedQR"),
        ("x" * 48, "no SeedQR"),
        ("٣" * 48, "no SeedQR"),
        ("0000" * 11 + "2048", "word 12 of the SeedQR"),
        ("0000" * 3 + "9999" + "0000" * 8, "word 4 of the SeedQR"),
        ("0000" * 12, "checksum"),
    ],
)
def test_what_is_no_seedqr_is_refused(digits: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as caught:
        seedqr.read_digits(phrase(digits))
    assert not digits or digits not in everything_said(caught.value)


@pytest.mark.parametrize("size", [0, 15, 17, 24, 31, 33])
def test_a_compact_seedqr_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(InputError, match=f"^{size} bytes"):
        seedqr.read_compact(Secret(bytes(size)))


@given(st.binary(max_size=120))
def test_any_bytes_are_digits_or_an_input_error(data: bytes) -> None:
    try:
        found = seedqr.read_digits(Secret(data))
    except InputError:
        return
    assert seedqr.digits(found).reveal() == b"".join(data.split())


def test_what_readers_would_take_for_another_key_is_not_written() -> None:
    with pytest.raises(Refused, match="does not remember a language"):
        seedqr.digits(Seed(Scheme.BIP39, Secret(bytes(16)), "spanish"))
    with pytest.raises(InputError, match="made of a phrase"):
        seedqr.compact(Seed(Scheme.SLIP39, Secret(bytes(16))))
