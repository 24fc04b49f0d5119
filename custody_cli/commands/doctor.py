"""`custody doctor`: is this machine fit for a ceremony?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies.errors import Finding, Level, MachineError
from ceremonies.machine.probes import Probe, all_probes
from custody_cli.answer import answer
from custody_cli.commands import NOUNS, example, noun
from custody_cli.options import Debug, Json

if TYPE_CHECKING:
    from custody_cli.contract import DoctorAnswer

app = noun("doctor")


@app.command(name="doctor", help=NOUNS["doctor"].help, epilog=example(NOUNS["doctor"].example))
def doctor(
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 6 where the machine is not fit.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Probe the machine, and with `--strict` insist on what was found."""
    probes = all_probes()
    found = _answer(probes)
    if strict and json:
        _insist(probes)
    answer(found, json=json, show=lambda: _draw(found))
    if strict:
        _insist(probes)


def _answer(probes: tuple[Probe, ...]) -> DoctorAnswer:
    return {
        "fit": all(probe.ok for probe in probes),
        "probes": [
            {"name": probe.name, "ok": probe.ok, "message": probe.message, "hint": probe.hint}
            for probe in probes
        ],
    }


def _draw(found: DoctorAnswer) -> None:
    from custody_cli.show import doctor as show

    show.draw(found)


def _insist(probes: tuple[Probe, ...]) -> None:
    unfit = [
        Finding(
            rule=probe.name, level=Level.REFUSE, where="", message=probe.message, hint=probe.hint
        )
        for probe in probes
        if not probe.ok
    ]
    if unfit:
        raise MachineError(
            f"this machine is not fit for a ceremony ({', '.join(found.rule for found in unfit)})",
            hint="do what each finding says, then run `custody doctor` again",
            findings=unfit,
        )
