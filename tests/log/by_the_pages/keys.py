"""The life of each key, and what there is of it in writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from log.by_the_pages.forms import Data
from log.by_the_pages.plan import cards, quorum
from log.by_the_pages.wrong import need

if TYPE_CHECKING:
    from log.by_the_pages.story import Story


class Keys:
    """Keys by their names, and the fingerprints of those that are in the room."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.keys: dict[str, Data] = {}
        self.split: Data = {}
        self.account = ""
        self.parts: set[str] = set()
        self.agreed = self.unsaid = self.came = False
        self.room: set[str] = set()
        self.recovered: set[str] = set()

    def on_begin(self, _: Data) -> None:
        need(not self.unsaid, "a key became void, and no two people said so")
        self.agreed = False

    def on_exception(self, _: Data) -> None:
        self.agreed = True

    def on_resumed(self, _: Data) -> None:
        self.agreed, self.room, self.recovered = False, set(), set()

    def key(self, name: str) -> Data:
        need(name in self.keys and not self.keys[name]["void"], "no such key, or void")
        return self.keys[name]

    def on_entropy_opened(self, data: Data) -> None:
        self.parts.add(data["person"])

    def hold(self, data: Data, *, brought: bool, old: set[str], parts: set[str]) -> None:
        self.keys[data["key"]] = {
            "fingerprint": data["fingerprint"], "void": False, "brought": brought, "old": old,
            "splits": {}, "shown": {}, "phrases": set(), "parts": parts, "steps": {self.story.open},
        }  # fmt: skip
        self.came = True

    def on_seed_made(self, data: Data) -> None:
        need(data["key"] not in self.keys, "it was made before")
        need(all(one["void"] or one["brought"] for one in self.keys.values()), "another is good")
        self.hold(data, brought=False, old=set(), parts=self.parts)
        self.parts = set()
        self.room.add(data["fingerprint"])

    def on_seed_brought(self, data: Data) -> None:
        before = self.keys.get(data["key"])
        need(before is None or (before["brought"] and before["void"]), "it is here already")
        need(not before or before["fingerprint"] == data["fingerprint"], "it was another key")
        need(data["fingerprint"] in self.recovered, "it was not recovered in this session")
        old = (before["old"] if before else set()) | {data["set"]}
        self.hold(data, brought=True, old=old, parts=set())

    def touch(self, name: str) -> Data:
        one = self.key(name)
        one["steps"].add(self.story.open)
        return one

    def on_phrase_shown(self, data: Data) -> None:
        self.touch(data["key"])["phrases"].add(data["person"])

    def on_phrase_confirmed(self, data: Data) -> None:
        need(data["person"] in self.touch(data["key"])["phrases"], "it was not shown to them")

    on_seedqr_shown = on_phrase_confirmed

    def on_shares_split(self, data: Data) -> None:
        key = self.touch(data["key"])
        need(key["fingerprint"] == data["fingerprint"], "another fingerprint")
        key["splits"][data["set"]] = data
        self.split = data

    def on_card_shown(self, data: Data) -> None:
        key = self.touch(data["key"])
        split = key["splits"].get(data["set"])
        need(split and data["card"] in cards(split["groups"]), "no card of its set")
        holder = key["shown"].setdefault((data["set"], data["card"]), data["person"])
        need(holder == data["person"], "it was shown to somebody else")

    def on_card_verified(self, data: Data) -> None:
        shown = self.touch(data["key"])["shown"]
        need(shown.get((data["set"], data["card"])) == data["person"], "it was not shown to them")

    def on_key_recovered(self, data: Data) -> None:
        came, fingerprint = data["cards"], data["fingerprint"]
        need(len({*came}) == len(came), "a card twice")
        alike = [one for one in self.keys.values() if one["fingerprint"] == fingerprint]
        self.not_void(fingerprint)
        good = [one for one in alike if not one["void"] or one["brought"]]
        ours = [one for one in self.keys.values() if not one["void"] or one["brought"]]
        if good and data["way"] == "cards" and not any(data["set"] in one["old"] for one in good):
            splits = [one["splits"].get(data["set"]) for one in good]
            need(any(one and quorum(came, one) for one in splits), "no quorum of its cards")
        need(good or not ours or self.story.spending.wallets, "it is not the key of this ceremony")
        self.room.add(fingerprint)
        self.recovered.add(fingerprint)
        self.came = True

    def not_void(self, fingerprint: str) -> None:
        made = [
            o for o in self.keys.values() if o["fingerprint"] == fingerprint and not o["brought"]
        ]
        need(not made or any(not one["void"] for one in made), "the key is void")

    def use(self, data: Data) -> None:
        self.not_void(data["fingerprint"])
        need(not self.came or data["fingerprint"] in self.room, "that key is not in the room")

    on_fingerprint_confirmed = on_message_signed = use

    def on_account_derived(self, data: Data) -> None:
        self.use(data)
        self.account = data["fingerprint"]

    def void(self, data: Data, *, whole: bool) -> None:
        key = self.key(data["key"])
        shown = {(of, card, person) for (of, card), person in key["shown"].items()}
        told = {(one["set"], one["card"], one["person"]) for one in data["cards"]}
        need(told == shown, "not the cards that were shown")
        if whole:
            need({*data["phrases"]} == key["phrases"], "not the phrases that were shown")
            need({*data["parts"]} == key["parts"], "not the parts that were shown")
            self.room.discard(key["fingerprint"])
        self.unsaid = bool(shown or key["phrases"] or key["parts"]) and not self.agreed
        key["void"], key["splits"], key["shown"] = True, {}, {}
        self.story.undo({at for at in key["steps"] if at is not None} - self.story.failed)

    def on_key_void(self, data: Data) -> None:
        need(not self.key(data["key"])["brought"], "it was brought")
        self.void(data, whole=True)

    def on_shares_void(self, data: Data) -> None:
        need(self.key(data["key"])["brought"], "it was not brought")
        self.void(data, whole=False)
