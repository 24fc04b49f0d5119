"""The life of a key in a log: made, shown, split, recovered, used, and never after it is void."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ceremonies.log import cards, facts
from ceremonies.log.facts import Fact
from ceremonies.log.order import MOST_KEPT, Take
from ceremonies.spoken import visible

_MOST_TOLD = 20


class Spending:
    """The coins of one transaction: `unnamed` counts those that no record has named yet."""

    __slots__ = ("named", "unnamed")

    def __init__(self, inputs: int) -> None:
        self.unnamed = inputs
        self.named: set[str] = set()


class Signing:
    """What one step saw of transactions: which were reviewed, under which intents, and approved."""

    def __init__(self) -> None:
        self.spending: dict[str, Spending] = {}
        self.kept = 0
        self.reviewed: dict[str, set[str]] = {}
        self.approved: set[str] = set()


class Keys:
    """Keys and approvals: what is used was made and is not void, what is signed was approved."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}
        self._void: set[str] = set()
        self._alike: dict[str, list[str]] = {}
        self._good: dict[str, str] = {}
        self._brought: dict[str, str] = {}
        self._brought_sets: dict[str, set[str]] = {}
        self._live: set[str] = set()
        self._splits: dict[str, dict[str, facts.SharesSplit]] = {}
        self._shown: dict[str, dict[tuple[str, ...], str]] = {}
        self._held: set[str] = set()
        self._fresh: set[str] = set()
        self._came = False
        self._has_wallet = False
        self._signings: dict[str, Signing] = {}
        self._step = ""
        self._count = 0
        self.takes: dict[type[Fact], Take] = {
            facts.Begin: self._begin,
            facts.End: self._end,
            facts.Resumed: self._resume,
            facts.SeedMade: self._make,
            facts.SeedBrought: self._bring,
            facts.SharesVoid: self._let_go,
            facts.KeyRecovered: self._recover,
            facts.FingerprintConfirmed: self._use,
            facts.AccountDerived: self._use,
            facts.WalletRegistered: self._register,
            facts.PsbtReviewed: self._review,
            facts.PsbtSpends: self._spend,
            facts.IntentApproved: self._approve,
            facts.PsbtSigned: self._sign,
            facts.MessageSigned: self._use,
            **dict.fromkeys(_OF_A_KEY, self._paper),
        }

    @property
    def is_void(self) -> bool:
        """Tell whether a key was lost and no other took its place."""
        return bool(self._void) and not self._good

    @property
    def outcome(self) -> tuple[str, ...]:
        """Say which keys there are and how much was signed."""
        good = [f"{visible(key)} was made: {one}" for key, one in self._good.items()]
        void = [f"{visible(key)} is void" for key in self._void]
        brought = [f"{visible(key)} was brought: {one}" for key, one in self._brought.items()]
        signed = [f"signed {self._count} times under approved intents"] if self._count else []
        return tuple([*good, *void, *brought, *signed][:_MOST_TOLD])

    def _begin(self, fact: facts.Begin) -> Iterable[str]:
        self._step = fact.step
        self._signings.pop(fact.step, None)  # what it saw before is seen again
        return ()

    def _end(self, fact: facts.End) -> Iterable[str]:
        here = self._signings.get(fact.step)
        if here is not None and any(one.unnamed for one in here.spending.values()):
            return ("the step ends, and no records name all coins that were reviewed",)
        return ()

    def _resume(self, _: Fact) -> Iterable[str]:
        self._held, self._fresh = set(), set()  # what was in memory is gone
        return ()

    def _make(self, fact: facts.SeedMade) -> Iterator[str]:
        if fact.key in self._made:
            yield f"{visible(fact.key)} was made before"
            return
        if self._good:
            yield f"{visible(next(iter(self._good)))} is not void, and another key is made"
        if len(self._made) < MOST_KEPT:
            self._made[fact.key] = self._good[fact.key] = fact.fingerprint
            self._alike.setdefault(fact.fingerprint, []).append(fact.key)
            self._fresh.add(fact.fingerprint)
            self._came = True

    def _bring(self, fact: facts.SeedBrought) -> Iterator[str]:
        if fact.key in self._made or fact.key in self._live:
            yield f"{visible(fact.key)} is here already"
        if self._brought.get(fact.key, fact.fingerprint) != fact.fingerprint:
            yield f"{visible(fact.key)} was another key before"
        if fact.fingerprint not in self._held:
            yield f"the key {fact.fingerprint} was not recovered in this session"
        if len(self._brought) < MOST_KEPT:
            self._brought[fact.key] = fact.fingerprint
            self._brought_sets.setdefault(fact.fingerprint, set()).add(fact.set)
            self._live.add(fact.key)

    def _let_go(self, fact: facts.SharesVoid) -> Iterable[str]:
        wrong = self._named(fact.key)
        self._live.discard(fact.key)
        for of_key in (self._splits, self._shown):
            of_key.pop(fact.key, None)
        return wrong

    def _named(self, key: str) -> Iterable[str]:
        if key in self._brought:
            return () if key in self._live else (f"the new cards of {visible(key)} are void",)
        if key not in self._made:
            return (f"{visible(key)} was never made",)
        return (f"{visible(key)} is void",) if key in self._void else ()

    def _paper(self, fact: Any) -> Iterable[str]:
        wrong = self._named(fact.key)
        return wrong or self._written(fact, self._shown.setdefault(fact.key, {}))

    def _written(self, fact: Fact, shown: dict[tuple[str, ...], str]) -> Iterator[str]:
        """Yield what is wrong with the phrase and the cards of a key that is not void."""
        match fact:
            case facts.KeyVoid():
                if fact.key in self._made:
                    self._void.add(fact.key)
                    self._fresh.discard(self._made[fact.key])
                for of_key in (self._good, self._splits, self._shown):
                    of_key.pop(fact.key, None)
            case facts.PhraseShown() if len(shown) < MOST_KEPT:
                shown[fact.person,] = fact.person
            case facts.PhraseConfirmed() | facts.SeedQrShown() if (fact.person,) not in shown:
                yield f"{visible(fact.person)} was not shown this phrase"
            case facts.SharesSplit():
                known = self._brought.get(fact.key) or self._made[fact.key]
                if known != fact.fingerprint:
                    yield f"the fingerprint is not that of {visible(fact.key)}"
                splits = self._splits.setdefault(fact.key, {})
                if len(splits) < MOST_KEPT:
                    splits[fact.set] = fact
            case facts.CardShown():
                split = self._splits.get(fact.key, {}).get(fact.set)
                if split is None:
                    yield f"{visible(fact.key)} was not split into this set"
                elif not cards.is_of(fact.card, split):
                    yield f"its set has no card {visible(fact.card)}"
                if len(shown) < MOST_KEPT:
                    holder = shown.setdefault((fact.set, fact.card), fact.person)
                    if holder != fact.person:
                        yield f"card {visible(fact.card)} was shown to {visible(holder)} already"
            case facts.CardVerified() if shown.get((fact.set, fact.card)) != fact.person:
                yield f"{visible(fact.person)} was not shown this card"

    def _recover(self, fact: facts.KeyRecovered) -> Iterator[str]:
        yield from self._used(fact.fingerprint)
        yield from self._together(fact)
        yield from self._only(fact.fingerprint)
        if len(self._held) < MOST_KEPT:
            self._held.add(fact.fingerprint)
            self._came = True

    def _only(self, fingerprint: str) -> Iterator[str]:
        """Look whether it is the ceremony's own key; others may come once a wallet is known."""
        made = any(key in self._good for key in self._alike.get(fingerprint, ()))
        is_one = made or fingerprint in self._brought_sets
        if (self._good or self._brought) and not self._has_wallet and not is_one:
            yield "it is not the key that was made or brought here"

    def _register(self, _: Fact) -> Iterable[str]:
        self._has_wallet = True
        return ()

    def _use(self, fact: Any) -> Iterable[str]:
        return (*self._used(fact.fingerprint), *self._in_room(fact.fingerprint))

    def _used(self, fingerprint: str) -> Iterable[str]:
        alike = self._alike.get(fingerprint)
        if alike and self._void.issuperset(alike):
            return (f"{visible(alike[0])} is void, and is used",)
        return ()

    def _in_room(self, fingerprint: str) -> Iterable[str]:
        is_here = fingerprint in self._held or fingerprint in self._fresh
        if self._came and not is_here:
            return (f"the key {fingerprint} was not made or recovered in this session",)
        return ()

    def _together(self, fact: facts.KeyRecovered) -> Iterator[str]:
        """Look whether the cards are enough, where this ceremony made them."""
        if len(set(fact.cards)) < len(fact.cards):
            yield "it names a card twice"
        if fact.set in self._brought_sets.get(fact.fingerprint, ()):
            return
        made = [key for key in self._alike.get(fact.fingerprint, ()) if key in self._good]
        if fact.fingerprint in self._brought_sets:
            made += [key for key, one in self._brought.items() if one == fact.fingerprint]
        splits = [self._splits.get(key, {}).get(fact.set) for key in made]
        if fact.way == "phrase" or not made:
            return
        if not any(split is not None and cards.is_quorum(fact.cards, split) for split in splits):
            yield f"these cards are no quorum of {visible(made[-1])}"

    @property
    def _signing(self) -> Signing:
        here = self._signings.get(self._step)
        if here is None:
            here = self._signings[self._step] = Signing()
        return here

    def _review(self, fact: facts.PsbtReviewed) -> Iterable[str]:
        here, txid = self._signing, fact.txid
        if len(here.spending) >= MOST_KEPT:
            return ()
        if before := here.spending.get(txid):
            here.kept -= len(before.named)
        here.spending[txid] = Spending(fact.inputs)
        if fact.intent is not None and not any(one.level == "refuse" for one in fact.findings):
            here.reviewed.setdefault(fact.intent, set()).add(txid)
        return ()

    def _spend(self, fact: facts.PsbtSpends) -> Iterable[str]:
        here, coins = self._signing, fact.outpoints
        spending = here.spending.get(fact.txid)
        if spending is None:
            return ("it is of a transaction that nobody reviewed",)
        spending.unnamed -= len(coins)
        named = spending.named
        if here.kept >= MOST_KEPT:
            is_again = len({*coins}) < len(coins) or not named.isdisjoint(coins)
        else:
            before = len(named)
            named.update(coins)
            fresh = len(named) - before
            here.kept += fresh
            is_again = fresh < len(coins)
        return ("it names a coin twice",) if is_again else ()

    def _approve(self, fact: facts.IntentApproved) -> Iterable[str]:
        for one in self._signings.values():
            if txids := one.reviewed.get(fact.intent):
                break
        else:
            return ("an intent was approved that nobody had reviewed",)
        for txid in txids:
            if one.spending[txid].unnamed:
                return ("an intent was approved, and no records name all coins that it spends",)
        approved = self._signing.approved
        if len(approved) < MOST_KEPT:
            approved.add(fact.intent)
        return ()

    def _sign(self, fact: facts.PsbtSigned) -> Iterable[str]:
        is_reviewed = is_approved = False
        for one in self._signings.values():
            is_approved = is_approved or fact.intent in one.approved
            is_reviewed = is_reviewed or fact.txid in one.reviewed.get(fact.intent, ())
        self._count += is_reviewed and is_approved
        wrong = "a transaction was signed that nobody had approved"
        return (*(() if is_reviewed and is_approved else (wrong,)), *self._use(fact))


_OF_A_KEY = (
    facts.PhraseShown,
    facts.PhraseConfirmed,
    facts.SeedQrShown,
    facts.SharesSplit,
    facts.CardShown,
    facts.CardVerified,
    facts.KeyVoid,
)
