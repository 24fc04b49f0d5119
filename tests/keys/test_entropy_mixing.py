"""Entropy: what is credited, what is refused, and that every source matters."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keys_material import ROLLS, everything_said, known_generator, known_pool

from ceremonies.errors import InputError, IntegrityError, MachineError
from ceremonies.keys import entropy
from ceremonies.keys.entropy import Pool, Source, dice, draw, system
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


@pytest.mark.parametrize(("rolls", "bits"), [(1, 2), (2, 5), (49, 126), (50, 129), (100, 258)])
def test_dice_are_credited_rounded_down(rolls: int, bits: int) -> None:
    faces = (ROLLS * 2)[:rolls] if rolls <= 76 else ROLLS + ROLLS[::-1][: rolls - 76]
    assert dice(Secret(faces)).bits == bits


def test_white_space_between_rolls_does_not_matter() -> None:
    spaced = b"31 42\t65\r\n51\n"
    assert dice(Secret(spaced)).data == dice(Secret(b"31426551")).data


@pytest.mark.parametrize(
    ("rolls", "position"),
    [(b"0", 1), (b"127", 3), (b"12 34\n5x", 6), (b"1,2", 2), ("12\u0663".encode(), 3), (b"1-2", 2)],
)
def test_what_is_no_roll_is_named_by_position(rolls: bytes, position: int) -> None:
    with pytest.raises(InputError, match=f"^dice roll {position} is not") as caught:
        dice(Secret(rolls))
    assert rolls.decode() not in everything_said(caught.value)


def test_no_rolls_are_refused() -> None:
    with pytest.raises(InputError, match="no dice rolls"):
        dice(Secret(b" \n"))


@pytest.mark.parametrize(
    "rolls",
    [b"6" * 20, b"1" * 99, b"123456" * 5, b"12" * 30, ROLLS[:20] * 2, b"122221211221112121221"],
)
def test_made_up_rolls_are_refused(rolls: bytes) -> None:
    with pytest.raises(InputError, match="show a pattern"):
        dice(Secret(rolls))


def test_few_rolls_are_not_judged() -> None:
    assert dice(Secret(b"6" * 19)).bits == 49


@given(st.lists(st.sampled_from(b"123456"), min_size=1, max_size=300).map(bytes))
def test_credit_never_exceeds_what_the_rolls_can_say(rolls: bytes) -> None:
    try:
        source = dice(Secret(rolls))
    except InputError:
        return
    assert 2**source.bits <= 6 ** len(rolls) < 2 ** (source.bits + 1)


def test_less_than_128_bits_make_no_pool() -> None:
    with pytest.raises(MachineError, match="126 bits, and 128 are needed"):
        draw([dice(Secret(ROLLS[:49]))])
    with pytest.raises(MachineError, match="0 bits"):
        draw([])
    assert draw([dice(Secret(ROLLS[:50]))]).bits == 129


def test_a_secret_of_256_bits_needs_a_pool_of_256() -> None:
    pool = draw([dice(Secret(ROLLS[:50]))])
    pool.insist(128)
    with pytest.raises(MachineError, match="129 bits, and 256 are needed"):
        pool.insist(256)
    known_pool().insist(512)


def test_the_same_data_is_not_credited_twice() -> None:
    with pytest.raises(InputError, match="same data"):
        draw([dice(Secret(ROLLS[:40])), dice(Secret(ROLLS[:40]))])


def test_every_source_changes_the_result() -> None:
    def result(system_label: bytes, rolls: bytes) -> bytes:
        return known_pool(rolls, system_label).expand("purpose", 32).reveal()

    other_rolls = ROLLS[:-1] + b"6"
    results = {result(label, rolls) for label in (b"a", b"b") for rolls in (ROLLS, other_rolls)}
    assert len(results) == 4
    assert draw([system(known_generator())]).expand("purpose", 32).reveal() not in results


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


@given(st.binary(max_size=60))
def test_dice_take_or_refuse_any_bytes(data: bytes) -> None:
    try:
        source = dice(Secret(data))
    except InputError:
        return
    assert source.data.reveal() == bytes(face for face in data if face in b"123456")
    assert source.bits > 0
