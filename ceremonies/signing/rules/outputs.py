"""Rules about where the money goes."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.bitcoin.script import PAY_TO_ANCHOR, is_x_on_curve, witness_program
from ceremonies.errors import Finding
from ceremonies.signing.facts import Facts
from ceremonies.signing.policy import History, Policy
from ceremonies.signing.rules.finding import refuse, warn

_STOLEN_CHANGE = "somebody may be stealing the change: do not sign, and examine the coordinator"


def change_not_ours(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """An output is said to be ours and is not what our descriptor derives there."""
    ours = {key.fingerprint for branch in facts.wallet.branches for key in branch.keys}
    for fact in facts.outputs:
        if fact.place is not None:
            continue
        claims = fact.made.claims
        if any(facts.wallet.claims_us(claim) for claim in claims):
            message = "says it pays back to this wallet, and pays another script"
            yield refuse("change-not-ours", fact.where, message, _STOLEN_CHANGE)
        elif any(claim.fingerprint in ours for claim in claims):
            message = "names one of our keys under another account, and counts as a payment"
            yield warn("change-not-ours", fact.where, message, "check its address")


def change_key(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """An output of ours names a key that our descriptor does not derive there."""
    for fact in facts.outputs:
        if fact.derived is None:
            continue
        known = {key[-32:] for key in fact.derived.keys}
        if any(claim.key[-32:] not in known for claim in fact.made.claims):
            message = "pays back to this wallet, and names a key that is not in it"
            yield refuse("change-key", fact.where, message, _STOLEN_CHANGE)


def witness_version(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A payment goes to a witness program that nobody can be known to own."""
    for fact in facts.outputs:
        if fact.kind != "payment" or fact.made.script == PAY_TO_ANCHOR:
            continue
        program = witness_program(fact.made.script)
        if program is None:
            continue
        problem = _program_problem(*program)
        if problem:
            yield refuse(
                "witness-version",
                fact.where,
                problem,
                "ask the payee for an address of today",
                may_be_lowered=True,
            )


def _program_problem(version: int, program: bytes) -> str:
    if version >= 2:
        return f"pays to witness version {version}, which nobody can own yet"
    if version == 0:
        return "" if len(program) in (20, 32) else "pays to a witness program that burns the money"
    if len(program) != 32:
        return f"pays to a taproot program of {len(program)} bytes instead of 32"
    return "" if is_x_on_curve(program) else "pays to a taproot key that is not on the curve"
