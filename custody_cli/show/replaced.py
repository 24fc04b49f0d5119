"""An earlier transaction that spends the same coins, and this one, drawn side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from ceremonies.spoken import in_fours, visible
from custody_cli.show.amounts import amount

if TYPE_CHECKING:
    from custody_cli.contract import PsbtShowAnswer, SignedBeforeJson

_SIDE = 35
"""How wide each side is: an address in groups of four takes two or three lines of it."""

Row = tuple[str, str, str]
Payments = dict[str | None, list[int]]
"""Amounts by address; None is a script that has no address."""


def beside(earlier: SignedBeforeJson, found: PsbtShowAnswer) -> Table:
    """Lay out what was signed before and what is to be signed now, each payment on one line."""
    drawn = Table.grid(padding=(0, 2))
    drawn.add_column(style="bold")
    for _ in range(2):
        drawn.add_column(width=_SIDE, overflow="fold")
    for name, before, now in _rows(earlier, found):
        drawn.add_row(Text(name), Text(visible(before)), Text(visible(now)))
    return drawn


def _rows(earlier: SignedBeforeJson, found: PsbtShowAnswer) -> Iterator[Row]:
    yield "", "SIGNED BEFORE", "NOW"
    yield "log", earlier["log"], ""
    yield "txid", in_fours(earlier["txid"]), in_fours(found["txid"])
    yield "fee", _known(earlier["fee_sat"]), _known(found["fee_sat"])
    leaving = [made for made in found["outputs"] if made["kind"] in ("payment", "data")]
    now = _payments([(made["address"], made["value_sat"]) for made in leaving])
    opened = earlier["payments"]
    if opened is None:
        yield "pays", "unknown: its log does not open it", ""
        opened = []
    before = _payments([(one["address"], one["value_sat"]) for one in opened])
    for address in dict.fromkeys((*before, *now)):
        yield "pays", _paid(before.get(address)), _paid(now.get(address))
        told = "no address" if address is None else in_fours(address)
        yield "", told if address in before else "", told if address in now else ""


def _payments(listed: list[tuple[str | None, int]]) -> Payments:
    found: Payments = {}
    for address, value in listed:
        found.setdefault(address, []).append(value)
    return found


def _paid(values: list[int] | None) -> str:
    return "nothing" if values is None else " and ".join(map(amount, values))


def _known(sat: int | None) -> str:
    return "unknown" if sat is None else amount(sat)
