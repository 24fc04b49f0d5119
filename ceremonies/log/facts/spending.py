"""Wallets and what is signed for them in a log: reviewed, approved, signed, final."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from ceremonies.log.facts.forms import (
    Count,
    Fact,
    Fingerprint,
    Many,
    Outpoints,
    PartFingerprint,
    Path,
    PersonName,
    Sha256,
    SomeText,
    Text,
)


class WalletRegistered(Fact, frozen=True, kw_only=True):
    """A wallet is known here; `wallet` is its id, `ours` the keys of it that are in this room."""

    type: ClassVar[str] = "wallet.registered"
    name: Text
    wallet: Text
    network: Text
    ours: tuple[PartFingerprint, ...] = ()


class KeyProved(Fact, frozen=True, kw_only=True):
    """A person found the fingerprint on their own paper among the keys of a wallet."""

    type: ClassVar[str] = "key.proved"
    wallet: Text
    fingerprint: Fingerprint
    person: PersonName


class AddressConfirmed(Fact, frozen=True, kw_only=True):
    """A person compared an address of a wallet with the one their own device shows."""

    type: ClassVar[str] = "address.confirmed"
    wallet: Text
    path: Path
    address_commitment: Sha256
    person: PersonName


class LoggedFinding(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False
):
    """What a rule found, and in how many places; without messages, which may name amounts."""

    rule: Text
    level: Literal["note", "warn", "refuse"]
    places: Many


class PsbtReviewed(Fact, frozen=True, kw_only=True):
    """What signing would do was shown; a refused PSBT has no intent."""

    type: ClassVar[str] = "psbt.reviewed"
    wallet: Text
    psbt_sha256: Sha256
    txid: Sha256
    intent: Sha256 | None
    inputs: Many
    outputs: Count
    fee_commitment: Sha256
    payments_commitment: Sha256
    findings: tuple[LoggedFinding, ...]


class PsbtSpends(Fact, frozen=True, kw_only=True):
    """Coins that a reviewed transaction spends, `txid:n` each; many take several records."""

    type: ClassVar[str] = "psbt.spends"
    txid: Sha256
    outpoints: Outpoints


class IntentApproved(Fact, frozen=True, kw_only=True):
    """A person compared the intent and said yes."""

    type: ClassVar[str] = "intent.approved"
    intent: Sha256
    person: PersonName
    role: Text


class PsbtSigned(Fact, frozen=True, kw_only=True):
    """Signatures were made; `psbt_sha256` is of the PSBT with them."""

    type: ClassVar[str] = "psbt.signed"
    txid: Sha256
    intent: Sha256
    fingerprint: Fingerprint
    signatures: Count
    complete: bool
    psbt_sha256: Sha256


class TransactionFinalized(Fact, frozen=True, kw_only=True):
    """A final transaction was made, and every input tried by these implementations."""

    type: ClassVar[str] = "transaction.finalized"
    txid: Sha256
    verified_by: SomeText


class MessageSigned(Fact, frozen=True, kw_only=True):
    """A message was signed for an address; `message_sha256` is of its exact bytes."""

    type: ClassVar[str] = "message.signed"
    message_sha256: Sha256
    address_commitment: Sha256
    fingerprint: Fingerprint
