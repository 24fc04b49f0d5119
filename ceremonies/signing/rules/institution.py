"""Rules that an institution sets: its policy, where money may go, how much, and what was before."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.errors import Finding
from ceremonies.signing.facts import Facts
from ceremonies.signing.history import History, PastSigning
from ceremonies.signing.policy import Period, Policy
from ceremonies.signing.rules.finding import refuse, warn

_ITS_POLICY = "give the policy that the wallet was registered with: --policy FILE"
_REAL_WALLET = "use the wallet file that was registered with its policy, and compare its hash"
_WITH_HISTORY = "name the folders of earlier ceremonies with --history DIR"
_ASK_LESS = "ask for less, or have the institution change its policy and register it again"

_YEAR = 52_560
"""As many blocks as a year has at ten minutes each."""


def policy(facts: Facts, given: Policy, _history: History) -> Iterator[Finding]:
    """The policy is not the one that the wallet file pins, or is meant for another wallet."""
    wallet = facts.wallet
    pinned = wallet.policy_sha256
    if pinned is None and given.must_be_pinned:
        message = "the wallet file pins no policy, and one that does is asked for"
        yield refuse("policy", "", message, _REAL_WALLET)
    if pinned is not None and given.sha256 != pinned:
        found = "none was given" if given.sha256 is None else f"{given.sha256[:16]}… was given"
        message = f"the wallet file pins the policy {pinned[:16]}…, and {found}"
        yield refuse("policy", "", message, _ITS_POLICY)
    if given.network is not None and given.network != wallet.network.name:
        message = f"the policy is for {given.network}, and the wallet is of {wallet.network.name}"
        yield refuse("policy", "", message, _ITS_POLICY)
    if given.wallet is not None and given.wallet != wallet.id:
        yield refuse("policy", "", "the policy is for another wallet", _ITS_POLICY)


def history(_facts: Facts, _policy: Policy, given: History) -> Iterator[Finding]:
    """What is said of the past is confirmed by nothing but whoever says it."""
    if given.is_empty:
        message = "the history holds no log: nothing was signed before, says whoever gave it"
        yield warn(
            "history", "", message, "name the folders of earlier ceremonies, if there are any"
        )
    yield from _height(given)
    for log in given.unconfirmed:
        message = f"nobody confirms the end of log {log}: what it says may have been cut"
        yield warn("history", "", message, "have it sealed and signed, and give --signers")


def _height(given: History) -> Iterator[Finding]:
    known, said = given.logged_height, given.height
    if known is None or said is None:
        return
    if said < known:
        message = f"height {said} was given, and a log knows height {known} already"
        yield warn("history", "", message, "give the height of the last block there is")
    elif said > known + _YEAR:
        message = f"height {said} was given, {said - known} blocks after the last that a log knows"
        hint = "check it: to a height too far off, earlier payments of a period are past"
        yield warn("history", "", message, hint)


def destination(facts: Facts, given: Policy, _history: History) -> Iterator[Finding]:
    """A payment goes where the policy does not let it go."""
    allowed = given.destinations
    if allowed is None:
        return
    for fact in facts.outputs:
        if fact.kind == "payment" and not allowed.allow(fact.made):
            message = "pays to a destination that is not on the policy's list"
            hint = "compare the address with the list; a new one needs a new policy"
            yield refuse("destination", fact.where, message, hint)


def limit(facts: Facts, given: Policy, past: History) -> Iterator[Finding]:
    """More is paid out than the policy allows: in one output, at once, or in a period."""
    most = given.output_most_sat
    for fact in facts.outputs:
        paid = fact.made.value
        if most is not None and fact.kind in ("payment", "data") and paid > most:
            message = f"pays {paid} sat, and the policy allows {most} sat an output"
            yield refuse("limit", fact.where, message, _ASK_LESS)
    most = given.transaction_most_sat
    if most is not None and facts.payments_sat > most:
        message = f"pays out {facts.payments_sat} sat, and the policy allows {most} sat at once"
        yield refuse("limit", "", message, _ASK_LESS)
    for period in given.periods:
        yield from _period(facts, period, past)


def _period(facts: Facts, period: Period, past: History) -> Iterator[Finding]:
    span = f"{period.blocks} blocks"
    if not past.is_given:
        message = f"the policy limits what is paid in {span}, and no history was given"
        yield refuse("limit", "", message, _WITH_HISTORY)
        return
    if past.height is None:
        message = f"the policy limits what is paid in {span}, and the height of now is not known"
        yield refuse("limit", "", message, "say the height of the last block with --height N")
        return
    txid = facts.psbt.transaction.txid[::-1].hex()
    earlier = {
        one.txid: one
        for one in past.signings
        if one.wallet == facts.wallet.id and one.txid != txid and _is_within(one, period, past)
    }
    for one in earlier.values():
        if one.payments_sat is None:
            message = f"log {one.log} does not open what transaction {one.txid[:16]}… paid"
            yield refuse("limit", "", message, "put its reveal file beside the log")
            return
    before = sum(one.payments_sat or 0 for one in earlier.values())
    if before + facts.payments_sat > period.most_sat:
        message = (
            f"pays out {facts.payments_sat} sat after {before} sat in {span}, and the policy "
            f"allows {period.most_sat} sat"
        )
        yield refuse("limit", "", message, "wait, or have the institution change its policy")


def _is_within(one: PastSigning, period: Period, past: History) -> bool:
    # a log that knows no height counts in every period: nothing is forgotten for want of one
    assert past.height is not None
    return one.height is None or one.height > past.height - period.blocks


def seen_input(facts: Facts, given: Policy, past: History) -> Iterator[Finding]:
    """A coin was signed before in another transaction, of which only one can ever count."""
    if given.needs_history and not past.is_given:
        message = "the policy needs a history, and none was given"
        yield refuse("seen-input", "", message, _WITH_HISTORY)
    if not past.signings:
        return
    txid = facts.psbt.transaction.txid[::-1].hex()
    for fact in facts.inputs:
        earlier = past.conflicting(str(fact.given.outpoint), txid)
        if earlier is not None:
            message = (
                f"was signed before: {_told(earlier)} (log {earlier.log}); now "
                f"{_paying(txid, facts.payments_sat, facts.fee_sat)}"
            )
            hint = "compare both; a replacement (fee bump) must pay the same people"
            yield refuse("seen-input", fact.where, message, hint, may_be_lowered=True)


def _told(earlier: PastSigning) -> str:
    return _paying(earlier.txid, earlier.payments_sat, earlier.fee_sat)


def _paying(txid: str, payments: int | None, fee: int | None) -> str:
    paid = "unknown payments" if payments is None else f"payments of {payments} sat"
    return f"{txid[:16]}… with {paid} and " + ("unknown fee" if fee is None else f"fee {fee} sat")
