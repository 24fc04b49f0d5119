"""The log of signatures that one command makes, with no ceremony around it.

It is a log like any other: a script of one step, people as far as they are known, and an end. Who
seals it later is in its list of signers.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Collection, Iterator
from pathlib import Path

from ceremonies.conduct import practice
from ceremonies.conduct.ceremony import started
from ceremonies.conduct.context import World
from ceremonies.conduct.reviewed import log_review
from ceremonies.conduct.script_file import read
from ceremonies.errors import InputError
from ceremonies.log import facts, signers
from ceremonies.log.journal import Journal
from ceremonies.network import REGTEST, Network
from ceremonies.signing.approval import Approval
from ceremonies.signing.review import Review
from ceremonies.signing.sign import Signed

OPERATOR = "operator"
APPROVER = "approver"
STEP = "sign"

_SCRIPT = b"""schema = "ceremony/1"
id     = "psbt-sign"
title  = "Signatures made by one command"

[roles]
operator = 1
approver = { at-least = 1 }

[rules]
quorum = 1

[[step]]
id   = "people"
do   = "roll-call"
role = "operator"
say  = "Whoever calls the command is the operator; approvers are known by their signatures."

[[step]]
id   = "sign"
do   = "sign-psbt"
role = "operator"
say  = "Transactions are reviewed, approved and signed."

[[step]]
id   = "close"
do   = "close"
role = "operator"
say  = "The log ends."
"""


class SigningLog:
    """Where one command records the transactions that it signs, one after the other."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._present: set[tuple[str, str]] = set()
        self.has_signed = False

    def greet(self, person: str, role: str) -> None:
        """Record that somebody takes part, once."""
        if (person, role) not in self._present:
            commitment = self._journal.withhold("name", person)
            here = facts.PersonPresent(person=person, role=role, name_commitment=commitment)
            self._journal.append(here)
            self._present.add((person, role))

    def approved(self, reviewed: Review, intent: bytes, approvals: Collection[Approval]) -> None:
        """Record a review, and who approved its intent: the operator, and everyone who signed."""
        log_review(self._journal, reviewed)
        for person in (OPERATOR, *(one.person for one in approvals)):
            self.greet(person, APPROVER)
            approval = facts.IntentApproved(intent=intent.hex(), person=person, role=APPROVER)
            self._journal.append(approval)

    def signed(self, reviewed: Review, intent: bytes, signed: Signed, *, complete: bool) -> None:
        """Record the signatures that were made, and whether none is missing now."""
        self._journal.append(
            facts.PsbtSigned(
                txid=reviewed.facts.psbt.transaction.txid[::-1].hex(),
                intent=intent.hex(),
                fingerprint=signed.signed_by,
                signatures=signed.signatures_added,
                complete=complete,
                psbt_sha256=hashlib.sha256(signed.data).hexdigest(),
            )
        )
        self.has_signed = True


@contextlib.contextmanager
def recorded(
    folder: Path,
    *,
    network: Network,
    signers_file: bytes | None,
    height: int | None,
    world: World,
) -> Iterator[SigningLog]:
    """Record in a folder that does not exist yet; it ends with what is done inside.

    Without a list of signers, practice people stand in for them on regtest, and it is a rehearsal's
    log. Where nothing was signed, the log says that it was given up.

    Raises:
        InputError: nobody says who may seal the log.
        Refused: a signer's key is a practice person's, and this is not regtest.
        MachineError: the folder exists or cannot be written.
    """
    rehearsal = signers_file is None and network == REGTEST
    if signers_file is None and not rehearsal:
        raise InputError(
            "nobody says who may seal the log", hint="give the list of signers with --signers FILE"
        )
    content = practice.signers_file() if signers_file is None else signers_file
    script = read(_SCRIPT)
    if network != REGTEST:
        practice.insist_earnest(signers.read(content))
    with started(
        folder, script, signers_file=content, world=world, rehearsal=rehearsal
    ) as ceremony:
        journal = ceremony.journal
        journal.append(facts.Begin(step="people", attempt=1))
        log = SigningLog(journal)
        log.greet(OPERATOR, OPERATOR)
        log.greet(OPERATOR, APPROVER)
        journal.append(facts.End(step="people"))
        journal.append(facts.Begin(step=STEP, attempt=1))
        if height is not None:
            journal.append(facts.HeightClaimed(height=height))
        try:
            yield log
        finally:
            _end(journal, log, steps=len(script.steps), world=world)


def _end(journal: Journal, log: SigningLog, *, steps: int, world: World) -> None:
    if not log.has_signed:
        why = "nothing was signed"
        journal.append(facts.Aborted(why=why, persons=(OPERATOR,)))
        return
    journal.append(facts.End(step=STEP))
    journal.append(facts.Begin(step="close", attempt=1))
    journal.append(facts.Closed(steps=steps, wall_claimed=world.clock.wall()))
