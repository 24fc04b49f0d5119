"""`custody log`: read a ceremony's log, and verify it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.log import seal as seals
from ceremonies.log import signers as people
from ceremonies.log.chain import read_chain
from ceremonies.log.telling import opened, plain
from ceremonies.log.verify import State, Verdict
from ceremonies.log.verify import verify as judged
from custody_cli.answer import answer, note
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage
from custody_cli.options import Debug, Json

if TYPE_CHECKING:
    from ceremonies.log.records import Record
    from custody_cli.contract import LogShowAnswer, LogVerdictJson, LogVerifyAnswer

app = noun("log")

_HASH = re.compile(r"\s*(?:[0-9A-Fa-f]{64}|(?:[A-Za-z]+\s+){31}[A-Za-z]+)\s*")


@app.command(epilog=example("custody log show vault-2026"))
def show(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a ceremony.")],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Tell what a log says, one line a record."""
    chain = read_chain(folder)
    if chain.tail:
        note(f"the log ends with {len(chain.tail)} bytes that are no whole record")
    log = chain.insist_begun().log
    found: LogShowAnswer = {"log": log, "records": [plain(one) for one in chain.records]}
    answer(found, json=json, show=lambda: _tell(folder, log, chain.records))


@app.command(epilog=example("custody log verify vault-2026 --signers allowed_signers"))
def verify(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR ...", help="One or more folders.")],
    signers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your own copy of who may sign, from enrolment."),
    ] = None,
    quorum: Annotated[
        int, typer.Option(metavar="N", min=0, help="Ask for at least so many signatures.")
    ] = 0,
    seal: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|HEX", help="A seal that was taken away, or its SHA-256 (hex or words)."
        ),
    ] = None,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="A ceremony that still runs will do.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Verify that logs are whole, unchanged and sealed."""
    from ceremonies.conduct.plan import planned

    if seal is not None and len(folders) > 1:
        raise WrongUsage("a seal is of one log", hint="name one folder with --seal")
    allowed = None
    if signers is not None:
        allowed = disk.read(signers, limit=people.MAX_SIZE, what="the list of signers")
    seal_id = None if seal is None else _seal_id(seal)
    verdicts = [
        judged(folder, signers=allowed, quorum=quorum, seal=seal_id, planned=planned)
        for folder in folders
    ]
    found: LogVerifyAnswer = {
        "logs": [_verdict(*one) for one in zip(folders, verdicts, strict=True)]
    }
    code = _exit_code(verdicts, allow_incomplete=allow_incomplete)
    answer(found, json=json, show=lambda: _draw(found), exit_code=code)


def _seal_id(given: str) -> str:
    if _HASH.fullmatch(given):
        return seals.id_of(given)
    return seals.id_of(disk.read(Path(given), limit=seals.MOST_BYTES, what="the seal"))


def _exit_code(verdicts: Sequence[Verdict], *, allow_incomplete: bool) -> int:
    states = [verdict.state for verdict in verdicts]
    if State.TAMPERED in states:
        return 5
    if State.UNREADABLE in states:
        return 3
    # a log that still runs needs something from outside too
    good = [
        verdict.state is State.COMPLETE
        or (allow_incomplete and verdict.state is State.INCOMPLETE and verdict.is_anchored)
        for verdict in verdicts
    ]
    return 0 if all(good) else 4


def _verdict(folder: Path, verdict: Verdict) -> LogVerdictJson:
    return {
        "folder": str(folder),
        "log": verdict.log,
        "records": verdict.records,
        "size": verdict.size,
        "root": verdict.root,
        "state": verdict.state.value,
        "signers": list(verdict.signers),
        "quorum": verdict.quorum,
        "problems": list(verdict.problems),
    }


def _tell(folder: Path, log: str, records: Sequence[Record]) -> None:
    from custody_cli.show import log as drawn

    drawn.story(records, opened(folder, records, log=log))


def _draw(found: LogVerifyAnswer) -> None:
    from custody_cli.show import log as drawn

    drawn.verdicts(found)
