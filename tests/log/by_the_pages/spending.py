"""Wallets and transactions: reviewed, approved and signed."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from log.by_the_pages.forms import Data
from log.by_the_pages.wrong import need

if TYPE_CHECKING:
    from log.by_the_pages.story import Story


BY_SIGNATURE = ("sign-approval", "sign-batch-approval")


class Spending:
    """What the last attempt at each step reviewed, by transaction, and approved."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.wallets: set[str] = set()
        self.reviews: dict[str, dict[str, Data]] = {}
        self.approvals: dict[str, list[tuple[str, str]]] = {}
        self.demand: Data = {}

    @property
    def step(self) -> str:
        """The step that is open."""
        story = self.story
        return "" if story.open is None else str(story.steps[story.open]["id"])

    @property
    def is_signed(self) -> bool:
        """Whether the step that is open has people sign what they approve."""
        story = self.story
        return story.open is not None and story.steps[story.open]["do"] in BY_SIGNATURE

    def on_begin(self, data: Data) -> None:
        self.reviews.pop(data["step"], None)
        self.approvals.pop(data["step"], None)

    def on_end(self, data: Data) -> None:
        for review in self.reviews.get(data["step"], {}).values():
            need(len(review["coins"]) == review["inputs"], "not all coins were named")

    def on_wallet_registered(self, data: Data) -> None:
        self.wallets.add(data["wallet"])

    def of_wallet(self, data: Data) -> None:
        need(data["wallet"] in self.wallets, "no such wallet was registered")

    on_key_proved = on_address_confirmed = of_wallet

    def on_psbt_reviewed(self, data: Data) -> None:
        self.of_wallet(data)
        refused = any(one["level"] == "refuse" for one in data["findings"])
        intent = None if refused else data["intent"]
        review = {"inputs": data["inputs"], "intent": intent, "coins": []}
        self.reviews.setdefault(self.step, {})[data["txid"]] = review

    def on_psbt_spends(self, data: Data) -> None:
        review = self.reviews.get(self.step, {}).get(data["txid"])
        need(review, "nobody reviewed it in this step")
        assert review
        review["coins"] += data["outpoints"]
        need(len({*review["coins"]}) == len(review["coins"]), "a coin twice")

    def gave(self, intent: str) -> dict[str, Data]:
        steps = self.reviews.values()
        return {
            txid: one for step in steps for txid, one in step.items() if one["intent"] == intent
        }

    def on_intent_approved(self, data: Data) -> None:
        given = self.gave(data["intent"])
        need(given, "no review gave it")
        need(all(len(one["coins"]) == one["inputs"] for one in given.values()), "not all coins")
        self.approvals.setdefault(self.step, []).append((data["intent"], data["person"]))

    def on_psbt_signed(self, data: Data) -> None:
        self.story.keys.use(data)
        need(data["txid"] in self.gave(data["intent"]), "not the transaction of that intent")
        approved = [one for some in self.approvals.values() for one in some]
        need(data["intent"] in [intent for intent, _ in approved], "nobody approved it")
        by_signature = [one["id"] for one in self.story.steps if one["do"] in BY_SIGNATURE]
        signed = {
            person
            for step, some in self.approvals.items()
            if step in by_signature
            for intent, person in some
            if intent == data["intent"] and person in (self.demand.get("people") or [person])
        }
        need(len(signed) >= self.demand.get("needed", 0), "too few signed their approval")

    def on_plan(self, _: Data) -> None:
        """Read whose signed approvals the policy that was kept asks for."""
        at = self.story.folder / self.story.beside.policy
        if not self.story.beside.policy or not at.is_file():
            return
        try:
            policy = tomllib.loads(at.read_text("utf-8"))
        except ValueError:
            policy = {}
        self.demand = policy.get("approvals", {})
        if policy.get("schema") != "custody-policy/1":
            self.story.unknown.append("its policy is not understood")
