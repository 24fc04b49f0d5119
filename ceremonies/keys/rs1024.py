"""RS1024, the checksum of SLIP-39 cards: whether it holds, and which words are wrong where not.

A Reed-Solomon code over GF(1024) with three check words: any one wrong word can be located, and no
more. Positions only: what the word should be is for its holder to read off the card.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

_MODULUS = 0b100_0000_1001
_ORDER = 1023
_CHECK_WORDS = 3
_CUSTOMIZATION = {False: b"shamir", True: b"shamir_extendable"}
_EXTENDABLE_WORD, _EXTENDABLE_BIT = 1, 1 << 4


def is_valid(words: Sequence[int]) -> bool:
    """Whether the checksum of a card holds; `words` are indices into the list, 0 to 1023."""
    extendable = bool(words[_EXTENDABLE_WORD] & _EXTENDABLE_BIT)
    return not any(_syndromes(words, extendable=extendable))


def wrong_word(words: Sequence[int]) -> int | None:
    """Locate the word that is wrong, from 1, where changing one alone can make the card right."""
    found = {_single(words, extendable=flag) for flag in _CUSTOMIZATION} - {None}
    return found.pop() if len(found) == 1 else None


def swapped_words(words: Sequence[int]) -> tuple[int, int] | None:
    """Locate two words, from 1, that make the card right when they change places."""
    for one, other in combinations(range(len(words)), 2):
        trial = list(words)
        trial[one], trial[other] = trial[other], trial[one]
        if words[one] != words[other] and is_valid(trial):
            return one + 1, other + 1
    return None


def _single(words: Sequence[int], *, extendable: bool) -> int | None:
    first, second, third = _syndromes(words, extendable=extendable)
    logs = _logs()
    if not first or not second or not third:
        return None
    # an error e at the power p of x has the syndromes e a^p, e a^2p, e a^3p
    power = (logs[second] - logs[first]) % _ORDER
    if (logs[third] - logs[second]) % _ORDER != power or power >= len(words):
        return None
    position = len(words) - 1 - power
    flag = words[_EXTENDABLE_WORD]
    if position == _EXTENDABLE_WORD:
        flag ^= _powers()[(logs[first] - power) % _ORDER]
    # the flag says with which text the checksum was made
    return position + 1 if bool(flag & _EXTENDABLE_BIT) == extendable else None


def _syndromes(words: Sequence[int], *, extendable: bool) -> tuple[int, ...]:
    """Evaluate what is left of a card at the three roots of the code; zeros where it is valid."""
    powers, logs = _powers(), _logs()
    values = (1, *_CUSTOMIZATION[extendable], *words)
    found = []
    for root in range(1, _CHECK_WORDS + 1):
        value = 0
        for word in values:
            if value:
                value = powers[(logs[value] + root) % _ORDER]
            value ^= word
        found.append(value ^ 1)
    return tuple(found)


@cache
def _powers() -> tuple[int, ...]:
    powers, value = [], 1
    for _ in range(_ORDER):
        powers.append(value)
        value <<= 1
        if value > _ORDER:
            value ^= _MODULUS
    return tuple(powers)


@cache
def _logs() -> dict[int, int]:
    return {value: power for power, value in enumerate(_powers())}
