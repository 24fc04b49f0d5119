"""The life of a key in a log: made, shown, split, recovered, used, and never after it is void."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ceremonies.log import facts
from ceremonies.log.facts import Fact
from ceremonies.spoken import visible


class Keys:
    """Keys and approvals: what is used was made and is not void, what is signed was approved."""

    def __init__(self) -> None:
        self._made: dict[str, str] = {}
        self._void: set[str] = set()
        self._brought: dict[str, str] = {}
        self._brought_sets: set[tuple[str, str]] = set()
        self._live: set[str] = set()
        self._splits: dict[tuple[str, str], facts.SharesSplit] = {}
        self._shown: set[tuple[str, ...]] = set()
        self._held: set[str] = set()
        self._seen: set[str] = set()
        self._reviewed: dict[str, set[str]] = {}
        self._approved: set[str] = set()

    @property
    def is_void(self) -> bool:
        """Tell whether a key was lost and no other took its place."""
        return bool(self._void) and self._made.keys() == self._void

    def take(self, fact: Fact) -> Iterator[str]:
        """Yield what is wrong with the keys and intents a fact names."""
        match fact:
            case facts.SeedMade():
                yield from self._make(fact)
            case facts.SeedBrought():
                yield from self._bring(fact)
            case facts.SharesVoid():
                yield from self._named(fact.key)
                self._live.discard(fact.key)
                self._splits = {at: one for at, one in self._splits.items() if at[0] != fact.key}
            case (
                facts.PhraseShown()
                | facts.PhraseConfirmed()
                | facts.SharesSplit()
                | facts.CardShown()
                | facts.CardVerified()
                | facts.KeyVoid()
            ):
                yield from self._named(fact.key)
                yield from self._paper(fact)
            case facts.Resumed():
                self._held = set()  # what was in memory is gone
            case facts.KeyRecovered():
                yield from self._used(fact.fingerprint)
                yield from self._together(fact)
                self._held.add(fact.fingerprint)
            case facts.FingerprintConfirmed() | facts.AccountDerived():
                yield from self._used(fact.fingerprint)
                yield from self._in_room(fact.fingerprint)
            case facts.PsbtReviewed():
                self._review(fact)
            case facts.PsbtSpends() if fact.txid not in self._seen:
                yield "it is of a transaction that nobody reviewed"
            case facts.IntentApproved() if fact.intent not in self._reviewed:
                yield "an intent was approved that nobody had reviewed"
            case facts.IntentApproved():
                self._approved.add(fact.intent)
            case facts.PsbtSigned():
                yield from self._sign(fact)

    def _make(self, fact: facts.SeedMade) -> Iterator[str]:
        if fact.key in self._made:
            yield f"{visible(fact.key)} was made before"
            return
        for key in self._made:
            if key not in self._void:
                yield f"{visible(key)} is not void, and another key is made"
                break
        self._made[fact.key] = fact.fingerprint

    def _bring(self, fact: facts.SeedBrought) -> Iterator[str]:
        if fact.key in self._made or fact.key in self._live:
            yield f"{visible(fact.key)} is here already"
        if self._brought.get(fact.key, fact.fingerprint) != fact.fingerprint:
            yield f"{visible(fact.key)} was another key before"
        if fact.fingerprint not in self._held:
            yield f"the key {fact.fingerprint} was not recovered in this session"
        self._brought[fact.key] = fact.fingerprint
        self._brought_sets.add((fact.fingerprint, fact.set))
        self._live.add(fact.key)

    def _named(self, key: str) -> Iterator[str]:
        if key in self._brought:
            if key not in self._live:
                yield f"the new cards of {visible(key)} are void"
        elif key not in self._made:
            yield f"{visible(key)} was never made"
        elif key in self._void:
            yield f"{visible(key)} is void"

    def _paper(self, fact: Fact) -> Iterator[str]:
        match fact:
            case facts.KeyVoid():
                self._void.add(fact.key)
            case facts.PhraseShown():
                self._shown.add((fact.key, fact.person))
            case facts.PhraseConfirmed() if (fact.key, fact.person) not in self._shown:
                yield f"{visible(fact.person)} was not shown this phrase"
            case facts.SharesSplit():
                known = {**self._made, **self._brought}
                if known.get(fact.key, fact.fingerprint) != fact.fingerprint:
                    yield f"the fingerprint is not that of {visible(fact.key)}"
                self._splits[fact.key, fact.set] = fact
            case facts.CardShown():
                if (fact.key, fact.set) not in self._splits:
                    yield f"{visible(fact.key)} was not split into this set"
                self._shown.add((fact.key, fact.set, fact.card, fact.person))
            case facts.CardVerified():
                if (fact.key, fact.set, fact.card, fact.person) not in self._shown:
                    yield f"{visible(fact.person)} was not shown this card"

    def _used(self, fingerprint: str) -> Iterator[str]:
        alike = [key for key, made in self._made.items() if made == fingerprint]
        if alike and self._void.issuperset(alike):
            yield f"{visible(alike[0])} is void, and is used"

    def _in_room(self, fingerprint: str) -> Iterator[str]:
        if self._held and fingerprint not in self._held:
            yield f"the key {fingerprint} was not recovered in this session"

    def _together(self, fact: facts.KeyRecovered) -> Iterator[str]:
        """Look whether the cards are enough, where this ceremony made them."""
        if len(set(fact.cards)) < len(fact.cards):
            yield "it names a card twice"
        if (fact.fingerprint, fact.set) in self._brought_sets:
            return
        known = {**self._made, **self._brought}
        made = [key for key, fingerprint in known.items() if fingerprint == fact.fingerprint]
        splits = [self._splits.get((key, fact.set)) for key in made]
        if fact.way == "phrase" or not made:
            return
        if not any(split is not None and _is_quorum(fact.cards, split) for split in splits):
            yield f"these cards are no quorum of {visible(made[-1])}"

    def _review(self, fact: facts.PsbtReviewed) -> None:
        self._seen.add(fact.txid)
        is_refused = any(found.level == "refuse" for found in fact.findings)
        if fact.intent is not None and not is_refused:
            self._reviewed.setdefault(fact.intent, set()).add(fact.txid)

    def _sign(self, fact: facts.PsbtSigned) -> Iterator[str]:
        if fact.intent not in self._approved or fact.txid not in self._reviewed[fact.intent]:
            yield "a transaction was signed that nobody had approved"
        yield from self._used(fact.fingerprint)
        yield from self._in_room(fact.fingerprint)


def _is_quorum(cards: tuple[str, ...], split: facts.SharesSplit) -> bool:
    """Count cards such as `1-2` against groups such as `2of3`."""
    came = Counter(card.partition("-")[0] for card in set(cards))
    needed = {str(number): group for number, group in enumerate(split.groups, start=1)}
    full = [
        number
        for number, group in needed.items()
        if (needs := group.partition("of")[0]).isdecimal() and came[number] >= int(needs[:4])
    ]
    return len(full) >= split.groups_needed
