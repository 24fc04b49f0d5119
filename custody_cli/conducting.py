"""Ceremonies as commands conduct them: who answers, in which world, and what a stop leaves."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ceremonies import disk
from ceremonies.conduct import builtin, ceremony, practice, prepared
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.asks import Ask, Steps
from ceremonies.conduct.ceremony import Ceremony
from ceremonies.conduct.conductor import Answer, hold, walk
from ceremonies.conduct.context import World
from ceremonies.conduct.resuming import fatal_step, lost_key, restart
from ceremonies.conduct.script import Script
from ceremonies.errors import Refused
from ceremonies.log import signers as signers_files
from ceremonies.log.chain import read_records
from ceremonies.log.facts import Genesis
from custody_cli.answer import note
from custody_cli.ceremony_answers import outcome
from custody_cli.exits import WrongUsage
from custody_cli.recorders import insist_unrecorded
from custody_cli.screen import terminal
from custody_cli.working import told_of
from custody_cli.world import stage, this_machine

if TYPE_CHECKING:
    from custody_cli.contract import CeremonyRunAnswer


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who answers: a file first, where it may; then people at the terminal, or in `room`.

    An `unattended` rehearsal has the answers shipped with a built-in script, and no people.
    """

    answers: Path | None = None
    unattended: bool = False
    given: prepared.Answers | None = None
    room: Answer | None = None

    def script(self, name: str) -> prepared.Answers | None:
        """Return the prepared answers for a script of this name.

        Raises:
            InputError: there are none, and nobody attends.
        """
        if self.answers is not None:
            data = disk.read(self.answers, limit=prepared.MAX_SIZE, what="the answers file")
            return prepared.read(data)
        return prepared.read(builtin.answers(name)) if self.unattended else self.given

    def world(self, *, rehearsal: bool, records: int = 0) -> World:
        """Return the world a ceremony is played in whose log has so many records."""
        return stage(records, unattended=self.unattended) if rehearsal else this_machine()


def run(
    script: Script,
    at: Path,
    cast: Cast,
    *,
    signers: Path | None = None,
    log: str | None = None,
    rehearsal: bool,
) -> CeremonyRunAnswer:
    """Begin a ceremony and conduct it to its end.

    Raises:
        WrongUsage: production without a signers file, or people without a terminal.
        CeremonyError: it stopped before its end; the folder says how far it is.
    """
    if signers is None and not rehearsal:
        raise WrongUsage(
            "a ceremony in production needs --signers",
            hint="give the allowed_signers file of the people enrolled, or --rehearse",
        )
    content = _signers(signers)
    answers = cast.script(script.id)
    disk.insist_free(at)
    _insist_codes(script)
    _insist_terminal(rehearsal=rehearsal, answered=answers is not None)
    with ceremony.begun(
        at,
        script,
        signers_file=content,
        world=cast.world(rehearsal=rehearsal),
        log=log,
        rehearsal=rehearsal,
    ) as begun:
        return _held(begun, walk(begun), answers, cast)


def resume(folder: Path, cast: Cast) -> CeremonyRunAnswer:
    """Go on with an interrupted ceremony to its end."""
    cast, world = _again(folder, cast)
    with ceremony.reopened(folder, world=world) as again:
        _insist_codes(again.script, done=again.progress.past)
        return _held(again, walk(again), _answers_again(again, cast), cast)


def abort(folder: Path, cast: Cast) -> CeremonyRunAnswer:
    """End an interrupted ceremony for good."""
    cast, world = _again(folder, cast)
    with ceremony.reopened(folder, world=world) as again:
        return _held(again, aborted(again), _answers_again(again, cast), cast)


def _again(folder: Path, cast: Cast) -> tuple[Cast, World]:
    """Return who goes on with a ceremony, and in which world.

    A rehearsal that nobody could attend, for want of a terminal, goes on unattended.
    """
    records = read_records(folder)
    genesis = records[0].fact
    rehearsal = isinstance(genesis, Genesis) and genesis.mode == "rehearsal"
    if rehearsal and cast.answers is None and not _has_terminal():
        cast = replace(cast, unattended=True)
    return cast, cast.world(rehearsal=rehearsal, records=len(records))


def _has_terminal() -> bool:
    try:
        with terminal():
            return True
    except WrongUsage:
        return False


def _answers_again(again: Ceremony, cast: Cast) -> prepared.Answers | None:
    if cast.unattended and not again.is_rehearsal:
        raise Refused("this is no rehearsal", hint="in production people answer, not a file")
    answers = cast.script(again.script.id)
    _insist_terminal(rehearsal=again.is_rehearsal, answered=answers is not None)
    return answers


def _held(
    held: Ceremony, steps: Steps[None], answers: prepared.Answers | None, cast: Cast
) -> CeremonyRunAnswer:
    room = None if cast.unattended else cast.room or _room(held)
    answer: Answer | None = room
    if answers is not None:
        answer = prepared.Prepared(answers, rehearsal=held.is_rehearsal, otherwise=room)
    assert answer is not None, "what nobody attends has prepared answers"
    telling = nullcontext(_narrated(answer)) if cast.unattended else told_of(answer)
    try:
        with telling as answered:
            hold(held, steps, answered)
    except BaseException:
        _tell_where(held)
        raise
    return outcome(held)


def _insist_codes(script: Script, done: Collection[str] = ()) -> None:
    """Refuse to begin what ends at a code that cannot be drawn: each is read back first."""
    if any(getattr(one.params, "seedqr", None) and one.id not in done for one in script.steps):
        from ceremonies.exchange import reading

        reading.insist_installed()


def _insist_terminal(*, rehearsal: bool, answered: bool) -> None:
    """Refuse to begin what nobody could answer, or what a recorder would see."""
    if not (rehearsal and answered):
        with terminal():
            pass
    if not rehearsal:
        insist_unrecorded()


def _room(held: Ceremony) -> Answer:
    from custody_cli.room import Room

    has_practice_people = held.signers.sha256 == signers_files.read(practice.signers_file()).sha256
    return Room(
        held.is_rehearsal,
        held.script.title,
        practice_signature if has_practice_people else None,
    )


def practice_signature(asked: Any) -> bytes:
    """Sign a seal as the practice person who is asked to."""
    return practice.signature(asked.by.name, asked.seal, asked.namespace)


def _narrated(answer: Answer) -> Answer:
    """Say each ask on stderr before it is answered; it holds no secret that is not a Secret."""

    def answered(asked: Ask[Any]) -> object:
        if asked.place is not None:
            place = f"[{asked.place.number} of {asked.place.total}] {asked.place.step}"
            note(f"REHEARSAL {place}, {asked.by}: {asked.text}")
        return answer(asked)

    return answered


def _signers(path: Path | None) -> bytes | None:
    if path is None:
        return None
    return disk.read(path, limit=signers_files.MAX_SIZE, what="the signers file")


def _tell_lost(held: Ceremony, first: int) -> None:
    key = lost_key(held, first)
    if key is not None:
        lost = (
            f"the new cards of {key.name} are"
            if key.brought
            else f"{key.name} was in memory alone and is"
        )
        note(f"{lost} void: going on lists what to destroy")


def _tell_where(held: Ceremony) -> None:
    progress, failed, more = held.progress, fatal_step(held), ""
    if progress.is_closed:
        left = "the ceremony is closed; its closing seal is still to be signed or taken away"
    elif progress.is_aborted:
        left = "the last seal still needs signatures"
    elif progress.is_given_up:
        left = "two people have ended the ceremony, and its last record is not written"
    else:
        step = progress.open_step or progress.next_step
        left = f"the ceremony is paused at step {step}"
        if failed:
            left = f"step {failed} failed, and by its script the ceremony ends there"
        first = restart(held.script, ended=progress.past, turned_down=progress.turned_down)
        _tell_lost(held, first)
        giver = held.script.steps[first]
        is_brought_again = giver.id != step and giver.action.brings
        if step in progress.turned_down and is_brought_again:
            more = "what was turned down is asked for again, and may be another"
    is_over = bool(failed) or progress.is_aborted or progress.is_given_up
    verb = "abort" if is_over else "resume"
    for line in filter(None, (left, more)):
        note(line)
    note(f"go on with: custody ceremony {verb} {shlex.quote(str(held.journal.folder))}")
