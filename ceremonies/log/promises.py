"""What a step promises by its action: the facts without which it has not ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ceremonies.log import cards, facts
from ceremonies.log.facts import Fact, Genesis, Plan, PlannedStep
from ceremonies.log.order import MOST_KEPT, Take
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
    "finalize": (facts.TransactionFinalized, facts.FileKept),
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
    "make-challenge": (facts.FileKept,),
    "sign-message": (facts.MessageSigned, facts.FileKept),
    "link-log": (facts.PeerSeal, facts.FileKept),
}
"""What a step logs before it ends, by its action; other actions promise nothing here."""


class Promises:
    """Steps: each ends with the facts in its brackets that its action is there for.

    `seen` are the types of facts since a step began or ended; whoever reads them adds to it.
    """

    def __init__(self, plan: Plan, genesis: Genesis | None, *, seen: set[type[Fact]]) -> None:
        self._seen = seen
        self._steps = {step.id: step for step in plan.steps}
        self._needed = {step.id: frozenset(FACTS_OF.get(step.do, ())) for step in plan.steps}
        self._is_earnest = genesis is not None and genesis.mode == "production"
        self._split: facts.SharesSplit | None = None
        self._derived = ""
        self._step = ""
        self._destroying: set[str] = set()
        self._cards: dict[tuple[str, str], str] = {}
        self._approving: set[str] = set()
        self._is_fit = True
        self._more: dict[str, Callable[[PlannedStep], Iterator[str]]] = {
            "collect-entropy": self._is_opened,
            "check-machine": self._is_sound,
            "destroy": self._is_destroyed,
            "hand-out-shares": self._is_handed_out,
            "approve-intent": self._is_approved,
            "approve-batch": self._is_approved,
        }
        self.takes: dict[type[Fact], Take] = {
            facts.Begin: self._begin,
            facts.Resumed: self._resume,
            facts.End: self._end,
            facts.MachineChecked: self._check,
            facts.EntropyCommitted: self._commit,
            facts.EntropyOpened: self._open,
            facts.EntropyCollected: self._collect,
            facts.SharesSplit: self._share,
            facts.AccountDerived: self._derive,
            facts.WalletRegistered: self._register,
            facts.ItemDestroyed: self._destroy,
            facts.CardVerified: self._hand_out,
            facts.IntentApproved: self._approve,
        }

    def _begin(self, fact: facts.Begin) -> Iterable[str]:
        self._step = fact.step
        self._reset()
        return ()

    def _resume(self, _: Fact) -> Iterable[str]:
        self._reset()
        return ()

    def _end(self, fact: facts.End) -> Iterable[str]:
        step = self._steps.get(fact.step)
        if step is None:
            return ()
        lacking = () if self._needed[step.id] <= self._seen else (*self._lacking(step),)
        if step.do in self._more:
            lacking = (*lacking, *self._more[step.do](step))
        self._seen.clear()
        return lacking

    def _lacking(self, step: PlannedStep) -> Iterator[str]:
        for kind in FACTS_OF[step.do]:
            if kind not in self._seen:
                yield f"the step {visible(step.id)} ends without a record {kind.type}"

    def _check(self, fact: facts.MachineChecked) -> Iterable[str]:
        self._is_fit = fact.fit
        return ()

    def _commit(self, _: Fact) -> Iterable[str]:
        if facts.EntropyCollected in self._seen:
            return ("the machine committed to its part after chance was collected",)
        return ()

    def _open(self, _: Fact) -> Iterable[str]:
        if facts.EntropyCommitted not in self._seen:
            return ("the machine's part was opened, and nothing was committed to",)
        return ()

    def _collect(self, _: Fact) -> Iterable[str]:
        if facts.EntropyOpened in self._seen:
            return ("chance was collected after the machine's part was opened",)
        return ()

    def _share(self, fact: facts.SharesSplit) -> Iterable[str]:
        self._split = fact
        return ()

    def _derive(self, fact: facts.AccountDerived) -> Iterable[str]:
        self._derived = fact.fingerprint
        return ()

    def _register(self, fact: facts.WalletRegistered) -> Iterable[str]:
        step = self._steps.get(self._step)
        if step is not None and step.do == "register-wallet" and fact.ours != (self._derived,):
            return ("its own key is not the one whose account was derived",)
        return ()

    def _destroy(self, _: Fact) -> Iterable[str]:
        # what an interrupted attempt destroyed is gone; no other step destroyed it
        if self._step in self._steps:
            self._destroying.add(self._step)
        return ()

    def _hand_out(self, fact: facts.CardVerified) -> Iterable[str]:
        if len(self._cards) < MOST_KEPT:
            self._cards[fact.set, fact.card] = fact.person
        return ()

    def _approve(self, fact: facts.IntentApproved) -> Iterable[str]:
        if len(self._approving) < MOST_KEPT:
            self._approving.add(fact.role)
        return ()

    def _reset(self) -> None:
        self._is_fit = True
        self._seen.clear()
        self._cards.clear()
        self._approving.clear()

    def _is_opened(self, _: PlannedStep) -> Iterator[str]:
        if facts.EntropyCommitted in self._seen and facts.EntropyOpened not in self._seen:
            yield "the machine committed to its part, and nobody was shown it"

    def _is_sound(self, _: PlannedStep) -> Iterator[str]:
        if self._is_earnest and not self._is_fit:
            yield "the machine was not fit, and the step ends"

    def _is_destroyed(self, step: PlannedStep) -> Iterator[str]:
        if step.id not in self._destroying:
            yield f"the step {visible(step.id)} ends, and nothing was destroyed"

    def _is_approved(self, step: PlannedStep) -> Iterator[str]:
        if self._approving and step.role not in self._approving:
            yield f"nobody approved it as {visible(step.role)}"

    def _is_handed_out(self, _: PlannedStep) -> Iterator[str]:
        if (split := self._split) is None:
            return
        holders = [
            person
            for (of, card), person in self._cards.items()
            if of == split.set and cards.is_of(card, split)
        ]
        if len(holders) < cards.count(split):
            yield f"{len(holders)} of {cards.count(split)} cards were verified"
        elif len(set(holders)) < len(holders):
            yield "somebody holds two of the cards"
