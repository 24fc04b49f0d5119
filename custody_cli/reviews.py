"""A review in the form that scripts read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.bitcoin.psbt import Psbt
from ceremonies.signing.facts import Facts, InputFact, OutputFact
from ceremonies.signing.review import Review
from ceremonies.signing.rules.amounts import rate_text
from custody_cli.exits import findings_json

if TYPE_CHECKING:
    from custody_cli.contract import InputJson, OutputJson, PsbtShowAnswer


def review_answer(reviewed: Review, signed: Psbt | None = None) -> PsbtShowAnswer:
    """Put a review into the form of `custody psbt show`; signatures are counted in `signed`."""
    facts = reviewed.facts
    unsigned = facts.psbt.transaction
    fee = facts.fee_sat
    return {
        "intent": None if reviewed.intent is None else reviewed.intent.hex(),
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
        "findings": findings_json(reviewed.findings),
        "verdict": reviewed.verdict,
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
