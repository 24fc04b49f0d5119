"""Rules about where the money goes."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.bitcoin.script import (
    PAY_TO_ANCHOR,
    data_of,
    is_x_on_curve,
    witness_program,
)
from ceremonies.errors import Finding
from ceremonies.signing.facts import Facts
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules.finding import refuse, warn
from ceremonies.spoken import visible

_STOLEN_CHANGE = "somebody may be stealing the change: do not sign, and examine the coordinator"

_SHOWN_BYTES = 80
"""How many bytes of a data output a message shows; the transaction keeps them all."""


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


def change_far(facts: Facts, policy: Policy, _history: History) -> Iterator[Finding]:
    """Money comes back so far from where the wallet is used that nobody may look for it."""
    used = [fact.place.index for fact in facts.inputs if fact.place is not None]
    highest = max([*used, facts.wallet.last_index or 0])
    for fact in facts.outputs:
        if fact.place is not None and fact.place.index > highest + policy.gap:
            message = (
                f"comes back to index {fact.place.index}, {fact.place.index - highest} beyond "
                f"the highest that is known to be in use"
            )
            hint = "ask for change at the next index; a restored wallet would not find this one"
            yield refuse("change-far", fact.where, message, hint, may_be_lowered=True)


def unknown_script(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A payment goes to a script that has no address."""
    for fact in facts.outputs:
        is_program = witness_program(fact.made.script) is not None
        if fact.kind == "payment" and fact.address is None and not is_program:
            message = "pays to a script that has no address"
            hint = "ask the payee for an address; nobody can compare a script by eye"
            yield refuse("unknown-script", fact.where, message, hint, may_be_lowered=True)


def data_output(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """An output publishes data; what it is worth, if anything, is lost."""
    for fact in facts.outputs:
        if fact.kind != "data":
            continue
        data = data_of(fact.made.script)
        if fact.made.value:
            message = f"burns {fact.made.value} sat in a data output ({_shown(data)})"
            hint = "ask for a psbt whose data output is worth nothing"
            yield refuse("data-output", fact.where, message, hint)
        else:
            message = f"publishes data for everybody to read: {_shown(data)}"
            yield warn("data-output", fact.where, message, "check that this is meant")


def _shown(data: bytes) -> str:
    if not data:
        return "no bytes"
    beginning = data[:_SHOWN_BYTES]
    more = f", and {len(data) - len(beginning)} bytes more" if len(data) > len(beginning) else ""
    text = visible(beginning.decode("utf-8", "replace"))
    return f'{beginning.hex()}, as text "{text}"{more}'


def reuse(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """An output goes to the script of an input."""
    spent = {fact.spent.script: fact.where for fact in facts.inputs if fact.spent is not None}
    for fact in facts.outputs:
        where = spent.get(fact.made.script)
        if where is not None:
            message = f"goes to the address that {where} spends from"
            yield warn("reuse", fact.where, message, "use a fresh address: this one links payments")


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
