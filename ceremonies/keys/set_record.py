"""The record of a set, `custody-share-set/2`: what one card alone is checked against.

It is confidential. It holds no part of the secret, but it names the key, and its tags tell whoever
holds a card that it is of this set.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.keys import codex32_set, seed_xor
from ceremonies.keys.card import MOST_OF_ANYTHING, CardSet, Group
from ceremonies.keys.codex32 import CHARACTERS
from ceremonies.keys.entropy import Pool
from ceremonies.keys.seed import Scheme
from ceremonies.secret import Secret
from ceremonies.strict import json_value

FORMAT = "custody-share-set/2"
_FIRST_FORMAT = "custody-share-set/1"

_DOMAIN = b"custody-cli/share-tag/1"
_SALT_BYTES, _TAG_BYTES = 16, 5
_COST, _BLOCK, _MEMORY = 2**14, 8, 2**25


class Form(StrEnum):
    """What a set consists of: SLIP-39 cards, codex32 shares, or the phrases of a Seed XOR."""

    SLIP39 = "slip39"
    CODEX32 = "codex32"
    XOR = "xor"


class Dealt(Frozen, kw_only=True):
    """A set as it is handed out: `rows` has what is written on each card, a row for each group."""

    form: Form
    set_id: str
    scheme: Scheme
    groups: tuple[Group, ...]
    groups_needed: int
    rows: tuple[tuple[Secret, ...], ...]


class Tag(Frozen, kw_only=True):
    """What tells one card from others: 16 bytes of salt, and 40 bits of its scrypt hash."""

    group: int
    member: int
    salt: bytes
    tag: bytes


class SetRecord(Frozen, kw_only=True):
    """What may be known of a set: `set_id` is on every card, `fingerprint` is the master key's.

    The parts of a Seed XOR say nothing of their set; its `set_id` is in the record alone. There
    are no `tags` in a record of the first format.
    """

    form: Form = Form.SLIP39
    set_id: str
    scheme: Scheme
    fingerprint: str
    groups: tuple[Group, ...]
    groups_needed: int
    tags: tuple[Tag, ...] = ()

    def to_json(self) -> bytes:
        """Write it as `read_record` reads it: indented UTF-8 JSON, ended by a line feed."""
        written: dict[str, object] = {
            "format": FORMAT if self.tags else _FIRST_FORMAT,
            "form": self.form.value,
            "set": self.set_id,
            "scheme": self.scheme.value,
            "fingerprint": self.fingerprint,
            "groups": [{"needs": group.needs, "of": group.of} for group in self.groups],
            "groups_needed": self.groups_needed,
            "cards": [
                {"group": t.group, "member": t.member, "salt": t.salt.hex(), "tag": t.tag.hex()}
                for t in self.tags
            ],
        }
        if not self.tags:
            del written["form"], written["cards"]
        return json.dumps(written, indent=2).encode() + b"\n"


class _Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    needs: int
    of: int


class _Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    group: Annotated[int, msgspec.Meta(ge=1, le=MOST_OF_ANYTHING)]
    member: Annotated[int, msgspec.Meta(ge=1, le=MOST_OF_ANYTHING)]
    salt: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
    tag: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{10}\Z")]


class _Written(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: Literal["custody-share-set/1", "custody-share-set/2"]
    set: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-z]{4}\Z")]
    scheme: Scheme
    fingerprint: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}\Z")]
    groups: Annotated[list[_Group], msgspec.Meta(min_length=1, max_length=MOST_OF_ANYTHING)]
    groups_needed: Annotated[int, msgspec.Meta(ge=1)]
    form: Form | None = None
    cards: list[_Card] | None = None


def dealt_cards(cards: CardSet) -> Dealt:
    """Describe SLIP-39 cards as they are handed out."""
    return Dealt(
        form=Form.SLIP39,
        set_id=cards.set_id,
        scheme=cards.scheme,
        groups=cards.groups,
        groups_needed=cards.groups_needed,
        rows=tuple(tuple(card.words for card in row) for row in cards.cards),
    )


def record_of(dealt: Dealt, *, fingerprint: str, pool: Pool) -> SetRecord:
    """Describe a set and tag each of its cards, salted from `pool`.

    `fingerprint` is the master key's, eight hexadecimal digits. Each tag takes a moment.
    """
    tags = []
    for group, row in enumerate(dealt.rows, start=1):
        for member, words in enumerate(row, start=1):
            place = f"{dealt.form} {dealt.set_id} {group}-{member}".encode()
            salt = pool.expand("share-tag-salt", _SALT_BYTES, place).reveal()
            tags.append(Tag(group=group, member=member, salt=salt, tag=tag_of(words, salt)))
    return SetRecord(
        form=dealt.form,
        set_id=dealt.set_id,
        scheme=dealt.scheme,
        fingerprint=fingerprint,
        groups=dealt.groups,
        groups_needed=dealt.groups_needed,
        tags=tuple(tags),
    )


def tag_of(words: Secret, salt: bytes) -> bytes:
    """Return the 5 bytes that tell this card from others (scrypt, RFC 7914; `docs/formats.md`).

    So short that a guess at a card of which much is unknown is not confirmed by them, and slow
    enough to make guessing dear.
    """
    return hashlib.scrypt(
        _DOMAIN + b"\0" + words.reveal(),
        salt=salt,
        n=_COST,
        r=_BLOCK,
        p=1,
        maxmem=_MEMORY,
        dklen=_TAG_BYTES,
    )


def read_record(data: bytes) -> SetRecord:
    """Read a record strictly.

    Raises:
        InputError: it is not a record of a set that can be.
    """
    written = json_value(data, _Written, what="the set record")
    groups = tuple(Group(group.needs, group.of) for group in written.groups)
    if written.groups_needed > len(groups):
        raise _unsound(f"needs {written.groups_needed} groups and has {len(groups)}")
    is_tagged = written.format == FORMAT
    if (written.form is None or written.cards is None) == is_tagged:
        raise _unsound("has not the fields of its format")
    form = written.form or Form.SLIP39
    if not (_is_set_id(written.set, form) and _can_be(form, groups, written.scheme)):
        raise _unsound("describes a set that cannot be")
    record = SetRecord(
        form=form,
        set_id=written.set,
        scheme=written.scheme,
        fingerprint=written.fingerprint,
        groups=groups,
        groups_needed=written.groups_needed,
        tags=tuple(
            Tag(
                group=c.group, member=c.member, salt=bytes.fromhex(c.salt), tag=bytes.fromhex(c.tag)
            )
            for c in written.cards or ()
        ),
    )
    if is_tagged and [(tag.group, tag.member) for tag in record.tags] != list(_places(groups)):
        raise _unsound("does not have one tag for each card, in order")
    return record


def _places(groups: Sequence[Group]) -> Iterator[tuple[int, int]]:
    for number, group in enumerate(groups, start=1):
        yield from ((number, member) for member in range(1, group.of + 1))


def _is_set_id(text: str, form: Form) -> bool:
    if form is Form.CODEX32:
        return set(text) <= set(CHARACTERS)
    return set(text) <= set("0123456789abcdef") and text[0] < "8"


def _can_be(form: Form, groups: Sequence[Group], scheme: Scheme) -> bool:
    if form is Form.SLIP39:
        return True
    # codex32 holds BIP-32 seeds, and the parts of a Seed XOR are phrases
    holds = Scheme.SLIP39 if form is Form.CODEX32 else Scheme.BIP39
    insist = codex32_set.insist_group if form is Form.CODEX32 else seed_xor.insist_group
    with suppress(InputError):
        insist(groups[0])
        return len(groups) == 1 and scheme is holds
    return False


def _unsound(why: str) -> InputError:
    return InputError(
        f"the set record {why}", hint="use the record that was written when the set was split"
    )
