"""The public record of a set of cards, `custody-share-set/1`: what a card is checked against."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from ceremonies.errors import InputError
from ceremonies.keys.card import MOST_OF_ANYTHING, Card, CardSet, Group
from ceremonies.keys.seed import Scheme
from ceremonies.strict import json_value

FORMAT = "custody-share-set/1"


@dataclass(frozen=True, kw_only=True)
class SetRecord:
    """What may be known of a set: `set_id` is on every card, `fingerprint` is the master key's.

    Public parameters only.
    """

    set_id: str
    scheme: Scheme
    fingerprint: str
    groups: tuple[Group, ...]
    groups_needed: int

    def to_json(self) -> bytes:
        """Write it as `read_record` reads it: indented UTF-8 JSON, ended by a line feed."""
        written = {
            "format": FORMAT,
            "set": self.set_id,
            "scheme": self.scheme.value,
            "fingerprint": self.fingerprint,
            "groups": [{"needs": group.needs, "of": group.of} for group in self.groups],
            "groups_needed": self.groups_needed,
        }
        return json.dumps(written, indent=2).encode() + b"\n"


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    needs: int
    of: int


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["custody-share-set/1"]
    set: Annotated[str, msgspec.Meta(pattern=r"\A[0-7][0-9a-f]{3}\Z")]
    scheme: Scheme
    fingerprint: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}\Z")]
    groups: Annotated[list[_Group], msgspec.Meta(min_length=1, max_length=MOST_OF_ANYTHING)]
    groups_needed: Annotated[int, msgspec.Meta(ge=1)]


def record_of(cards: CardSet, *, fingerprint: str) -> SetRecord:
    """Describe a set of cards; `fingerprint` is the master key's, eight hexadecimal digits."""
    return SetRecord(
        set_id=cards.set_id,
        scheme=cards.scheme,
        fingerprint=fingerprint,
        groups=cards.groups,
        groups_needed=cards.groups_needed,
    )


def read_record(data: bytes) -> SetRecord:
    """Read a record strictly.

    Raises:
        InputError: it is not a record of a set that SLIP-39 can have.
    """
    written = json_value(data, _Written, what="the set record")
    groups = tuple(Group(group.needs, group.of) for group in written.groups)
    if written.groups_needed > len(groups):
        raise InputError(
            f"the set record needs {written.groups_needed} groups and has {len(groups)}",
            hint="use the record that was written when the set was split",
        )
    return SetRecord(
        set_id=written.set,
        scheme=written.scheme,
        fingerprint=written.fingerprint,
        groups=groups,
        groups_needed=written.groups_needed,
    )


def check_card(card: Card, record: SetRecord) -> None:
    """Refuse a card that is not of the set on record.

    That the card says it is of this set is all that can be known of one card alone.

    Raises:
        InputError: another set, another number of groups, a group or member there is not, or
            other thresholds.
    """
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


def _foreign(why: str) -> InputError:
    return InputError(
        f"the card is not of this set: {why}",
        hint="bring the card of this set, or the record that was written with this card",
    )
