"""The record of a set: strict to read, and what a card is checked against."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from keys_material import known_pool, quotes

from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import replace
from ceremonies.keys import codex32_set, seed_xor, shares
from ceremonies.keys.card import CardSet, Group
from ceremonies.keys.card_check import (
    check_card,
    check_share,
    find_part,
    insist_right_card,
)
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.set_record import (
    Dealt,
    Form,
    SetRecord,
    Tag,
    dealt_cards,
    read_record,
    record_of,
    tag_of,
)
from ceremonies.keys.slip39 import split
from ceremonies.secret import Secret


@pytest.fixture(scope="module")
def cards() -> CardSet:
    seed = Seed(Scheme.BIP39, Secret(bytes(range(16))))
    return split(seed, [Group(2, 3), Group(1, 1)], groups_needed=1, pool=known_pool())


@pytest.fixture(scope="module")
def record(cards: CardSet) -> SetRecord:
    return record_of(dealt_cards(cards), fingerprint="05d027a5", pool=known_pool())


def test_the_record_has_the_form_that_scripts_rely_on(record: SetRecord) -> None:
    written = json.loads(record.to_json())
    cards = written.pop("cards")
    assert written == {
        "format": "custody-share-set/2",
        "form": "slip39",
        "set": record.set_id,
        "scheme": "bip39",
        "fingerprint": "05d027a5",
        "groups": [{"needs": 2, "of": 3}, {"needs": 1, "of": 1}],
        "groups_needed": 1,
    }
    assert [(card["group"], card["member"]) for card in cards] == [(1, 1), (1, 2), (1, 3), (2, 1)]
    assert {(len(card["salt"]), len(card["tag"])) for card in cards} == {(32, 10)}
    assert len({card["salt"] for card in cards}) == 4


def test_a_record_of_the_first_format_is_read_and_has_no_tags(record: SetRecord) -> None:
    old = json.loads(record.to_json()) | {"format": "custody-share-set/1"}
    del old["form"], old["cards"]
    found = read_record(json.dumps(old).encode())
    assert found == replace(record, tags=())
    assert json.loads(found.to_json()) == old


GROUPS = st.integers(2, 16).flatmap(lambda of: st.integers(2, of).map(lambda n: Group(n, of)))


@given(
    st.integers(0, 0x7FFF),
    st.sampled_from(Scheme),
    st.integers(0, 0xFFFFFFFF),
    st.lists(GROUPS, min_size=1, max_size=4),
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
        tags=tuple(
            Tag(
                group=number,
                member=member,
                salt=data.draw(st.binary(min_size=16, max_size=16)),
                tag=data.draw(st.binary(min_size=5, max_size=5)),
            )
            for number, group in enumerate(groups, start=1)
            for member in range(1, group.of + 1)
        ),
    )
    assert read_record(record.to_json()) == record


@pytest.mark.parametrize(
    "change",
    [
        {"format": "custody-share-set/3"},
        {"format": "custody-share-set/1"},
        {"form": "codex32"},
        {"form": "paper"},
        {"form": None},
        {"cards": None},
        {"cards": []},
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
    "key",
    ["format", "form", "set", "scheme", "fingerprint", "groups", "groups_needed", "cards"],
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


@pytest.mark.parametrize(
    "change",
    [
        lambda cards: cards[1:],
        lambda cards: [*cards, cards[0]],
        lambda cards: [cards[1], cards[0], *cards[2:]],
        lambda cards: [cards[0] | {"tag": "00"}, *cards[1:]],
        lambda cards: [cards[0] | {"salt": cards[0]["salt"].upper() + "A"}, *cards[1:]],
        lambda cards: [cards[0] | {"words": "academic"}, *cards[1:]],
        lambda cards: [cards[0] | {"member": 0}, *cards[1:]],
    ],
)
def test_a_record_whose_tags_are_not_one_a_card_is_refused(record: SetRecord, change: Any) -> None:
    written = json.loads(record.to_json())
    written["cards"] = change(written["cards"])
    with pytest.raises(InputError):
        read_record(json.dumps(written).encode())


def test_a_card_of_another_split_under_the_same_name_is_told_by_its_tag(
    cards: CardSet, record: SetRecord
) -> None:
    other = split(
        Seed(Scheme.BIP39, Secret(bytes(16))), cards.groups, groups_needed=1, pool=known_pool()
    )
    assert other.set_id == cards.set_id
    for row, group in zip(other.cards, (1, 2), strict=True):
        for member, card in enumerate(row, start=1):
            with pytest.raises(IntegrityError, match=f"card {group}-{member} of set"):
                check_card(card, record)


def test_a_tag_is_the_documented_hash_by_another_implementation() -> None:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    salt = bytes(range(16))
    theirs = Scrypt(salt=salt, length=5, n=16384, r=8, p=1)
    told = theirs.derive(b"custody-cli/share-tag/1\x00duckling enlarge academic academic")
    assert tag_of(Secret(b"duckling enlarge academic academic"), salt) == told


def test_no_words_of_a_card_are_in_its_record(cards: CardSet, record: SetRecord) -> None:
    text = record.to_json().decode()
    for row in cards.cards:
        for card in row:
            assert not quotes(text, card.words.reveal().decode().split())


@pytest.fixture(scope="module")
def codex() -> Dealt:
    seed = Seed(Scheme.SLIP39, Secret(bytes(range(16))))
    return shares.deal(Form.CODEX32, seed, [Group(2, 3)], pool=known_pool())


@pytest.fixture(scope="module")
def xor() -> Dealt:
    seed = Seed(Scheme.BIP39, Secret(bytes(range(16))))
    return shares.deal(Form.XOR, seed, [Group(3, 3)], pool=known_pool())


def test_a_codex32_share_is_checked_alone(codex: Dealt) -> None:
    record = record_of(codex, fingerprint="05d027a5", pool=known_pool())
    assert read_record(record.to_json()) == record
    other = shares.deal(
        Form.CODEX32,
        Seed(Scheme.SLIP39, Secret(bytes(16))),
        [Group(2, 3)],
        pool=known_pool(),
        rehearsal=False,
    )
    for place, words in enumerate(codex.rows[0]):
        share = shares.read(words)
        check_share(share, record)  # type: ignore[arg-type]
        with pytest.raises(IntegrityError, match=f"card 1-{place + 1} of set"):
            check_share(replace(share, words=other.rows[0][place]), record)  # type: ignore[arg-type]
    for change, why in (
        ({"identifier": "qqqq"}, "says set qqqq"),
        ({"needs": 3}, "3 are needed, and the record 2"),
        ({"index": "e"}, "index e, and 3 were dealt"),
        ({"index": "s"}, "the seed itself"),
    ):
        with pytest.raises(InputError, match=why):
            check_share(replace(share, **change), record)  # type: ignore[arg-type,type-var]


def test_a_part_of_a_seed_xor_is_found_by_its_tag(xor: Dealt) -> None:
    record = record_of(xor, fingerprint="05d027a5", pool=known_pool())
    assert read_record(record.to_json()) == record
    assert [find_part(words, record) for words in xor.rows[0]] == [1, 2, 3]
    with pytest.raises(IntegrityError, match="none of the parts"):
        find_part(Secret(b"legal winner thank"), record)


def test_a_card_of_another_form_than_the_record_is_refused(
    cards: CardSet, record: SetRecord, codex: Dealt, xor: Dealt
) -> None:
    found = [
        cards.cards[0][0],
        shares.read(codex.rows[0][0]),
        shares.read(xor.rows[0][0], Form.XOR),
    ]
    records = [
        record,
        record_of(codex, fingerprint="05d027a5", pool=known_pool()),
        record_of(xor, fingerprint="05d027a5", pool=known_pool()),
    ]
    for one, share in enumerate(found):
        for other, of_set in enumerate(records):
            if one == other:
                shares.check(share, of_set)
            else:
                with pytest.raises(InputError, match="of the form"):
                    shares.check(share, of_set)


def test_the_wings_of_sets_agree_about_names(codex: Dealt, xor: Dealt) -> None:
    assert codex.set_id != codex32_set.REHEARSAL_IDENTIFIER
    assert xor.set_id == seed_xor.draw_set_id(known_pool())


def test_at_a_prompt_a_card_of_another_split_is_a_mistake_like_another(
    cards: CardSet, record: SetRecord
) -> None:
    other = split(
        Seed(Scheme.BIP39, Secret(bytes(16))), cards.groups, groups_needed=1, pool=known_pool()
    )
    with pytest.raises(InputError, match="not the one that was handed out"):
        insist_right_card(other.cards[0][0], record)
    insist_right_card(cards.cards[0][0], record)
