"""Shares of any form: told apart, put together, and never mixed."""

from __future__ import annotations

import pytest
from keys_material import known_pool

from ceremonies.errors import InputError
from ceremonies.keys import shares
from ceremonies.keys.card import Group
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.set_record import Dealt, Form, record_of
from ceremonies.keys.shares import Share, place_of, read
from ceremonies.secret import Secret

PHRASE = Seed(Scheme.BIP39, Secret(bytes(range(16))))
MASTER = Seed(Scheme.SLIP39, Secret(bytes(range(32))))
SPLITS = {
    Form.SLIP39: (PHRASE, Group(2, 3)),
    Form.CODEX32: (MASTER, Group(3, 4)),
    Form.XOR: (PHRASE, Group(3, 3)),
}


def dealt(form: Form) -> Dealt:
    seed, group = SPLITS[form]
    return shares.deal(form, seed, [group], pool=known_pool())


def some(form: Form, count: int) -> list[Share]:
    return [read(words, form) for words in dealt(form).rows[0][:count]]


@pytest.mark.parametrize("form", Form)
def test_a_quorum_recovers_and_is_picked_when_it_is_complete(form: Form) -> None:
    seed, group = SPLITS[form]
    quorum = some(form, group.needs)
    assert shares.recover(quorum, scheme=seed.scheme) == seed
    for count in range(group.needs):
        assert shares.picked(quorum[:count], parts=group.of) == ()
    assert list(shares.picked(quorum, parts=group.of)) == quorum


@pytest.mark.parametrize("form", [Form.SLIP39, Form.CODEX32])
def test_cards_and_codex32_shares_are_told_by_their_looks(form: Form) -> None:
    for words in dealt(form).rows[0]:
        assert shares.form_of(read(words)) is form
        shouted = Secret(b" " + words.reveal().upper() + b"\n")
        assert read(shouted) == read(words, form)


def test_a_phrase_is_a_part_only_where_that_is_asked_for() -> None:
    (words, *_) = dealt(Form.XOR).rows[0]
    assert shares.form_of(read(words, Form.XOR)) is Form.XOR
    with pytest.raises(InputError, match="this is a BIP-39 phrase, and a SLIP-39 card") as found:
        read(words)
    assert "--as xor" in found.value.hint


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("other", Form)
def test_a_share_of_another_form_is_told_by_what_it_is(form: Form, other: Form) -> None:
    (words, *_) = dealt(other).rows[0]
    if form is other:
        assert shares.form_of(read(words, form)) is form
        return
    name = {Form.SLIP39: "SLIP-39 card", Form.CODEX32: "codex32 share", Form.XOR: "BIP-39 phrase"}
    with pytest.raises(InputError, match=f"this is a {name[other]}, and a {name[form]} is needed"):
        read(words, form)


@pytest.mark.parametrize("form", [Form.SLIP39, Form.XOR])
def test_what_is_nothing_whole_is_judged_as_what_was_asked_for(form: Form) -> None:
    (words, *_) = dealt(form).rows[0]
    damaged = Secret(words.reveal().replace(words.reveal().split()[4], b"zzzz"))
    other = Form.XOR if form is Form.SLIP39 else Form.SLIP39
    with pytest.raises(InputError) as found:
        read(damaged, other)
    assert "this is a" not in found.value.cause


@pytest.mark.parametrize("form", Form)
def test_forms_are_not_mixed(form: Form) -> None:
    for other in Form:
        if other is not form:
            mixed = [*some(form, 1), *some(other, 1)]
            with pytest.raises(InputError, match=f"card 2 is of the form {other}, and card 1"):
                shares.recover(mixed, scheme=Scheme.BIP39)


def test_without_any_card_there_is_nothing_to_recover() -> None:
    with pytest.raises(InputError, match="there are no cards"):
        shares.recover([], scheme=Scheme.BIP39)


@pytest.mark.parametrize("form", [Form.CODEX32, Form.XOR])
def test_other_forms_have_one_group(form: Form) -> None:
    with pytest.raises(InputError, match="no groups of groups"):
        shares.insist_groups(form, [Group(2, 2), Group(2, 2)], 1)


@pytest.mark.parametrize("form", Form)
def test_a_share_says_what_it_is_of(form: Form) -> None:
    set_ = dealt(form)
    record = record_of(set_, fingerprint="05d027a5", pool=known_pool())
    for number, share in enumerate(some(form, 2), start=1):
        place = place_of(share, record)
        assert (place.form, place.set_id, place.group, place.member) == (
            form, set_.set_id, 1, number,
        )  # fmt: skip
        assert (place.needs, place.groups_needed) == (SPLITS[form][1].needs, 1)
        unsaid = place_of(share, None)
        assert (unsaid == place) == (form is not Form.XOR)
    assert form is not Form.XOR or unsaid.set_id is unsaid.member is unsaid.needs is None
