"""What lies in a secret slot is overwritten when it is wiped, in whatever it lies."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from keys.keys_material import known_pool

from ceremonies.conduct.slots import KEY, PINS, SEED, SHARES, TYPED, Table, Typed
from ceremonies.keys.card import Group
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.slip39 import split
from ceremonies.secret import Secret


def seed() -> Seed:
    return Seed(Scheme.BIP39, Secret(bytes(range(1, 17))))


def in_a_seed(table: Table) -> list[Secret]:
    lying = seed()
    table.put(SEED, lying)
    return [lying.secret]


def in_cards(table: Table) -> list[Secret]:
    dealt = split(seed(), [Group(2, 3)], groups_needed=1, pool=known_pool())
    table.put(SHARES, dealt)
    return [card.words for row in dealt.cards for card in row]


def in_what_was_typed(table: Table) -> list[Secret]:
    dealt = split(seed(), [Group(2, 3)], groups_needed=1, pool=known_pool()).cards[0]
    phrase, passphrase = seed(), Secret(b"words")
    typed = Typed(cards=dealt, phrase=phrase, passphrase=passphrase, persons=("Ada",))
    table.put(TYPED, typed)
    return [*(card.words for card in dealt), phrase.secret, passphrase]


def in_pins(table: Table) -> list[Secret]:
    pins = {"Ada": Secret(b"1234"), "Bo": Secret(b"5678")}
    table.put(PINS, pins)
    return list(pins.values())


@pytest.mark.parametrize("lay", [in_a_seed, in_cards, in_what_was_typed, in_pins])
def test_wiping_overwrites_every_secret(lay: Callable[[Table], list[Secret]]) -> None:
    table = Table()
    lying = lay(table)
    assert all(len(secret) for secret in lying)
    table.wipe([SEED, SHARES, TYPED, PINS, KEY])
    assert not any(len(secret) for secret in lying)
    assert not any(table.has(slot) for slot in (SEED, SHARES, TYPED, PINS))
