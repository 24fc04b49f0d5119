"""Entropy: what is credited, what is refused, and that every source matters."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count, cycle, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keys_material import ROLLS, known_generator, known_pool, rolled

from ceremonies.errors import InputError, IntegrityError, MachineError
from ceremonies.keys import entropy
from ceremonies.keys.entropy import Pool, Source, draw, system
from ceremonies.secret import Secret


def test_the_real_system_generator_is_accepted() -> None:
    source = system()
    assert (source.kind, source.bits, len(source.data)) == ("system", 256, 64)
    assert source.data != system().data


def _fails(_: int) -> bytes:
    raise OSError("no entropy device")


def _missing(_: int) -> bytes:
    raise NotImplementedError


def _counting() -> Callable[[int], bytes]:
    step = count()
    return lambda size: next(step).to_bytes(size, "big")


_BYTES = cycle(range(256))


def _later_stuck() -> Callable[[int], bytes]:
    """Good for what is used, and then always the same byte in between."""
    turn = count()
    return lambda size: os.urandom(size) if next(turn) < 2 else (os.urandom(16) + b"7" * 16)[:size]


def _repeating_later() -> Callable[[int], bytes]:
    """Good for what is used, and then the same block twice."""
    turn, first = count(), os.urandom(32)
    return lambda size: first if next(turn) in (7, 20) else os.urandom(size)


@pytest.mark.parametrize(
    "generator",
    [
        bytes,
        lambda size: b"\xff" * size,
        lambda size: bytes(range(size)),
        lambda size: b"four" * (size // 4),
        lambda size: os.urandom(7) * 5 if size > 32 else (b"seven77" * 5)[:size],
        known_generator(b"same")(32).ljust,
        lambda size: os.urandom(size - 1),
        lambda size: b"",
        lambda size: bytes([next(_BYTES)]) * 6 + os.urandom(size - 6),
        lambda size: bytes(byte & 127 for byte in os.urandom(size)),
        _later_stuck(),
        _repeating_later(),
        _counting(),
        _fails,
        _missing,
    ],
)
def test_a_system_generator_that_is_not_one_is_refused(generator: Callable[[int], bytes]) -> None:
    with pytest.raises(MachineError, match="random generator"):
        system(generator)


@given(st.binary(min_size=32, max_size=32))
def test_a_generator_that_gives_the_same_block_twice_is_refused(block: bytes) -> None:
    with pytest.raises(MachineError):
        system(lambda _: block)


def test_less_than_128_bits_make_no_pool() -> None:
    with pytest.raises(MachineError, match="126 bits, and 128 are needed"):
        draw([rolled(ROLLS[:49])])
    with pytest.raises(MachineError, match="0 bits"):
        draw([])
    assert draw([rolled(ROLLS[:50])]).bits == 129


def test_a_secret_of_256_bits_needs_a_pool_of_256() -> None:
    pool = draw([rolled(ROLLS[:50])])
    pool.insist(128)
    with pytest.raises(MachineError, match="129 bits, and 256 are needed"):
        pool.insist(256)
    known_pool().insist(512)


def test_the_same_data_is_not_credited_twice() -> None:
    with pytest.raises(InputError, match="same data"):
        draw([rolled(ROLLS[:40]), rolled(ROLLS[:40])])


def test_every_source_changes_the_result() -> None:
    def result(system_label: bytes, rolls: bytes) -> bytes:
        return known_pool(rolls, system_label).expand("purpose", 32).reveal()

    other_rolls = ROLLS[:-1] + b"6"
    results = {result(label, rolls) for label in (b"a", b"b") for rolls in (ROLLS, other_rolls)}
    assert len(results) == 4
    assert draw([system(known_generator())]).expand("purpose", 32).reveal() not in results


def test_the_order_of_sources_does_not_matter() -> None:
    sources = [
        system(known_generator()),
        rolled(ROLLS),
        Source(kind="x", data=Secret(b"x"), bits=1),
    ]
    results = {draw(ordered).expand("purpose", 32).reveal() for ordered in permutations(sources)}
    assert len(results) == 1


def test_the_kind_of_a_source_matters() -> None:
    one, other = (
        Pool((Source(kind=kind, data=Secret(b"6"), bits=256),)).expand("purpose", 32)
        for kind in ("dice", "d20")
    )
    assert one != other


def test_dice_make_a_constant_generator_harmless() -> None:
    def result(rolls: bytes) -> bytes:
        constant = Source(kind="system", data=Secret(bytes(64)), bits=256)
        return draw([constant, rolled(rolls)]).expand("purpose", 32).reveal()

    guess = draw([Source(kind="system", data=Secret(bytes(64)), bits=256)]).expand("purpose", 32)
    assert len({result(ROLLS), result(ROLLS[:-1] + b"6"), guess.reveal()}) == 3


def test_purpose_context_and_size_part_the_results() -> None:
    pool = known_pool()
    results = [
        pool.expand("a", 32),
        pool.expand("b", 32),
        pool.expand("a", 32, b"b"),
        pool.expand("ab", 32),
        pool.expand("", 32, b"ab"),
    ]
    assert len({result.reveal() for result in results}) == len(results)


@given(st.lists(st.binary(max_size=12), min_size=2, max_size=4), st.integers(0, 12))
def test_sources_do_not_run_together(parts: list[bytes], shift: int) -> None:
    moved = [parts[0] + parts[1][:shift], parts[1][shift:], *parts[2:]]
    one, other = (
        Pool(tuple(Source(kind="x", data=Secret(part), bits=256) for part in these))
        for these in (parts, moved)
    )
    assert (one.expand("p", 32) == other.expand("p", 32)) == (parts == moved)


@given(st.binary(max_size=80), st.binary(max_size=40), st.integers(1, 8160))
def test_both_hkdf_agree(material: bytes, info: bytes, size: int) -> None:
    assert entropy._hkdf(material, info, size) == entropy._hkdf_written_out(material, info, size)


def test_hkdf_gives_what_rfc_5869_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entropy, "_SALT", bytes(range(13)))
    expected = (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )
    info = bytes(range(0xF0, 0xFA))
    for road in (entropy._hkdf, entropy._hkdf_written_out):
        assert road(b"\x0b" * 22, info, 42).hex() == expected


def test_hkdf_that_disagrees_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entropy, "_hkdf_written_out", lambda *_: b"\x00" * 32)
    with pytest.raises(IntegrityError, match="HKDF"):
        known_pool().expand("purpose", 32)


@pytest.mark.parametrize("size", [0, -1, 8161])
def test_sizes_that_hkdf_does_not_have_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match="8160"):
        known_pool().expand("purpose", size)
