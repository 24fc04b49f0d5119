"""What earlier ceremonies recorded, read from the folders of their logs and verified."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.errors import InputError, IntegrityError, Refused
from ceremonies.signing.history import History, PastPayment, PastSigning
from ceremonies.spoken import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ceremonies.log.records import Record
    from ceremonies.log.verify import Verdict


def read_history(
    folders: Sequence[Path] | None, *, signers: Path | None = None, height: int | None = None
) -> History:
    """Read what was signed, from finished logs that verify; each is read with its reveal file.

    A folder is that of a ceremony, or one that holds the folders of ceremonies, none included.
    `signers` is the list that verifies their seals, `height` what somebody typed in.

    Raises:
        InputError: there is no log, or it cannot be read.
        IntegrityError: a log was changed.
        Refused: a ceremony has not ended.
    """
    if not folders:
        return History(height=height)
    from ceremonies.log import signers as people
    from ceremonies.log.chain import read_records
    from ceremonies.log.verify import State, verify

    allowed = None
    if signers is not None:
        allowed = disk.read(signers, limit=people.MAX_SIZE, what="the list of signers")
    signings: dict[tuple[str, str], PastSigning] = {}
    unconfirmed, heights = [], []
    logs = [log for given in folders for log in _logs_in(given)]
    for folder in logs:
        verdict = verify(folder, signers=allowed)
        _insist_finished(verdict, f"the log in {visible(folder.name)}")
        if verdict.state in (State.UNSEALED, State.UNANCHORED):
            unconfirmed.append(verdict.log)
        records = read_records(folder)
        heights += [seen for _, seen in _heights(records)]
        for signing in _signings(folder, verdict.log, records):
            signings[signing.log, signing.txid] = signing
    logged = max(heights, default=None)
    return History(
        signings=tuple(signings.values()),
        is_given=True,
        is_empty=not logs,
        unconfirmed=tuple(unconfirmed),
        height=logged if height is None else height,
        logged_height=logged,
    )


def _logs_in(folder: Path) -> list[Path]:
    from ceremonies.log.chain import FILE

    if os.path.lexists(folder / FILE):
        return [folder]
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise InputError(f"cannot read the history: {reason}", hint="check its name") from None
    logs = [path for path in inside if os.path.lexists(path / FILE)]
    if inside and not logs:
        raise InputError(
            "there is no log in the folder of the history",
            hint="give the folder of a ceremony, or the one that all of them are in",
        )
    return logs


def _insist_finished(verdict: Verdict, what: str) -> None:
    from ceremonies.log.verify import State

    why = verdict.problems[0] if verdict.problems else verdict.state.value
    if verdict.state is State.TAMPERED:
        raise IntegrityError(
            f"{what} was changed: {why}", hint="examine it with `custody log verify`"
        )
    if verdict.state is State.UNREADABLE:
        raise InputError(f"{what} cannot be read: {why}", hint="give the folder of a ceremony")
    if verdict.state is State.INCOMPLETE:
        raise Refused(f"{what} has not ended: {why}", hint="end or abort that ceremony first")


def _heights(records: Sequence[Record]) -> Iterator[tuple[int, int]]:
    from ceremonies.log.facts import HeightClaimed, TimeBound

    for record in records:
        if isinstance(record.fact, HeightClaimed | TimeBound):
            yield record.seq, record.fact.height


def _signings(folder: Path, log: str, records: Sequence[Record]) -> Iterator[PastSigning]:
    """Yield each transaction that was signed, with what was reviewed and opened of it."""
    from ceremonies.log import facts
    from ceremonies.log.telling import opened

    openings = opened(folder, records, log=log)
    reviewed: dict[str, tuple[int, facts.PsbtReviewed]] = {}
    coins: dict[str, dict[str, None]] = {}
    height = None
    for record in records:
        fact = record.fact
        if isinstance(fact, facts.HeightClaimed | facts.TimeBound):
            height = fact.height
        elif isinstance(fact, facts.PsbtReviewed):
            reviewed[fact.txid] = record.seq, fact
        elif isinstance(fact, facts.PsbtSpends):
            coins.setdefault(fact.txid, {}).update(dict.fromkeys(fact.outpoints))
        elif isinstance(fact, facts.PsbtSigned) and fact.txid in reviewed:
            seq, review = reviewed[fact.txid]
            yield PastSigning(
                log=log,
                txid=fact.txid,
                wallet=review.wallet,
                height=height,
                outpoints=tuple(coins.get(fact.txid, ())),
                payments=_payments(openings.get((seq, review.payments_commitment))),
                fee_sat=_fee(openings.get((seq, review.fee_commitment))),
            )


def _payments(opened: str | None) -> tuple[PastPayment, ...] | None:
    from ceremonies.strict import json_value

    if opened is None:
        return None
    listed = json_value(
        opened.encode(), list[tuple[str | None, int]], what="what a log opens of its payments"
    )
    return tuple(PastPayment(address=address, value_sat=sat) for address, sat in listed)


def _fee(opened: str | None) -> int | None:
    is_number = opened is not None and opened.isascii() and opened.isdecimal() and len(opened) < 20
    return int(opened) if is_number and opened is not None else None
