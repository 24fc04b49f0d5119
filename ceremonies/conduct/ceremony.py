"""A ceremony and its folder: begun once, opened again as often as it was interrupted."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ceremonies import disk
from ceremonies.conduct import check, practice
from ceremonies.conduct.asks import Place
from ceremonies.conduct.context import AnyContext, Context, World
from ceremonies.conduct.people import NOBODY, fewest
from ceremonies.conduct.plan import plan_of
from ceremonies.conduct.progress import Progress
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.script_file import MAX_SIZE, read
from ceremonies.conduct.slots import Table
from ceremonies.errors import CeremonyError, Declined, InputError, IntegrityError, Refused
from ceremonies.log import facts, signers
from ceremonies.log.chain import FILE as LOG
from ceremonies.log.facts import Genesis, Plan
from ceremonies.log.journal import Journal
from ceremonies.log.meaning import Meaning
from ceremonies.log.seal import FOLDER as SEALS
from ceremonies.log.signers import Signers

SCRIPT = "script.toml"
SIGNERS = "allowed_signers"
REHEARSAL_LOG = "REHEARSAL/"
"""What the name of every rehearsal's log begins with, and so every seal of it."""

_NONCE_BYTES = 16


@dataclass
class Ceremony:
    """One ceremony that this process holds open: nobody else writes to its log."""

    script: Script
    signers: Signers
    journal: Journal
    world: World
    is_resumed: bool
    table: Table = field(default_factory=Table)

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is practice."""
        return self.journal.genesis.mode == "rehearsal"

    @property
    def progress(self) -> Progress:
        """How far it is, by its log."""
        plan = plan_of(self.script, rehearsal=self.is_rehearsal)
        return Progress.of(plan, self.journal.records)

    def context(self, step: Step) -> AnyContext:
        """Return what a step of this ceremony is given."""
        return Context(
            script=self.script,
            step=step,
            journal=self.journal,
            table=self.table,
            world=self.world,
            signers=self.signers,
        )

    def place(self, step: Step) -> Place:
        """Return where in the ceremony a step is."""
        return Place(
            number=self.script.index(step.id) + 1,
            total=len(self.script.steps),
            step=step.id,
            title=self.script.title,
            say=step.say,
            rehearsal=self.is_rehearsal,
        )

    def pause(self, why: BaseException) -> None:
        """Log that the session ends before the ceremony does; a disk that failed stays silent."""
        progress = self.progress
        if progress.is_closed or progress.is_aborted:
            return
        with contextlib.suppress(CeremonyError, OSError):
            self.journal.append(facts.Paused(step=progress.open_step or "", why=_reason(why)))


def _reason(
    why: BaseException,
) -> Literal["interrupt", "declined", "refused", "failed", "signal"]:
    if isinstance(why, KeyboardInterrupt):
        return "interrupt"
    if isinstance(why, Declined):
        return "declined"
    if isinstance(why, Refused):
        return "refused"
    return "signal" if isinstance(why, SystemExit) else "failed"


@contextlib.contextmanager
def begun(
    folder: Path,
    script: Script,
    *,
    signers_file: bytes | None,
    world: World,
    log: str | None = None,
    rehearsal: bool = False,
) -> Iterator[Ceremony]:
    """Begin a ceremony in a folder that does not exist yet.

    `signers_file` is the `allowed_signers` file of the people enrolled; a rehearsal may do without
    and has the practice people. `log` names the log, a hash of its own by default.

    Raises:
        InputError: the script is not sound, or the signers file or the log's name is malformed.
        Refused: a signer's key is a practice person's, or there are too few signers.
        MachineError: the folder exists or cannot be written; nothing was left behind.
    """
    check.insist(script)
    if log is not None and log.upper().startswith(REHEARSAL_LOG):
        raise InputError(
            "the name of a log is that of a rehearsal's", hint=f"leave out {REHEARSAL_LOG}"
        )
    content = signers_file or practice.signers_file()
    known = signers.read(content)
    _insist_signers(known, script, rehearsal=rehearsal)
    with started(
        folder, script, signers_file=content, world=world, log=log, rehearsal=rehearsal
    ) as ceremony:
        yield ceremony


@contextlib.contextmanager
def started(
    folder: Path,
    script: Script,
    *,
    signers_file: bytes,
    world: World,
    log: str | None = None,
    rehearsal: bool = False,
) -> Iterator[Ceremony]:
    """Lay out a new folder and begin its log, whatever the script and the signers are.

    Raises:
        MachineError: the folder exists or cannot be written; nothing was left behind.
    """
    known = signers.read(signers_file)
    nonce = world.salts(_NONCE_BYTES).hex()
    genesis = Genesis(
        log=f"{REHEARSAL_LOG * rehearsal}{log or f'{script.id}/{nonce[:16]}'}",
        script_sha256=script.sha256,
        signers_sha256=known.sha256,
        quorum=script.quorum,
        nonce=nonce,
        mode="rehearsal" if rehearsal else "production",
        program=world.program,
        program_sha256=world.program_sha256,
        wall_claimed=world.clock.wall(),
    )
    files = {SCRIPT: script.data, SIGNERS: signers_file}
    plan = plan_of(script, rehearsal=rehearsal)
    with _new(folder, files, genesis, plan, world) as journal:
        yield Ceremony(script, known, journal, world, is_resumed=False)


@contextlib.contextmanager
def reopened(folder: Path, *, world: World) -> Iterator[Ceremony]:
    """Open the folder of a ceremony again, with everything in it checked against its log.

    Raises:
        InputError: there is no ceremony in it.
        IntegrityError: its log, script or signers file was changed.
        Refused: the program is another one than the ceremony was begun with.
        MachineError: another process has it open.
    """
    with Journal.reopen(folder, clock=world.clock, os_random=world.salts) as journal:
        genesis = journal.genesis
        if genesis.program_sha256 != world.program_sha256:
            raise Refused(
                "this program is another one than the ceremony was begun with "
                f"({genesis.program}, {genesis.program_sha256[:16]}…)",
                hint="resume with the same program; a new one begins a new ceremony",
            )
        script = read(kept_as_begun(folder, SCRIPT, genesis.script_sha256))
        known = signers.read(kept_as_begun(folder, SIGNERS, genesis.signers_sha256))
        _insist_signers(known, script, rehearsal=genesis.mode == "rehearsal")
        plan = plan_of(script, rehearsal=genesis.mode == "rehearsal")
        if _is_unplanned(journal):
            journal.append(plan)
        elif not _holds_plan(journal, plan):
            raise IntegrityError(
                "the plan in the log is not the script's", hint="examine both; do not resume"
            )
        _insist_sensible(journal)
        yield Ceremony(script, known, journal, world, is_resumed=True)


def _is_unplanned(journal: Journal) -> bool:
    """Look whether a crash came before the plan was whole; its torn bytes may be explained."""
    return all(isinstance(record.fact, facts.Recovered) for record in journal.records[1:])


def _insist_sensible(journal: Journal) -> None:
    """Refuse to go on with a log that this program would not have written."""
    meaning = Meaning()
    for problem in meaning.follow((record.fact for record in journal.records), first=0):
        raise IntegrityError(
            f"the log is not one that this program wrote: {problem}",
            hint="keep the folder as it is, and compare the log with another copy",
        )


def _holds_plan(journal: Journal, plan: Plan) -> bool:
    return any(record.fact == plan for record in journal.records)


def _insist_signers(known: Signers, script: Script, *, rehearsal: bool) -> None:
    if not rehearsal:
        practice.insist_earnest(known)
    if NOBODY in known.names:
        raise Refused(
            f"the signers file names somebody {NOBODY}, which ends the roll call",
            hint="give the person another name",
        )
    people = max(script.quorum, fewest(script.roles, script.conflicts))
    if len(known.names) < people:
        raise Refused(
            f"this ceremony takes {people} different people, and the signers file has "
            f"{len(known.names)}",
            hint="enrol more people",
        )


def kept_as_begun(folder: Path, name: str, sha256: str) -> bytes:
    """Read a file that lies in a ceremony's folder since it was begun.

    Raises:
        InputError: it is not there.
        IntegrityError: it is another one.
    """
    data = disk.read(folder / name, limit=max(MAX_SIZE, signers.MAX_SIZE), what=name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise IntegrityError(
            f"{name} in the ceremony's folder is not the file the ceremony was begun with",
            hint="find out who changed it; put the original back, then resume",
        )
    return data


def _new(
    folder: Path, files: Mapping[str, bytes], genesis: Genesis, plan: Plan, world: World
) -> Journal:
    disk.make_folder(folder)
    try:
        for name, data in files.items():
            disk.create(folder / name, data)
        disk.make_folder(folder / SEALS)
        journal = Journal.begin(folder, genesis, clock=world.clock, os_random=world.salts)
        try:
            journal.append(plan)
        except BaseException:
            journal.close()
            raise
    except BaseException:
        _remove(folder)
        raise
    return journal


def _remove(folder: Path) -> None:
    # made a moment ago, and nobody has done anything in it yet; the log goes first, for without
    # the script it could not be gone on with
    for name in (LOG, SCRIPT, SIGNERS):
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    for empty in (folder / SEALS, folder):
        with contextlib.suppress(OSError):
            empty.rmdir()
