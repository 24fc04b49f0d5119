"""What a step promises by its action: the facts without which it has not ended."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Genesis, Plan, PlannedStep
from ceremonies.spoken import visible

FACTS_OF: dict[str, tuple[type[Fact], ...]] = {
    "check-machine": (facts.MachineChecked,),
    "roll-call": (facts.PersonPresent,),
    "collect-entropy": (facts.EntropyCollected,),
    "make-seed": (facts.SeedMade,),
    "show-phrase": (facts.PhraseShown,),
    "confirm-phrase": (facts.PhraseConfirmed,),
    "split-shares": (facts.SharesSplit,),
    "hand-out-shares": (facts.CardShown, facts.CardVerified),
    "recover-seed": (facts.KeyRecovered,),
    "confirm-fingerprint": (facts.FingerprintConfirmed,),
    "export-account": (facts.AccountDerived, facts.FileKept),
    "register-wallet": (facts.WalletRegistered, facts.FileKept),
    "read-wallet": (facts.WalletRegistered, facts.FileKept),
    "read-payload": (facts.FileKept,),
    "review-psbt": (facts.PsbtReviewed,),
    "approve-intent": (facts.IntentApproved,),
    "sign-psbt": (facts.PsbtSigned,),
    "send-payload": (facts.FileKept,),
    "seal-log": (facts.Sealed,),
    "check-program": (facts.ProgramChecked,),
    "bind-time": (facts.TimeBound,),
    "acknowledge": (facts.Acknowledged,),
    "inventory": (facts.ItemStored,),
    "audit-cards": (facts.CardAudited,),
    "bring-seed": (facts.SeedBrought,),
    "write-record": (facts.FileKept,),
    "read-record": (facts.FileKept,),
    "read-policy": (facts.FileKept,),
    "read-batch": (facts.FileKept,),
    "review-batch": (facts.PsbtReviewed,),
    "approve-batch": (facts.IntentApproved,),
    "sign-batch": (facts.PsbtSigned,),
    "send-batch": (facts.FileKept,),
    "enrol-people": (facts.PersonEnrolled, facts.FileKept),
    "enrol-machine": (facts.MachineEnrolled,),
    "join-wallet": (facts.WalletRegistered, facts.FileKept, facts.KeyProved),
    "confirm-address": (facts.AddressConfirmed,),
    "finalize": (facts.TransactionFinalized, facts.FileKept),
    "make-challenge": (facts.FileKept,),
    "sign-message": (facts.MessageSigned, facts.FileKept),
}
"""What a step logs before it ends, by its action; other actions promise nothing here."""

_GROUP = re.compile(r"[0-9]{1,3}of(?P<cards>[0-9]{1,3})")


class Promises:
    """Steps: each ends with the facts in its brackets that its action is there for."""

    def __init__(self, plan: Plan, genesis: Genesis | None) -> None:
        self._steps = {step.id: step for step in plan.steps}
        self._least = {role.role: role.least for role in plan.roles}
        self._is_earnest = genesis is not None and genesis.mode == "production"
        self._split: facts.SharesSplit | None = None
        self._is_destroyed = False
        self._reset()

    def take(self, fact: Fact) -> Iterator[str]:
        """Yield what a step lacks that ends with this fact."""
        match fact:
            case facts.Begin() | facts.Resumed():
                self._reset()
            case facts.End() if (step := self._steps.get(fact.step)) is not None:
                yield from self._kept(step)
                self._reset()
            case facts.MachineChecked():
                self._is_fit = fact.fit
            case facts.EntropyCommitted() if facts.EntropyCollected in self._seen:
                yield "the machine committed to its part after chance was collected"
            case facts.EntropyOpened() if facts.EntropyCommitted not in self._seen:
                yield "the machine's part was opened, and nothing was committed to"
            case facts.EntropyCollected() if facts.EntropyOpened in self._seen:
                yield "chance was collected after the machine's part was opened"
            case facts.SharesSplit():
                self._split = fact
            case facts.ItemDestroyed():
                self._is_destroyed = True
            case facts.CardVerified():
                self._cards[fact.set, fact.card] = fact.person
            case facts.FingerprintConfirmed():
                self._confirmed.add(fact.person)
            case facts.IntentApproved():
                self._approving.add(fact.role)
        self._seen.add(type(fact))

    def _reset(self) -> None:
        self._seen: set[type[Fact]] = set()
        self._cards: dict[tuple[str, str], str] = {}
        self._confirmed: set[str] = set()
        self._approving: set[str] = set()
        self._is_fit = True

    def _kept(self, step: PlannedStep) -> Iterator[str]:
        for kind in FACTS_OF.get(step.do, ()):
            if kind not in self._seen:
                yield f"the step {visible(step.id)} ends without a record {kind.type}"
        match step.do:
            case "collect-entropy" if facts.EntropyCommitted in self._seen and (
                facts.EntropyOpened not in self._seen
            ):
                yield "the machine committed to its part, and nobody was shown it"
            case "check-machine" if self._is_earnest and not self._is_fit:
                yield "the machine was not fit, and the step ends"
            case "destroy" if not self._is_destroyed:
                yield f"the step {visible(step.id)} ends, and nothing was destroyed"
            case "hand-out-shares" if self._split is not None:
                yield from self._handed_out(self._split)
            case "confirm-fingerprint" if len(self._confirmed) < self._least.get(step.role, 0):
                yield f"{len(self._confirmed)} people confirmed the fingerprint, and not every one"
            case "approve-intent" | "approve-batch" if (
                self._approving and step.role not in self._approving
            ):
                yield f"nobody approved it as {visible(step.role)}"

    def _handed_out(self, split: facts.SharesSplit) -> Iterator[str]:
        found = [_GROUP.fullmatch(group) for group in split.groups]
        cards = sum(int(group["cards"]) for group in found if group)
        holders = [person for (of, _), person in self._cards.items() if of == split.set]
        if len(holders) < cards:
            yield f"{len(holders)} of {cards} cards were verified"
        elif len(set(holders)) < len(holders):
            yield "somebody holds two of the cards"
