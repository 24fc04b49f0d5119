"""Chance made by hand: what is read, what it is worth, and which mistakes are named where."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keys_material import ROLLS, everything_said

from ceremonies.errors import InputError
from ceremonies.keys.by_hand import COINS, DICE, HEX, Method, die, source
from ceremonies.keys.deck import Deck
from ceremonies.secret import Secret

RANKS, SUITS = "A23456789TJQK", "SHDC"
SORTED = [rank + suit for suit in SUITS for rank in RANKS]
METHODS: dict[str, Method] = {
    "dice": DICE,
    "d4": die(4),
    "d20": die(20),
    "d1000": die(1000),
    "coins": COINS,
    "hex": HEX,
    "cards": Deck(),
}


def shuffled(seed: int) -> list[str]:
    cards = [*SORTED]
    random.Random(seed).shuffle(cards)
    return cards


def read(method: Method, text: str) -> tuple[str, ...]:
    return method.read(text)


@pytest.mark.parametrize(
    ("method", "count", "bits"),
    [
        (DICE, 1, 2),
        (DICE, 2, 5),
        (DICE, 49, 126),
        (DICE, 50, 129),
        (DICE, 99, 255),
        (DICE, 100, 258),
        (die(20), 30, 129),
        (die(20), 60, 259),
        (die(2), 128, 128),
        (die(8), 43, 129),
        (COINS, 128, 128),
        (HEX, 32, 128),
    ],
)
def test_outcomes_are_credited_rounded_down(method: Method, count: int, bits: int) -> None:
    assert method.bits(["1"] * count) == bits


@pytest.mark.parametrize(("cards", "bits"), [(1, 5), (25, 132), (51, 225), (52, 225), (104, 451)])
def test_cards_are_credited_by_the_orders_they_can_have(cards: int, bits: int) -> None:
    dealt = [*shuffled(1), *shuffled(2)][:cards]
    assert Deck().bits(Deck().read(" ".join(dealt))) == bits


def test_what_is_needed_for_128_and_256_bits() -> None:
    needed = {name: (one.needed(128), one.needed(256)) for name, one in METHODS.items()}
    assert needed == {
        "dice": (50, 100),
        "d4": (64, 128),
        "d20": (30, 60),
        "d1000": (13, 26),
        "coins": (128, 256),
        "hex": (32, 64),
        "cards": (25, 58),
    }


@given(st.sampled_from([*METHODS]), st.integers(0, 200))
def test_credit_is_the_largest_number_of_bits_that_is_not_too_much(name: str, count: int) -> None:
    method = METHODS[name]
    if name == "cards":
        deals, dealt = divmod(count, 52)
        orders = math.perm(52, 52) ** deals * math.perm(52, dealt)
        dealing = [*shuffled(1), *shuffled(2), *shuffled(3), *shuffled(4)]
        bits = method.bits(method.read(" ".join(dealing[:count])))
    else:
        faces = {"dice": 6, "coins": 2, "hex": 16}.get(name) or int(name[1:])
        orders, bits = faces**count, method.bits(["1"] * count)
    assert 2**bits <= orders < 2 ** (bits + 1)


@pytest.mark.parametrize(
    ("name", "written", "joined"),
    [
        ("dice", "31 42\t65\r\n51\n", "31426551"),
        ("d4", "1 234\n", "1234"),
        ("d20", "20 1,7-13\n", "20-1-7-13"),
        ("d20", "20 , 1 - 7\r\n13\t5", "20-1-7-13-5"),
        ("d1000", "1000 1 999", "1000-1-999"),
        ("coins", "hhT t\nH", "11001"),
        ("coins", "1100 1", "11001"),
        ("hex", "dead BEEF 01", "deadbeef01"),
        ("cards", "AS 10h,td 9♥ kC", "ASTHTD9HKC"),
        ("cards", "ASKS/ASKS / 2c", "ASKS/ASKS/2C"),
    ],
)
def test_every_way_to_write_it_is_one(name: str, written: str, joined: str) -> None:
    method = METHODS[name]
    assert method.joined(method.read(written)) == joined
    assert method.joined(method.read(joined)) == joined


def test_after_52_cards_another_shuffle_begins_by_itself() -> None:
    found = Deck().read(" ".join([*shuffled(1), *shuffled(2)]))
    assert [card for card in found if card.startswith("/")] == [f"/{shuffled(2)[0]}"]


@pytest.mark.parametrize(
    ("name", "written", "cause"),
    [
        ("dice", "0", "dice roll 1 is not a number from 1 to 6"),
        ("dice", "127", "dice roll 3 is not a number from 1 to 6"),
        ("dice", "12 34\n5x", "dice roll 6 is not"),
        ("dice", "1,2", "dice roll 2 is not"),
        ("dice", "12\u0663", "dice roll 3 is not"),
        ("dice", "1-2", "dice roll 2 is not"),
        ("d4", "15", "dice roll 2 is not a number from 1 to 4"),
        ("d20", "20 21", "dice roll 2 is not a number from 1 to 20"),
        ("d20", "3 0 4", "dice roll 2 is not"),
        ("d20", "3 07 4", "dice roll 2 is not"),
        ("d20", "3--4", "dice roll 2 is not"),
        ("d20", "1 \u0661", "dice roll 2 is not"),
        ("d20", "5 99999999999999999999", "dice roll 2 is not"),
        ("coins", "hth x", "coin flip 4 is neither heads nor tails"),
        ("coins", "ht01", "coin flips are written in two ways"),
        ("hex", "0x12", "hex digit 2 is no hexadecimal digit"),
        ("cards", "AS 1H", "card 2 is no playing card"),
        ("cards", "AS 11H", "card 2 is no playing card"),
        ("cards", "AS K", "card 2 is no playing card"),
        ("cards", "AS KD 2C AS", "card 4 is the same as card 1"),
        ("cards", "AS KD / 2C KD 3C kd", "card 6 is the same as card 4"),
        ("cards", "AS KD /", "card 3 is no playing card"),
        ("cards", "/ AS", "card 1 is no playing card"),
        ("cards", "AS // KD", "card 2 is no playing card"),
    ],
)
def test_a_mistake_is_named_by_its_position(name: str, written: str, cause: str) -> None:
    with pytest.raises(InputError, match=f"^{cause}") as caught:
        source(METHODS[name], Secret(written.encode()))
    if len(written) > 4:
        assert written not in everything_said(caught.value)


@pytest.mark.parametrize("name", METHODS)
def test_nothing_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"^there are no"):
        source(METHODS[name], Secret(b" \n"))


@pytest.mark.parametrize("sides", [-6, 0, 1, 1001])
def test_there_is_no_such_die(sides: int) -> None:
    with pytest.raises(InputError, match=f"no die of {sides} sides"):
        die(sides)


@pytest.mark.parametrize("written", [b"6" * 20, b"123456" * 5, ROLLS[:20] * 2])
def test_a_pattern_is_refused_without_being_repeated(written: bytes) -> None:
    with pytest.raises(InputError, match="dice rolls show a pattern") as caught:
        source(DICE, Secret(written))
    assert written[:8].decode() not in everything_said(caught.value)


def riffled(cards: list[str], chance: random.Random) -> list[str]:
    cut = sum(chance.random() < 0.5 for _ in cards)
    halves, mixed = [cards[:cut], cards[cut:]], []
    while any(halves):
        weights = [len(half) for half in halves]
        mixed.append(chance.choices(halves, weights)[0].pop(0))
    return mixed


def cut(cards: list[str], at: int) -> list[str]:
    return cards[at:] + cards[:at]


POOR = {
    "a new deck": SORTED,
    "backwards": SORTED[::-1],
    "by ranks": [rank + suit for rank in RANKS for suit in SUITS],
    "cut": cut(SORTED, 20),
    "25 of a new deck": SORTED[:25],
    "riffled once": riffled(SORTED, random.Random(1)),
}


@pytest.mark.parametrize("name", POOR)
def test_a_deck_that_was_hardly_shuffled_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="shuffle 1 keeps much of the order of a sorted deck"):
        source(Deck(), Secret(" ".join(POOR[name]).encode()))


@pytest.mark.parametrize("again", [lambda deck: deck, lambda deck: cut(deck, 30)])
def test_a_second_shuffle_that_is_the_first_one_again_is_refused(again: object) -> None:
    assert callable(again)
    first = shuffled(3)
    with pytest.raises(InputError, match="shuffle 2 keeps much of the order of the shuffle before"):
        source(Deck(), Secret(" ".join([*first, *again(first)]).encode()))


def test_no_good_shuffle_is_doubted() -> None:
    for seed in range(3000):
        cards = [*shuffled(seed), *shuffled(seed + 10_000)]
        assert Deck().doubt([*cards[:52], f"/{cards[52]}", *cards[53:]]) == ""


@given(st.sampled_from([*METHODS]), st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(name: str, data: bytes) -> None:
    method = METHODS[name]
    try:
        found = source(method, Secret(data))
    except InputError:
        return
    written = found.data.reveal().decode("ascii")
    assert method.joined(method.read(written)) == written
    assert found.bits > 0


@given(
    st.sampled_from([*METHODS]),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=120),
    st.data(),
)
def test_read_in_parts_is_read_at_once(name: str, drawn: list[int], data: st.DataObject) -> None:
    method = METHODS[name]
    if name == "cards":
        written = [*shuffled(drawn[0]), *shuffled(drawn[-1] + 1)][: len(drawn)]
    else:
        faces = {"dice": "123456", "d4": "1234", "coins": "01", "hex": "0123456789abcdef"}
        written = [
            faces[name][one % len(faces[name])] if name in faces else str(one % int(name[1:]) + 1)
            for one in drawn
        ]
    at = data.draw(st.integers(0, len(written)))
    first = method.read(" ".join(written[:at]))
    assert first + method.read(" ".join(written[at:]), first) == method.read(" ".join(written))
