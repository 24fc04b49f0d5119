"""Health tests: whether outcomes can be chance, with false alarms too rare to be met.

Chance made by hand is doubted below one in a million (`ALARM`), by Pearson's chi-square and by
tests for a favoured face and for repetition whose bounds hold for any number of outcomes. The
system's generator is held to the repetition count and adaptive proportion tests of NIST SP 800-90B,
with alarms below 2^-40.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import groupby

ALARM = 1e-6
"""How rarely fair outcomes are doubted, by each test."""

FEWEST = 20
"""Fewer outcomes are not judged: too little can be told."""

REPETITIONS = 6
"""SP 800-90B, 4.4.1: equal bytes in a row, at full entropy, 1 + 40 / 8."""

WINDOW = 512
PROPORTION = 19
"""SP 800-90B, 4.4.2: how often the first byte of a window comes in it, at full entropy."""

START_UP = 1024
"""SP 800-90B, 4.3: how many samples a generator gives before it is used."""

_EXPECTED = 5
_LONGEST_LAG = 128


def doubt(outcomes: Sequence[str], faces: int) -> str:
    """Say what speaks against so many equally likely `faces`; empty where nothing does.

    Fewer than twenty outcomes are not judged, and fewer than five for each face not by chi-square,
    whose law does not hold there.
    """
    count = len(outcomes)
    if count < FEWEST:
        return ""
    counts = Counter(outcomes)
    if faces * at_least(max(counts.values()), count, 1 / faces) < ALARM:
        return "one of them comes far too often"
    if count >= _EXPECTED * faces and chi_square(list(counts.values()), faces) < ALARM:
        return "some come far too often, others too rarely"
    if repeats(outcomes, faces) < ALARM:
        return "they repeat themselves"
    return ""


def chi_square(counts: Sequence[int], faces: int) -> float:
    """Return how likely fair outcomes are so uneven or more (Pearson).

    `counts` are those of the faces that came, the others being zero.
    """
    total = sum(counts)
    expected = total / faces
    statistic = sum(count * count for count in counts) / expected - total
    return _chi_square_tail(statistic, faces - 1)


def repeats(outcomes: Sequence[str], faces: int) -> float:
    """Bound how likely fair outcomes are so often what they were some places before.

    Every distance up to 128 is tried. How often they agree at one distance has a binomial law, and
    the bound counts for all of the distances together.
    """
    longest = min(len(outcomes) // 2, _LONGEST_LAG)
    return min(
        (
            longest * at_least(_agreeing(outcomes, lag), len(outcomes) - lag, 1 / faces)
            for lag in range(1, longest + 1)
        ),
        default=1.0,
    )


def at_least(hits: int, tries: int, chance: float) -> float:
    """Bound the likelihood of at least `hits` in so many tries (Chernoff); never too small."""
    share = hits / tries
    if share <= chance:
        return 1.0
    distance = share * math.log(share / chance)
    if share < 1:
        distance += (1 - share) * math.log((1 - share) / (1 - chance))
    return math.exp(-tries * distance)


def is_stuck(samples: bytes) -> bool:
    """Tell whether a byte comes too often in a row (repetition count test, SP 800-90B, 4.4.1)."""
    return any(len(list(run)) >= REPETITIONS for _, run in groupby(samples))


def is_lopsided(samples: bytes) -> bool:
    """Tell whether a byte comes too often (adaptive proportion test, SP 800-90B, 4.4.2)."""
    windows = (samples[start : start + WINDOW] for start in range(0, len(samples), WINDOW))
    return any(window.count(window[:1]) >= PROPORTION for window in windows)


def _agreeing(outcomes: Sequence[str], lag: int) -> int:
    return sum(map(str.__eq__, outcomes, outcomes[lag:]))


def _chi_square_tail(statistic: float, freedom: int) -> float:
    """Return the upper tail of the chi-square distribution, for a whole number of degrees."""
    if statistic <= 0 or freedom <= 0:
        return 1.0
    half = statistic / 2
    # Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1), from Q(1/2, x) or Q(1, x)
    shape = 0.5 if freedom % 2 else 1.0
    tail = math.erfc(math.sqrt(half)) if freedom % 2 else math.exp(-half)
    while shape < freedom / 2:
        tail += math.exp(shape * math.log(half) - half - math.lgamma(shape + 1))
        shape += 1
    return min(tail, 1.0)
