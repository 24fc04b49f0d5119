"""The limits a review applies, and how heavy each rule's findings weigh."""

from __future__ import annotations

from collections.abc import Mapping

from ceremonies.errors import Finding, Level
from ceremonies.frozen import Frozen, field
from ceremonies.signing.destinations import Destinations

_ORDER = (Level.NOTE, Level.WARN, Level.REFUSE)


class Period(Frozen, kw_only=True):
    """At most so much may be paid out in so many blocks, earlier signings counted."""

    blocks: int
    most_sat: int


class Demand(Frozen, kw_only=True):
    """How many different people must approve an intent, and whose keys count.

    Keys are lines of an `allowed_signers` file, or the SHA-256 of such a file, in hex; `people`
    names those of them who may approve, everyone where it is empty.
    """

    needed: int
    signers: tuple[str, ...] = ()
    signers_sha256: str | None = None
    people: tuple[str, ...] = ()


class Policy(Frozen, kw_only=True):
    """Limits in satoshi, satoshi per vbyte and percent; the defaults hold where nothing is said.

    `sha256` is the hash of the file it was read from; one that no file says has none. `levels`
    gives a rule another level. It can always raise one; it lowers only findings that allow it.
    `must_be_pinned` is no part of the file: whoever reviews asks for a wallet file that pins one.
    """

    sha256: str | None = None
    network: str | None = None
    wallet: str | None = None
    fee_share_floor_sat: int = 10_000
    fee_share_refuse_percent: int = 5
    fee_share_warn_percent: int = 1
    fee_rate_refuse: int = 1_000
    fee_rate_warn: int = 200
    fee_most_sat: int = 5_000_000
    output_most_sat: int | None = None
    transaction_most_sat: int | None = None
    periods: tuple[Period, ...] = ()
    destinations: Destinations | None = None
    approvals: Demand | None = None
    gap: int = 1_000
    needs_history: bool = False
    must_be_pinned: bool = False
    levels: Mapping[str, Level] = field(default_factory=dict)

    def weighed(self, finding: Finding) -> Finding:
        """Return a finding at the level this policy gives its rule."""
        wanted = self.levels.get(finding.rule)
        if wanted is None:
            return finding
        raised = is_above(wanted, finding.level)
        return finding.at(wanted) if raised or finding.may_be_lowered else finding


def is_above(one: Level, other: Level) -> bool:
    """Whether a level weighs more than another."""
    return _ORDER.index(one) > _ORDER.index(other)
