"""The course of a ceremony in its log: begun, planned, step by step, interrupted, sealed, ended."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from ceremonies.log.facts.forms import (
    Count,
    Difference,
    Fact,
    LogName,
    Many,
    Nonce,
    People,
    PersonName,
    Sha256,
    Text,
    TornName,
    TwoPeople,
    WallClaimed,
)


class Genesis(Fact, frozen=True, kw_only=True):
    """The first record: which log this is, and the hashes of what it was begun with."""

    type: ClassVar[str] = "genesis"
    log: LogName
    format: Literal["ceremony-log/1"] = "ceremony-log/1"
    script_sha256: Sha256
    signers_sha256: Sha256
    quorum: Count
    nonce: Nonce
    mode: Literal["production", "rehearsal"]
    program: Text
    program_sha256: Sha256
    wall_claimed: WallClaimed


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A step of the plan: what is done, by whom, who attests; `cls` is its class of action."""

    id: str
    do: str
    role: str
    cls: str = msgspec.field(name="class")
    attest: tuple[str, ...]
    mandatory: bool


class PlannedRole(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A role of the plan, and how many people hold it; `most` is None for any number."""

    role: str
    least: Count
    most: Count | None
    independent: bool


class Plan(Fact, frozen=True, kw_only=True):
    """The second record: what of the script a reader needs who does not know scripts."""

    type: ClassVar[str] = "plan"
    ceremony: str
    title: str
    network: str
    steps: tuple[PlannedStep, ...]
    roles: tuple[PlannedRole, ...]
    conflicts: tuple[tuple[str, ...], ...]
    quorum: Count


class Begin(Fact, frozen=True, kw_only=True):
    """A step is about to have effects; `attempt` counts from 1."""

    type: ClassVar[str] = "begin"
    step: str
    attempt: Many


class End(Fact, frozen=True, kw_only=True):
    """A step has had its effects."""

    type: ClassVar[str] = "end"
    step: str


class Attested(Fact, frozen=True, kw_only=True):
    """A person saw a step done."""

    type: ClassVar[str] = "attested"
    step: str
    role: Text
    person: PersonName


class Resumed(Fact, frozen=True, kw_only=True):
    """A new session; `gap_ms` is unknown after a restart, and below zero if a clock ran back."""

    type: ClassVar[str] = "resumed"
    gap_ms: Difference | None
    same_boot: bool
    program_sha256: Sha256
    wall_claimed: WallClaimed

    def __post_init__(self) -> None:
        """Refuse a gap between two boots, and none within one."""
        if self.same_boot is (self.gap_ms is None):
            raise ValueError("a gap is known within one boot, and between two it is not")


class Recovered(Fact, frozen=True, kw_only=True):
    """A record that was only partly written was moved aside into the file `kept_as`."""

    type: ClassVar[str] = "recovered"
    bytes: Many
    sha256: Sha256
    kept_as: TornName


class Paused(Fact, frozen=True, kw_only=True):
    """The session ends here, in `step` or between steps (empty)."""

    type: ClassVar[str] = "paused"
    step: str
    why: Literal["interrupt", "declined", "refused", "failed", "signal"]


class ExceptionMade(Fact, frozen=True, kw_only=True):
    """Two people of different roles let a step go another way."""

    type: ClassVar[str] = "exception"
    step: str
    why: Text
    persons: TwoPeople


class Failed(Fact, frozen=True, kw_only=True):
    """A step failed whose script says what then: two people choose, or the ceremony ends."""

    type: ClassVar[str] = "failed"
    step: str
    why: Literal["input", "refused", "integrity", "machine"]


class FileKept(Fact, frozen=True, kw_only=True):
    """A public file was read into the folder of the ceremony, or written to it."""

    type: ClassVar[str] = "file.kept"
    name: str
    kind: Text
    sha256: Sha256
    bytes: Count


class Sealed(Fact, frozen=True, kw_only=True):
    """The first `size` records were sealed, and these people signed the seal."""

    type: ClassVar[str] = "sealed"
    size: Many
    seal_sha256: Sha256
    persons: tuple[PersonName, ...]


class PeerSeal(Fact, frozen=True, kw_only=True):
    """Another machine's log had this seal of its first `size` records when this was written."""

    type: ClassVar[str] = "peer.seal"
    log: LogName
    size: Many
    seal_sha256: Sha256


class Aborted(Fact, frozen=True, kw_only=True):
    """The last record of a ceremony that people gave up."""

    type: ClassVar[str] = "aborted"
    why: Text
    persons: People


class Closed(Fact, frozen=True, kw_only=True):
    """The last record of a finished ceremony."""

    type: ClassVar[str] = "closed"
    steps: Count
    wall_claimed: WallClaimed
