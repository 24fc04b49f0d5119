"""How long and how deep a descriptor may be, asked before anything reads it."""

from __future__ import annotations

from ceremonies.errors import InputError

MAX_LENGTH = 100_000
"""The longest descriptor that is read, in characters: twenty keys take some three thousand."""
MAX_NESTING = 200
"""How many brackets may be open at once: a taproot tree has 128 levels at most (BIP-341)."""


def insist_bounded(text: str) -> None:
    """Refuse a descriptor that is too long or too deep to be anybody's wallet.

    Raises:
        InputError: it is.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(
            f"the descriptor is longer than {MAX_LENGTH} characters",
            hint="check that this is a wallet's descriptor",
        )
    depth = 0
    for character in text:
        depth += (character in "({") - (character in ")}")
        if depth > MAX_NESTING:
            raise InputError(
                "the descriptor is nested too deeply", hint="check that this is a wallet's"
            )
