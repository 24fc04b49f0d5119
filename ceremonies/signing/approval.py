"""Approvals: signatures of people over an intent and the policy it is approved under.

Whoever calls verifies the signatures; here is what is signed, and how many people it takes.
"""

from __future__ import annotations

from collections.abc import Collection

from ceremonies.errors import Refused
from ceremonies.frozen import Frozen
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules.finding import refuse

NAMESPACE = "ceremony-intent-v1"
"""What an OpenSSH signature over an approval is made for; one for anything else does not count."""

MAX_SIZE = 512
"""The longest text of an approval, in bytes."""


class Approval(Frozen):
    """Somebody's approval of one intent under one policy, its signature verified."""

    person: str
    intent: bytes
    policy_sha256: str | None


def text_of(intent: bytes, policy_sha256: str | None) -> bytes:
    """Write what an approver signs: three lines of ASCII, each ended by LF."""
    lines = ("ceremony-intent/1", f"intent {intent.hex()}", f"policy {policy_sha256 or 'none'}")
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def insist(policy: Policy, intent: bytes, approvals: Collection[Approval]) -> None:
    """Insist that as many different people approved an intent as the policy asks for.

    Raises:
        Refused: fewer did.
    """
    asked = policy.approvals
    if asked is None:
        return
    people = {
        approval.person
        for approval in approvals
        if (approval.intent, approval.policy_sha256) == (intent, policy.sha256)
        and (not asked.people or approval.person in asked.people)
    }
    if len(people) < asked.needed:
        message = f"{len(people)} of {asked.needed} people approved this intent"
        hint = "have them sign it, and give their signatures with --approval FILE"
        found = refuse("approvals", "", message, hint)
        raise Refused(message, hint=hint, findings=[found])
