"""One card alone against the record of its set: no quorum, and nothing of the secret."""

from __future__ import annotations

import hmac

from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys.card import Card
from ceremonies.keys.codex32 import Codex32
from ceremonies.keys.set_record import Form, SetRecord, Tag, tag_of
from ceremonies.secret import Secret


def check_card(card: Card, record: SetRecord) -> None:
    """Refuse a SLIP-39 card that is not of the set on record.

    Raises:
        InputError: another set, another number of groups, a group or member there is not, or
            other thresholds.
        IntegrityError: it says it is a card of this set, and is not the one that was handed out.
    """
    _insist_form(record, Form.SLIP39)
    if card.set_id != record.set_id:
        raise _foreign(f"it says set {card.set_id}, and the record {record.set_id}")
    if card.of_groups != len(record.groups):
        raise _foreign(f"it says {card.of_groups} groups, and the record {len(record.groups)}")
    if card.groups_needed != record.groups_needed:
        raise _foreign(
            f"it says that {card.groups_needed} groups are needed, "
            f"and the record {record.groups_needed}"
        )
    if card.group > len(record.groups):
        raise _foreign(f"it says group {card.group}, and there are {len(record.groups)}")
    group = record.groups[card.group - 1]
    if card.needs != group.needs:
        raise _foreign(
            f"it says that group {card.group} needs {card.needs}, and the record {group.needs}"
        )
    if card.member > group.of:
        raise _foreign(f"it says card {card.member} of group {card.group}, which has {group.of}")
    _insist_tag(card.words, record, card.group, card.member)


def insist_right_card(card: Card, record: SetRecord) -> None:
    """Refuse as `check_card` does where a person is at hand to bring the right card.

    Raises:
        InputError: any objection, one of the tag included: another card is asked for.
    """
    try:
        check_card(card, record)
    except IntegrityError as error:
        raise InputError(error.cause, hint=error.hint) from None


def check_share(share: Codex32, record: SetRecord) -> None:
    """Refuse a codex32 share that is not of the set on record.

    Raises:
        InputError: the seed itself, another set or threshold, or an index that was not dealt.
        IntegrityError: it says it is a share of this set, and is not the one that was handed out.
    """
    _insist_form(record, Form.CODEX32)
    (group,) = record.groups
    if share.identifier != record.set_id:
        raise _foreign(f"it says set {share.identifier}, and the record {record.set_id}")
    if share.is_secret:
        raise _foreign("it is the seed itself and no share")
    if share.needs != group.needs:
        raise _foreign(f"it says that {share.needs} are needed, and the record {group.needs}")
    if share.member > group.of:
        raise _foreign(f"it has index {share.index}, and {group.of} were dealt")
    _insist_tag(share.words, record, 1, share.member)


def find_part(words: Secret, record: SetRecord) -> int:
    """Find which part of a Seed XOR this is, counted from 1, by its tag.

    Raises:
        IntegrityError: it is none of them.
    """
    _insist_form(record, Form.XOR)
    for tag in record.tags:
        if _matches(words, tag):
            return tag.member
    raise IntegrityError(
        "the phrase is none of the parts on record",
        hint="bring a part of this set, or the record that was written with it",
    )


def _insist_tag(words: Secret, record: SetRecord, group: int, member: int) -> None:
    for tag in record.tags:
        if (tag.group, tag.member) == (group, member) and not _matches(words, tag):
            raise IntegrityError(
                f"the card says that it is card {group}-{member} of set {record.set_id}, and is "
                "not the one that was handed out as that",
                hint="it is of another set with the same name, or was made to look like this one",
            )


def _matches(words: Secret, tag: Tag) -> bool:
    return hmac.compare_digest(tag_of(words, tag.salt), tag.tag)


def _insist_form(record: SetRecord, form: Form) -> None:
    if record.form is not form:
        raise _foreign(f"it is of the form {form}, and the record of {record.form}")


def _foreign(why: str) -> InputError:
    return InputError(
        f"the card is not of this set: {why}",
        hint="bring the card of this set, or the record that was written with this card",
    )
