"""Rules about amounts and the fee. All amounts are satoshi, all comparisons in integers."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.bitcoin.script import dust_limit
from ceremonies.bitcoin.transaction import MAX_MONEY_SAT
from ceremonies.errors import Finding
from ceremonies.signing.facts import Facts
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules.finding import refuse, warn

_IMPOSSIBLE = "the psbt was altered or badly made: ask for a new one"
_FEE = "check the fee with the coordinator and ask for a new psbt"


def value(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """An amount, or a sum of amounts, is more money than there is."""
    parts = [(fact.where, fact.spent.value) for fact in facts.inputs if fact.spent is not None]
    parts += [(fact.where, fact.made.value) for fact in facts.outputs]
    for where, sat in parts:
        if sat > MAX_MONEY_SAT:
            yield refuse("value", where, "is more than 21 million coins", _IMPOSSIBLE)
    inputs = sum(fact.spent.value for fact in facts.inputs if fact.spent is not None)
    for what, total in (("inputs", inputs), ("outputs", facts.outputs_sat)):
        if total > MAX_MONEY_SAT and all(sat <= MAX_MONEY_SAT for _, sat in parts):
            message = f"the {what} sum to more than 21 million coins"
            yield refuse("value", "", message, _IMPOSSIBLE)


def outputs_exceed(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """The outputs sum to more than the inputs."""
    if facts.fee_sat is not None and facts.fee_sat < 0:
        message = f"the outputs sum to {-facts.fee_sat} sat more than the inputs"
        yield refuse("outputs-exceed", "", message, _IMPOSSIBLE)


def fee_share(facts: Facts, policy: Policy, _history: History) -> Iterator[Finding]:
    """The fee is a large part of what is paid (of the inputs, where nothing is paid out)."""
    fee, inputs = facts.fee_sat, facts.inputs_sat
    if fee is None or inputs is None or fee <= 0:
        return
    base = facts.payments_sat or inputs
    what = "payments" if facts.payments_sat else "inputs"
    message = f"the fee of {fee} sat is {_percent(fee, base)} % of the {what}"
    share = 100 * fee
    if share > policy.fee_share_refuse_percent * base and fee > policy.fee_share_floor_sat:
        yield refuse("fee-share", "", message, _FEE, may_be_lowered=True)
    elif share > policy.fee_share_warn_percent * base:
        yield warn("fee-share", "", message, "check that this fee is meant")


def fee_rate(facts: Facts, policy: Policy, _history: History) -> Iterator[Finding]:
    """The fee rate is far from what transactions pay, in satoshi per virtual byte."""
    fee = facts.fee_sat
    if fee is None or fee < 0:
        return
    message = f"the fee rate is {rate_text(fee, facts.vsize)} sat/vB"
    if fee > policy.fee_rate_refuse * facts.vsize:
        yield refuse("fee-rate", "", message, _FEE, may_be_lowered=True)
    elif fee > policy.fee_rate_warn * facts.vsize:
        yield warn("fee-rate", "", message, "check that this fee is meant")
    elif fee < facts.vsize:
        yield warn("fee-rate", "", message, "the network may not relay it")


def fee_amount(facts: Facts, policy: Policy, _history: History) -> Iterator[Finding]:
    """The fee is more than may ever be paid, whatever the payments are."""
    fee = facts.fee_sat
    if fee is not None and fee > policy.fee_most_sat:
        message = f"the fee of {fee} sat is over the limit of {policy.fee_most_sat} sat"
        yield refuse("fee-amount", "", message, _FEE, may_be_lowered=True)


def dust(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A payment is worth less than it costs to spend, and nodes do not relay it."""
    for fact in facts.outputs:
        limit = dust_limit(fact.made.script)
        if fact.kind == "payment" and fact.made.value < limit:
            message = f"pays {fact.made.value} sat, and less than {limit} sat is dust"
            yield warn("dust", fact.where, message, "the network may not relay it")


def rate_text(fee_sat: int, vsize: int) -> str:
    """Write a fee rate in sat/vB with two decimals, rounded down."""
    hundredths = fee_sat * 100 // vsize
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def _percent(part: int, whole: int) -> str:
    if whole == 0:
        return "more than 100"
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}"
