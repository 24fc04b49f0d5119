"""Chance that a test knows, seeds made of it, and everything an error says."""

from __future__ import annotations

import pickle
import re
import traceback
from collections.abc import Callable
from hashlib import sha256
from itertools import count, pairwise

from hypothesis import strategies as st

from ceremonies.errors import CeremonyError
from ceremonies.keys import by_hand
from ceremonies.keys.bip39 import ENTROPY_BYTES
from ceremonies.keys.entropy import Pool, Source, draw, system
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret

ROLLS = b"3142655123641162534416235146253616425314263514253614453126634152431625364125"


def known_generator(label: bytes = b"known") -> Callable[[int], bytes]:
    """A system generator that varies, passes every health test, and that an attacker knows."""
    counter = count()

    def generate(size: int) -> bytes:
        blocks = b""
        while len(blocks) < size:
            blocks += sha256(label + next(counter).to_bytes(8, "big")).digest()
        return blocks[:size]

    return generate


def rolled(rolls: bytes) -> Source:
    """Rolls of a six-sided die as a source."""
    return by_hand.source(by_hand.DICE, Secret(rolls))


def known_pool(rolls: bytes = ROLLS, label: bytes = b"known") -> Pool:
    """A pool of a known system generator and these dice."""
    return draw([system(known_generator(label)), rolled(rolls)])


def phrase(words: str) -> Secret:
    """Words as a secret."""
    return Secret(words.encode())


def everything_said(error: BaseException) -> str:
    """Every text of an error: message, hint, arguments, chained exceptions and their payloads."""
    said = []
    current: BaseException | None = error
    while current is not None:
        said.append("".join(traceback.format_exception_only(current)))
        said.append(repr(current.args))
        said.append(repr(vars(current)))
        if isinstance(current, UnicodeError):
            said.append(repr(current.object))
        if isinstance(current, CeremonyError):
            said.append(current.hint)
        current = current.__cause__ or current.__context__
    return "\n".join(said)


def quotes(text: str, words: list[str]) -> bool:
    """Whether a text holds two neighbouring words of a secret; single ones are often English."""
    said = " ".join(re.findall(r"\w+", text.lower()))
    return any(f"{one} {next_one}" in said for one, next_one in pairwise(words))


def refuses_to_pickle(value: object) -> bool:
    """Whether pickling fails for want of permission, in every protocol."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        try:
            pickle.dumps(value, protocol)
        except TypeError:
            continue
        return False
    return True


def bip39_seeds() -> st.SearchStrategy[Seed]:
    """English BIP-39 seeds of every size."""
    return _sized(ENTROPY_BYTES).map(lambda data: Seed(Scheme.BIP39, Secret(data)))


def slip39_seeds() -> st.SearchStrategy[Seed]:
    """SLIP-39 master secrets of every size."""
    return _sized(tuple(range(16, 65, 2))).map(lambda data: Seed(Scheme.SLIP39, Secret(data)))


def _sized(sizes: tuple[int, ...]) -> st.SearchStrategy[bytes]:
    return st.sampled_from(sizes).flatmap(lambda size: st.binary(min_size=size, max_size=size))
