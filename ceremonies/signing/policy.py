"""The limits a review applies, and how heavy each rule's findings weigh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ceremonies.errors import Finding, Level

_ORDER = (Level.NOTE, Level.WARN, Level.REFUSE)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Limits in satoshi, satoshi per vbyte and percent; the defaults hold where nothing is said.

    `levels` gives a rule another level. It can always raise one; it lowers only findings that
    allow it.
    """

    fee_share_floor_sat: int = 10_000
    fee_share_refuse_percent: int = 5
    fee_share_warn_percent: int = 1
    fee_rate_refuse: int = 1_000
    fee_rate_warn: int = 200
    levels: Mapping[str, Level] = field(default_factory=dict)

    def weighed(self, finding: Finding) -> Finding:
        """Return a finding at the level this policy gives its rule."""
        wanted = self.levels.get(finding.rule)
        if wanted is None:
            return finding
        raised = _ORDER.index(wanted) > _ORDER.index(finding.level)
        return replace(finding, level=wanted) if raised or finding.may_be_lowered else finding


@dataclass(frozen=True)
class History:
    """What earlier ceremonies recorded, for the rules that need a past; empty without a log."""
