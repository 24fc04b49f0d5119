"""What there is of a key in writing: none of it is forgotten when the key becomes void."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ceremonies.log import facts
from ceremonies.log.facts import Fact, Plan
from ceremonies.log.order import MOST_KEPT, Take
from ceremonies.spoken import visible

_MAKING = ("make-seed", "bring-seed")


class Papers:
    """Papers of the key that is being made, or whose new cards are.

    A key that was made becomes void, and of one that was brought its new cards do. That is listed
    as it was shown. Where something was, two people said so before, or ended the ceremony with it.
    """

    def __init__(self, plan: Plan) -> None:
        self._key = ""
        self._opened: set[str] = set()
        self._is_brought = False
        self._parts: set[str] = set()
        self._phrases: set[str] = set()
        self._cards: set[tuple[str, str, str]] = set()
        self._is_agreed = False
        self._unsaid = ""
        self.takes: dict[type[Fact], Take] = {}
        if not any(step.do in _MAKING for step in plan.steps):
            return
        self.takes = {
            facts.EntropyOpened: self._open,
            facts.SeedMade: self._make,
            facts.SeedBrought: self._bring,
            facts.PhraseShown: self._show_phrase,
            facts.CardShown: self._show_card,
            facts.ExceptionMade: self._agree,
            facts.KeyVoid: self._let_go,
            facts.SharesVoid: self._let_go_cards,
            facts.Resumed: self._resume,
            facts.Begin: self._begin,
        }

    def _open(self, fact: facts.EntropyOpened) -> Iterable[str]:
        if len(self._opened) < MOST_KEPT:
            self._opened.add(fact.person)
        return ()

    def _make(self, fact: facts.SeedMade) -> Iterable[str]:
        self._hold(fact.key, parts=self._opened)
        self._opened = set()
        return ()

    def _bring(self, fact: facts.SeedBrought) -> Iterable[str]:
        self._hold(fact.key, parts=set())
        self._is_brought = True
        return ()

    def _hold(self, key: str, *, parts: set[str]) -> None:
        self._key, self._parts, self._is_brought = key, parts, False
        self._phrases, self._cards = set(), set()

    def _show_phrase(self, fact: facts.PhraseShown) -> Iterable[str]:
        if fact.key == self._key and len(self._phrases) < MOST_KEPT:
            self._phrases.add(fact.person)
        return ()

    def _show_card(self, fact: facts.CardShown) -> Iterable[str]:
        if fact.key == self._key and len(self._cards) < MOST_KEPT:
            self._cards.add((fact.set, fact.card, fact.person))
        return ()

    def _agree(self, _: Fact) -> Iterable[str]:
        self._is_agreed = True
        return ()

    def _let_go(self, fact: facts.KeyVoid) -> Iterator[str]:
        are = (set(fact.parts), set(fact.phrases), _cards(fact.cards))
        is_whole = max(len(self._parts), len(self._phrases), len(self._cards)) < MOST_KEPT
        is_listed = are == (self._parts, self._phrases, self._cards)
        if fact.key == self._key and self._is_brought:
            yield f"{visible(fact.key)} was brought, and only its new cards can become void"
        yield from self._void(fact.key, is_listed=is_listed or not is_whole)

    def _let_go_cards(self, fact: facts.SharesVoid) -> Iterator[str]:
        is_listed = _cards(fact.cards) == self._cards or len(self._cards) >= MOST_KEPT
        if fact.key == self._key and not self._is_brought:
            yield f"{visible(fact.key)} was made here, and becomes void with its cards"
        yield from self._void(fact.key, is_listed=is_listed)

    def _void(self, key: str, *, is_listed: bool) -> Iterator[str]:
        if key != self._key:
            return  # others say that there is no such key
        if not is_listed:
            yield f"it does not list what was shown of {visible(key)}"
        if (self._parts or self._phrases or self._cards) and not self._is_agreed:
            self._unsaid = key
        self._hold("", parts=set())

    def _resume(self, _: Fact) -> Iterable[str]:
        self._is_agreed = False
        return ()

    def _begin(self, _: Fact) -> Iterable[str]:
        unsaid, self._unsaid, self._is_agreed = self._unsaid, "", False
        if unsaid:
            return (f"{visible(unsaid)} became void, and no two people had said so",)
        return ()


def _cards(listed: Iterable[facts.VoidCard]) -> set[tuple[str, str, str]]:
    return {(one.set, one.card, one.person) for one in listed}
