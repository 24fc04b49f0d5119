"""What a log can say: the types of facts, by the names that `ceremony-log/1` gives them.

Their fields are public text, numbers and yes or no, so that no `Secret` can get into a log. The
order of the fields is the order of the keys in a record.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, get_args, get_type_hints

import msgspec

MOST = 2**53 - 1
"""The largest number: beyond it, a reader that has only floating-point numbers is wrong."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MOST)]
Difference = Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)]
# that their digits are hexadecimal is seen to by `records`, for many at once
Sha256 = Annotated[str, msgspec.Meta(min_length=64, max_length=64)]
PartFingerprint = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{8}\Z")]
PartSha256 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""A hash in a part of a record, where `records` does not look."""
Fingerprint = Annotated[str, msgspec.Meta(min_length=8, max_length=8)]
Nonce = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{32}\Z")]
LogName = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,199}\Z")]
WallClaimed = Annotated[
    str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
]
TornName = Annotated[str, msgspec.Meta(pattern=r"\Atorn-[0-9]{8,}\.bytes\Z")]


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Something that is so; `type` is its name in a log."""

    type: ClassVar[str]


class Genesis(Fact, frozen=True, kw_only=True):
    """The first record: which log this is, and the hashes of what it was begun with."""

    type: ClassVar[str] = "genesis"
    log: LogName
    format: Literal["ceremony-log/1"] = "ceremony-log/1"
    script_sha256: Sha256
    signers_sha256: Sha256
    quorum: Count
    nonce: Nonce
    mode: Literal["production", "rehearsal"]
    program: str
    program_sha256: Sha256
    wall_claimed: WallClaimed


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A step of the plan: what is done, by whom, who attests; `cls` is its class of action."""

    id: str
    do: str
    role: str
    cls: str = msgspec.field(name="class")
    attest: tuple[str, ...]
    mandatory: bool


class PlannedRole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A role of the plan, and how many people hold it; `most` is None for any number."""

    role: str
    least: Count
    most: Count | None
    independent: bool


class Plan(Fact, frozen=True, kw_only=True):
    """The second record: what of the script a reader needs who does not know scripts."""

    type: ClassVar[str] = "plan"
    ceremony: str
    title: str
    network: str
    steps: tuple[PlannedStep, ...]
    roles: tuple[PlannedRole, ...]
    conflicts: tuple[tuple[str, ...], ...]
    quorum: Count


class Begin(Fact, frozen=True, kw_only=True):
    """A step is about to have effects; `attempt` counts from 1."""

    type: ClassVar[str] = "begin"
    step: str
    attempt: Annotated[int, msgspec.Meta(ge=1, le=MOST)]


class End(Fact, frozen=True, kw_only=True):
    """A step has had its effects."""

    type: ClassVar[str] = "end"
    step: str


class Attested(Fact, frozen=True, kw_only=True):
    """A person saw a step done."""

    type: ClassVar[str] = "attested"
    step: str
    role: str
    person: str


class Resumed(Fact, frozen=True, kw_only=True):
    """A new session; `gap_ms` is unknown after a restart, and below zero if a clock ran back."""

    type: ClassVar[str] = "resumed"
    gap_ms: Difference | None
    same_boot: bool
    program_sha256: Sha256
    wall_claimed: WallClaimed


class Recovered(Fact, frozen=True, kw_only=True):
    """A record that was only partly written was moved aside into the file `kept_as`."""

    type: ClassVar[str] = "recovered"
    bytes: Count
    sha256: Sha256
    kept_as: TornName


class Paused(Fact, frozen=True, kw_only=True):
    """The session ends here, in `step` or between steps (empty)."""

    type: ClassVar[str] = "paused"
    step: str
    why: Literal["interrupt", "declined", "refused", "failed", "signal"]


class ExceptionMade(Fact, frozen=True, kw_only=True):
    """Two people of different roles let a step go another way."""

    type: ClassVar[str] = "exception"
    step: str
    why: str
    persons: tuple[str, ...]


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What one probe of the machine said."""

    name: str
    ok: bool


class MachineChecked(Fact, frozen=True, kw_only=True):
    """The machine was probed."""

    type: ClassVar[str] = "machine.checked"
    probes: tuple[ProbeResult, ...]
    fit: bool


class PersonPresent(Fact, frozen=True, kw_only=True):
    """Somebody is here in a role; the full name is in the reveal file."""

    type: ClassVar[str] = "person.present"
    person: str
    role: str
    name_commitment: Sha256


class EntropyCommitted(Fact, frozen=True, kw_only=True):
    """The machine has drawn its part and committed to it, before people made theirs."""

    type: ClassVar[str] = "entropy.committed"
    commitment: Sha256


class EntropyOpened(Fact, frozen=True, kw_only=True):
    """A person was shown the machine's part, so that paper with it may exist; never the words."""

    type: ClassVar[str] = "entropy.opened"
    person: str


class EntropyCollected(Fact, frozen=True, kw_only=True):
    """A source gave at least so many bits."""

    type: ClassVar[str] = "entropy.collected"
    kind: str
    bits: Count


class SeedMade(Fact, frozen=True, kw_only=True):
    """A key exists, in memory alone."""

    type: ClassVar[str] = "seed.made"
    key: str
    scheme: str
    words: Count
    fingerprint: Fingerprint


class PhraseShown(Fact, frozen=True, kw_only=True):
    """A person was shown the phrase, so that paper with it may exist."""

    type: ClassVar[str] = "phrase.shown"
    key: str
    person: str


class SeedQrShown(Fact, frozen=True, kw_only=True):
    """A person was shown the phrase as a code, so that a copy of it may exist."""

    type: ClassVar[str] = "seedqr.shown"
    key: str
    person: str
    form: Literal["standard", "compact"]


class PhraseConfirmed(Fact, frozen=True, kw_only=True):
    """A person typed the phrase back."""

    type: ClassVar[str] = "phrase.confirmed"
    key: str
    person: str


class SharesSplit(Fact, frozen=True, kw_only=True):
    """A key was split into cards; `groups` such as `2of3`."""

    type: ClassVar[str] = "shares.split"
    key: str
    set: str
    groups: tuple[str, ...]
    groups_needed: Count
    fingerprint: Fingerprint


class CardShown(Fact, frozen=True, kw_only=True):
    """A person was shown a card, such as `1-2` for member 2 of group 1."""

    type: ClassVar[str] = "card.shown"
    key: str
    set: str
    card: str
    person: str


class CardVerified(Fact, frozen=True, kw_only=True):
    """A person typed a card back."""

    type: ClassVar[str] = "card.verified"
    key: str
    set: str
    card: str
    person: str


class KeyRecovered(Fact, frozen=True, kw_only=True):
    """A key is in memory again; `set` and `cards` are empty for a phrase."""

    type: ClassVar[str] = "key.recovered"
    way: Literal["cards", "phrase"]
    set: str
    cards: tuple[str, ...]
    persons: tuple[str, ...]
    fingerprint: Fingerprint


class FingerprintConfirmed(Fact, frozen=True, kw_only=True):
    """A person compared the fingerprint."""

    type: ClassVar[str] = "fingerprint.confirmed"
    fingerprint: Fingerprint
    person: str


class VoidCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A card to be destroyed, and who holds it."""

    set: str
    card: str
    person: str


class KeyVoid(Fact, frozen=True, kw_only=True):
    """A key must never be used; `phrases` are the people who hold it in writing.

    `parts` are those who hold the machine's part of it, which is half of the key.
    """

    type: ClassVar[str] = "key.void"
    key: str
    why: str
    parts: tuple[str, ...] = ()
    phrases: tuple[str, ...]
    cards: tuple[VoidCard, ...]


class AccountDerived(Fact, frozen=True, kw_only=True):
    """An account key was derived; `agreed_by` names the implementations."""

    type: ClassVar[str] = "account.derived"
    fingerprint: Fingerprint
    path: str
    script: str
    agreed_by: tuple[str, ...]


class WalletRegistered(Fact, frozen=True, kw_only=True):
    """A wallet is known here; `wallet` is its id, `ours` the keys of it that are in this room."""

    type: ClassVar[str] = "wallet.registered"
    name: str
    wallet: str
    network: str
    ours: tuple[PartFingerprint, ...] = ()


class FileKept(Fact, frozen=True, kw_only=True):
    """A public file was read into the folder of the ceremony, or written to it."""

    type: ClassVar[str] = "file.kept"
    name: str
    kind: str
    sha256: Sha256
    bytes: Count


class HeightClaimed(Fact, frozen=True, kw_only=True):
    """Somebody said how high the chain is; no block was named that would prove it."""

    type: ClassVar[str] = "height.claimed"
    height: Count


class LoggedFinding(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False
):
    """What a rule found, and in how many places; without messages, which may name amounts."""

    rule: str
    level: Literal["note", "warn", "refuse"]
    places: Count


class PsbtReviewed(Fact, frozen=True, kw_only=True):
    """What signing would do was shown; a refused PSBT has no intent."""

    type: ClassVar[str] = "psbt.reviewed"
    wallet: str
    psbt_sha256: Sha256
    txid: Sha256
    intent: Sha256 | None
    inputs: Count
    outputs: Count
    fee_commitment: Sha256
    payments_commitment: Sha256
    findings: tuple[LoggedFinding, ...]


class PsbtSpends(Fact, frozen=True, kw_only=True):
    """Coins that a reviewed transaction spends, `txid:n` each; many take several records."""

    type: ClassVar[str] = "psbt.spends"
    txid: Sha256
    outpoints: tuple[str, ...]


class IntentApproved(Fact, frozen=True, kw_only=True):
    """A person compared the intent and said yes."""

    type: ClassVar[str] = "intent.approved"
    intent: Sha256
    person: str
    role: str


class PsbtSigned(Fact, frozen=True, kw_only=True):
    """Signatures were made; `psbt_sha256` is of the PSBT with them."""

    type: ClassVar[str] = "psbt.signed"
    txid: Sha256
    intent: Sha256
    fingerprint: Fingerprint
    signatures: Count
    complete: bool
    psbt_sha256: Sha256


class Sealed(Fact, frozen=True, kw_only=True):
    """The first `size` records were sealed, and these people signed the seal."""

    type: ClassVar[str] = "sealed"
    size: Count
    seal_sha256: Sha256
    persons: tuple[str, ...]


class Aborted(Fact, frozen=True, kw_only=True):
    """The last record of a ceremony that people gave up."""

    type: ClassVar[str] = "aborted"
    why: str
    persons: tuple[str, ...]


class Closed(Fact, frozen=True, kw_only=True):
    """The last record of a finished ceremony."""

    type: ClassVar[str] = "closed"
    steps: Count
    wall_claimed: WallClaimed


class Failed(Fact, frozen=True, kw_only=True):
    """A step failed whose script says what then: two people choose, or the ceremony ends."""

    type: ClassVar[str] = "failed"
    step: str
    why: Literal["input", "refused", "integrity", "machine"]


class RoomChecked(Fact, frozen=True, kw_only=True):
    """Somebody said that the room is as the script demands."""

    type: ClassVar[str] = "room.checked"
    demands: tuple[str, ...]


class CheckedLibrary(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False
):
    """A package the program runs on; `sha256` is of its list of files and their hashes."""

    name: str
    version: str
    sha256: PartSha256


class ProgramChecked(Fact, frozen=True, kw_only=True):
    """Every file of the program and of its libraries was hashed."""

    type: ClassVar[str] = "program.checked"
    program_sha256: Sha256
    libraries: tuple[CheckedLibrary, ...]


class TimeBound(Fact, frozen=True, kw_only=True):
    """What follows was written after this block was found."""

    type: ClassVar[str] = "time.bound"
    chain: str
    height: Count
    block: Sha256


class Acknowledged(Fact, frozen=True, kw_only=True):
    """A person was told something and said that they understood."""

    type: ClassVar[str] = "acknowledged"
    text: str
    person: str
    role: str


class ItemStored(Fact, frozen=True, kw_only=True):
    """Something was sealed in a bag to be kept at a site; which ones is in the reveal file."""

    type: ClassVar[str] = "item.stored"
    item: str
    holder: str
    sealed_by: str
    bag_commitment: Sha256
    seal_commitment: Sha256
    site_commitment: Sha256


class ItemDestroyed(Fact, frozen=True, kw_only=True):
    """Something was destroyed before the eyes of two people."""

    type: ClassVar[str] = "item.destroyed"
    item: str
    method: str
    serial_commitment: Sha256
    persons: tuple[str, ...]


class CardAudited(Fact, frozen=True, kw_only=True):
    """A card was typed in alone and is the one of its set; nothing was put together."""

    type: ClassVar[str] = "card.audited"
    set: str
    card: str
    person: str


class SeedBrought(Fact, frozen=True, kw_only=True):
    """A key that people brought is in memory, to be split again; `set` is that of their cards."""

    type: ClassVar[str] = "seed.brought"
    key: str
    set: str
    fingerprint: Fingerprint


class SharesVoid(Fact, frozen=True, kw_only=True):
    """New cards of a key that people brought must never be used; the key itself stays good."""

    type: ClassVar[str] = "shares.void"
    key: str
    why: str
    cards: tuple[VoidCard, ...]


class PersonEnrolled(Fact, frozen=True, kw_only=True):
    """A person proved to hold the key they will sign with; `key_sha256` is of the public key."""

    type: ClassVar[str] = "person.enrolled"
    person: str
    key_sha256: Sha256


class MachineEnrolled(Fact, frozen=True, kw_only=True):
    """A machine was named, its serial number withheld."""

    type: ClassVar[str] = "machine.enrolled"
    name: str
    serial_commitment: Sha256
    program_sha256: Sha256


class KeyProved(Fact, frozen=True, kw_only=True):
    """A person found the fingerprint on their own paper among the keys of a wallet."""

    type: ClassVar[str] = "key.proved"
    wallet: str
    fingerprint: Fingerprint
    person: str


class AddressConfirmed(Fact, frozen=True, kw_only=True):
    """A person compared an address of a wallet with the one their own device shows."""

    type: ClassVar[str] = "address.confirmed"
    wallet: str
    path: str
    address_commitment: Sha256
    person: str


class TransactionFinalized(Fact, frozen=True, kw_only=True):
    """A final transaction was made, and every input tried by these implementations."""

    type: ClassVar[str] = "transaction.finalized"
    txid: Sha256
    verified_by: tuple[str, ...]


class MessageSigned(Fact, frozen=True, kw_only=True):
    """A message was signed for an address; `message_sha256` is of its exact bytes."""

    type: ClassVar[str] = "message.signed"
    message_sha256: Sha256
    address_commitment: Sha256
    fingerprint: Fingerprint


class PeerSeal(Fact, frozen=True, kw_only=True):
    """Another machine's log had this seal of its first `size` records when this was written."""

    type: ClassVar[str] = "peer.seal"
    log: LogName
    size: Count
    seal_sha256: Sha256


FACTS: dict[str, type[Fact]] = {
    kind.type: kind
    for kind in (
        Genesis,
        Plan,
        Begin,
        End,
        Attested,
        Resumed,
        Recovered,
        Paused,
        ExceptionMade,
        MachineChecked,
        PersonPresent,
        EntropyCommitted,
        EntropyCollected,
        EntropyOpened,
        SeedMade,
        PhraseShown,
        PhraseConfirmed,
        SharesSplit,
        CardShown,
        CardVerified,
        KeyRecovered,
        FingerprintConfirmed,
        KeyVoid,
        AccountDerived,
        WalletRegistered,
        FileKept,
        HeightClaimed,
        PsbtReviewed,
        PsbtSpends,
        IntentApproved,
        PsbtSigned,
        Sealed,
        Aborted,
        Closed,
        Failed,
        RoomChecked,
        ProgramChecked,
        TimeBound,
        Acknowledged,
        ItemStored,
        ItemDestroyed,
        CardAudited,
        SeedBrought,
        SharesVoid,
        PersonEnrolled,
        MachineEnrolled,
        KeyProved,
        AddressConfirmed,
        TransactionFinalized,
        MessageSigned,
        PeerSeal,
        SeedQrShown,
    )
}
"""Every type of `ceremony-log/1`, by its name in a log."""


def digits_in(kind: type[Fact]) -> tuple[str, ...]:
    """Name the fields of a type that are hexadecimal digits; their number is even in each."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        name for name, hint in hints.items() if {Sha256, Fingerprint} & {hint, *get_args(hint)}
    )
