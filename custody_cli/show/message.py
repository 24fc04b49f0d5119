"""Signed messages, drawn: what is proved first, then the message itself, then the intent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console

from ceremonies.spoken import in_fours, visible, words
from custody_cli.show.amounts import amount
from custody_cli.show.console import console, facts

if TYPE_CHECKING:
    from custody_cli.contract import (
        FindingJson,
        MessageChallengeAnswer,
        MessageSignAnswer,
        MessageVerifyAnswer,
        SignedThingJson,
    )

_WIDTH = 80
_WORDS_A_LINE = 5
_MOST_LINES = 16
_MOST_COINS = 10


def text(found: SignedThingJson, message: bytes, intent: bytes, notes: list[FindingJson]) -> str:
    """Draw what would be signed as plain text of 80 columns, for a question at the terminal."""
    buffer = io.StringIO()
    page = Console(file=buffer, width=_WIDTH, markup=False, highlight=False, emoji=False)
    for one in notes:
        page.print(f"{one['level'].upper()} {one['rule']}: {one['where']} {one['message']}")
    page.print(facts(_what(found)))
    page.print("\nThe message, between the lines:")
    page.print("-" * _WIDTH)
    for line in _lines(message):
        page.print(line)
    page.print("-" * _WIDTH)
    page.print(facts(_intent(intent)))
    return buffer.getvalue()


def signed(found: MessageSignAnswer) -> None:
    """Draw what signing did."""
    page = console()
    page.print(facts(_what(found)))
    state = "complete" if found["complete"] else "not complete: other signers are needed"
    page.print(
        facts(
            (
                ("signed by", found["signed_by"]),
                ("signature", state),
                ("verified by", ", ".join(found["verified_by"]) or "coincurve, so far"),
                ("written to", found["output"]),
            )
        )
    )


def verified(found: MessageVerifyAnswer) -> None:
    """Draw a signature that holds."""
    page = console()
    page.print("VALID: who can spend from this address signed this message")
    page.print(facts(_what(found)))
    page.print(facts(_when(found)))


def challenged(found: MessageChallengeAnswer) -> None:
    """Draw a challenge as it was written."""
    page = console()
    page.print(found["message"].rstrip("\n"))
    page.print(facts((("sha256", in_fours(found["sha256"])), ("written to", found["output"]))))


def _what(found: SignedThingJson) -> Iterator[tuple[str, str]]:
    yield "address", in_fours(found["address"])
    if found["path"]:
        yield "path", found["path"]
    yield "network", found["network"]
    yield "message", f"{found['message_bytes']} bytes"
    digest = found["message_sha256"]
    yield "sha256", in_fours(digest[:32])
    yield "", in_fours(digest[32:])
    if challenge := found["challenge"]:
        yield "asked for", challenge["purpose"]
        yield "after block", f"{challenge['height']}: {challenge['block']}"
    yield "format", found["format"]
    if coins := found["funds"]:
        yield "proves also", f"{amount(found['funds_sat'])} in {len(coins)} coins"
        for coin in coins[:_MOST_COINS]:
            yield amount(coin["value_sat"]), coin["outpoint"]
        if believed := sum(not coin["proved"] for coin in coins):
            yield "by word", f"what {believed} of them are worth, without previous transactions"
        if len(coins) > _MOST_COINS:
            yield "", f"and {len(coins) - _MOST_COINS} more"


def _when(found: MessageVerifyAnswer) -> Iterator[tuple[str, str]]:
    if found["locktime"] or found["sequence"]:
        yield "holds from", f"locktime {found['locktime']}, sequence {found['sequence']}"
    if found["funds"]:
        yield "ask a node", "whether these coins exist, are unspent, and are worth that"
    yield "verified by", ", ".join(found["verified_by"])


def _lines(message: bytes) -> Iterator[str]:
    try:
        lines = message.decode().split("\n")
    except UnicodeDecodeError:
        yield "(not text)"
        return
    for line in lines[:_MOST_LINES]:
        yield visible(line[: 4 * _WIDTH])
    if len(lines) > _MOST_LINES or any(len(line) > 4 * _WIDTH for line in lines):
        yield "(it is longer: read it whole in its file, and compare the sha256)"


def _intent(intent: bytes) -> Iterator[tuple[str, str]]:
    written, spoken = intent.hex(), words(intent).split()
    yield "intent", in_fours(written[:32])
    yield "", in_fours(written[32:])
    for start in range(0, len(spoken), _WORDS_A_LINE):
        label = "in words" if start == 0 else ""
        yield label, " ".join(spoken[start : start + _WORDS_A_LINE])
