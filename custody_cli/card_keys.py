"""A key as cards hold it: recovered from a quorum of them, or read to be split into them."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.errors import InputError
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.set_record import Form, SetRecord
from ceremonies.keys.shares import form_of, recover
from custody_cli.cards import cards_from
from custody_cli.exits import WrongUsage
from custody_cli.given_key import Key, Use, unconfirmed
from custody_cli.phrases import wanted_seed
from custody_cli.sources import passphrase_from


def key_from_cards(
    sources: Sequence[str] | None,
    scheme: Scheme,
    passphrase: str | None,
    *,
    use: Use,
    known: bool,
    form: Form | None,
    record: SetRecord | None,
) -> Key:
    """Recover a key from cards; the passphrase is BIP-39's or the cards' own, as the scheme says.

    Raises:
        InputError: the cards are no quorum, or take no passphrase.
        IntegrityError: a card is not the one on record.
        Refused: what they hold is not for this `use`.
        MachineError: libsecp256k1 is not serving; nothing was read.
    """
    insist_on_libsecp256k1()
    secret_words = passphrase_from(passphrase, twice=not known)
    cards = cards_from(sources, form=form, record=record, rehearsal=use.is_rehearsal)
    if record is not None and record.form is Form.XOR and len(cards) != record.groups[0].of:
        raise InputError(
            f"{record.groups[0].of} parts are needed, and {len(cards)} given",
            hint="bring every part of this Seed XOR",
        )
    of_cards = secret_words if scheme is Scheme.SLIP39 else None
    found = recover(cards, scheme=scheme, passphrase=of_cards)
    use.insist(found)
    if form_of(cards[0]) is Form.CODEX32 and secret_words is not None:
        raise InputError(
            "codex32 shares take no passphrase", hint="they hold the seed that keys are made of"
        )
    unvouched = () if known else ("the cards", *unconfirmed(None, passphrase))
    of_phrase = secret_words if found.scheme is Scheme.BIP39 else None
    return Key(found, of_phrase, unvouched=unvouched)


def key_to_split(
    seed: str | None, scheme: str, passphrase: str | None, *, use: Use, form: Form, known: bool
) -> Key:
    """Read the seed to be split; its passphrase, under `slip39`, will be the cards' own.

    For codex32, which holds BIP-32 seeds, a phrase and its passphrase are stretched to theirs.

    Raises:
        WrongUsage: codex32 has no passphrase of its own.
        CeremonyError: as `key_from` does.
    """
    insist_on_libsecp256k1()
    found = wanted_seed(seed, Scheme(scheme), use, known=known)
    # under slip39 the passphrase is a new one, of the cards, and no part of the key
    of_key = passphrase if found.scheme is Scheme.BIP39 else None
    unvouched = () if known else unconfirmed(seed, of_key)
    key = Key(found, passphrase_from(passphrase, twice=True), unvouched=unvouched)
    if form is not Form.CODEX32:
        return key
    if found.scheme is Scheme.SLIP39:
        if key.passphrase is not None:
            raise WrongUsage("codex32 shares take no passphrase", hint="leave out --passphrase")
        return key
    master = Seed(Scheme.SLIP39, found.bip32_seed(key.passphrase))
    return Key(master, None, is_stretched=True, unvouched=unvouched)
