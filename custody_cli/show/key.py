"""New keys, keys made once more, and accounts, drawn: never the phrase."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies.spoken import visible

if TYPE_CHECKING:
    from custody_cli.accounts import Derived
    from custody_cli.contract import KeyNewAnswer, KeyRecomputeAnswer, SourceJson


def new(found: KeyNewAnswer) -> None:
    """Draw what may be known of a new key."""
    from custody_cli.show.console import console, facts

    rows = [
        ("fingerprint", found["fingerprint"]),
        ("words", str(found["words"])),
        ("scheme", found["scheme"]),
        ("made from", _sources(found["sources"])),
    ]
    if found["commitment"]:
        rows.append(("commitment", found["commitment"]))
    console().print(facts(rows))
    if found["check"]:
        # not laid out: a line that a person copies must not be broken
        print("check it in any shell, with the rolls typed in, Enter and Ctrl-D:")
        print(f"  {found['check']['command']}")
        print(f"prints  {found['check']['prints']}")


def recomputed(found: KeyRecomputeAnswer) -> None:
    """Draw that a key was made once more, and of what."""
    from custody_cli.show.console import console, facts

    console().print(
        facts(
            (
                ("the same key", found["fingerprint"]),
                ("commitment", found["commitment"]),
                ("made from", _sources(found["sources"])),
            )
        )
    )


def _sources(sources: list[SourceJson]) -> str:
    return ", ".join(f"{source['kind']} {source['bits']} bits" for source in sources)


def account(found: Derived, output: Path | None) -> None:
    """Print an account as it was asked for; one of another coin says what it is not."""
    if found.coin is not None:
        name = found.coin.upper()
        print(f"{name} account {found.path} of key {found.fingerprint}: NOT SIGNABLE HERE")
        print(f"public key     {found.xpub}")
        print(f"first address  {found.address}")
    elif output is not None:
        print(visible(f"{output} holds account {found.path} of key {found.fingerprint}"))
    else:
        print(found.text.removesuffix("\n"))
