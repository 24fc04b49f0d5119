"""The machine's fitness, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custody_cli.show.console import console, table

if TYPE_CHECKING:
    from custody_cli.contract import DoctorAnswer


def draw(found: DoctorAnswer) -> None:
    """Draw one row a probe, then the verdict in words."""
    page = console()
    page.print(
        table(
            ("probe", "", "what was found", "what to do"),
            (
                (probe["name"], "ok" if probe["ok"] else "NOT FIT", probe["message"], probe["hint"])
                for probe in found["probes"]
            ),
        )
    )
    page.print("fit for a ceremony" if found["fit"] else "not fit for a ceremony")
