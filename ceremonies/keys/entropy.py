"""Chance: what it came from, how much it is worth, and how it is mixed."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Iterable

from ceremonies.errors import InputError, IntegrityError, MachineError
from ceremonies.frozen import Frozen
from ceremonies.keys import health
from ceremonies.secret import Secret

LEAST_BITS = 128
MOST_BITS = 256
"""What a pool can be worth at most: everything passes through one SHA-256 state."""

_SALT = b"custody-cli entropy pool 1"
_HASH_BYTES = 32
_MOST_EXPANDED = 255 * _HASH_BYTES
_DRAWN_BYTES = 32
_FEWEST_VALUES = 200


class Source(Frozen, kw_only=True):
    """One source of chance: what kind it is, what it gave, and the bits it is credited with."""

    kind: str
    data: Secret
    bits: int


class Pool(Frozen):
    """Several sources mixed: whoever does not know every one of them knows nothing of the result.

    Made by `draw`. The same sources give the same pool, in whatever order they came.
    """

    sources: tuple[Source, ...]

    @property
    def bits(self) -> int:
        """The credited bits of all sources, at most 256."""
        return min(MOST_BITS, sum(source.bits for source in self.sources))

    def insist(self, bits: int) -> None:
        """Refuse to go on with fewer credited bits than a secret is to have (256 serve any).

        Raises:
            MachineError: there are fewer.
        """
        wanted = min(bits, MOST_BITS)
        if self.bits < wanted:
            raise MachineError(
                f"the entropy sources give {self.bits} bits, and {wanted} are needed",
                hint="add the system's generator, or roll dice more often: 50 rolls give 129 bits",
            )

    def expand(self, purpose: str, size: int, context: bytes = b"") -> Secret:
        """Derive `size` bytes (at most 8,160) for one purpose in one context (RFC 5869).

        HKDF-SHA256, computed by two implementations.

        Raises:
            IntegrityError: they disagree.
        """
        if not 0 < size <= _MOST_EXPANDED:
            raise ValueError("HKDF-SHA256 gives 1 to 8160 bytes")
        # by their kinds, so that whoever computes it once more need not know who came first
        ordered = sorted(self.sources, key=lambda source: source.kind)
        material = b"".join(
            _framed(source.kind.encode()) + _framed(source.data.reveal()) for source in ordered
        )
        info = _framed(purpose.encode()) + _framed(context)
        first = Secret(_hkdf(material, info, size))
        if first != Secret(_hkdf_written_out(material, info, size)):
            raise IntegrityError(
                "the two HKDF implementations disagree",
                hint="stop; this machine or its libraries cannot be trusted",
            )
        return first


def draw(sources: Iterable[Source]) -> Pool:
    """Mix sources into a pool worth at least 128 bits.

    Raises:
        InputError: the same data was given twice.
        MachineError: the sources are worth less.
    """
    pool = Pool(tuple(sources))
    for position, source in enumerate(pool.sources):
        if any(source.data == earlier.data for earlier in pool.sources[:position]):
            raise InputError(
                "two entropy sources gave the same data",
                hint="each roll, coin or card counts once: collect fresh ones",
            )
    pool.insist(LEAST_BITS)
    return pool


def system(os_random: Callable[[int], bytes] = os.urandom, *, size: int = 64) -> Source:
    """Draw `size` bytes (a multiple of 32) from the system's generator; worth 256 bits.

    It is drawn from until there are the 1,024 samples that SP 800-90B starts with, and all of them
    are tested.

    Raises:
        MachineError: it fails, falls short, is constant, repeats itself, or favours values.
    """
    blocks: list[bytes] = []
    try:
        while len(blocks) * _DRAWN_BYTES < health.START_UP:
            blocks.append(os_random(_DRAWN_BYTES))
    except (OSError, NotImplementedError):
        blocks.clear()
    if not blocks or any(len(block) != _DRAWN_BYTES for block in blocks):
        raise _unfit("fails")
    samples = b"".join(blocks)
    # a good generator fails one of these less than once in 2^29 times
    if len(set(blocks)) < len(blocks) or _has_period(samples):
        raise _unfit("repeats itself")
    if health.is_stuck(samples):
        raise _unfit("gives the same value again and again")
    if health.is_lopsided(samples) or len(set(samples)) < _FEWEST_VALUES:
        raise _unfit("gives too few different values")
    return Source(kind="system", data=Secret(samples[:size]), bits=MOST_BITS)


def _has_period(samples: bytes) -> bool:
    return any(samples[period:] == samples[:-period] for period in range(1, len(samples) // 2 + 1))


def _framed(data: bytes) -> bytes:
    # the length first, so that no two lists of sources run together to the same bytes
    return len(data).to_bytes(8, "big") + data


def _hkdf(material: bytes, info: bytes, size: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=size, salt=_SALT, info=info).derive(material)


def _hkdf_written_out(material: bytes, info: bytes, size: int) -> bytes:
    key = hmac.digest(_SALT, material, "sha256")
    block, expanded = b"", b""
    for counter in range(1, -(-size // _HASH_BYTES) + 1):
        block = hmac.digest(key, block + info + bytes([counter]), "sha256")
        expanded += block
    return expanded[:size]


def _unfit(how: str) -> MachineError:
    return MachineError(
        f"the system's random generator {how}",
        hint="do not make a key on this machine; `custody doctor` says more",
    )
