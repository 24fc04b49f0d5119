"""A review in the form that scripts read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ceremonies.bitcoin.fields import kept
from ceremonies.bitcoin.psbt import Psbt
from ceremonies.signing.approval import Approval
from ceremonies.signing.facts import Facts, InputFact, OutputFact
from ceremonies.signing.history import PastPayment, PastSigning
from ceremonies.signing.review import Review
from ceremonies.signing.rules.amounts import rate_text
from ceremonies.signing.rules.branches import branches
from custody_cli.exits import findings_json

if TYPE_CHECKING:
    from custody_cli.contract import InputJson, OutputJson, PsbtShowAnswer, SignedBeforeJson


def review_answer(
    reviewed: Review, signed: Psbt | None = None, approvals: Iterable[Approval] = ()
) -> PsbtShowAnswer:
    """Put a review into the form of `custody psbt show`; signatures are counted in `signed`."""
    facts, asked = reviewed.facts, reviewed.policy.approvals
    unsigned = facts.psbt.transaction
    fee = facts.fee_sat
    return {
        "intent": None if reviewed.intent is None else reviewed.intent.hex(),
        "policy": reviewed.policy.sha256,
        "policy_pinned": facts.wallet.policy_sha256 is not None,
        "approvals": {
            "needed": 0 if asked is None else asked.needed,
            "by": sorted({approval.person for approval in approvals}),
        },
        "txid": unsigned.txid[::-1].hex(),
        "network": facts.wallet.network.name,
        "wallet": facts.wallet.name,
        "inputs": [_input(facts, fact) for fact in facts.inputs],
        "outputs": [_output(facts, fact) for fact in facts.outputs],
        "fee_sat": fee,
        "fee_rate_sat_vb": None if fee is None or fee < 0 else rate_text(fee, facts.vsize),
        "vsize": facts.vsize,
        "locktime": unsigned.locktime,
        "signatures": {
            "required": facts.wallet.threshold,
            "present": _present(facts, signed or facts.psbt),
            "signers": list(facts.wallet.signers),
        },
        "branches": [
            {
                "words": way.words,
                "opens": way.opens,
                "open": way.is_open,
                "signers": list(way.signers),
            }
            for way in branches(facts)
        ],
        "fields_kept": kept(facts.psbt.maps),
        "signed_before": [_before(facts, one) for one in _earlier(reviewed)],
        "findings": findings_json(reviewed.findings),
        "verdict": reviewed.verdict,
    }


def remembered(reviewed: Review) -> PastSigning:
    """Return a review, signed a moment ago, as history for what follows."""
    facts = reviewed.facts
    return PastSigning(
        log="of this command",
        txid=facts.psbt.transaction.txid[::-1].hex(),
        wallet=facts.wallet.id,
        height=reviewed.history.height,
        outpoints=tuple(str(fact.given.outpoint) for fact in facts.inputs),
        payments=tuple(
            PastPayment(address=fact.address, value_sat=fact.made.value)
            for fact in facts.outputs
            if fact.kind in ("payment", "data")
        ),
        fee_sat=facts.fee_sat,
    )


def _earlier(reviewed: Review) -> list[PastSigning]:
    psbt = reviewed.facts.psbt
    coins = [str(given.outpoint) for given in psbt.inputs] if reviewed.history.signings else []
    return reviewed.history.signed_otherwise(coins, psbt.transaction.txid[::-1].hex())


def _before(facts: Facts, earlier: PastSigning) -> SignedBeforeJson:
    coins = set(earlier.outpoints)
    paid = earlier.payments
    return {
        "log": earlier.log,
        "txid": earlier.txid,
        "inputs": [fact.index for fact in facts.inputs if str(fact.given.outpoint) in coins],
        "payments": None
        if paid is None
        else [{"address": one.address, "value_sat": one.value_sat} for one in paid],
        "fee_sat": earlier.fee_sat,
    }


def _present(facts: Facts, psbt: Psbt) -> int:
    open_inputs = [given.signature_count for given in psbt.inputs if not given.is_final]
    return min(open_inputs, default=facts.wallet.threshold or 0)


def _input(facts: Facts, fact: InputFact) -> InputJson:
    return {
        "outpoint": str(fact.given.outpoint),
        "value_sat": None if fact.spent is None else fact.spent.value,
        "path": None if fact.place is None else facts.wallet.path(fact.place),
        "script": fact.kind,
        "proved": fact.is_vouched or (fact.era == "taproot" and fact.place is not None),
    }


def _output(facts: Facts, fact: OutputFact) -> OutputJson:
    return {
        "index": fact.index,
        "address": fact.address,
        "value_sat": fact.made.value,
        "kind": fact.kind,
        "path": None if fact.place is None else facts.wallet.path(fact.place),
    }
