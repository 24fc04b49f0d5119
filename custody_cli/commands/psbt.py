"""`custody psbt`: review, sign, combine and finalize transactions."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.exchange.departures import departure_of
from ceremonies.exchange.payload import Encoding
from ceremonies.signing.approval import text_of
from ceremonies.signing.review import insist, review
from custody_cli.answer import answer
from custody_cli.commands import example, noun, psbt_sign
from custody_cli.exits import WrongUsage
from custody_cli.histories import read_history
from custody_cli.options import (
    Debug,
    Height,
    HistoryFolders,
    Json,
    OptionalWalletFile,
    Out,
    PolicyFile,
    PrevTx,
    RequirePolicy,
    SignersFile,
    WalletFile,
)
from custody_cli.payloads import read_psbt, write_psbt, write_transaction
from custody_cli.policies import policy_for
from custody_cli.reviews import review_answer
from custody_cli.wallets import read_wallet

if TYPE_CHECKING:
    from custody_cli.contract import (
        PsbtCombineAnswer,
        PsbtConvertAnswer,
        PsbtFinalizeAnswer,
        PsbtShowAnswer,
    )

app = noun("psbt")


class Version(StrEnum):
    """The versions of PSBTs (BIP-174, BIP-370)."""

    FIRST = "0"
    SECOND = "2"


class TransactionEncoding(StrEnum):
    """How a final transaction may be written."""

    HEX = "hex"
    BINARY = "binary"


PsbtName = Annotated[str, typer.Argument(metavar="PSBT", help="A file, -, or codes of any kind.")]


@app.command(epilog=example("custody psbt show payment.psbt --wallet vault.wallet.json"))
def show(
    psbt: PsbtName,
    wallet: WalletFile,
    policy: PolicyFile = None,
    require_policy: RequirePolicy = False,
    prevtx: PrevTx = None,
    history: HistoryFolders = None,
    signers: SignersFile = None,
    height: Height = None,
    approval_text: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what an approver signs, with ssh-keygen."),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--all", help="Every input and output, however many there are.")
    ] = False,
    page: Annotated[
        bool, typer.Option("--page", help="One screen at a time, at the terminal.")
    ] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Review a transaction: where the money goes, and what speaks against signing."""
    if approval_text is not None:
        disk.insist_free(approval_text)
    reviewed = review(
        read_psbt(psbt, prevtx).psbt,
        read_wallet(wallet),
        policy=policy_for(policy, must_be_pinned=require_policy),
        history=read_history(history, signers=signers, height=height),
    )
    found = review_answer(reviewed)
    if approval_text is not None and reviewed.intent is not None:
        disk.create(approval_text, text_of(reviewed.intent, reviewed.policy.sha256))
    refused = reviewed.verdict == "refuse"
    drawn = partial(_draw, found, everything=whole, page=page)
    answer(found, json=json, show=drawn, exit_code=4 if refused else 0)


app.command(epilog=psbt_sign.SIGN)(psbt_sign.sign)


@app.command(epilog=example("custody psbt combine one.psbt two.psbt -o both.psbt"))
def combine(
    psbts: Annotated[list[str], typer.Argument(metavar="PSBT ...", help="Two or more.")],
    output: Out,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Join the signatures of several answers to one psbt."""
    from ceremonies.signing import finish

    if len(psbts) < 2:
        raise WrongUsage("there is nothing to combine", hint="name two psbts or more")
    disk.insist_free(output)
    given = [read_psbt(name, what=f"psbt {n}") for n, name in enumerate(psbts, start=1)]
    data = finish.combine([one.psbt for one in given])
    write_psbt(output, data, given[0].encoding)
    found: PsbtCombineAnswer = {
        "txid": given[0].psbt.transaction.txid[::-1].hex(),
        "combined": len(given),
        "output": str(output),
    }
    answer(found, json=json, show=lambda: _draw_combined(found))


@app.command(epilog=example("custody psbt convert payment.psbt --to 2 -o payment-v2.psbt"))
def convert(
    psbt: PsbtName,
    output: Out,
    to: Annotated[
        Version | None, typer.Option(help="The version to write; as it is where absent.")
    ] = None,
    encoding: Annotated[
        Encoding | None, typer.Option("--as", help="How to write it; as it came where absent.")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write a psbt in another version or encoding; its transaction stays the same."""
    from ceremonies.bitcoin.psbt_versions import converted

    disk.insist_free(output)
    _insist_file(output, encoding)
    given = read_psbt(psbt)
    version = given.psbt.maps.version if to is None else int(to.value)
    chosen = encoding or given.encoding
    write_psbt(output, converted(given.psbt, version), chosen)
    found: PsbtConvertAnswer = {
        "txid": given.psbt.transaction.txid[::-1].hex(),
        "version": version,
        "encoding": chosen.value,
        "output": str(output),
    }
    answer(found, json=json, show=lambda: _draw_converted(found))


@app.command(epilog=example("custody psbt finalize both.psbt -o payment.tx"))
def finalize(
    psbt: PsbtName,
    output: Out,
    wallet: OptionalWalletFile = None,
    policy: PolicyFile = None,
    require_policy: RequirePolicy = False,
    prevtx: PrevTx = None,
    history: HistoryFolders = None,
    height: Height = None,
    encoding: Annotated[
        TransactionEncoding | None, typer.Option("--as", help="How to write it; hex where absent.")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make the final transaction; every input is tried before it is written."""
    from ceremonies.signing import finish

    disk.insist_free(output)
    _insist_file(output, encoding)
    given = read_psbt(psbt, prevtx)
    if wallet is not None:
        past = read_history(history, height=height)
        registered = read_wallet(wallet)
        insist(
            review(
                given.psbt,
                registered,
                policy=policy_for(policy, must_be_pinned=require_policy),
                history=past,
            )
        )
    final = finish.finalize(given.psbt)
    write_transaction(output, final.data, Encoding(encoding.value if encoding else "hex"))
    found: PsbtFinalizeAnswer = {
        "txid": final.transaction.txid[::-1].hex(),
        "vsize": final.transaction.vsize,
        "fee_sat": final.fee_sat,
        "hex": final.data.hex(),
        "verified_by": list(final.verified_by),
        "output": str(output),
    }
    answer(found, json=json, show=lambda: _draw_final(found))


def _insist_file(output: Path, encoding: Encoding | TransactionEncoding | None) -> None:
    """Refuse an encoding beside a name that asks for codes, which have their own."""
    if encoding is not None and departure_of(output) is not None:
        raise WrongUsage(
            "--as says how a file is written, and that name is one of codes",
            hint="leave --as out, or choose another name",
        )


def _draw(found: PsbtShowAnswer, *, everything: bool, page: bool) -> None:
    from custody_cli.show import psbt as drawn

    if page:
        from custody_cli import terminal

        terminal.show_pages(drawn.text(found, everything=everything))
    else:
        drawn.review(found, everything=everything)


def _draw_combined(found: PsbtCombineAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.combined(found)


def _draw_converted(found: PsbtConvertAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.converted(found)


def _draw_final(found: PsbtFinalizeAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.final(found)
