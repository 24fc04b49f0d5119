"""Rules about when the transaction counts, and whether it can still change."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.bitcoin.timelock import is_time, locktime_text, relative_text
from ceremonies.errors import Finding
from ceremonies.signing.facts import Facts
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules.branches import branches
from ceremonies.signing.rules.finding import note, warn


def locktime(facts: Facts, _policy: Policy, history: History) -> Iterator[Finding]:
    """The transaction, or an input of it, counts only later."""
    unsigned = facts.psbt.transaction
    if unsigned.is_locked:
        message = f"counts only after {locktime_text(unsigned.locktime)}"
        height = history.height
        if height is not None and not is_time(unsigned.locktime) and height < unsigned.locktime:
            blocks = unsigned.locktime - height
            message += f", which is {blocks} blocks after the height {height} that is known"
            yield warn("locktime", "", message, "keep it until then, or ask for one of today")
        else:
            yield note("locktime", "", message, "keep it until then")
    if unsigned.version < 2:
        return
    for fact in facts.inputs:
        wait = relative_text(fact.given.sequence)
        if wait:
            message = f"counts only {wait} after the coin was confirmed"
            yield note("locktime", fact.where, message, "broadcast it only then")


def modifiable(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """The PSBT says that inputs or outputs may still be added or taken away (BIP-370)."""
    if facts.psbt.modifiable:
        message = f"says that it may still be changed (flags 0x{facts.psbt.modifiable:02x})"
        yield warn("modifiable", "", message, "signing ends that; sign only what is finished")


def branch(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """The transaction does not wait long enough for any way to spend, or for the key at hand's."""
    ways = branches(facts)
    hint = "ask for a transaction that waits so long, or sign with another key"
    if not any(way.is_open for way in ways):
        opening = "; ".join(f"{way.words}, {way.opens}" for way in ways)
        message = f"opens no way to spend the coins ({opening})"
        yield warn("branch", "", message, hint)
        return
    at_hand = facts.signer
    own = [way for way in ways if at_hand is not None and at_hand.fingerprint in way.signers]
    if at_hand is not None and own and not any(way.is_open for way in own):
        opening = "; ".join(way.opens for way in own)
        message = f"key {at_hand.fingerprint} spends {opening}, and this does not wait so long"
        yield warn("branch", "", message, hint)
