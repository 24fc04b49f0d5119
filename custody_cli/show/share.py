"""Sets of cards and single cards, drawn: never their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custody_cli.show.console import console, facts, table

if TYPE_CHECKING:
    from custody_cli.contract import ShareCheckAnswer, ShareSplitAnswer


def split(found: ShareSplitAnswer) -> None:
    """Draw a new set: what it is of, and where each card went."""
    page = console()
    needed = f"{found['groups_needed']} of {len(found['groups'])}"
    page.print(
        facts(
            (
                ("form", found["form"]),
                ("set", found["set"]),
                ("fingerprint", found["fingerprint"]),
                ("scheme", found["scheme"]),
                ("groups needed", needed),
            )
        )
    )
    rows = (
        (str(number), f"{group['needs']} of {group['of']}", name)
        for number, group in enumerate(found["groups"], start=1)
        for name in group["files"]
    )
    page.print(table(("group", "cards needed", "card"), rows))


def check(found: ShareCheckAnswer) -> None:
    """Draw what one card says of itself, and what it was checked for."""
    page = console()
    page.print("the card is valid")
    rows = (
        ("form", found["form"]),
        ("set", found["set"]),
        ("group", found["group"]),
        ("card", found["member"]),
        ("cards needed", found["needs"]),
        ("groups needed", found["groups_needed"]),
        ("checked", ", ".join(found["checks"])),
    )
    page.print(facts((name, "not said" if value is None else str(value)) for name, value in rows))
