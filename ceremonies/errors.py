"""Everything that can go wrong, as one tree.

Each error has a cause and a hint: lower case, no full stop, positions but never secret content.
Exit codes belong to the face (`custody_cli.exits`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs: a `refuse` stops the signing, the others inform."""

    NOTE = "note"
    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one rule found at one place of what was reviewed.

    `rule` is the name in `docs/review-rules.md`, `where` a position such as `input 3` (empty for
    the whole transaction), `hint` what to do about it. `may_be_lowered` says whether a policy may
    give it a lower level.
    """

    rule: str
    level: Level
    where: str
    message: str
    hint: str
    may_be_lowered: bool = False

    def at(self, level: Level) -> Finding:
        """Return it at another level."""
        return replace(self, level=level)


class CeremonyError(Exception):
    """The root: a cause, a hint at what to do about it, and the findings behind it."""

    def __init__(self, cause: str, *, hint: str, findings: Iterable[Finding] = ()) -> None:
        super().__init__(cause)
        self.cause = cause
        self.hint = hint
        self.findings = tuple(findings)


class InputError(CeremonyError):
    """What was given is not what it should be: a malformed PSBT, a wrong word, a bad file."""


class Refused(CeremonyError):
    """Well-formed, and a rule or the policy says no; `findings` are the reasons."""


class IntegrityError(CeremonyError):
    """Two things that must agree do not: a second opinion, a fingerprint, a checksum of ours."""


class MachineError(CeremonyError):
    """The machine is not fit: a network, a full disk, an output that exists, no entropy."""


class Declined(CeremonyError):
    """A person said no."""
