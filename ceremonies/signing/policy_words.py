"""A policy in words: what it lets happen, for people who sign it off."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.errors import Level
from ceremonies.signing.policy import Demand, Policy
from ceremonies.signing.rules import LEVELS

_SAT = 100_000_000


def words(policy: Policy) -> tuple[str, ...]:
    """Say everything that a policy says, a sentence each."""
    return tuple(_sentences(policy))


def _sentences(policy: Policy) -> Iterator[str]:
    yield f"It is for the network {policy.network}."
    if policy.wallet is None:
        yield "It is for any wallet that pins it."
    else:
        yield f"It is for the one wallet whose id is {policy.wallet}."
    yield from _fees(policy)
    yield from _amounts(policy)
    yield from _destinations(policy)
    yield from _approvals(policy.approvals)
    yield f"Change may lie up to {policy.gap} indices beyond the highest that is in use."
    if policy.needs_history:
        yield "The logs of earlier ceremonies must be given, so that no coin is signed twice."
    for rule, level in sorted(policy.levels.items()):
        yield _level(rule, level)


def _fees(policy: Policy) -> Iterator[str]:
    yield (
        f"A fee is refused over {amount(policy.fee_most_sat)}, over "
        f"{policy.fee_share_refuse_percent} % of the payments if it is more than "
        f"{amount(policy.fee_share_floor_sat)}, and over {policy.fee_rate_refuse} sat/vB."
    )
    yield (
        f"A fee is warned about over {policy.fee_share_warn_percent} % of the payments, over "
        f"{policy.fee_rate_warn} sat/vB, and under 1 sat/vB."
    )


def _amounts(policy: Policy) -> Iterator[str]:
    if policy.output_most_sat is not None:
        yield f"One payment is at most {amount(policy.output_most_sat)}."
    if policy.transaction_most_sat is not None:
        yield f"One transaction pays out at most {amount(policy.transaction_most_sat)}."
    for period in policy.periods:
        yield (
            f"In {period.blocks} blocks at most {amount(period.most_sat)} are paid out, counted "
            f"by the logs of earlier ceremonies."
        )
    if policy.output_most_sat is None and policy.transaction_most_sat is None:
        yield "No payment is too large." if not policy.periods else "No single payment is limited."


def _destinations(policy: Policy) -> Iterator[str]:
    allowed = policy.destinations
    if allowed is None:
        yield "Money may go anywhere."
        return
    if not allowed.addresses and not allowed.wallets:
        yield "Money may go nowhere but back to the wallet."
        return
    yield "Money may go to these destinations alone:"
    for address in allowed.addresses:
        yield f"address {address};"
    for wallet in allowed.wallets:
        yield f"any address of {wallet.descriptor}, found up to index {allowed.search - 1}."


def _approvals(asked: Demand | None) -> Iterator[str]:
    if asked is None:
        yield "Nobody else has to approve."
        return
    people = asked.people or tuple(line.split(" ")[0] for line in asked.signers)
    among = f" of {', '.join(people)}" if people else ""
    yield f"{asked.needed} different people{among} must sign their approval of the intent."
    if asked.signers_sha256 is not None:
        yield f"Their keys are in the signers file with SHA-256 {asked.signers_sha256}."


def _level(rule: str, level: Level) -> str:
    before = LEVELS[rule]
    if level is before:
        return f"The rule {rule} stays at {level.value}."
    return f"The rule {rule} is at {level.value}, where it would be at {before.value}."


def amount(sat: int) -> str:
    """Write an amount in BTC and in satoshi."""
    return f"{sat // _SAT}.{sat % _SAT:08d} BTC ({sat:,} sat)"
