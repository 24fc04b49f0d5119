"""Commit, then mix: the commitment is public, the opening is secret, and both bind the machine."""

from __future__ import annotations

import hashlib
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keys_material import everything_said, known_generator, phrase, quotes

from ceremonies.errors import InputError, IntegrityError, MachineError
from ceremonies.keys import bip39, commitment
from ceremonies.keys.entropy import Source
from ceremonies.secret import Secret

PARTS = st.binary(min_size=32, max_size=32).map(
    lambda data: Source(kind="system", data=Secret(data), bits=256)
)


def test_the_part_is_32_bytes_of_the_generator() -> None:
    part = commitment.draw_part(known_generator())
    assert (part.kind, part.bits) == ("system", 256)
    assert part.data.reveal() == known_generator()(32)


def test_a_generator_that_is_not_fit_commits_to_nothing() -> None:
    with pytest.raises(MachineError):
        commitment.draw_part(bytes)


@given(PARTS)
def test_the_opening_says_the_part_and_fits_the_commitment(part: Source) -> None:
    words = commitment.opening(part)
    assert len(words.reveal().split()) == commitment.OPENING_WORDS
    read = commitment.read_opening(words)
    assert (read.data, read.kind, read.bits) == (part.data, part.kind, part.bits)
    commitment.insist_committed(read, commitment.commit(part))


@given(PARTS, st.integers(0, 255))
def test_one_other_bit_does_not_fit(part: Source, bit: int) -> None:
    number = int.from_bytes(part.data.reveal(), "big") ^ 1 << bit
    other = Source(kind="system", data=Secret(number.to_bytes(32, "big")), bits=256)
    with pytest.raises(IntegrityError, match="not the one that it committed to"):
        commitment.insist_committed(other, commitment.commit(part))


def test_the_commitment_can_be_computed_in_a_shell() -> None:
    part = Source(kind="system", data=Secret(bytes(range(32))), bits=256)
    line = f"printf 'custody-cli commitment 1 %s' {bytes(range(32)).hex()} | sha256sum"
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == commitment.commit(part)


def test_a_commitment_is_no_hash_of_the_part_alone() -> None:
    part = commitment.draw_part(known_generator())
    data = part.data.reveal()
    alone = {hashlib.sha256(data).hexdigest(), hashlib.sha256(data.hex().encode()).hexdigest()}
    assert commitment.commit(part) not in alone


def test_a_commitment_is_read_as_people_copy_it() -> None:
    part = commitment.draw_part(known_generator())
    committed = commitment.commit(part)
    commitment.insist_committed(part, f" {committed[:32].upper()}\n{committed[32:]} ")


@pytest.mark.parametrize("said", ["", "00", "0" * 63, "0" * 65, "g" * 64, "\u0660" * 64])
def test_what_is_no_commitment_is_refused(said: str) -> None:
    with pytest.raises(InputError, match="not 64 hexadecimal digits"):
        commitment.insist_committed(commitment.draw_part(), said)


def test_the_phrase_of_a_small_key_is_no_opening() -> None:
    words = bip39.encode(Secret(bytes(range(16))))
    with pytest.raises(InputError, match="has 24 words") as caught:
        commitment.read_opening(words)
    assert not quotes(everything_said(caught.value), words.reveal().decode().split())


def test_a_wrong_word_is_named_by_its_position() -> None:
    words = commitment.opening(commitment.draw_part()).reveal().decode().split()
    with pytest.raises(InputError, match="word 7 of the phrase") as caught:
        commitment.read_opening(phrase(" ".join([*words[:6], "zzzz", *words[7:]])))
    assert not quotes(everything_said(caught.value), words)
