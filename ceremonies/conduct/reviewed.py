"""A review in a log: what signing would do, its amounts withheld, and the coins it spends."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING

from ceremonies.log import facts
from ceremonies.log.journal import Journal

if TYPE_CHECKING:
    from ceremonies.signing.review import Review

_COINS_A_RECORD = 500
"""A record holds 64 KiB, an outpoint at most 80 bytes."""


def log_review(journal: Journal, reviewed: Review) -> None:
    """Put a review into a log, and every coin of it."""
    stated = reviewed.facts
    txid = stated.psbt.transaction.txid[::-1].hex()
    payments = [
        [output.address, output.made.value]
        for output in stated.outputs
        if output.kind in ("payment", "data")
    ]
    fee = "unknown" if stated.fee_sat is None else str(stated.fee_sat)
    found = Counter((finding.rule, finding.level) for finding in reviewed.findings)
    journal.append(
        facts.PsbtReviewed(
            wallet=stated.wallet.id,
            psbt_sha256=hashlib.sha256(stated.psbt.maps.data).hexdigest(),
            txid=txid,
            intent=reviewed.intent.hex() if reviewed.intent else None,
            inputs=len(stated.inputs),
            outputs=len(stated.outputs),
            fee_commitment=journal.withhold("fee_sat", fee),
            payments_commitment=journal.withhold(
                "payments", json.dumps(payments, separators=(",", ":"))
            ),
            findings=tuple(
                facts.LoggedFinding(rule=rule, level=level.value, places=places)
                for (rule, level), places in found.items()
            ),
        )
    )
    coins = [str(fact.given.outpoint) for fact in stated.inputs]
    for start in range(0, len(coins), _COINS_A_RECORD):
        spent = tuple(coins[start : start + _COINS_A_RECORD])
        journal.append(facts.PsbtSpends(txid=txid, outpoints=spent))


def signed_rival(journal: Journal, reviewed: Review) -> str | None:
    """Return another transaction that was signed in a log and spends a coin of this one."""
    stated = reviewed.facts
    coins = {str(fact.given.outpoint) for fact in stated.inputs}
    told = [record.fact for record in journal.records]
    signed = {fact.txid for fact in told if isinstance(fact, facts.PsbtSigned)}
    signed.discard(stated.psbt.transaction.txid[::-1].hex())
    for fact in told:
        if (
            isinstance(fact, facts.PsbtSpends)
            and fact.txid in signed
            and not coins.isdisjoint(fact.outpoints)
        ):
            return fact.txid
    return None
