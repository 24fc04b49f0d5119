"""What a log proves: one pass over its bytes, then its meaning, its seals and who signed them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ceremonies.errors import InputError, MachineError
from ceremonies.log import seal as seals
from ceremonies.log import signers as people
from ceremonies.log.evidence import Seals, altered, moved, read_plain, unproved
from ceremonies.log.facts import Aborted, Closed, FileKept, Genesis
from ceremonies.log.meaning import Meaning
from ceremonies.log.reading import Reading
from ceremonies.log.script import Planner, ScriptFile
from ceremonies.log.signers import Signers
from ceremonies.log.verdict import State, Verdict
from ceremonies.spoken import visible

__all__ = ["SIGNERS", "Outside", "State", "Verdict", "verify"]

SIGNERS = "allowed_signers"

_MOST_PROBLEMS = 50
_MOST_READINGS = 5
_NOTHING_OUTSIDE = (
    "nothing from outside of its folder confirms the log: "
    "give your own list of signers, or a seal that a witness took away"
)


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What an auditor brings: a list of signers, a quorum, the SHA-256 of a witness's seal."""

    signers: Signers | None
    quorum: int
    seal_id: str | None


def verify(
    folder: Path,
    *,
    signers: bytes | None = None,
    quorum: int = 0,
    seal: bytes | str | None = None,
    planned: Planner | None = None,
) -> Verdict:
    """Verify the log in the folder of a ceremony.

    `signers` is a list of signers from elsewhere, `seal` a seal from elsewhere: its seven lines,
    or its SHA-256 as 64 hexadecimal digits or 32 PGP words. `planned` says what a script has its
    log say; with it, the log is compared with the script too.

    Raises:
        InputError: `signers` or `seal` is not what it should be. The log never raises.
    """
    outside = Outside(
        signers=None if signers is None else people.read(signers),
        quorum=quorum,
        seal_id=None if seal is None else seals.id_of(seal),
    )
    try:
        found, script, reading = _read(folder, planned)
        if reading.understood:
            return _Case(folder, reading, found, outside, script).verdict()
        why = "".join(f" ({problem})" for problem in reading.problems[:1])
        return _unreadable(f"nothing in the log has the form of a record{why}", quorum)
    except (InputError, MachineError) as error:
        return _unreadable(error.cause, quorum)


def _read(folder: Path, planned: Planner | None) -> tuple[Seals, ScriptFile, Reading]:
    """Read the seals and then the log; again where a ceremony that runs was sealed meanwhile."""
    for _ in range(_MOST_READINGS):
        found, script = Seals(folder), ScriptFile(folder, planned)
        reading = Reading(found.sizes, script.planned)
        reading.follow(folder)
        if found.is_current:
            break
    kept = [fact.name for _, fact in reading.meaning.files if isinstance(fact, FileKept)]
    reading.unknown += [*script.unknown, *script.lacking(kept)]
    return found, script, reading


def _unreadable(why: str, quorum: int) -> Verdict:
    return Verdict(
        log="",
        records=0,
        size=0,
        root=None,
        state=State.UNREADABLE,
        signers=(),
        quorum=quorum,
        problems=(why,),
    )


@dataclass(frozen=True)
class _Case:
    """One log, and everything that speaks for and against it."""

    folder: Path
    reading: Reading
    seals: Seals
    outside: Outside
    script: ScriptFile

    @property
    def agreed(self) -> int:
        """The quorum that the log itself names."""
        first = (self.reading.meaning.genesis, self.reading.meaning.plan)
        return max(fact.quorum if fact else 0 for fact in first)

    @property
    def quorum(self) -> int:
        """How many people sign the last seal."""
        return max(self.agreed, self.outside.quorum)

    def verdict(self) -> Verdict:
        """Judge, once."""
        genesis, found = self.reading.meaning.genesis, self.seals
        wrong = [*self._wrong(genesis)]
        state, lacking = self._state(is_tampered=bool(wrong))
        notes = [*self.reading.unknown, *lacking, *self._notes()]
        final = self._final_seal()
        signed = max((size for size, names in found.signed.items() if names), default=0)
        return Verdict(
            log=genesis.log if genesis else "",
            records=self.reading.records,
            size=signed,
            root=b64encode(found.holding[signed].root).decode() if signed else None,
            state=state,
            signers=found.signed.get(signed, ()),
            quorum=self.quorum,
            problems=_bounded([*wrong, *notes], more=self.reading.unsaid),
            is_anchored=self._is_anchored(),
            is_witnessed=bool(final) and final == self.outside.seal_id,
            final_seal=final,
            about=self._about(),
            when=self.reading.meaning.story.when,
            people=self.reading.meaning.people,
            happened=self.reading.meaning.happened,
            seals=tuple((size, one.id) for size, one in found.holding.items()),
            peers=tuple(
                (seq, fact.log, fact.size, fact.seal_sha256)
                for fact, seq in self.reading.meaning.peers.items()
            ),
        )

    def _notes(self) -> Iterator[str]:
        """Yield what is nothing wrong, and an auditor should know."""
        yield from moved(self.folder, self.reading.meaning.files)
        for name in self.seals.exposed:
            yield (
                f"the key of {visible(name)} was on the machine of the ceremony (key-exposed): "
                "what it signed there does not count"
            )
        for size, seal in self.seals.holding.items():
            if seal.id == self.outside.seal_id and size < self.reading.records:
                yield f"the seal that was given is of the first {size} records, and not of all"

    def _final_seal(self) -> str:
        seal = self.seals.holding.get(self.reading.records)
        return seal.id if seal and isinstance(self.reading.meaning.last, Closed | Aborted) else ""

    def _about(self) -> str:
        plan, genesis = self.reading.meaning.plan, self.reading.meaning.genesis
        if plan is None or genesis is None:
            return ""
        network = f", on {visible(plan.network)}" if plan.network else ""
        mode = "a rehearsal" if genesis.mode == "rehearsal" else "in production"
        return f"{visible(plan.title)} ({visible(plan.ceremony)}){network}, {mode}"

    def _wrong(self, genesis: Genesis | None) -> Iterator[str]:
        """Yield what cannot be in a folder that nobody changed."""
        reading, found = self.reading, self.seals
        yield from reading.problems
        if reading.tail and isinstance(reading.meaning.last, Closed | Aborted):
            yield f"{reading.tail} bytes follow the last record"
        if genesis is not None:
            found.judge(reading.extents, log=genesis.log, records=reading.records)
            yield from self.script.problems(genesis, reading.meaning.plan)
            yield from self._wrong_signers(genesis)
            yield from found.problems
            for seq, fact in reading.meaning.sealed:
                for problem in found.differ_from(fact, quorum=self.agreed):
                    yield f"record {seq} ({fact.type}): {problem}"
            yield from altered(self.folder, reading.meaning.files)
            yield from unproved(self.folder, reading.meaning.files, reading.meaning.enrolled)
        if self.outside.seal_id is not None and self.outside.seal_id not in found.ids:
            yield "no seal that holds for this log is the one that was given"

    def _wrong_signers(self, genesis: Genesis) -> Iterator[str]:
        given = self.outside.signers
        if given is not None and given.sha256 != genesis.signers_sha256:
            yield "the list of signers that was given is not the one that genesis names"
        beside = None
        try:
            data = read_plain(self.folder / SIGNERS, limit=people.MAX_SIZE)
            if hashlib.sha256(data).hexdigest() == genesis.signers_sha256:
                beside = people.read(data)
            else:
                yield f"{SIGNERS}: it is not the list of signers that genesis names"
        except InputError as error:
            yield f"{SIGNERS}: {error.cause}"
        known = given or beside
        if known is not None:
            self.seals.judge_signatures(known)
            for one in (self.reading.meaning.approvals, self.reading.meaning.presences):
                if one is not None:
                    yield from one.unsigned(self.folder, known)
            for person, roles in self.reading.meaning.ever.items():
                for role in sorted(roles):
                    if not known.may_be(person, role):
                        who, what = visible(person), visible(role)
                        yield f"the list of signers does not let {who} be {what}"

    def _state(self, *, is_tampered: bool) -> tuple[State, list[str]]:
        """Name the state, and say what the log lacks for being complete."""
        meaning = self.reading.meaning
        if is_tampered:
            return State.TAMPERED, []
        if self.reading.unknown:
            return State.UNREADABLE, []
        if isinstance(meaning.last, Aborted):
            return (State.VOID if meaning.keys.is_void else State.ABORTED), _given_up(meaning)
        if not isinstance(meaning.last, Closed):
            return State.INCOMPLETE, self._unfinished()
        signed = self.seals.signed.get(self.reading.records, ())
        if len(signed) < max(self.quorum, 1):
            return State.UNSEALED, [self._unsealed(signed)]
        if not self._is_anchored():
            return State.UNANCHORED, [_NOTHING_OUTSIDE]
        return State.COMPLETE, []

    def _is_anchored(self) -> bool:
        genesis, outside = self.reading.meaning.genesis, self.outside
        is_rehearsal = genesis is not None and genesis.mode == "rehearsal"
        return is_rehearsal or outside.signers is not None or outside.seal_id is not None

    def _unfinished(self) -> list[str]:
        last = self.reading.records - 1
        told = f"the ceremony is not closed: its last record is record {last}"
        if self.reading.meaning.last is not None:
            told += f" ({self.reading.meaning.last.type})"
        torn = f"the log ends with {self.reading.tail} bytes that are no whole record"
        lacking = [told, torn] if self.reading.tail else [told]
        return lacking if self._is_anchored() else [*lacking, _NOTHING_OUTSIDE]

    def _unsealed(self, signed: tuple[str, ...]) -> str:
        size = self.reading.records
        if size not in self.seals.holding:
            return f"there is no seal of all {size} records"
        by = f" ({', '.join(signed)})" if signed else ""
        return f"{len(signed)} of {max(self.quorum, 1)} people signed the last seal{by}"


def _given_up(meaning: Meaning) -> list[str]:
    void = " after its key was lost" if meaning.keys.is_void else ""
    return [f"the ceremony was given up{void}"]


def _bounded(problems: list[str], *, more: int) -> tuple[str, ...]:
    more += len(problems) - _MOST_PROBLEMS
    if more > 0:
        return (*problems[:_MOST_PROBLEMS], f"and at least {more} more like these")
    return tuple(problems)
