"""The rules: each one function, one name, one question (`docs/review-rules.md`).

A rule reads facts, policy and history and yields findings. Rules do not know each other and are
asked in this order, which is the order findings are shown in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ceremonies.errors import Finding
from ceremonies.signing.facts import Facts
from ceremonies.signing.policy import History, Policy
from ceremonies.signing.rules import amounts, inputs, networks, outputs, signatures

Rule = Callable[[Facts, Policy, History], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    networks.network,
    inputs.duplicate_input,
    inputs.prevtx,
    inputs.prevtx_missing,
    inputs.amount,
    inputs.script,
    inputs.foreign_input,
    amounts.value,
    amounts.outputs_exceed,
    outputs.change_not_ours,
    outputs.change_key,
    outputs.witness_version,
    amounts.fee_share,
    amounts.fee_rate,
    signatures.sighash,
    signatures.bad_signature,
    signatures.signer_missing,
)
