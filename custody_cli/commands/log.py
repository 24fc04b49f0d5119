"""`custody log`: read a ceremony's log, verify it, seal it, and have people sign the seal."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.log import seal as seals
from ceremonies.log import signers as people
from custody_cli.answer import answer, note, stream
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage
from custody_cli.options import Debug, Json

if TYPE_CHECKING:
    from custody_cli.contract import (
        LogAttestAnswer,
        LogRegisterAnswer,
        LogSealAnswer,
        LogVerifyAnswer,
    )

app = noun("log")

_HASH = re.compile(r"\s*(?:[0-9A-Fa-f]{64}|(?:[A-Za-z]+\s+){31}[A-Za-z]+)\s*")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a ceremony.")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a line.")]


@app.command(epilog=example("custody log show vault-2026"))
def show(
    folder: Folder,
    json: Json = False,
    jsonl: JsonLines = False,
    debug: Debug = False,
) -> None:
    """Tell what a log says, one line a record."""
    from ceremonies.log import chain
    from ceremonies.log.telling import Openings, plain

    _one_form(json=json, jsonl=jsonl)
    # the whole of it is looked at before a word of it is told
    found = chain.extent_of(folder)
    if found.tail:
        note(f"the log ends with {len(found.tail)} bytes that are no whole record")
    log = found.insist_begun().log
    records = chain.told(folder, size=found.size)
    if json or jsonl:
        stream(map(plain, records), key="records", about={"log": log}, lines=jsonl)
    else:
        drawn = _drawn()
        openings = Openings(folder, log=log)
        stream((drawn.line(one, openings.of(one)) for one in records), key="", lines=True)


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
    registry: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Every final seal there is: none may be missing."),
    ] = None,
    allow_incomplete: Annotated[
        bool, typer.Option("--allow-incomplete", help="A ceremony that still runs will do.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=0, help="Logs to verify at once; 0 is one a core.")
    ] = 0,
    json: Json = False,
    jsonl: JsonLines = False,
    debug: Debug = False,
) -> None:
    """Verify that logs are whole, unchanged and sealed."""
    from custody_cli import verifying

    _one_form(json=json, jsonl=jsonl)
    if seal is not None and len(folders) > 1:
        raise WrongUsage("a seal is of one log", hint="name one folder with --seal")
    allowed = None
    if signers is not None:
        allowed = disk.read(signers, limit=people.MAX_SIZE, what="the list of signers")
        people.read(allowed)
    asked = verifying.Asked(
        folders=tuple(folders),
        signers=allowed,
        quorum=quorum,
        seal=None if seal is None else _seal_id(seal),
        registry=registry,
    )
    verdicts = verifying.verdicts(asked, jobs=jobs)
    code = verifying.exit_code(verdicts, allow_incomplete=allow_incomplete)
    found: LogVerifyAnswer = {"logs": [one.told for one in verdicts]}
    if jsonl:
        stream((one.told for one in verdicts), key="logs", lines=True, exit_code=code)
    answer(found, json=json, show=lambda: _drawn().verdicts(verdicts), exit_code=code)


@app.command("seal", epilog=example("custody log seal vault-2026"))
def seal_(folder: Folder, json: Json = False, debug: Debug = False) -> None:
    """Seal every record so far, for people to sign."""
    from custody_cli import attesting

    found: LogSealAnswer = attesting.sealed(folder)
    answer(found, json=json, show=lambda: _drawn().sealed(found))


@app.command(epilog=example("custody log register vault-2026 --registry registry.jsonl"))
def register(
    folder: Folder,
    registry: Annotated[
        Path, typer.Option(metavar="FILE", help="The registry; the first ceremony makes it.")
    ],
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Add the final seal of a ceremony to a registry, so that it is missed if it is missing."""
    from custody_cli import attesting

    found: LogRegisterAnswer = attesting.registered(folder, registry)
    answer(found, json=json, show=lambda: _drawn().registered(found))


@app.command(
    epilog=example(
        "custody log attest vault-2026 --as alice",
        "custody log attest vault-2026 --as alice --signature seal-00000064.sig",
    )
)
def attest(
    folder: Folder,
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Who signs.")],
    signature: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What `ssh-keygen -Y sign` made, or a picture of it."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A private key, in rehearsals; it counts nowhere else."),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Say how a person signs the newest seal, and take the signature in."""
    from custody_cli import attesting

    if signature is not None and key is not None:
        raise WrongUsage("a signature is either there or made", hint="give --signature or --key")
    found: LogAttestAnswer = attesting.attested(folder, name, signature=signature, key=key)
    answer(found, json=json, show=lambda: _drawn().attested(found))


def _one_form(*, json: bool, jsonl: bool) -> None:
    if json and jsonl:
        raise WrongUsage("one object or one a line", hint="give --json or --jsonl")


def _seal_id(given: str) -> str:
    if _HASH.fullmatch(given):
        return seals.id_of(given)
    return seals.id_of(disk.read(Path(given), limit=seals.MOST_BYTES, what="the seal"))


def _drawn() -> ModuleType:
    # rich is loaded for people alone
    from custody_cli.show import log

    return log
