"""Health tests: right where their laws are known, silent about chance, loud about the rest."""

from __future__ import annotations

import math
import os
import random
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.keys import health

FAIR = ((6, 50), (6, 99), (6, 100), (20, 30), (20, 60), (2, 128), (16, 64), (8, 40))
"""Faces, and how many outcomes people make of them."""


def fair(faces: int, size: int, chance: random.Random) -> list[str]:
    return chance.choices([str(face) for face in range(faces)], k=size)


@pytest.mark.parametrize(("faces", "size"), FAIR)
@pytest.mark.parametrize("samples", [500, pytest.param(20_000, marks=pytest.mark.soak)])
def test_no_fair_outcomes_are_doubted(faces: int, size: int, samples: int) -> None:
    chance = random.Random(f"{faces} {size}")
    assert not any(health.doubt(fair(faces, size, chance), faces) for _ in range(samples))


@pytest.mark.parametrize(("faces", "size"), [(6, 50), (6, 100), (2, 128), (16, 96)])
def test_chi_square_is_below_a_level_as_often_as_the_level_says(faces: int, size: int) -> None:
    chance = random.Random(faces)
    samples = 4000
    found = sorted(
        health.chi_square([*Counter(fair(faces, size, chance)).values()], faces)
        for _ in range(samples)
    )
    for level in (0.5, 0.1, 0.01):
        below = sum(p <= level for p in found) / samples
        # its law is one of whole numbers: 0.6 to 1.4 times the level, and what chance adds
        assert 0.6 * level - 0.004 < below < 1.4 * level + 0.004, (level, below)


def test_chi_square_has_its_published_quantiles() -> None:
    for freedom, statistic, tail in [
        (1, 3.841, 0.05),
        (5, 11.070, 0.05),
        (5, 20.515, 0.001),
        (15, 37.697, 0.001),
        (19, 30.144, 0.05),
    ]:
        assert health._chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=0.01)


def exactly_at_least(hits: int, tries: int, chance: Fraction) -> Fraction:
    return sum(
        (
            math.comb(tries, many) * chance**many * (1 - chance) ** (tries - many)
            for many in range(hits, tries + 1)
        ),
        Fraction(0),
    )


@given(st.integers(1, 60), st.data(), st.sampled_from([2, 6, 20]))
def test_the_bound_is_never_below_the_truth(tries: int, data: st.DataObject, faces: int) -> None:
    hits = data.draw(st.integers(0, tries))
    truth = exactly_at_least(hits, tries, Fraction(1, faces))
    assert health.at_least(hits, tries, 1 / faces) >= float(truth) * (1 - 1e-9)


def alarms(faces: int, size: int) -> Fraction:
    """How often fair outcomes are doubted, counted over all of them."""
    outcomes = product("0123456789"[:faces], repeat=size)
    return Fraction(sum(bool(health.doubt(one, faces)) for one in outcomes), faces**size)


def test_false_alarms_counted_over_everything_that_can_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # where everything can be counted nothing is as rare as one in a million: a coarser alarm
    monkeypatch.setattr(health, "FEWEST", 1)
    monkeypatch.setattr(health, "ALARM", 1 / 100)
    for faces, size in ((2, 12), (3, 8), (6, 5)):
        assert 0 < alarms(faces, size) < Fraction(3, 100)


def exactly_alarmed(faces: int, size: int) -> Fraction:
    """How often chi-square doubts fair outcomes, over all of them, by their sums of squares."""
    ways = {(0, 0): 1}
    for _ in range(faces):
        more: dict[tuple[int, int], int] = {}
        for (used, squares), number in ways.items():
            for count in range(size - used + 1):
                key = (used + count, squares + count * count)
                more[key] = more.get(key, 0) + number * math.comb(used + count, count)
        ways = more
    alarmed = sum(
        number
        for (used, squares), number in ways.items()
        if used == size
        and health._chi_square_tail(squares * faces / size - size, faces - 1) < health.ALARM
    )
    return Fraction(alarmed, faces**size)


@pytest.mark.parametrize(
    ("faces", "size"),
    [(6, 30), (4, 20), (2, 128), *(pytest.param(6, n, marks=pytest.mark.soak) for n in (50, 100))],
)
def test_chi_square_alarms_as_rarely_as_the_page_says(faces: int, size: int) -> None:
    assert Fraction(5, 10**7) < exactly_alarmed(faces, size) < Fraction(5, 10**6)


MADE_UP: dict[str, tuple[Sequence[str], int]] = {
    "one face": ("6" * 20, 6),
    "nearly one face": ("6666666616" * 5, 6),
    "two faces": ("12" * 30, 6),
    "counting": ("123456" * 5, 6),
    "twice the same": ("31426551236411625344" * 2, 6),
    "counting with slips": ("123456123465123456123456213456123456123456123456", 6),
    "a loaded die": (("6" * 3 + "1" + "6" + "2" + "63546") * 9, 6),
    "a coin that falls on one side": ("1" * 40, 2),
    "a coin in turns": ("01" * 20, 2),
    "twenty sides in turns": ([str(n % 20 + 1) for n in range(60)], 20),
}


@pytest.mark.parametrize("name", MADE_UP)
def test_what_is_made_up_is_doubted(name: str) -> None:
    outcomes, faces = MADE_UP[name]
    assert health.doubt(outcomes, faces)


def test_a_loaded_die_that_repeats_nothing_is_doubted_for_its_faces() -> None:
    chance = random.Random(7)
    loaded = chance.choices("123456", weights=[1, 1, 1, 1, 1, 6], k=100)
    assert "too often" in health.doubt(loaded, 6)
    # two faces that share the work are found by chi-square alone
    shared = chance.choices("123456", weights=[4, 4, 4, 1, 1, 1], k=200)
    assert health.doubt(shared, 6) == "some come far too often, others too rarely"


def test_few_outcomes_are_not_judged() -> None:
    assert health.doubt("6" * 19, 6) == ""
    assert health.doubt("6" * 20, 6)


def test_the_cutoffs_are_those_of_sp_800_90b() -> None:
    rare = Fraction(1, 2**40)
    # 4.4.1: 1 + ceil(-log2(alpha) / H) at H = 8 bits a byte
    assert 1 + math.ceil(40 / 8) == health.REPETITIONS
    # 4.4.2: 1 + CRITBINOM(W, 2^-H, 1 - alpha)
    chance = Fraction(1, 256)
    critical = next(
        many for many in range(60) if exactly_at_least(many + 1, health.WINDOW, chance) <= rare
    )
    assert 1 + critical == health.PROPORTION


@pytest.mark.parametrize(("run", "stuck"), [(5, False), (6, True), (200, True)])
def test_repetition_count(run: int, stuck: bool) -> None:
    samples = bytes(range(100)) + b"\xaa" * run + bytes(range(100))
    assert health.is_stuck(samples) is stuck


@pytest.mark.parametrize(("often", "lopsided"), [(18, False), (19, True)])
@pytest.mark.parametrize("window", [0, 1])
def test_adaptive_proportion(often: int, lopsided: bool, window: int) -> None:
    others = bytes(range(1, 256)) * 2
    one = b"\0" + others[:10] + b"\0" * (often - 1) + others[10:]
    samples = b"".join(bytes(range(256)) * 2 for _ in range(window)) + one[: health.WINDOW]
    assert health.is_lopsided(samples) is lopsided


def test_the_systems_generator_is_not_doubted() -> None:
    for _ in range(200):
        samples = os.urandom(health.START_UP)
        assert not health.is_stuck(samples)
        assert not health.is_lopsided(samples)
