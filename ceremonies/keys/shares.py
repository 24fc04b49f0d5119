"""A share of any form: dealt, read, checked against a record, put together with others."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.keys import card_check, codex32, codex32_set, quorum, seed_xor, slip39
from ceremonies.keys.card import Card, Group
from ceremonies.keys.codex32 import Codex32
from ceremonies.keys.entropy import Pool
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.seed_xor import Part
from ceremonies.keys.set_record import Dealt, Form, SetRecord, dealt_cards
from ceremonies.secret import Secret

Share = Card | Codex32 | Part

_FORMS = {Card: Form.SLIP39, Codex32: Form.CODEX32, Part: Form.XOR}
_NAMES = {
    Form.SLIP39: "a SLIP-39 card",
    Form.CODEX32: "a codex32 share",
    Form.XOR: "a BIP-39 phrase",
}
_BEGINS_CODEX32 = b"ms1"


def form_of(share: Share) -> Form:
    """Say of which form a share is."""
    return _FORMS[type(share)]


def read(written: Secret, form: Form | None = None) -> Share:
    """Read one share of a form, or where none is named a codex32 share or a SLIP-39 card.

    A part of a Seed XOR looks like any phrase, so it is read as one only where that is asked for.

    Raises:
        InputError: it is no such share; words and characters are named by position.
        IntegrityError: two implementations disagree.
    """
    if form is None:
        form = Form.CODEX32 if _begins_as_codex32(written) else Form.SLIP39
        another = "give a phrase as the seed; if it is a part of a Seed XOR, say --as xor"
    else:
        another = "bring the card of this set, or the record that was written with this one"
    try:
        return _READERS[form](written)
    except InputError:
        found = _known(written)
        if found in (None, form):
            raise
        raise InputError(
            f"this is {_NAMES[found]}, and {_NAMES[form]} is needed", hint=another
        ) from None


def _read_codex32(written: Secret) -> Codex32:
    found = codex32.read(written)
    if found.is_secret:
        raise InputError("this is the seed itself and no share", hint="give it as the seed")
    return found


_READERS: dict[Form, Callable[[Secret], Share]] = {
    Form.SLIP39: slip39.read_card,
    Form.CODEX32: _read_codex32,
    Form.XOR: seed_xor.read_part,
}


def _begins_as_codex32(written: Secret) -> bool:
    return written.reveal().lstrip()[:3].lower() == _BEGINS_CODEX32


def _known(written: Secret) -> Form | None:
    """Say what was given in place of what was asked for; None where it is nothing whole."""
    if _begins_as_codex32(written):
        return Form.CODEX32
    for form in (Form.SLIP39, Form.XOR):
        with contextlib.suppress(InputError):
            _READERS[form](written)
            return form
    return None


class Place(Frozen, kw_only=True):
    """What a share is of; None where neither it nor a record says."""

    form: Form
    set_id: str | None
    group: int
    member: int | None
    needs: int | None
    groups_needed: int


def check(share: Share, record: SetRecord) -> None:
    """Refuse a share that is not of the set on record.

    Raises:
        InputError: it says itself that it is of another set.
        IntegrityError: it is not what was handed out.
    """
    match share:
        case Card():
            card_check.check_card(share, record)
        case Codex32():
            card_check.check_share(share, record)
        case Part():
            card_check.find_part(share.words, record)


def place_of(share: Share, record: SetRecord | None) -> Place:
    """Say what a share is of, as it says itself; of a Seed XOR only the record can say it."""
    match share:
        case Card():
            return Place(
                form=Form.SLIP39,
                set_id=share.set_id,
                group=share.group,
                member=share.member,
                needs=share.needs,
                groups_needed=share.groups_needed,
            )
        case Codex32():
            return Place(
                form=Form.CODEX32,
                set_id=share.identifier,
                group=1,
                member=share.member,
                needs=share.needs,
                groups_needed=1,
            )
        case Part():
            return Place(
                form=Form.XOR,
                set_id=record.set_id if record else None,
                group=1,
                member=card_check.find_part(share.words, record) if record else None,
                needs=record.groups[0].needs if record else None,
                groups_needed=1,
            )


def insist_groups(form: Form, groups: Sequence[Group], groups_needed: int) -> None:
    """Refuse groups that a form does not have.

    Raises:
        InputError: SLIP-39 has no such groups; or more than one of another form, or one that
            cannot be.
    """
    slip39.insist_groups(groups, groups_needed)
    if form is Form.SLIP39:
        return
    if len(groups) > 1:
        raise InputError(f"{form} has no groups of groups", hint="name one group, such as 2of3")
    insist = codex32_set.insist_group if form is Form.CODEX32 else seed_xor.insist_group
    insist(groups[0])


def deal(
    form: Form,
    seed: Seed,
    groups: Sequence[Group],
    *,
    groups_needed: int = 1,
    pool: Pool,
    passphrase: Secret | None = None,
    rehearsal: bool = False,
    extendable: bool = True,
    exponent: int = 1,
) -> Dealt:
    """Split a seed into shares of a form; the last four say something to SLIP-39 alone.

    Raises:
        CeremonyError: as `slip39.split`, `codex32_set.split` and `seed_xor.split` do.
    """
    insist_groups(form, groups, groups_needed)
    if form is Form.SLIP39:
        return dealt_cards(
            slip39.split(
                seed,
                groups,
                groups_needed=groups_needed,
                pool=pool,
                passphrase=passphrase,
                rehearsal=rehearsal,
                extendable=extendable,
                exponent=exponent,
            )
        )
    rows: tuple[Secret, ...]
    if form is Form.CODEX32:
        dealt = codex32_set.split(seed, groups[0], pool=pool, rehearsal=rehearsal)
        set_id, rows = dealt[0].identifier, tuple(share.words for share in dealt)
    else:
        parts = seed_xor.split(seed, groups[0], pool=pool, rehearsal=rehearsal)
        set_id, rows = seed_xor.draw_set_id(pool), tuple(part.words for part in parts)
    return Dealt(
        form=form,
        set_id=set_id,
        scheme=seed.scheme,
        groups=tuple(groups),
        groups_needed=1,
        rows=(rows,),
    )


def insist_together(shares: Sequence[Share]) -> None:
    """Refuse shares that are not different shares of one set; there may be too few of them.

    Raises:
        InputError: one of another form or set, or one twice; named by position, from 1.
    """
    for number, share in enumerate(shares, start=1):
        if form_of(share) is not form_of(shares[0]):
            raise InputError(
                f"card {number} is of the form {form_of(share)}, "
                f"and card 1 of {form_of(shares[0])}",
                hint="bring cards of one set; sets cannot be mixed",
            )
    if cards := [share for share in shares if isinstance(share, Card)]:
        quorum.insist_together(cards)
    elif strings := [share for share in shares if isinstance(share, Codex32)]:
        codex32_set.insist_together(strings)
    else:
        seed_xor.insist_together([share for share in shares if isinstance(share, Part)])


def recover(shares: Sequence[Share], *, scheme: Scheme, passphrase: Secret | None = None) -> Seed:
    """Recover a seed from exactly one quorum of shares of one form.

    `scheme` and `passphrase` are those of SLIP-39 cards; codex32 shares always give a master
    secret, and the parts of a Seed XOR a phrase.

    Raises:
        InputError: they are no quorum of one set.
        IntegrityError: two implementations disagree.
    """
    if not shares:
        raise InputError("there are no cards", hint="give the cards of one set")
    insist_together(shares)
    if cards := [share for share in shares if isinstance(share, Card)]:
        return slip39.recover(cards, scheme=scheme, passphrase=passphrase)
    if strings := [share for share in shares if isinstance(share, Codex32)]:
        return codex32_set.recover(strings)
    return seed_xor.combine([share for share in shares if isinstance(share, Part)])


def picked(shares: Sequence[Share], parts: int | None = None) -> tuple[Share, ...]:
    """Pick one exact quorum out of shares that are together: none while they are too few.

    `parts` says how many a Seed XOR has, which none of its parts does.
    """
    if cards := [share for share in shares if isinstance(share, Card)]:
        return tuple(quorum.picked(cards))
    needed = parts
    if shares and isinstance(shares[0], Codex32):
        needed = shares[0].needs
    return tuple(shares) if shares and len(shares) == needed else ()
