"""What steps hand to each other: typed slots, and the table they lie on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ceremonies.frozen import Frozen, parts
from ceremonies.secret import Secret

if TYPE_CHECKING:
    from ceremonies.bitcoin.psbt import Psbt
    from ceremonies.conduct.people import People
    from ceremonies.exchange.payload import Encoding
    from ceremonies.keys.account import Account
    from ceremonies.keys.card import Card, CardSet
    from ceremonies.keys.entropy import Pool
    from ceremonies.keys.seed import Seed
    from ceremonies.keys.set_record import SetRecord
    from ceremonies.signing.approval import Approval
    from ceremonies.signing.policy import Policy
    from ceremonies.signing.review import Review
    from ceremonies.signing.sign import Signed
    from ceremonies.wallets.wallet import Wallet

T = TypeVar("T")


@dataclass(frozen=True)
class Slot(Generic[T]):
    """A named place for one value. A `secret` one lives in memory alone and dies with it."""

    name: str
    secret: bool


@dataclass(frozen=True)
class HeldKey:
    """A key recovered from what people hold: its seed, and its BIP-39 passphrase, if any."""

    seed: Seed
    passphrase: Secret | None
    fingerprint: str


@dataclass(frozen=True)
class ExportedAccount:
    """An account key, and the script type it is for."""

    account: Account
    script: str


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What people typed in: the cards of a set, or else the seed of a phrase; and who did.

    `passphrase` is the BIP-39 passphrase under `bip39`, and the cards' own under `slip39`. What is
    `fresh` was handed out in this ceremony, and must give the key that it made or was brought.
    """

    cards: tuple[Card, ...] = ()
    phrase: Seed | None = None
    passphrase: Secret | None = None
    persons: tuple[str, ...]
    fresh: bool = False


@dataclass(frozen=True)
class GivenPsbt:
    """A PSBT as it was brought, and how its file wrote it."""

    psbt: Psbt
    encoding: Encoding


PEOPLE: Slot[People] = Slot("people", secret=False)
ENTROPY: Slot[Pool] = Slot("entropy", secret=True)
SEED: Slot[Seed] = Slot("seed", secret=True)
SHARES: Slot[CardSet] = Slot("shares", secret=True)
TYPED: Slot[Typed] = Slot("typed", secret=True)
KEY: Slot[HeldKey] = Slot("key", secret=True)
FINGERPRINT: Slot[str] = Slot("fingerprint", secret=False)
ACCOUNT: Slot[ExportedAccount] = Slot("account", secret=False)
WALLET: Slot[Wallet] = Slot("wallet", secret=False)
PSBT: Slot[GivenPsbt] = Slot("psbt", secret=False)
REVIEW: Slot[Review] = Slot("review", secret=False)
INTENT: Slot[bytes] = Slot("intent", secret=False)
APPROVALS: Slot[tuple[Approval, ...]] = Slot("approvals", secret=False)
SIGNED: Slot[Signed] = Slot("signed", secret=False)
RECORD: Slot[SetRecord] = Slot("record", secret=False)
ENROLLED: Slot[bytes] = Slot("enrolled", secret=False)
MESSAGE: Slot[bytes] = Slot("message", secret=False)
PROOF: Slot[bytes] = Slot("proof", secret=False)
TRANSACTION: Slot[bytes] = Slot("transaction", secret=False)
POLICY: Slot[Policy] = Slot("policy", secret=False)
PINS: Slot[Mapping[str, Secret]] = Slot("pins", secret=True)
"""The PIN of each person by name; no step gives it, for the roll call repeats itself."""
DESTINATION: Slot[Wallet] = Slot("destination", secret=False)
BATCH: Slot[tuple[GivenPsbt, ...]] = Slot("batch", secret=False)
REVIEWS: Slot[tuple[Review, ...]] = Slot("reviews", secret=False)
INTENTS: Slot[tuple[bytes, ...]] = Slot("intents", secret=False)
PEER_SEAL: Slot[bytes] = Slot("peer-seal", secret=False)
SIGNED_BATCH: Slot[tuple[Signed, ...]] = Slot("signed-batch", secret=False)


class Table:
    """Where steps put what they give and take what they need."""

    def __init__(self) -> None:
        self._lying: dict[str, Any] = {}

    def put(self, slot: Slot[T], value: T) -> None:
        """Lay a value down; what lay there is gone."""
        self._lying[slot.name] = value

    def take(self, slot: Slot[T]) -> T:
        """Return what lies in a slot; it stays there.

        Raises:
            KeyError: nothing does. `check` proves that this cannot happen to a script.
        """
        value: T = self._lying[slot.name]
        return value

    def has(self, slot: Slot[Any]) -> bool:
        """Whether something lies in a slot."""
        return slot.name in self._lying

    def wipe(self, slots: Iterable[Slot[Any]]) -> None:
        """Drop what lies in the secret ones of these slots, every `Secret` in it overwritten."""
        for slot in slots:
            if slot.secret:
                for secret in _secrets(self._lying.pop(slot.name, None)):
                    secret.wipe()


def _secrets(value: object) -> Iterator[Secret]:
    """Yield every secret in a value, in whatever values and tuples it lies."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, tuple):
        for part in value:
            yield from _secrets(part)
    elif isinstance(value, Frozen):
        for part in parts(value):
            yield from _secrets(part)
    elif is_dataclass(value):
        for each in fields(value):
            yield from _secrets(getattr(value, each.name))


EVERY_SLOT: tuple[Slot[Any], ...] = (
    PEOPLE,
    ENTROPY,
    SEED,
    SHARES,
    TYPED,
    KEY,
    FINGERPRINT,
    ACCOUNT,
    WALLET,
    PSBT,
    REVIEW,
    INTENT,
    APPROVALS,
    SIGNED,
    RECORD,
    ENROLLED,
    MESSAGE,
    PROOF,
    TRANSACTION,
    POLICY,
    PINS,
    DESTINATION,
    BATCH,
    REVIEWS,
    INTENTS,
    SIGNED_BATCH,
)
