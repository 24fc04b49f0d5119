"""Ceremonies, drawn: what a script would do, how far one is, and how one ended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ceremonies.spoken import in_fours, visible, words
from custody_cli.show.console import console, facts, table

if TYPE_CHECKING:
    from custody_cli.contract import (
        CeremonyCheckAnswer,
        CeremonyListAnswer,
        CeremonyPrintAnswer,
        CeremonyRoleJson,
        CeremonyRunAnswer,
        CeremonyShowAnswer,
        CeremonyStatusAnswer,
        CeremonyStepJson,
    )

_WORDS_A_LINE = 5
_FAILING = {
    "pause": "",
    "exception": "two people may go on without it",
    "abort": "the ceremony can only be ended",
}


def ceremonies(found: CeremonyListAnswer) -> None:
    """Draw the built-in ceremonies."""
    rows = (
        (one["id"], one["title"], _people(one["roles"]), str(one["steps"]))
        for one in found["ceremonies"]
    )
    console().print(table(("id", "what it does", "people", "steps"), rows))


def script(found: CeremonyShowAnswer) -> None:
    """Draw what a script would do, step by step."""
    page = console()
    page.print(
        facts(
            (
                ("ceremony", f"{found['id']}: {found['title']}"),
                ("network", found["network"] or "the wallet's"),
                ("people", _people(found["roles"])),
                ("conflicts", "; ".join(" and ".join(group) for group in found["conflicts"])),
                ("seals", f"signed by {found['quorum']}"),
                *_material(found),
                ("script", in_fours(found["sha256"][:32])),
                ("", in_fours(found["sha256"][32:])),
            )
        )
    )
    for number, step in enumerate(found["steps"], start=1):
        page.print(f"\n{number:>2}  {visible(step['say'])}")
        page.print(facts((" " * 2 + name, value) for name, value in _step(step) if value))


def check(found: CeremonyCheckAnswer) -> None:
    """Draw what is wrong with a script."""
    page = console()
    for one in found["findings"]:
        page.print(f"{one['rule']} at {visible(one['where'])}: {visible(one['message'])}")
        page.print(f"    {one['hint']}")
    verdict = "sound" if found["sound"] else "not sound"
    page.print(f"{found['id']} is {verdict}; its script is {in_fours(found['sha256'][:16])} …")


def printed(found: CeremonyPrintAnswer) -> None:
    """Say where the paper form is, and which script it is of."""
    page = console()
    page.print(f"the form of {found['id']} is {visible(found['output'])}")
    page.print(f"its script is {in_fours(found['sha256'][:16])} …")


def status(found: CeremonyStatusAnswer) -> None:
    """Draw how far a ceremony is."""
    page = console()
    page.print(
        facts(
            (
                ("log", found["log"]),
                ("state", found["state"]),
                ("records", str(found["records"])),
                ("next", found["next"] or "nothing"),
                ("key", found["key"] or "none"),
            )
        )
    )
    page.print(table(("step", "state"), ((one["id"], one["state"]) for one in found["steps"])))


def outcome(found: CeremonyRunAnswer) -> None:
    """Draw how a ceremony ended, and what to do with what it made."""
    spoken = words(bytes.fromhex(found["seal"])).split()
    rows = [
        " ".join(spoken[at : at + _WORDS_A_LINE]) for at in range(0, len(spoken), _WORDS_A_LINE)
    ]
    page = console()
    page.print(
        facts(
            (
                ("log", f"{found['log']}, {found['records']} records"),
                ("state", found["state"]),
                ("signed by", ", ".join(found["signers"])),
                ("seal", in_fours(found["seal"][:32])),
                ("", in_fours(found["seal"][32:])),
                *(("in words" if at == 0 else "", row) for at, row in enumerate(rows)),
                ("folder", found["folder"]),
                *(("made" if at == 0 else "", name) for at, name in enumerate(_files(found))),
                ("next", f"custody log verify {found['folder']}"),
            )
        )
    )


def _files(found: CeremonyRunAnswer) -> list[str]:
    return [f"{one['name']} ({one['kind']})" for one in found["files"]]


def _people(roles: Iterable[CeremonyRoleJson]) -> str:
    return ", ".join(
        f"{one['least']}{'' if one['most'] == one['least'] else '+'} {one['role']}" for one in roles
    )


def _material(found: CeremonyShowAnswer) -> Iterable[tuple[str, str]]:
    if found["seed"] is not None:
        yield "key", f"{found['seed']['scheme']}, {found['seed']['words']} words"
    if found["entropy"]:
        sources = (f"{one['kind']} {one['bits']} bits" for one in found["entropy"])
        yield "chance", ", ".join(sources)
    if found["shares"] is not None:
        groups = " and ".join(found["shares"]["groups"])
        yield "cards", f"{groups}; {found['shares']['groups_needed']} group(s) needed"
        if found["shares"]["sites"]:
            yield "kept at", ", ".join(found["shares"]["sites"])
        if found["shares"]["no_site_reaches_threshold"]:
            yield "", "no site holds enough of them to recover the key"
    yield from _around(found)


def _around(found: CeremonyShowAnswer) -> Iterable[tuple[str, str]]:
    for number, (site, about) in enumerate(found["sites"].items()):
        yield "" if number else "sites", f"{site}: {about}"
    for number, one in enumerate(found["materials"]):
        serial = ", each with its serial number" if one["serial"] else ""
        yield "" if number else "materials", f"{one['count']} {one['name']}{serial}"
    for number, demand in enumerate(found["room"]):
        yield "" if number else "the room", demand
    if found["policy"] is not None:
        yield "policy", in_fours(found["policy"][:32])
        yield "", in_fours(found["policy"][32:])


def _told(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _step(step: CeremonyStepJson) -> Iterable[tuple[str, str]]:
    yield "step", f"{step['id']}: {step['do']} ({step['class']})"
    yield "who acts", step["role"]
    yield "with", ", ".join(f"{name} {_told(value)}" for name, value in step["parameters"].items())
    for number, one in enumerate(step["asks"]):
        sometimes = f" ({one['sometimes']})" if one["sometimes"] else ""
        yield (
            "asks" if number == 0 else "",
            f"{one['role']}: {one['kind']} {one['field']}{sometimes}",
        )
    yield "needs", ", ".join(step["needs"])
    yield "gives", ", ".join(step["gives"])
    yield "attested by", ", ".join(step["attest"])
    yield "writes", ", ".join(step["outputs"])
    yield "answers", ", ".join(step["maps"])
    yield "if it fails", _FAILING[step["on_fail"]]
