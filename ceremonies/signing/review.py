"""The judge: all rules over all facts, and what may happen next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ceremonies.bitcoin.psbt import Psbt
from ceremonies.errors import Finding, Level, Refused
from ceremonies.frozen import Frozen, replace
from ceremonies.signing.facts import Facts, gather
from ceremonies.signing.history import History
from ceremonies.signing.intent import intent_of
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules import RULES
from ceremonies.wallets.wallet import Wallet

if TYPE_CHECKING:
    from ceremonies.signing.signer import Signer


class Review(Frozen, kw_only=True):
    """Facts and findings, and the policy and history that were applied.

    `intent` is there only where nothing refuses.
    """

    facts: Facts
    findings: tuple[Finding, ...]
    intent: bytes | None
    policy: Policy
    history: History

    @property
    def verdict(self) -> Literal["sign", "refuse"]:
        """Whether it may be signed."""
        return "refuse" if self.refusals else "sign"

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings that stop the signing."""
        return tuple(found for found in self.findings if found.level is Level.REFUSE)


def review(
    psbt: Psbt,
    wallet: Wallet,
    *,
    signer: Signer | None = None,
    policy: Policy | None = None,
    history: History | None = None,
) -> Review:
    """State what signing would do and ask every rule about it.

    Amounts are satoshi; labels and paths inside the PSBT are never believed. Findings are listed
    whatever their level; nothing raises here.
    """
    return judge(gather(psbt, wallet, signer), policy or Policy(), history or History())


def with_signer(reviewed: Review, signer: Signer) -> Review:
    """Ask every rule again, now that the key is at hand; the facts stay the ones that were read."""
    facts = replace(reviewed.facts, signer=signer)
    return judge(facts, reviewed.policy, reviewed.history)


def judge(facts: Facts, policy: Policy, history: History) -> Review:
    """Ask every rule, and weigh its findings by the policy."""
    found = [policy.weighed(finding) for rule in RULES for finding in rule(facts, policy, history)]
    refused = any(finding.level is Level.REFUSE for finding in found)
    return Review(
        facts=facts,
        findings=tuple(found),
        intent=None if refused else intent_of(facts),
        policy=policy,
        history=history,
    )


def insist(reviewed: Review, approved: bytes | None = None) -> bytes:
    """Return the intent of a PSBT that may be signed, and that was approved if `approved` is given.

    Raises:
        Refused: a rule refuses it, or it has another intent than the approved one.
    """
    refusals = reviewed.refusals
    if refusals:
        rules = ", ".join(dict.fromkeys(found.rule for found in refusals))
        raise Refused(
            f"the transaction is refused by {rules}",
            hint=refusals[0].hint,
            findings=reviewed.findings,
        )
    assert reviewed.intent is not None, "what no rule refuses has an intent"
    if approved is not None and approved != reviewed.intent:
        raise Refused(
            "the psbt has another intent than the one approved",
            hint="compare both psbts; approve the one in hand only after a new review",
            findings=reviewed.findings,
        )
    return reviewed.intent
