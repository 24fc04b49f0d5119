"""The rules: each one function, one name, one question (`docs/review-rules.md`).

A rule reads facts, policy and history and yields findings. Rules do not know each other and are
asked in this order, which is the order findings are shown in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ceremonies.errors import Finding, Level
from ceremonies.signing.facts import Facts
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules import (
    amounts,
    inputs,
    institution,
    networks,
    outputs,
    signatures,
    timing,
)

Rule = Callable[[Facts, Policy, History], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    institution.policy,
    networks.network,
    inputs.empty,
    inputs.duplicate_input,
    inputs.prevtx,
    inputs.prevtx_missing,
    inputs.amount,
    inputs.script,
    inputs.foreign_input,
    inputs.annex,
    inputs.message,
    institution.seen_input,
    amounts.value,
    amounts.outputs_exceed,
    outputs.change_not_ours,
    outputs.change_key,
    outputs.change_far,
    outputs.witness_version,
    outputs.unknown_script,
    outputs.data_output,
    institution.destination,
    institution.limit,
    amounts.fee_share,
    amounts.fee_rate,
    amounts.fee_amount,
    signatures.sighash,
    signatures.bad_signature,
    signatures.signer_missing,
    amounts.dust,
    outputs.reuse,
    inputs.mixed,
    timing.branch,
    timing.modifiable,
    institution.history,
    timing.locktime,
    inputs.already_final,
)

_WARNINGS = {"dust", "reuse", "mixed", "branch", "modifiable", "history"}
_NOTES = {"locktime", "already-final"}


def name_of(rule: Rule) -> str:
    """Return the name that a rule's findings have."""
    return rule.__name__.replace("_", "-")


LEVELS: dict[str, Level] = {
    name: Level.WARN if name in _WARNINGS else Level.NOTE if name in _NOTES else Level.REFUSE
    for name in map(name_of, RULES)
}
"""The heaviest level that each rule gives where no policy says otherwise."""

LOWERABLE = frozenset(
    {
        "prevtx-missing",
        "foreign-input",
        "seen-input",
        "change-far",
        "witness-version",
        "unknown-script",
        "fee-share",
        "fee-rate",
        "fee-amount",
        *_WARNINGS,
        *_NOTES,
    }
)
"""The rules whose refusals a policy may lower; some of their findings never yield."""
