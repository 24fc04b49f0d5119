"""New keys, drawn: never the phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from custody_cli.show.console import console, facts

if TYPE_CHECKING:
    from custody_cli.contract import KeyNewAnswer


def new(found: KeyNewAnswer) -> None:
    """Draw what may be known of a new key."""
    sources = ", ".join(f"{source['kind']} {source['bits']} bits" for source in found["sources"])
    console().print(
        facts(
            (
                ("fingerprint", found["fingerprint"]),
                ("words", str(found["words"])),
                ("scheme", found["scheme"]),
                ("made from", sources),
            )
        )
    )
