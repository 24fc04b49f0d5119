"""Keys in a log: chance, seeds, phrases and cards, from their making to their end."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from ceremonies.log.facts.forms import (
    CardName,
    Fact,
    Fingerprint,
    Groups,
    Many,
    Path,
    People,
    PersonName,
    Sha256,
    Text,
    TwoTexts,
)


class EntropyCommitted(Fact, frozen=True, kw_only=True):
    """The machine has drawn its part and committed to it, before people made theirs."""

    type: ClassVar[str] = "entropy.committed"
    commitment: Sha256


class EntropyOpened(Fact, frozen=True, kw_only=True):
    """A person was shown the machine's part, so that paper with it may exist; never the words."""

    type: ClassVar[str] = "entropy.opened"
    person: PersonName


class EntropyCollected(Fact, frozen=True, kw_only=True):
    """A source gave at least so many bits."""

    type: ClassVar[str] = "entropy.collected"
    kind: Text
    bits: Many


class SeedMade(Fact, frozen=True, kw_only=True):
    """A key exists, in memory alone."""

    type: ClassVar[str] = "seed.made"
    key: Text
    scheme: Text
    words: Many
    fingerprint: Fingerprint


class SeedBrought(Fact, frozen=True, kw_only=True):
    """A key that people brought is in memory, to be split again; `set` is that of their cards."""

    type: ClassVar[str] = "seed.brought"
    key: Text
    set: Text
    fingerprint: Fingerprint


class PhraseShown(Fact, frozen=True, kw_only=True):
    """A person was shown the phrase, so that paper with it may exist."""

    type: ClassVar[str] = "phrase.shown"
    key: Text
    person: PersonName


class SeedQrShown(Fact, frozen=True, kw_only=True):
    """A person was shown the phrase as a code, so that a copy of it may exist."""

    type: ClassVar[str] = "seedqr.shown"
    key: Text
    person: PersonName
    form: Literal["standard", "compact"]


class PhraseConfirmed(Fact, frozen=True, kw_only=True):
    """A person typed the phrase back."""

    type: ClassVar[str] = "phrase.confirmed"
    key: Text
    person: PersonName


class SharesSplit(Fact, frozen=True, kw_only=True):
    """A key was split into cards; `groups` such as `2of3`."""

    type: ClassVar[str] = "shares.split"
    key: Text
    set: Text
    groups: Groups
    groups_needed: Many
    fingerprint: Fingerprint

    def __post_init__(self) -> None:
        """Refuse that more groups are needed than there are."""
        if self.groups_needed > len(self.groups):
            raise ValueError("more groups are needed than there are")


class CardShown(Fact, frozen=True, kw_only=True):
    """A person was shown a card, such as `1-2` for member 2 of group 1."""

    type: ClassVar[str] = "card.shown"
    key: Text
    set: Text
    card: CardName
    person: PersonName


class CardVerified(Fact, frozen=True, kw_only=True):
    """A person typed a card back."""

    type: ClassVar[str] = "card.verified"
    key: Text
    set: Text
    card: CardName
    person: PersonName


class CardAudited(Fact, frozen=True, kw_only=True):
    """A card was typed in alone and is the one of its set; nothing was put together."""

    type: ClassVar[str] = "card.audited"
    set: Text
    card: CardName
    person: PersonName


class KeyRecovered(Fact, frozen=True, kw_only=True):
    """A key is in memory again; `set` and `cards` are empty for a phrase."""

    type: ClassVar[str] = "key.recovered"
    way: Literal["cards", "phrase"]
    set: str
    cards: tuple[CardName, ...]
    persons: People
    fingerprint: Fingerprint

    def __post_init__(self) -> None:
        """Refuse cards of a phrase, and cards of no set."""
        has_cards = self.set and self.cards
        has_none = not (self.set or self.cards)
        if not (has_cards if self.way == "cards" else has_none or self.way != "phrase"):
            raise ValueError("cards are of a set, and a phrase has none")


class FingerprintConfirmed(Fact, frozen=True, kw_only=True):
    """A person compared the fingerprint."""

    type: ClassVar[str] = "fingerprint.confirmed"
    fingerprint: Fingerprint
    person: PersonName


class VoidCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A card to be destroyed, and who holds it."""

    set: Text
    card: CardName
    person: PersonName


class KeyVoid(Fact, frozen=True, kw_only=True):
    """A key must never be used; `phrases` are the people who hold it in writing.

    `parts` are those who hold the machine's part of it, which is half of the key.
    """

    type: ClassVar[str] = "key.void"
    key: Text
    why: Text
    parts: tuple[PersonName, ...] = ()
    phrases: tuple[PersonName, ...]
    cards: tuple[VoidCard, ...]


class SharesVoid(Fact, frozen=True, kw_only=True):
    """New cards of a key that people brought must never be used; the key itself stays good."""

    type: ClassVar[str] = "shares.void"
    key: Text
    why: Text
    cards: tuple[VoidCard, ...]


class AccountDerived(Fact, frozen=True, kw_only=True):
    """An account key was derived; `agreed_by` names the implementations."""

    type: ClassVar[str] = "account.derived"
    fingerprint: Fingerprint
    path: Path
    script: Text
    agreed_by: TwoTexts
