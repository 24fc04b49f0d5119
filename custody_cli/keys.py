"""A key as it comes to a command: from a phrase, or from a quorum of cards, or asked for."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.keys.seed import Scheme
from custody_cli.exits import WrongUsage
from custody_cli.given_key import Key, Use, unconfirmed
from custody_cli.phrases import wanted_seed
from custody_cli.sources import passphrase_from


def key_from(
    seed: str | None,
    shares: Sequence[str] | None,
    scheme: str,
    passphrase: str | None,
    *,
    use: Use,
    known: bool,
    language: str | None = None,
) -> Key:
    """Read the key that `--seed`, `--share`, `--scheme` and `--passphrase` describe.

    With no source a person is asked: for the phrase, or under `slip39` for the cards. Where the
    fingerprint it must have is not `known`, what a person types is typed twice: one wrong word in
    sixteen, or in 256, makes another valid phrase.

    Raises:
        WrongUsage: both a seed and shares are given, or there is no terminal to ask at.
        InputError: what was read is no such key.
        Refused: it is not for this `use`.
        MachineError: libsecp256k1 is not serving, or the terminal to ask at is recorded.
    """
    insist_on_libsecp256k1()
    if seed is not None and shares:
        raise WrongUsage(
            "--seed and --share exclude each other", hint="give the phrase, or the cards"
        )
    wanted = Scheme(scheme)
    if shares or (seed is None and wanted is Scheme.SLIP39):
        # whoever gives a phrase waits for nothing that puts cards together
        from custody_cli.card_keys import key_from_cards

        return key_from_cards(
            shares, wanted, passphrase, use=use, known=known, form=None, record=None
        )
    found = wanted_seed(seed, wanted, use, known=known, language=language)
    unvouched = () if known else unconfirmed(seed, passphrase)
    return Key(found, passphrase_from(passphrase, twice=not known), unvouched=unvouched)
