"""What a step has to have, by its action and its script, before it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from log.by_the_pages.forms import Data
from log.by_the_pages.plan import ACTS, BATCH, BY_EACH, OPENING, PATHS, PROBES, TOLD, cards
from log.by_the_pages.wrong import need

if TYPE_CHECKING:
    from log.by_the_pages.story import Story

Of = Callable[[str], list[Data]]
"""The records of a type that the step has."""


class Ends:
    """The rules of every action: `judge` fails where a step may not end."""

    def __init__(self, story: Story) -> None:
        self.story, self.script = story, story.script
        self.said = {one["id"]: one for one in story.script["step"]}
        self.room: list[str] = story.script.get("environment", {}).get("room", [])
        self.batch: dict[str, int] = {}
        self.kinds: list[str] = []  # of the records of the step that is judged

    def is_fit(self, data: Data) -> bool:
        """Whether a machine is as the script demands; a rehearsal's may be as it is."""
        steps = self.script["step"]
        demands = next(one.get("demands", PROBES) for one in steps if one["do"] == OPENING[0])
        good = {one["name"] for one in data["probes"] if one["ok"]}
        return not self.story.earnest or bool(data["fit"] and good >= {*demands})

    def judge(self, at: int) -> None:
        """Judge the records of a step that ends."""
        step, records = self.story.steps[at], self.story.now[at]
        said, do = self.said[step["id"]], step["do"]

        self.kinds = [kind for kind, _ in records]

        def of(kind: str) -> list[Data]:
            return [data for one, data in records if one == kind]

        for kind in ACTS.get(do, "").split():
            need(of(kind), f"{step['id']} ends without {kind}")
        if do in BY_EACH:
            did = {one["person"] for one in of(BY_EACH[do])}
            need(did >= {*self.story.holding(step["role"])}, f"{step['id']} ends without somebody")
        if do in BATCH:
            self.counted(do, of)
        special = getattr(self, "ends_" + do.replace("-", "_"), None)
        if special:
            special(said, of, step)

    def counted(self, do: str, of: Of) -> None:
        kind, field = {
            "review-batch": ("psbt.reviewed", "intent"),
            "approve-batch": ("intent.approved", "intent"),
            "sign-batch": ("psbt.signed", "intent"),
        }.get(do, ("file.kept", "name"))
        self.batch[do] = len({one[field] for one in of(kind)} - {None})
        before = [self.batch[one] for one in BATCH[: BATCH.index(do)] if one in self.batch]
        need(not before or before[-1] == self.batch[do], "a PSBT of the batch is missing")

    def ends_check_machine(self, _: Data, of: Of, __: Data) -> None:
        checks = of("machine.checked")
        need(any(map(self.is_fit, checks)), "the machine is not fit")
        need(not self.story.earnest or checks[-1]["fit"], "the machine is not fit")
        told = [one["demands"] for one in of("room.checked")]
        need(not self.room or self.room in told, "the room was not checked")

    def ends_check_program(self, said: Data, of: Of, _: Data) -> None:
        def total(one: Data) -> str:
            lines = [f"{one['program_sha256']}  program"]
            lines += [
                f"{lib['sha256']}  {lib['name']} {lib['version']}" for lib in one["libraries"]
            ]
            return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()

        pinned = said.get("sha256") if self.story.earnest else None
        need(not pinned or pinned in map(total, of("program.checked")), "not the pinned program")

    def ends_collect_entropy(self, said: Data, of: Of, _: Data) -> None:
        kinds = (kind.removeprefix("entropy.") for kind in self.kinds)
        order = [kind for kind in kinds if kind in ("committed", "collected", "opened")]
        outer = ("committed" in order, "opened" in order)
        need(outer in ((True, True), (False, False)), "committed to, or opened, alone")
        need(outer[0] or not said.get("commit"), "nothing was committed to")
        if outer[0]:
            inner = order[order.index("committed") : order.index("opened")]
            need(inner.count("collected") == order.count("collected"), "chance out of its order")
        came = of("entropy.collected")
        need(came, "no chance")
        for one in self.script["entropy"]:
            sides = one.get("sides", 6)
            kind = one["kind"] if one["kind"] != "dice" or sides == 6 else f"d{sides}"
            worth = [r["bits"] for r in came if r["kind"] == kind]
            need(max(worth, default=-1) >= one["bits"], f"too little of {kind}")

    def ends_make_seed(self, _: Data, of: Of, __: Data) -> None:
        seed = self.script.get("seed")
        wanted = seed and (seed["scheme"], seed.get("words", 24))
        made = [(one["scheme"], one["words"]) for one in of("seed.made")]
        need(not seed or wanted in made, "not the key of the script")

    def ends_show_phrase(self, said: Data, of: Of, _: Data) -> None:
        form = said.get("seedqr")
        shown = [one["form"] for one in of("seedqr.shown")]
        need(not form or (form in shown and of("fingerprint.confirmed")), "no SeedQR")

    def ends_split_shares(self, _: Data, of: Of, __: Data) -> None:
        shares = self.script["shares"]
        wanted = (shares["groups"], shares.get("groups-needed", 1))
        done = [(one["groups"], one["groups_needed"]) for one in of("shares.split")]
        need(wanted in done, "not the split of the script")

    def ends_hand_out_shares(self, _: Data, of: Of, __: Data) -> None:
        split = self.story.keys.split
        done = {
            one["card"]: one["person"] for one in of("card.verified") if one["set"] == split["set"]
        }
        need({*done} >= {*cards(split["groups"])}, "not all cards were verified")
        need(len({*done.values()}) == len(done), "somebody holds two cards")

    def ends_export_account(self, said: Data, of: Of, _: Data) -> None:
        script = said.get("script", "wpkh")
        coin = "1h" if self.network != "mainnet" else "0h"
        end = {"sh-wsh": "/1h", "wsh": "/2h"}.get(script, "")
        path = f"m/{PATHS[script]}/{coin}/{said.get('account', 0)}h{end}"
        done = [(one["script"], one["path"]) for one in of("account.derived")]
        need((script, path) in done, "not the account of the script")

    @property
    def network(self) -> str:
        return self.story.plan["network"] or "mainnet"

    def named(self, said: Data, of: Of) -> list[Data]:
        names = ("", "REHEARSAL-")
        names = tuple(one + said.get("name", "vault") for one in names)
        found = [one for one in of("wallet.registered") if one["name"] in names]
        found = [one for one in found if one["network"] == self.network]
        need(found, "not the wallet of the script")
        return found

    def ends_register_wallet(self, said: Data, of: Of, _: Data) -> None:
        self.named(said, of)
        need(
            all(one["ours"] == [self.story.keys.account] for one in of("wallet.registered")),
            "another key's",
        )

    def ends_join_wallet(self, said: Data, of: Of, _: Data) -> None:
        self.named(said, of)

    def ends_read_wallet(self, said: Data, of: Of, _: Data) -> None:
        pinned, network = said.get("wallet"), self.story.plan["network"]
        good = [
            one
            for one in of("wallet.registered")
            if pinned in (None, one["wallet"]) and network in ("", one["network"])
        ]
        need(good, "not the wallet of the script")

    def ends_read_policy(self, said: Data, of: Of, _: Data) -> None:
        wanted = (said.get("keep", "policy.toml"), "policy")
        pinned = self.script.get("policy")
        kept = [one for one in of("file.kept") if (one["name"], one["kind"]) == wanted]
        need(any(pinned in (None, one["sha256"]) for one in kept), "not the policy of the script")

    def ends_approve_intent(self, _: Data, of: Of, step: Data) -> None:
        need(step["role"] in [one["role"] for one in of("intent.approved")], "not in that role")

    ends_approve_batch = ends_approve_intent

    def ends_acknowledge(self, said: Data, of: Of, step: Data) -> None:
        wanted = (said.get("text") or said.get("say") or TOLD, step["role"])
        done = [(one["text"], one["role"]) for one in of("acknowledged")]
        need(wanted in done, "other words than those of the script")

    def ends_inventory(self, _: Data, of: Of, step: Data) -> None:
        before = [one["do"] for one in self.story.steps[: self.story.steps.index(step)]]
        wanted = ["the phrase of "] if "confirm-phrase" in before else []
        if "hand-out-shares" in before:
            wanted += [f"card {one} of " for one in cards(self.script["shares"]["groups"])]
        stored = [one["item"] for one in of("item.stored")]
        need(all(any(i.startswith(w) for i in stored) for w in wanted), "something was not stored")

    def ends_destroy(self, said: Data, of: Of, step: Data) -> None:
        ever = self.story.ever[self.story.steps.index(step)]
        gone = {one["item"] for kind, one in ever if kind == "item.destroyed"}
        need(gone and gone >= {*said.get("items", [])}, "something was not destroyed")

    def ends_enrol_people(self, _: Data, of: Of, __: Data) -> None:
        lists = [one["name"] for one in of("file.kept") if one["kind"] == "signers"]
        need(lists, "no list was kept")
        signed = {one["name"] for one in of("file.kept") if one["kind"] == "enrolment"}
        enrolled = {one["person"] for one in of("person.enrolled")}
        need(len(enrolled) >= self.story.plan["quorum"], "too few were enrolled")
        need(signed == {f"{lists[-1]}.{one}" for one in enrolled}, "not what they signed")
