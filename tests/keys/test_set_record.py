"""The record of a set: strict to read, and what a card is checked against."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keys_material import known_pool

from ceremonies.errors import InputError
from ceremonies.keys.card import CardSet, Group
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.set_record import SetRecord, check_card, read_record, record_of
from ceremonies.keys.slip39 import split
from ceremonies.secret import Secret


@pytest.fixture(scope="module")
def cards() -> CardSet:
    seed = Seed(Scheme.BIP39, Secret(bytes(range(16))))
    return split(seed, [Group(2, 3), Group(1, 1)], groups_needed=1, pool=known_pool())


@pytest.fixture(scope="module")
def record(cards: CardSet) -> SetRecord:
    return record_of(cards, fingerprint="05d027a5")


def test_the_record_has_the_form_that_scripts_rely_on(record: SetRecord) -> None:
    assert json.loads(record.to_json()) == {
        "format": "custody-share-set/1",
        "set": record.set_id,
        "scheme": "bip39",
        "fingerprint": "05d027a5",
        "groups": [{"needs": 2, "of": 3}, {"needs": 1, "of": 1}],
        "groups_needed": 1,
    }


GROUPS = st.integers(2, 16).flatmap(lambda of: st.integers(2, of).map(lambda n: Group(n, of)))


@given(
    st.integers(0, 0x7FFF),
    st.sampled_from(Scheme),
    st.integers(0, 0xFFFFFFFF),
    st.lists(GROUPS, min_size=1, max_size=16),
    st.data(),
)
def test_a_record_reads_what_it_writes(
    identifier: int, scheme: Scheme, fingerprint: int, groups: list[Group], data: st.DataObject
) -> None:
    record = SetRecord(
        set_id=f"{identifier:04x}",
        scheme=scheme,
        fingerprint=f"{fingerprint:08x}",
        groups=tuple(groups),
        groups_needed=data.draw(st.integers(1, len(groups))),
    )
    assert read_record(record.to_json()) == record


@pytest.mark.parametrize(
    "change",
    [
        {"format": "custody-share-set/2"},
        {"set": "8000"},
        {"set": "12AB"},
        {"set": "12a"},
        {"set": "12ab\n"},
        {"scheme": "BIP39"},
        {"fingerprint": "05D027A5"},
        {"fingerprint": "05d027a"},
        {"fingerprint": None},
        {"groups": []},
        {"groups": [{"needs": 2, "of": 3}] * 17},
        {"groups": [{"needs": 1, "of": 3}]},
        {"groups": [{"needs": 4, "of": 3}]},
        {"groups": [{"needs": 2, "of": 3, "files": []}]},
        {"groups": [{"needs": True, "of": 1}]},
        {"groups": [{"needs": 2.0, "of": 3}]},
        {"groups_needed": 0},
        {"groups_needed": 3},
        {"groups_needed": "1"},
        {"words": "none"},
    ],
)
def test_a_record_with_anything_else_is_refused(record: SetRecord, change: dict[str, Any]) -> None:
    changed = json.loads(record.to_json()) | change
    with pytest.raises(InputError):
        read_record(json.dumps(changed).encode())


@pytest.mark.parametrize(
    "key", ["format", "set", "scheme", "fingerprint", "groups", "groups_needed"]
)
def test_a_record_that_lacks_anything_is_refused(record: SetRecord, key: str) -> None:
    lacking = json.loads(record.to_json())
    del lacking[key]
    with pytest.raises(InputError):
        read_record(json.dumps(lacking).encode())


@given(st.binary(max_size=100))
def test_any_bytes_are_no_record(data: bytes) -> None:
    with pytest.raises(InputError):
        read_record(data)


def test_a_key_said_twice_is_refused(record: SetRecord) -> None:
    doubled = record.to_json().replace(b'"set"', b'"set": "0000", "set"', 1)
    with pytest.raises(InputError, match="twice"):
        read_record(doubled)


def test_every_card_of_the_set_passes(cards: CardSet, record: SetRecord) -> None:
    for row in cards.cards:
        for card in row:
            check_card(card, record)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"set_id": "0001"}, "says set 0001"),
        ({"of_groups": 3}, "3 groups"),
        ({"groups_needed": 2}, "2 groups are needed"),
        ({"group": 3}, "group 3"),
        ({"group": 2}, "group 2 needs 2, and the record 1"),
        ({"needs": 3}, "group 1 needs 3, and the record 2"),
        ({"member": 4}, "card 4 of group 1, which has 3"),
    ],
)
def test_a_card_that_is_not_of_the_set_is_refused_and_told_why(
    cards: CardSet, record: SetRecord, change: dict[str, Any], why: str
) -> None:
    with pytest.raises(InputError, match=why) as caught:
        check_card(replace(cards.cards[0][0], **change), record)
    assert caught.value.cause.startswith("the card is not of this set")
