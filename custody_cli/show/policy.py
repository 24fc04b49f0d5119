"""Policies, drawn: a sentence a line, and the hash that pins them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.spoken import in_fours, visible
from custody_cli.show.console import console, facts

if TYPE_CHECKING:
    from custody_cli.contract import PolicyCheckAnswer


def policy(found: PolicyCheckAnswer) -> None:
    """Draw what a policy says, and its hash in groups of four."""
    page = console()
    for sentence in found["words"]:
        page.print(visible(sentence))
    half = len(found["sha256"]) // 2
    digits = (in_fours(found["sha256"][:half]), in_fours(found["sha256"][half:]))
    page.print()
    page.print(facts(zip(("sha-256", ""), digits, strict=True)))
