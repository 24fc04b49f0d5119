"""Scripts and ceremonies in the form that scripts read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies.conduct.ceremony import SIGNERS, Ceremony, kept_as_begun
from ceremonies.conduct.plan import expected
from ceremonies.conduct.progress import Progress, State
from ceremonies.conduct.script import Script, Step
from ceremonies.errors import Finding
from ceremonies.log import facts
from custody_cli.exits import findings_json

if TYPE_CHECKING:
    from custody_cli.contract import (
        CeremonyCheckAnswer,
        CeremonyJson,
        CeremonyRoleJson,
        CeremonyRunAnswer,
        CeremonyShowAnswer,
        CeremonyStatusAnswer,
        CeremonyStepJson,
        SeedSpecJson,
        SharesSpecJson,
    )


def listed(script: Script) -> CeremonyJson:
    """Put a script into one line of `custody ceremony list`."""
    return {
        "id": script.id,
        "title": script.title,
        "roles": _roles(script),
        "steps": len(script.steps),
        "sha256": script.sha256,
    }


def shown(script: Script) -> CeremonyShowAnswer:
    """Put a script into the form of `custody ceremony show`."""
    return {
        "id": script.id,
        "title": script.title,
        "sha256": script.sha256,
        "network": script.network.name if script.network else None,
        "quorum": script.quorum,
        "conflicts": [list(group) for group in script.conflicts],
        "roles": _roles(script),
        "seed": _seed(script),
        "entropy": [{"kind": form.source, "bits": form.bits} for form in script.entropy],
        "shares": _shares(script),
        "policy": script.policy,
        "sites": dict(script.sites),
        "materials": [
            {"name": form.name, "count": form.count, "serial": form.serial}
            for form in script.material
        ],
        "room": list(script.room),
        "steps": [_step(script, step) for step in script.steps],
    }


def checked(script: Script, findings: Sequence[Finding]) -> CeremonyCheckAnswer:
    """Put the findings about a script into the form of `custody ceremony check`."""
    return {
        "id": script.id,
        "sha256": script.sha256,
        "sound": not findings,
        "findings": findings_json(findings),
    }


def outcome(ceremony: Ceremony) -> CeremonyRunAnswer:
    """Say how a ceremony ended that came to its closing seal."""
    from ceremonies.log import seal, sealing

    journal = ceremony.journal
    closing = seal.read(journal.folder, len(journal.records))
    kept = {
        record.fact.name: record.fact
        for record in journal.records
        if isinstance(record.fact, facts.FileKept)
    }
    return {
        "log": journal.genesis.log,
        "mode": journal.genesis.mode,
        "state": state_of(ceremony.progress, is_open=False, is_sealed=True).value,
        "folder": str(journal.folder),
        "records": len(journal.records),
        "seal": closing.id,
        "signers": list(sealing.signed_by(journal.folder, closing, ceremony.signers)),
        "files": [
            {"name": fact.name, "kind": fact.kind, "sha256": fact.sha256} for fact in kept.values()
        ],
    }


def status(folder: Path) -> CeremonyStatusAnswer:
    """Say how far a ceremony is, from its log alone and without a lock.

    Raises:
        InputError: there is no ceremony in the folder.
        IntegrityError: its log is damaged.
    """
    from ceremonies.log import chain, journal, seal, sealing, signers

    records = chain.read_records(folder)
    genesis = records[0].fact
    plan = next((r.fact for r in records if isinstance(r.fact, facts.Plan)), None)
    assert isinstance(genesis, facts.Genesis), "a log begins with its genesis"
    progress = Progress.of(plan, records) if plan else Progress(order=(), opening=frozenset())
    is_sealed = False
    if len(records) in seal.sizes(folder):
        # read as a resumed ceremony reads it: people in a list put there later sign nothing
        known = signers.read(kept_as_begun(folder, SIGNERS, genesis.signers_sha256))
        closing = seal.read(folder, len(records))
        is_sealed = len(sealing.signed_by(folder, closing, known)) >= genesis.quorum
    state = state_of(progress, is_open=journal.is_held(folder), is_sealed=is_sealed)
    return {
        "log": genesis.log,
        "mode": genesis.mode,
        "state": state.value,
        "records": len(records),
        "next": progress.next_step,
        "key": progress.key.name if progress.key else None,
        "steps": [{"id": id_, "state": progress.state_of(id_).value} for id_ in progress.order],
    }


def state_of(progress: Progress, *, is_open: bool, is_sealed: bool) -> State:
    """Name the state of a ceremony; `is_sealed` is whether the quorum signed its last record."""
    if progress.is_aborted:
        return State.VOID if progress.was_void and progress.key is None else State.ABORTED
    if progress.is_closed:
        return State.COMPLETE if is_sealed else State.CLOSING
    return State.RUNNING if is_open else State.PAUSED


def _roles(script: Script) -> list[CeremonyRoleJson]:
    return [
        {"role": r.name, "least": r.least, "most": r.most, "independent": r.independent}
        for r in script.roles
    ]


def _seed(script: Script) -> SeedSpecJson | None:
    if script.seed is None:
        return None
    return {"scheme": script.seed.scheme, "words": script.seed.words}


def _shares(script: Script) -> SharesSpecJson | None:
    if script.shares is None:
        return None
    shares = script.shares
    return {
        "groups": list(shares.groups),
        "groups_needed": shares.groups_needed,
        "sites": list(shares.sites),
        "no_site_reaches_threshold": shares.no_site_reaches_threshold,
    }


def _step(script: Script, step: Step) -> CeremonyStepJson:
    action = step.action
    return {
        "id": step.id,
        "do": action.name,
        "class": action.cls.value,
        "role": step.role,
        "say": step.say,
        "parameters": step.parameters,
        "needs": [slot.name for slot in action.needs],
        "gives": [slot.name for slot in action.gives],
        "asks": [
            {"field": e.field, "kind": e.ask.kind, "role": e.role, "sometimes": e.sometimes}
            for e in expected(script, step)
        ],
        "attest": list(step.attest),
        "outputs": list(action.outputs(step.params)),
        "maps": list(step.maps),
        "on_fail": step.on_fail,
    }
