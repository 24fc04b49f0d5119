"""What a script has its log say: the plan, and the records that each action is there for."""

from __future__ import annotations

from log.by_the_pages.forms import Data

LIMIT = 10_000
OUTSIDE = [
    *("attested", "resumed", "recovered", "paused", "exception"),
    *("key.void", "shares.void", "sealed", "aborted"),
]
OUTSIDE_RESUMED = [
    *("machine.checked", "room.checked", "person.present"),
    *("key.recovered", "fingerprint.confirmed", "file.kept"),
]
OPENING = ("check-machine", "roll-call")
BATCH = ["read-batch", "review-batch", "approve-batch", "sign-batch", "send-batch"]
PROBES = ["network", "swap", "core-dumps", "clock", "entropy"]
PATHS = {"pkh": "44h", "sh-wpkh": "49h", "wpkh": "84h", "tr": "86h", "sh-wsh": "48h", "wsh": "48h"}
TOLD = "Everybody of a role says that they understood what is at stake."
BY_EACH = {
    "acknowledge": "acknowledged",
    "audit-cards": "card.audited",
    "confirm-fingerprint": "fingerprint.confirmed",
    "join-wallet": "key.proved",
    "confirm-address": "address.confirmed",
}
ACTS = {
    "check-machine": "machine.checked",
    "roll-call": "person.present",
    "check-program": "program.checked",
    "make-seed": "seed.made",
    "show-phrase": "phrase.shown",
    "confirm-phrase": "phrase.confirmed",
    "split-shares": "shares.split",
    "hand-out-shares": "card.shown",
    "recover-seed": "key.recovered",
    "confirm-fingerprint": "fingerprint.confirmed",
    "export-account": "account.derived file.kept",
    "register-wallet": "wallet.registered file.kept",
    "join-wallet": "wallet.registered file.kept key.proved",
    "confirm-address": "address.confirmed",
    "read-wallet": "wallet.registered file.kept",
    "review-psbt": "psbt.reviewed",
    "approve-intent": "intent.approved",
    "sign-psbt": "psbt.signed",
    "finalize": "transaction.finalized file.kept",
    "review-batch": "psbt.reviewed",
    "approve-batch": "intent.approved",
    "sign-batch": "psbt.signed",
    "read-payload": "file.kept",
    "send-payload": "file.kept",
    "read-batch": "file.kept",
    "send-batch": "file.kept",
    "write-record": "file.kept",
    "read-record": "file.kept",
    "make-challenge": "file.kept",
    "sign-message": "message.signed file.kept",
    "bind-time": "time.bound",
    "acknowledge": "acknowledged",
    "inventory": "item.stored",
    "audit-cards": "card.audited",
    "bring-seed": "seed.brought",
    "enrol-machine": "machine.enrolled",
    "seal-log": "sealed",
    "link-log": "peer.seal file.kept",
}


def plan_of(script: Data, classes: dict[str, str], *, rehearsal: bool) -> Data:
    """The record `plan` of a script."""
    roles = []
    for name, said in script["roles"].items():
        of = {"at-least": said, "at-most": said} if isinstance(said, int) else said
        least, most = of["at-least"], of.get("at-most")
        alone = of.get("independent", False)
        roles.append({"role": name, "least": least, "most": most, "independent": alone})
    steps = [
        {
            "id": step["id"],
            "do": step["do"],
            "role": step["role"],
            "class": classes[step["do"]],
            "attest": step.get("attest", []),
            "mandatory": step.get("on-fail") != "exception",
        }
        for step in script["step"]
    ]
    return {
        "ceremony": script["id"],
        "title": script["title"],
        "network": "regtest" if rehearsal else script.get("network", ""),
        "steps": steps,
        "roles": roles,
        "conflicts": script["rules"].get("conflicts", []),
        "quorum": script["rules"]["quorum"],
    }


def size(group: str) -> tuple[int, int]:
    """How many cards of a group are needed, of how many."""
    needed, of = group.split("of")
    return int(needed), int(of)


def cards(groups: list[str]) -> list[str]:
    """Every card of a set."""
    return [f"{g}-{m}" for g, one in enumerate(groups, 1) for m in range(1, size(one)[1] + 1)]


def quorum(came: list[str], split: Data) -> bool:
    """Whether these are cards of the set, and enough."""
    full = [
        sum(card.startswith(f"{g}-") for card in set(came)) >= size(one)[0]
        for g, one in enumerate(split["groups"], 1)
    ]
    return set(came) <= {*cards(split["groups"])} and sum(full) >= split["groups_needed"]
