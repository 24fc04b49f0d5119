"""One file a noun; each is imported only when it is called.

This table is all that `custody --help` loads of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import typer


@dataclass(frozen=True, kw_only=True)
class Noun:
    """What a group of commands is about, and how a first one looks."""

    help: str
    example: str
    alone: bool = False
    """Whether the noun is itself the command, with no verbs below it."""


NOUNS = {
    "doctor": Noun(
        help="Is this machine fit for a ceremony?",
        example="custody doctor --strict",
        alone=True,
    ),
    "ceremony": Noun(
        help="Conduct a ceremony: people in a room, guided, logged, resumable.",
        example="custody ceremony run keygen-2of3 --at practice --rehearse",
    ),
    "key": Noun(
        help="Make a key, derive its accounts, check that a backup is right.",
        example="custody key new --dice rolls.txt --secret-to phrase.txt",
    ),
    "share": Noun(
        help="Split a key into SLIP-39 cards, check one card, recover from a quorum.",
        example="custody share split --seed phrase.txt --group 2of3 --secret-to cards -o set.json",
    ),
    "wallet": Noun(
        help="Register a wallet, understand, compare and export it, derive addresses.",
        example="custody wallet address vault.wallet.json --count 5",
    ),
    "psbt": Noun(
        help="Review, sign, combine and finalize transactions.",
        example="custody psbt show payment.psbt --wallet vault.wallet.json",
    ),
    "policy": Noun(
        help="Say in words what a policy lets be signed.",
        example="custody policy check vault.policy.toml",
    ),
    "qr": Noun(
        help="Show payloads as QR codes, and read them from pictures or a camera.",
        example="custody qr show payment.psbt --as ur",
    ),
    "message": Noun(
        help="Sign and verify messages: that an address, or coins, are yours (BIP-322).",
        example="custody message verify proof.sig --message challenge.txt --address ADDRESS",
    ),
    "log": Noun(
        help="Read the log of a ceremony, and verify it.",
        example="custody log verify vault-2026 --signers allowed_signers",
    ),
}

CONTEXT = {"help_option_names": ["-h", "--help"]}


def example(*lines: str) -> str:
    """Write the example that ends a help text."""
    return "\n".join(
        ["\b", "Example:", *(line if line.startswith("    ") else f"  $ {line}" for line in lines)]
    )


def noun(name: str) -> typer.Typer:
    """Make the Typer app of one noun, to hang its verbs on."""
    about = NOUNS[name]
    return typer.Typer(
        name=name,
        help=about.help,
        epilog=example(about.example),
        add_completion=False,
        context_settings=CONTEXT,
        no_args_is_help=not about.alone,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
