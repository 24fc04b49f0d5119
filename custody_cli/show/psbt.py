"""Reviews and transactions, drawn: the money first, then what is unusual, then the intent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console

from ceremonies.spoken import in_fours, visible, words
from custody_cli.show.console import console, facts

if TYPE_CHECKING:
    from custody_cli.contract import (
        FindingJson,
        OutputJson,
        PsbtBatch,
        PsbtBatchItem,
        PsbtCombineAnswer,
        PsbtFinalizeAnswer,
        PsbtShowAnswer,
        PsbtSignAnswer,
    )

_WIDTH = 80
_WORDS_A_LINE = 5
_SAT = 100_000_000


def review(found: PsbtShowAnswer) -> None:
    """Draw a review on standard output."""
    _draw(found, console())


def text(found: PsbtShowAnswer) -> str:
    """Draw a review as plain text of 80 columns, for a question at the terminal."""
    buffer = io.StringIO()
    page = Console(file=buffer, width=_WIDTH, markup=False, highlight=False, emoji=False)
    _draw(found, page)
    return buffer.getvalue()


def signed(found: PsbtSignAnswer) -> None:
    """Draw what signing did."""
    state = "complete" if found["complete"] else "not complete: other signers are needed"
    console().print(
        facts(
            (
                ("signed by", found["signed_by"]),
                ("signatures", f"{found['signatures_added']} added"),
                ("psbt", state),
                ("written to", found["output"]),
            )
        )
    )


def item(found: PsbtBatchItem) -> None:
    """Draw what became of one PSBT of a folder, in a line or two."""
    page = console()
    if "error" in found:
        error = found["error"]
        page.print(f"{found['psbt']}: NOT SIGNED: {visible(error['cause'])}", soft_wrap=True)
        page.print(f"    {visible(error['hint'])}", soft_wrap=True)
    else:
        state = "complete" if found["complete"] else "others must sign too"
        added = f"{found['signatures_added']} signatures added"
        page.print(f"{found['psbt']}: {added}, {state}: {found['output']}", soft_wrap=True)


def batch(found: PsbtBatch) -> None:
    """Draw how many PSBTs of a folder were signed."""
    left = f", {found['left']} not tried" if found["left"] else ""
    console().print(f"{found['signed']} signed, {found['failed']} not signed{left}")


def combined(found: PsbtCombineAnswer) -> None:
    """Draw what combining did."""
    console().print(
        facts((("combined", f"{found['combined']} psbts"), ("written to", found["output"])))
    )


def final(found: PsbtFinalizeAnswer) -> None:
    """Draw a final transaction."""
    console().print(
        facts(
            (
                ("txid", found["txid"]),
                ("size", f"{found['vsize']} vB"),
                ("fee", _amount(found["fee_sat"])),
                ("verified by", ", ".join(found["verified_by"])),
                ("written to", found["output"]),
            )
        )
    )


def _draw(found: PsbtShowAnswer, page: Console) -> None:
    urgent = [one for one in found["findings"] if one["level"] != "note"]
    for one in urgent:
        for line in _finding(one):
            page.print(line)
    page.print(facts(_head(found)))
    for kind, title in (
        ("payment", "Payments"),
        ("data", "Data, not spendable"),
        ("self", "Back to this wallet, receive branch"),
        ("change", "Change, proved by path"),
    ):
        outputs = [output for output in found["outputs"] if output["kind"] == kind]
        if outputs:
            page.print(f"\n{title}")
            page.print(facts(_outputs(outputs)))
    page.print()
    page.print(facts(_tail(found)))


def _finding(found: FindingJson) -> Iterator[str]:
    where = f" {found['where']}" if found["where"] else ""
    yield f"{found['level'].upper()} {found['rule']}:{where} {found['message']}"
    yield f"    {found['hint']}"


def _head(found: PsbtShowAnswer) -> Iterator[tuple[str, str]]:
    known = [given["value_sat"] for given in found["inputs"] if given["value_sat"] is not None]
    unknown = len(found["inputs"]) - len(known)
    yield "wallet", f"{found['wallet']} on {found['network']}"
    spends = f"{_amount(sum(known))} from {_counted(len(found['inputs']), 'input')}"
    yield "spends", spends + (f", {unknown} of unknown value" if unknown else "")
    yield "fee", _fee(found)
    if found["locktime"]:
        yield "locktime", str(found["locktime"])
    signatures = found["signatures"]
    needed = "" if signatures["required"] is None else f" of {signatures['required']}"
    yield "signatures", f"{signatures['present']}{needed} on every input"


def _fee(found: PsbtShowAnswer) -> str:
    fee = found["fee_sat"]
    if fee is None or fee < 0:
        return "unknown" if fee is None else f"impossible ({fee} sat)"
    paid = sum(o["value_sat"] for o in found["outputs"] if o["kind"] in ("payment", "data"))
    tenths = fee * 1000 // paid if paid else 0
    share = f", {tenths // 10}.{tenths % 10} % of the payments" if paid else ""
    return f"{_amount(fee)}, {found['fee_rate_sat_vb']} sat/vB{share}"


def _outputs(outputs: list[OutputJson]) -> Iterator[tuple[str, str]]:
    for output in outputs:
        where = in_fours(output["address"]) if output["address"] else "no address"
        yield _amount(output["value_sat"]), where
        if output["path"]:
            yield "", output["path"]


def _tail(found: PsbtShowAnswer) -> Iterator[tuple[str, str]]:
    if found["intent"] is None:
        yield "verdict", "REFUSED: there is no intent for a refused transaction"
        return
    spoken = words(bytes.fromhex(found["intent"])).split()
    half = len(found["intent"]) // 2
    yield "intent", in_fours(found["intent"][:half])
    yield "", in_fours(found["intent"][half:])
    for start in range(0, len(spoken), _WORDS_A_LINE):
        label = "in words" if start == 0 else ""
        yield label, " ".join(spoken[start : start + _WORDS_A_LINE])
    yield "verdict", "may be signed"


def _amount(sat: int) -> str:
    sign, size = ("-", -sat) if sat < 0 else ("", sat)
    return f"{sign}{size // _SAT}.{size % _SAT:08d} BTC"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
