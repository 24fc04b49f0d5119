"""Twenty thousand damaged PSBTs: parse, review, sign and finalize end in errors of ours alone."""

from __future__ import annotations

import random

import pytest
from signing.psbt_records import Map, read, write
from signing.test_signing_properties import EVERY, attempt, base
from signing.wallets_made import make_wallet

ROUNDS = 1_000
"""How many a wallet type and kind of damage; the seed of each is its number."""

pytestmark = pytest.mark.soak


def damaged_bytes(raw: bytes, chance: random.Random) -> bytes:
    """Flip, drop, repeat or make up a few bytes."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        at, size = chance.randrange(len(data)), chance.choice((1, 1, 1, 4, 32, 36))
        data[at : at + size] = chance.choice(
            (
                bytes([data[at] ^ 1 << chance.randrange(8)]),
                b"",
                data[at : at + size] * 2,
                chance.randbytes(size),
            )
        )
    return bytes(data)


def damaged_records(raw: bytes, chance: random.Random) -> bytes:
    """Move, copy, drop, rename or refill records between maps."""
    maps: list[Map] = read(raw)
    for _ in range(chance.randint(1, 3)):
        source = chance.choice([one for one in maps if one])
        target = chance.choice(maps)
        key, value = source[at := chance.randrange(len(source))]
        if chance.random() < 0.3:
            del source[at]
        target.insert(
            chance.randint(0, len(target)),
            chance.choice(
                (
                    (key, value),
                    (bytes([chance.randrange(0x20)]) + key[1:], value),
                    (key, chance.randbytes(len(value))),
                    (key, value[: chance.randint(0, len(value))]),
                    (key + chance.randbytes(1), value),
                )
            ),
        )
    return write(maps)


@pytest.mark.parametrize("damage", [damaged_bytes, damaged_records])
@pytest.mark.parametrize("kind", EVERY)
def test_only_errors_of_ours_come_out(kind: str, damage: object) -> None:
    assert callable(damage)
    wallet = make_wallet(kind)
    for number in range(ROUNDS):
        chance = random.Random(f"{kind} {number}")
        attempt(damage(base(kind, chance.choice(("unsigned", "signed", "twice"))), chance), wallet)
