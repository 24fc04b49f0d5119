"""Reviews and transactions, drawn: the money first, then what is unusual, then the intent."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Console

from ceremonies.spoken import in_fours, visible, words
from custody_cli.show.amounts import amount
from custody_cli.show.console import console, facts
from custody_cli.show.findings import grouped
from custody_cli.show.replaced import beside

if TYPE_CHECKING:
    from custody_cli.contract import (
        InputJson,
        OutputJson,
        PsbtBatch,
        PsbtBatchItem,
        PsbtCombineAnswer,
        PsbtConvertAnswer,
        PsbtFinalizeAnswer,
        PsbtShowAnswer,
        PsbtSignAnswer,
    )

_WIDTH = 80
_WORDS_A_LINE = 5
_FEW = 20
_ALWAYS_WHOLE = ("payment", "data")
_KINDS = (
    ("payment", "Payments"),
    ("data", "Data, not spendable"),
    ("self", "Back to this wallet, receive branch"),
    ("change", "Change, proved by path"),
)


def review(found: PsbtShowAnswer, *, everything: bool = False) -> None:
    """Draw a review on standard output, `everything` of it where much would be summed up."""
    _draw(found, console(), everything=everything)


def text(found: PsbtShowAnswer, *, everything: bool = False) -> str:
    """Draw a review as plain text of 80 columns, for a question at the terminal."""
    buffer = io.StringIO()
    page = Console(file=buffer, width=_WIDTH, markup=False, highlight=False, emoji=False)
    _draw(found, page, everything=everything)
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
        added = f"{_counted(found['signatures_added'], 'signature')} added"
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


def converted(found: PsbtConvertAnswer) -> None:
    """Draw what converting did."""
    console().print(
        facts(
            (
                ("version", str(found["version"])),
                ("written as", found["encoding"]),
                ("written to", found["output"]),
            )
        )
    )


def final(found: PsbtFinalizeAnswer) -> None:
    """Draw a final transaction."""
    console().print(
        facts(
            (
                ("txid", found["txid"]),
                ("size", f"{found['vsize']} vB"),
                ("fee", amount(found["fee_sat"])),
                ("verified by", ", ".join(found["verified_by"])),
                ("written to", found["output"]),
            )
        )
    )


def _draw(found: PsbtShowAnswer, page: Console, *, everything: bool = False) -> None:
    for one in grouped(found["findings"]):
        if one.level != "note":
            page.print(f"{one.level.upper()} {one.rule}:{one.where} {visible(one.message)}")
            page.print(f"    {visible(one.hint)}")
    for earlier in found["signed_before"]:
        page.print(beside(earlier, found))
        page.print()
    page.print(facts(_head(found)))
    for kind, title in _KINDS:
        outputs = [output for output in found["outputs"] if output["kind"] == kind]
        if outputs:
            page.print(f"\n{_titled(title, outputs)}")
            few = outputs if everything or kind in _ALWAYS_WHOLE else outputs[:_FEW]
            page.print(facts(_outputs(few)))
            if len(few) < len(outputs):
                page.print(f"and {len(outputs) - len(few)} more like these: --all shows them")
    if everything:
        page.print("\nInputs")
        page.print(facts(_inputs(found["inputs"])))
    notes = [one for one in grouped(found["findings"]) if one.level == "note"]
    for number, one in enumerate(notes):
        page.print(("\n" if number == 0 else "") + f"{one.rule}:{one.where} {visible(one.message)}")
    page.print()
    page.print(facts(_tail(found)))


def _titled(title: str, outputs: list[OutputJson]) -> str:
    if len(outputs) <= _FEW:
        return title
    total = sum(output["value_sat"] for output in outputs)
    return f"{title}: {len(outputs)}, {amount(total)} together"


def _head(found: PsbtShowAnswer) -> Iterator[tuple[str, str]]:
    known = [given["value_sat"] for given in found["inputs"] if given["value_sat"] is not None]
    unknown = len(found["inputs"]) - len(known)
    yield "wallet", f"{found['wallet']} on {found['network']}"
    spends = f"{amount(sum(known))} from {_counted(len(found['inputs']), 'input')}"
    if len(known) > _FEW:
        spends += f" of {amount(min(known))} to {amount(max(known))}"
    yield "spends", spends + (f", {unknown} of unknown value" if unknown else "")
    yield "fee", _fee(found)
    if found["locktime"]:
        yield "locktime", str(found["locktime"])
    signatures = found["signatures"]
    needed = "" if signatures["required"] is None else f" of {signatures['required']}"
    yield "signatures", f"{signatures['present']}{needed} on every input"
    if len(found["branches"]) > 1:
        for number, way in enumerate(found["branches"]):
            state = "open" if way["open"] else f"opens {way['opens']}"
            yield "" if number else "spent by", f"{way['words']}: {state}"
    if found["fields_kept"]:
        names = (f"{count} {name}" for name, count in found["fields_kept"].items())
        yield "kept as is", ", ".join(names)
    asked = found["approvals"]
    if asked["needed"]:
        by = f": {', '.join(asked['by'])}" if asked["by"] else ""
        yield "approvals", f"{len(asked['by'])} of {asked['needed']}{by}"


def _fee(found: PsbtShowAnswer) -> str:
    fee = found["fee_sat"]
    if fee is None or fee < 0:
        return "unknown" if fee is None else f"impossible ({fee} sat)"
    paid = sum(o["value_sat"] for o in found["outputs"] if o["kind"] in ("payment", "data"))
    base = paid or sum(given["value_sat"] or 0 for given in found["inputs"])
    tenths = fee * 1000 // base if base else 0
    share = f"{tenths // 10}.{tenths % 10} % of the {'payments' if paid else 'inputs'}"
    return f"{amount(fee)}, {found['fee_rate_sat_vb']} sat/vB, {share}"


def _outputs(outputs: list[OutputJson]) -> Iterator[tuple[str, str]]:
    for output in outputs:
        where = in_fours(output["address"]) if output["address"] else "no address"
        yield amount(output["value_sat"]), where
        if output["path"]:
            yield "", output["path"]


def _inputs(inputs: list[InputJson]) -> Iterator[tuple[str, str]]:
    for number, given in enumerate(inputs):
        value = "unknown" if given["value_sat"] is None else amount(given["value_sat"])
        yield f"{number} {value}", f"{given['path'] or 'NOT OURS'} ({given['script']})"
        yield "", given["outpoint"]


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
    yield from _policy(found)
    yield "verdict", "may be signed"


def _policy(found: PsbtShowAnswer) -> Iterator[tuple[str, str]]:
    digits, pinned = found["policy"], found["policy_pinned"]
    if digits is not None:
        half = len(digits) // 2
        yield "policy", in_fours(digits[:half])
        # beside it, so that a whole review is one screen
        yield "", in_fours(digits[half:]) + ("" if pinned else "  not pinned by the wallet")
    elif not pinned:
        yield "policy", "no policy is pinned by this wallet file"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
