"""The policy file, `custody-policy/1`: TOML, strict to the last key (`docs/policy.md`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import msgspec

from ceremonies import strict
from ceremonies.bitcoin.transaction import MAX_MONEY_SAT
from ceremonies.errors import InputError, Level
from ceremonies.network import Network, network_named
from ceremonies.signing.destinations import Destinations, destinations
from ceremonies.signing.policy import Demand, Period, Policy, is_above
from ceremonies.signing.rules import LEVELS, LOWERABLE

MAX_SIZE = 1024 * 1024
"""The longest policy that is read, in bytes."""

_MOST_SEARCHED = 10_000

Sat = Annotated[int, msgspec.Meta(ge=0, le=MAX_MONEY_SAT)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Rate = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Name = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}\Z")]
LevelName = Literal["note", "warn", "refuse"]


class _Form(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True, rename="kebab"):
    """A table of the policy; a key it does not have is an error."""


class _FeeForm(_Form, frozen=True, kw_only=True):
    most_sat: Sat = 5_000_000
    refuse_percent: Percent = 5
    warn_percent: Percent = 1
    floor_sat: Sat = 10_000
    refuse_rate: Rate = 1_000
    warn_rate: Rate = 200


class _PeriodForm(_Form, frozen=True, kw_only=True):
    blocks: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    most_sat: Sat


class _AmountsForm(_Form, frozen=True, kw_only=True):
    output_most_sat: Sat | None = None
    transaction_most_sat: Sat | None = None
    period: tuple[_PeriodForm, ...] = ()


class _DestinationsForm(_Form, frozen=True, kw_only=True):
    addresses: tuple[str, ...] = ()
    descriptors: tuple[str, ...] = ()
    search: Annotated[int, msgspec.Meta(ge=1, le=_MOST_SEARCHED)] = 200


class _ApprovalsForm(_Form, frozen=True, kw_only=True):
    needed: Annotated[int, msgspec.Meta(ge=1, le=64)]
    signers: tuple[str, ...] = ()
    signers_sha256: Sha256 | None = None
    people: tuple[Name, ...] = ()


class _ChangeForm(_Form, frozen=True, kw_only=True):
    gap: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 1_000


class _HistoryForm(_Form, frozen=True, kw_only=True):
    needed: bool


class _PolicyForm(_Form, frozen=True, kw_only=True):
    schema: Literal["custody-policy/1"]
    network: str
    wallet: Sha256 | None = None
    fee: _FeeForm = _FeeForm()
    amounts: _AmountsForm = _AmountsForm()
    destinations: _DestinationsForm | None = None
    approvals: _ApprovalsForm | None = None
    change: _ChangeForm = _ChangeForm()
    history: _HistoryForm = _HistoryForm(needed=False)
    levels: Mapping[str, LevelName] = {}


def read(data: bytes) -> Policy:
    """Read a policy file.

    Raises:
        InputError: it is not one, a key is unknown, or it lowers what may not be lowered.
    """
    if len(data) > MAX_SIZE:
        raise InputError(f"the policy is longer than {MAX_SIZE} bytes", hint="shorten its lists")
    form = strict.toml_value(data, _PolicyForm, what="the policy")
    network = network_named(form.network)
    for problem, hint in _problems(form):
        raise InputError(f"the policy {problem}", hint=hint)
    periods = tuple(Period(blocks=p.blocks, most_sat=p.most_sat) for p in form.amounts.period)
    return Policy(
        sha256=hashlib.sha256(data).hexdigest(),
        network=network.name,
        wallet=form.wallet,
        fee_share_floor_sat=form.fee.floor_sat,
        fee_share_refuse_percent=form.fee.refuse_percent,
        fee_share_warn_percent=form.fee.warn_percent,
        fee_rate_refuse=form.fee.refuse_rate,
        fee_rate_warn=form.fee.warn_rate,
        fee_most_sat=form.fee.most_sat,
        output_most_sat=form.amounts.output_most_sat,
        transaction_most_sat=form.amounts.transaction_most_sat,
        periods=periods,
        destinations=_destinations(form, network),
        approvals=_demand(form),
        gap=form.change.gap,
        needs_history=form.history.needed or bool(periods),
        levels={rule: Level(level) for rule, level in form.levels.items()},
    )


def _problems(form: _PolicyForm) -> Iterator[tuple[str, str]]:
    if form.fee.warn_percent > form.fee.refuse_percent or form.fee.warn_rate > form.fee.refuse_rate:
        yield "warns of a fee where it refuses it already", "a warning comes before a refusal"
    for rule, level in form.levels.items():
        if rule not in LEVELS:
            yield "gives a level to a rule that does not exist", "`docs/review-rules.md` names them"
        elif is_above(LEVELS[rule], Level(level)) and rule not in LOWERABLE:
            yield f"lowers the rule {rule}, which never yields", "leave it out of the levels"
    asked = form.approvals
    if asked is None:
        return
    if bool(asked.signers) is (asked.signers_sha256 is not None):
        yield (
            "does not say whose approvals count",
            "give signers, or signers-sha256, and not both",
        )
    if len(set(asked.people)) != len(asked.people):
        yield "names somebody twice", "one person gives one approval"
    if len(asked.people or asked.signers) < asked.needed and (asked.people or asked.signers):
        yield f"needs {asked.needed} approvals and names fewer people", "name more, or ask for less"


def _destinations(form: _PolicyForm, network: Network) -> Destinations | None:
    listed = form.destinations
    if listed is None:
        return None
    return destinations(listed.addresses, listed.descriptors, network, search=listed.search)


def _demand(form: _PolicyForm) -> Demand | None:
    asked = form.approvals
    if asked is None:
        return None
    return Demand(
        needed=asked.needed,
        signers=asked.signers,
        signers_sha256=asked.signers_sha256,
        people=asked.people,
    )
