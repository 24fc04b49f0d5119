"""The paper form of a ceremony: what the machine does, for people to follow and to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.spoken import in_fours, words
from custody_cli.paper.page import page

if TYPE_CHECKING:
    from custody_cli.contract import CeremonyRoleJson, CeremonyShowAnswer, CeremonyStepJson

_SPARE_LINES = 2
"""Lines for people of a role that any number may hold."""

EXCEPTION_SHEETS = 2


def form(found: CeremonyShowAnswer, *, rehearsal: bool) -> str:
    """Lay out the form of a script as one page of HTML, to be printed."""
    spoken = words(bytes.fromhex(found["sha256"])).split()
    return page(
        "form.html",
        script=found,
        rehearsal=rehearsal,
        hash_rows=[in_fours(found["sha256"][at : at + 32]) for at in (0, 32)],
        word_rows=[spoken[at : at + 8] for at in range(0, len(spoken), 8)],
        people=[
            {"role": role, "lines": _lines(role), "many": _many(role)} for role in found["roles"]
        ],
        steps=[{"step": step, "initials": _initials(step)} for step in found["steps"]],
        items=_items(found),
        sheets=EXCEPTION_SHEETS,
    )


def _lines(role: CeremonyRoleJson) -> int:
    spare = _SPARE_LINES if role["most"] != role["least"] else 0
    return role["least"] + spare


def _many(role: CeremonyRoleJson) -> str:
    count = str(role["least"]) if role["most"] == role["least"] else f"{role['least']} or more"
    return f"{count}, independent" if role["independent"] else count


def _initials(step: CeremonyStepJson) -> list[str]:
    return list(dict.fromkeys((step["role"], *step["attest"])))


def _items(found: CeremonyShowAnswer) -> list[dict[str, str]]:
    """List what the ceremony puts on paper, with the site where the script names it."""
    doing = {step["do"] for step in found["steps"]}
    items = [{"item": "the phrase", "site": ""}] if "show-phrase" in doing else []
    shares = found["shares"]
    if shares is None or "hand-out-shares" not in doing:
        return items
    names = [
        f"card {number}-{member}"
        for number, group in enumerate(shares["groups"], start=1)
        for member in range(1, int(group.partition("of")[2]) + 1)
    ]
    sites = [*shares["sites"], *[""] * len(names)]
    return items + [{"item": n, "site": s} for n, s in zip(names, sites, strict=False)]
