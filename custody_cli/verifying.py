"""Many logs verified: spread over the cores, compared with each other, and with a registry."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ceremonies.log.copies import Copy, Linked, broken_links, forks, held, loose_links
from ceremonies.log.verify import State, Verdict, verify
from custody_cli.crew import cores, spread

if TYPE_CHECKING:
    from custody_cli.contract import LogVerdictJson

_QUIET_SECONDS = 0.5


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an auditor asks: which folders, and what they bring of their own."""

    folders: tuple[Path, ...]
    signers: bytes | None
    quorum: int
    seal: str | None
    registry: Path | None


@dataclass(frozen=True)
class Found:
    """A verdict and the folder it is of."""

    folder: Path
    verdict: Verdict
    held: tuple[bool | None, ...] = ()
    """Whether another log has the seal that this one names of it; None where it is not there."""

    @property
    def told(self) -> LogVerdictJson:
        """Return it as programs get it."""
        verdict = self.verdict
        return {
            "folder": str(self.folder),
            "log": verdict.log,
            "records": verdict.records,
            "size": verdict.size,
            "root": verdict.root,
            "state": verdict.state.value,
            "signers": list(verdict.signers),
            "quorum": verdict.quorum,
            "seal": verdict.final_seal or None,
            "peers": [
                {"record": record, "log": log, "size": size, "seal": seal, "held": held}
                for (record, log, size, seal), held in zip_longest(verdict.peers, self.held)
            ],
            "problems": list(verdict.problems),
        }


def verdicts(asked: Asked, *, jobs: int = 0) -> list[Found]:
    """Verify each folder by itself, then all of them beside each other.

    Raises:
        InputError: the registry is none.
        MachineError: a worker was ended.
    """
    from ceremonies.log import registry

    listed = None if asked.registry is None else registry.read(asked.registry)
    made = spread(lambda place: _judged(asked, place), len(asked.folders), jobs=jobs or cores())
    found = [
        Found(folder, _verdict(one))
        for folder, one in zip(asked.folders, _told(made, len(asked.folders)), strict=True)
    ]
    copies = [Copy(folder=one.folder, log=_sound(one)) for one in found]
    for number, fork in forks(copies).items():
        sizes = (found[number].verdict.size, found[fork.against].verdict.size)
        # where people signed only one of them, the other is nothing but somebody's file
        is_signed = min(sizes) > fork.record
        state = State.TAMPERED if is_signed else found[number].verdict.state
        found[number] = _worse(found[number], fork.problem, state)
    linked = [_linked(one) for one in found]
    found = [replace(one, held=told) for one, told in zip(found, held(linked), strict=True)]
    for loose, problem in loose_links(linked):
        found[loose] = _worse(found[loose], problem, found[loose].verdict.state)
    for broken, problem in broken_links(linked):
        found[broken] = _worse(found[broken], problem, State.TAMPERED)
    if listed is not None:
        for place, problem in registry.differences(listed, [_final(one) for one in found]):
            if place is None:
                found.append(_missing(asked.registry, problem))
            else:
                found[place] = _worse(found[place], problem, State.TAMPERED)
    return found


def exit_code(found: Sequence[Found], *, allow_incomplete: bool) -> int:
    """Return the code of the worst of them."""
    states = [one.verdict.state for one in found]
    if State.TAMPERED in states:
        return 5
    if State.UNREADABLE in states:
        return 3
    # a log that still runs needs something from outside too
    good = [
        one.verdict.state is State.COMPLETE
        or (allow_incomplete and one.verdict.state is State.INCOMPLETE and one.verdict.is_anchored)
        for one in found
    ]
    return 0 if all(good) else 4


def _judged(asked: Asked, place: int) -> Any:
    from ceremonies.conduct.plan import planned

    verdict = verify(
        asked.folders[place],
        signers=asked.signers,
        quorum=asked.quorum,
        seal=asked.seal,
        planned=planned,
    )
    return asdict(verdict)


def _verdict(said: dict[str, Any]) -> Verdict:
    said["state"] = State(said["state"])
    listed = {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    return Verdict(**said | listed)


def _told(made: Iterator[Any], count: int) -> Iterator[Any]:
    """Pass results on, and tell on a terminal how far it is once it takes long."""
    began = told = time.monotonic()
    is_watched = sys.stderr.isatty() and count > 1
    for number, one in enumerate(made, start=1):
        yield one
        now = time.monotonic()
        if is_watched and now - began > _QUIET_SECONDS and now - told > _QUIET_SECONDS / 5:
            _say(f"\r{number} of {count} logs verified")
            told = now
    if told > began:
        _say("\r\033[K")


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _worse(found: Found, problem: str, state: State) -> Found:
    problems = (problem, *found.verdict.problems)
    return replace(found, verdict=replace(found.verdict, state=state, problems=problems))


def _sound(found: Found) -> str:
    """Name the log of a folder; one that is damaged by itself says nothing against others."""
    is_damaged = found.verdict.state in (State.TAMPERED, State.UNREADABLE)
    return "" if is_damaged else found.verdict.log


def _linked(found: Found) -> Linked:
    seals = frozenset((size, seal) for size, seal in found.verdict.seals)
    log = _sound(found)
    return Linked(log=log, seals=seals, peers=found.verdict.peers if log else ())


def _final(found: Found) -> tuple[str, str]:
    return found.verdict.log, found.verdict.final_seal


def _missing(registry: Path | None, problem: str) -> Found:
    verdict = Verdict(
        log="",
        records=0,
        size=0,
        root=None,
        state=State.INCOMPLETE,
        signers=(),
        quorum=0,
        problems=(problem,),
        is_anchored=False,
    )
    return Found(registry or Path(), verdict)
