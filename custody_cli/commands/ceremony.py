"""`custody ceremony`: scripts, and the ceremonies that follow them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated

import typer

from custody_cli.answer import answer
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage
from custody_cli.options import Debug, Json, Out

if TYPE_CHECKING:
    from custody_cli.contract import (
        CeremonyCheckAnswer,
        CeremonyListAnswer,
        CeremonyPrintAnswer,
        CeremonyRunAnswer,
        CeremonyShowAnswer,
        CeremonyStatusAnswer,
    )

app = noun("ceremony")

ScriptName = Annotated[
    str, typer.Argument(metavar="SCRIPT", help="A built-in's id, or the file of a script.")
]
Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the ceremony.")]
AnswersFile = Annotated[
    Path | None,
    typer.Option("--answers", metavar="FILE", help="Prepared answers to what is public."),
]
Unattended = Annotated[
    bool,
    typer.Option("--unattended", help="Play the answers shipped with a built-in; no people."),
]


@app.command(name="list", epilog=example("custody ceremony list"))
def list_(json: Json = False, debug: Debug = False) -> None:
    """List the built-in ceremonies."""
    from ceremonies.conduct import builtin
    from custody_cli.ceremony_answers import listed

    found: CeremonyListAnswer = {"ceremonies": [listed(builtin.script(n)) for n in builtin.ids()]}
    answer(found, json=json, show=lambda: _drawn().ceremonies(found))


@app.command(epilog=example("custody ceremony show keygen-2of3"))
def show(script: ScriptName, json: Json = False, debug: Debug = False) -> None:
    """Print what would happen, in order: steps, who acts, what is asked."""
    from custody_cli.ceremony_answers import shown
    from custody_cli.scripts import script_from

    found: CeremonyShowAnswer = shown(script_from(script))
    answer(found, json=json, show=lambda: _drawn().script(found))


@app.command(epilog=example("custody ceremony check our-keygen.toml"))
def check(script: ScriptName, json: Json = False, debug: Debug = False) -> None:
    """Prove from the script alone that it can be run to its end; exit 3 where it cannot."""
    from ceremonies.conduct import check as checking
    from custody_cli.ceremony_answers import checked
    from custody_cli.scripts import script_from

    read = script_from(script)
    found: CeremonyCheckAnswer = checked(read, checking.check(read))
    exit_code = 0 if found["sound"] else 3
    answer(found, json=json, show=lambda: _drawn().check(found), exit_code=exit_code)


@app.command(name="print", epilog=example("custody ceremony print keygen-2of3 -o form.html"))
def print_(
    script: ScriptName,
    output: Out,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Mark every page as a rehearsal's.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write the paper form of a script: steps, initials, exceptions, inventory."""
    from ceremonies import disk
    from ceremonies.conduct.check import insist
    from custody_cli.ceremony_answers import shown
    from custody_cli.paper.form import form
    from custody_cli.scripts import script_from

    read = script_from(script)
    insist(read)
    disk.create(output, form(shown(read), rehearsal=rehearse).encode())
    found: CeremonyPrintAnswer = {"id": read.id, "sha256": read.sha256, "output": str(output)}
    answer(found, json=json, show=lambda: _drawn().printed(found))


@app.command(
    epilog=example(
        "custody ceremony run keygen-2of3 --at practice --rehearse",
        "custody ceremony run our-keygen.toml --at 2026-07 --signers allowed_signers",
    )
)
def run(
    script: ScriptName,
    at: Annotated[Path, typer.Option(metavar="DIR", help="A new folder for all it makes.")],
    signers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The allowed_signers file of the people enrolled."),
    ] = None,
    log: Annotated[str | None, typer.Option(metavar="NAME", help="The name of the log.")] = None,
    answers: AnswersFile = None,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="On regtest, with marked secrets; nothing counts.")
    ] = False,
    unattended: Unattended = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Conduct a ceremony in a new folder."""
    from custody_cli import conducting
    from custody_cli.scripts import script_from

    if unattended and not rehearse:
        raise WrongUsage(
            "--unattended needs --rehearse", hint="in production people answer, not a file"
        )
    found: CeremonyRunAnswer = conducting.run(
        script_from(script),
        at,
        conducting.Cast(answers=answers, unattended=unattended),
        signers=signers,
        log=log,
        rehearsal=rehearse,
    )
    answer(found, json=json, show=lambda: _drawn().outcome(found))


@app.command(epilog=example("custody ceremony resume practice"))
def resume(
    folder: Folder,
    answers: AnswersFile = None,
    unattended: Unattended = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Go on with a ceremony that was interrupted."""
    from custody_cli import conducting

    cast = conducting.Cast(answers=answers, unattended=unattended)
    found: CeremonyRunAnswer = conducting.resume(folder, cast)
    answer(found, json=json, show=lambda: _drawn().outcome(found))


@app.command(epilog=example("custody ceremony abort practice"))
def abort(
    folder: Folder,
    answers: AnswersFile = None,
    unattended: Unattended = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """End an interrupted ceremony for good: two people say so, and its key is void."""
    from custody_cli import conducting

    cast = conducting.Cast(answers=answers, unattended=unattended)
    found: CeremonyRunAnswer = conducting.abort(folder, cast)
    answer(found, json=json, show=lambda: _drawn().outcome(found))


@app.command(epilog=example("custody ceremony status practice"))
def status(folder: Folder, json: Json = False, debug: Debug = False) -> None:
    """Say how far a ceremony is, without touching it."""
    from custody_cli.ceremony_answers import status as told

    found: CeremonyStatusAnswer = told(folder)
    answer(found, json=json, show=lambda: _drawn().status(found))


def _drawn() -> ModuleType:
    """Import what draws: rich, which JSON does without."""
    from custody_cli.show import ceremony

    return ceremony
