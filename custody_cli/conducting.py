"""Ceremonies as commands conduct them: who answers, in which world, and what a stop leaves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.conduct import builtin, ceremony, practice, prepared
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.asks import Steps
from ceremonies.conduct.ceremony import Ceremony
from ceremonies.conduct.conductor import Answer, hold, walk
from ceremonies.conduct.script import Script
from ceremonies.errors import Refused
from ceremonies.log import signers as signers_files
from custody_cli.answer import note
from custody_cli.ceremony_answers import outcome
from custody_cli.exits import WrongUsage
from custody_cli.recorders import insist_unrecorded
from custody_cli.screen import terminal
from custody_cli.world import stage, this_machine

if TYPE_CHECKING:
    from custody_cli.contract import CeremonyRunAnswer


def run(
    script: Script,
    at: Path,
    *,
    signers: Path | None,
    log: str | None,
    answers: Path | None,
    rehearsal: bool,
    unattended: bool,
) -> CeremonyRunAnswer:
    """Begin a ceremony and conduct it to its end.

    Raises:
        WrongUsage: production without a signers file.
        CeremonyError: it stopped before its end; the folder says how far it is.
    """
    if signers is None and not rehearsal:
        raise WrongUsage(
            "a ceremony in production needs --signers",
            hint="give the allowed_signers file of the people enrolled, or --rehearse",
        )
    content = _signers(signers)
    chosen = _answers(answers, script.id if unattended else None)
    disk.insist_free(at)
    _insist_terminal(rehearsal=rehearsal, answered=chosen is not None)
    with ceremony.begun(
        at,
        script,
        signers_file=content,
        world=stage(at) if unattended else this_machine(),
        log=log,
        rehearsal=rehearsal,
    ) as begun:
        return _held(begun, walk(begun), chosen, unattended=unattended)


def resume(folder: Path, *, answers: Path | None, unattended: bool) -> CeremonyRunAnswer:
    """Go on with an interrupted ceremony to its end."""
    with ceremony.reopened(folder, world=stage(folder) if unattended else this_machine()) as again:
        chosen = _answers(answers, again.script.id if unattended else None)
        return _held(again, walk(again), chosen, unattended=unattended)


def abort(folder: Path, *, answers: Path | None, unattended: bool) -> CeremonyRunAnswer:
    """End an interrupted ceremony for good."""
    with ceremony.reopened(folder, world=stage(folder) if unattended else this_machine()) as again:
        chosen = _answers(answers, again.script.id if unattended else None)
        return _held(again, aborted(again), chosen, unattended=unattended)


def _held(
    held: Ceremony, steps: Steps[None], chosen: prepared.Answers | None, *, unattended: bool
) -> CeremonyRunAnswer:
    if unattended and not held.is_rehearsal:
        raise Refused("this is no rehearsal", hint="in production people answer, not a file")
    if held.is_resumed:
        _insist_terminal(rehearsal=held.is_rehearsal, answered=chosen is not None)
    try:
        hold(held, steps, _answerer(held, chosen, unattended=unattended))
    except BaseException:
        _tell_where(held)
        raise
    return outcome(held)


def _insist_terminal(*, rehearsal: bool, answered: bool) -> None:
    """Refuse to begin what nobody could answer, or what a recorder would see."""
    if not (rehearsal and answered):
        with terminal():
            pass
    if not rehearsal:
        insist_unrecorded()


def _answerer(held: Ceremony, chosen: prepared.Answers | None, *, unattended: bool) -> Answer:
    room = None if unattended else _room(held)
    if chosen is not None:
        return prepared.Prepared(chosen, rehearsal=held.is_rehearsal, otherwise=room)
    assert room is not None, "a rehearsal without people has prepared answers"
    return room


def _room(held: Ceremony) -> Answer:
    from custody_cli.room import Room

    practised = practice.signers_file()
    has_practice_people = held.signers.sha256 == signers_files.read(practised).sha256
    return Room(
        held.is_rehearsal,
        held.script.title,
        (lambda ask: practice.signature(ask.by.name, ask.seal)) if has_practice_people else None,
    )


def _answers(chosen: Path | None, builtin_id: str | None) -> prepared.Answers | None:
    if chosen is not None:
        data = disk.read(chosen, limit=prepared.MAX_SIZE, what="the answers file")
        return prepared.read(data)
    return prepared.read(builtin.answers(builtin_id)) if builtin_id else None


def _signers(path: Path | None) -> bytes | None:
    if path is None:
        return None
    return disk.read(path, limit=signers_files.MAX_SIZE, what="the signers file")


def _tell_where(held: Ceremony) -> None:
    progress = held.progress
    if progress.is_closed:
        left = "the closing seal still needs signatures"
    else:
        step = progress.open_step or progress.next_step
        left = f"the ceremony is paused at step {step}"
    note(f"{left}; go on with: custody ceremony resume {held.journal.folder}")
