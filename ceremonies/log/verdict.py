"""What may be said of a log that was verified."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What may be said of a log; only `complete` is good.

    `unsealed` is closed and not signed by its quorum, `unanchored` has nothing but itself to
    confirm it, `void` is aborted after a key was lost that no other replaced.
    """

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    UNSEALED = "unsealed"
    UNANCHORED = "unanchored"
    ABORTED = "aborted"
    VOID = "void"
    TAMPERED = "tampered"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found of one log.

    `size`, `root` (Base64) and `signers` are those of the last seal that holds and that somebody
    signed: 0, None and nobody where there is none. `is_anchored` is whether something from outside
    confirms it, or nothing has to; `is_witnessed`, whether a seal that was given is that of all
    records. `problems` are sentences for people. `final_seal` is the SHA-256
    of the seal of all records, empty where none holds. `about`, `when`, `people` and `happened` are
    what the log itself says of the ceremony, who was in it and what came of it. `seals` are all
    that hold, by their size and SHA-256, and `peers` those of other logs that this one names, with
    the record.
    """

    log: str
    records: int
    size: int
    root: str | None
    state: State
    signers: tuple[str, ...]
    quorum: int
    problems: tuple[str, ...]
    is_anchored: bool = True
    is_witnessed: bool = False
    final_seal: str = ""
    about: str = ""
    when: str = ""
    people: tuple[str, ...] = ()
    happened: tuple[str, ...] = ()
    seals: tuple[tuple[int, str], ...] = ()
    peers: tuple[tuple[int, str, int, str], ...] = ()
