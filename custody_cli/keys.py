"""A key as it comes to a command: from a phrase, or from a quorum of cards, or asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.errors import InputError
from ceremonies.keys import bip39, quorum, slip39
from ceremonies.keys.rehearsal import insist_earnest, insist_practice
from ceremonies.keys.seed import Scheme, Seed, read_seed
from ceremonies.network import REGTEST, Network
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.sources import passphrase_from, secret_from

_CARD_WORDS = (20, 33)


@dataclass(frozen=True)
class Key:
    """A seed, and the BIP-39 passphrase that goes with it, if any."""

    seed: Seed
    passphrase: Secret | None


class Use(Enum):
    """What a secret is wanted for; the practice mark must fit (`ceremonies.keys.rehearsal`)."""

    EARNEST = auto()
    REHEARSAL = auto()
    EITHER = auto()

    @classmethod
    def of(cls, *, rehearse: bool) -> Self:
        """Say what `--rehearse` says."""
        return cls.REHEARSAL if rehearse else cls.EARNEST

    @classmethod
    def on(cls, network: Network) -> Self:
        """Say what a network allows: rehearsals run on regtest, and others practise there too."""
        return cls.EITHER if network == REGTEST else cls.EARNEST

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing but practice can be on the screen."""
        return self is Use.REHEARSAL

    def insist(self, seed: Seed) -> None:
        """Refuse a seed that is not for this use.

        Raises:
            Refused: it carries the mark and may not, or does not and must.
        """
        if self is Use.EARNEST:
            insist_earnest(seed)
        elif self is Use.REHEARSAL:
            insist_practice(seed)


def key_from(
    seed: str | None,
    shares: Sequence[str] | None,
    scheme: str,
    passphrase: str | None,
    *,
    use: Use,
) -> Key:
    """Read the key that `--seed`, `--share`, `--scheme` and `--passphrase` describe.

    With no source a person is asked: for the phrase, or under `slip39` for the cards.

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
        return key_from_cards(shares, scheme, passphrase, use=use)
    return Key(_seed_of(seed, wanted, use), passphrase_from(passphrase))


def key_from_cards(
    shares: Sequence[str] | None, scheme: str, passphrase: str | None, *, use: Use
) -> Key:
    """Recover a key from cards; the passphrase is BIP-39's or the cards' own, as the scheme says.

    Raises:
        InputError: the cards are no quorum.
        Refused: what they hold is not for this `use`.
        MachineError: libsecp256k1 is not serving; nothing was read.
    """
    insist_on_libsecp256k1()
    wanted, secret_words = Scheme(scheme), passphrase_from(passphrase)
    cards = cards_from(shares, rehearsal=use.is_rehearsal)
    of_cards = secret_words if wanted is Scheme.SLIP39 else None
    found = slip39.recover(cards, scheme=wanted, passphrase=of_cards)
    use.insist(found)
    return Key(found, secret_words if wanted is Scheme.BIP39 else None)


def key_to_split(seed: str | None, scheme: str, passphrase: str | None, *, use: Use) -> Key:
    """Read the seed to be split; its passphrase, under `slip39`, will be the cards' own."""
    insist_on_libsecp256k1()
    return Key(_seed_of(seed, Scheme(scheme), use), passphrase_from(passphrase, twice=True))


def _seed_of(source: str | None, wanted: Scheme, use: Use) -> Seed:
    found = seed_from(source, rehearsal=use.is_rehearsal)
    if wanted is Scheme.SLIP39 and found.scheme is not wanted:
        raise InputError(
            "a BIP-39 phrase is no SLIP-39 master secret", hint="leave out --scheme slip39"
        )
    use.insist(found)
    return found


def seed_from(source: str | None, *, rehearsal: bool = False) -> Seed:
    """Read a phrase or `slip39:HEX` from a source, or ask for the phrase."""
    with secret_from(source, lambda: _ask_phrase(rehearsal), what="the seed") as written:
        return read_seed(written)


def cards_from(sources: Sequence[str] | None, *, rehearsal: bool = False) -> list[slip39.Card]:
    """Read cards from their sources, or ask for one after the other until they are a quorum."""
    if not sources:
        return _ask_quorum(rehearsal)
    named = [(source, f"card {number}") for number, source in enumerate(sources, start=1)]
    return [card_from(source, name, rehearsal=rehearsal) for source, name in named]


def card_from(source: str | None, name: str, *, rehearsal: bool = False) -> slip39.Card:
    """Read one card; errors are told with its name."""

    def ask() -> Secret:
        return _ask_card(name, rehearsal=rehearsal).words

    with secret_from(source, ask, what=name) as written:
        try:
            return slip39.read_card(written)
        except InputError as error:
            raise InputError(f"{name}: {error.cause}", hint=error.hint) from None


def _ask_phrase(rehearsal: bool) -> Secret:
    from custody_cli import terminal

    def accept(words: list[str]) -> Secret:
        phrase = Secret(" ".join(words).encode())
        read_seed(phrase)
        return phrase

    return terminal.ask_words(
        "Key holder: type the words of the phrase",
        wordlist=bip39.wordlist(),
        nearest=bip39.nearest,
        counts=bip39.WORD_COUNTS,
        accept=accept,
        rehearsal=rehearsal,
    )


def _ask_card(name: str, beside: Sequence[slip39.Card] = (), *, rehearsal: bool) -> slip39.Card:
    from custody_cli import terminal

    def accept(words: list[str]) -> slip39.Card:
        card = slip39.read_card(Secret(" ".join(words).encode()))
        quorum.insist_together([*beside, card])
        return card

    return terminal.ask_words(
        f"Card holder: type the words of {name}",
        wordlist=slip39.wordlist(),
        nearest=slip39.nearest,
        counts=_CARD_WORDS,
        accept=accept,
        rehearsal=rehearsal,
    )


def _ask_quorum(rehearsal: bool) -> list[slip39.Card]:
    cards: list[slip39.Card] = []
    while not (enough := quorum.picked(cards)):
        cards.append(_ask_card(f"card {len(cards) + 1}", cards, rehearsal=rehearsal))
    return list(enough)
