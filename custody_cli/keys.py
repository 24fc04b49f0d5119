"""A key as it comes to a command: from a phrase, or from a quorum of cards, or asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.errors import InputError
from ceremonies.keys import bip39, quorum, slip39
from ceremonies.keys.seed import Scheme, Seed, read_seed
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.sources import passphrase_from, secret_from

_CARD_WORDS = (20, 33)


@dataclass(frozen=True)
class Key:
    """A seed, and the BIP-39 passphrase that goes with it, if any."""

    seed: Seed
    passphrase: Secret | None


def key_from(
    seed: str | None, shares: Sequence[str] | None, scheme: str, passphrase: str | None
) -> Key:
    """Read the key that `--seed`, `--share`, `--scheme` and `--passphrase` describe.

    With no source a person is asked: for the phrase, or under `slip39` for the cards.

    Raises:
        WrongUsage: both a seed and shares are given, or there is no terminal to ask at.
        InputError: what was read is no such key.
        MachineError: libsecp256k1 is not serving; nothing was read.
    """
    insist_on_libsecp256k1()
    if seed is not None and shares:
        raise WrongUsage(
            "--seed and --share exclude each other", hint="give the phrase, or the cards"
        )
    wanted = Scheme(scheme)
    if shares or (seed is None and wanted is Scheme.SLIP39):
        return key_from_cards(shares, scheme, passphrase)
    return Key(_seed_of(seed, wanted), passphrase_from(passphrase))


def key_from_cards(shares: Sequence[str] | None, scheme: str, passphrase: str | None) -> Key:
    """Recover a key from cards; the passphrase is BIP-39's or the cards' own, as the scheme says.

    Raises:
        InputError: the cards are no quorum.
        MachineError: libsecp256k1 is not serving; nothing was read.
    """
    insist_on_libsecp256k1()
    wanted, secret_words = Scheme(scheme), passphrase_from(passphrase)
    cards = cards_from(shares)
    if wanted is Scheme.SLIP39:
        return Key(slip39.recover(cards, scheme=wanted, passphrase=secret_words), None)
    return Key(slip39.recover(cards, scheme=wanted), secret_words)


def key_to_split(seed: str | None, scheme: str, passphrase: str | None) -> Key:
    """Read the seed to be split; its passphrase, under `slip39`, will be the cards' own."""
    insist_on_libsecp256k1()
    return Key(_seed_of(seed, Scheme(scheme)), passphrase_from(passphrase, twice=True))


def _seed_of(source: str | None, wanted: Scheme) -> Seed:
    found = seed_from(source)
    if wanted is Scheme.SLIP39 and found.scheme is not wanted:
        raise InputError(
            "a BIP-39 phrase is no SLIP-39 master secret", hint="leave out --scheme slip39"
        )
    return found


def seed_from(source: str | None) -> Seed:
    """Read a phrase or `slip39:HEX` from a source, or ask for the phrase."""
    with secret_from(source, _ask_phrase, what="the seed") as written:
        return read_seed(written)


def cards_from(sources: Sequence[str] | None) -> list[slip39.Card]:
    """Read cards from their sources, or ask for one after the other until they are a quorum."""
    if not sources:
        return _ask_quorum()
    return [card_from(source, f"card {n}") for n, source in enumerate(sources, start=1)]


def card_from(source: str | None, name: str) -> slip39.Card:
    """Read one card; errors are told with its name."""
    with secret_from(source, lambda: _ask_card(name).words, what=name) as written:
        try:
            return slip39.read_card(written)
        except InputError as error:
            raise InputError(f"{name}: {error.cause}", hint=error.hint) from None


def _ask_phrase() -> Secret:
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
    )


def _ask_card(name: str, beside: Sequence[slip39.Card] = ()) -> slip39.Card:
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
    )


def _ask_quorum() -> list[slip39.Card]:
    cards: list[slip39.Card] = []
    while not (enough := quorum.picked(cards)):
        cards.append(_ask_card(f"card {len(cards) + 1}", cards))
    return list(enough)
