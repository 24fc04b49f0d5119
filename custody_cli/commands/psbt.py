"""`custody psbt`: review, sign, combine and finalize transactions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.exchange.payload import Encoding
from ceremonies.signing.approval import text_of
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import insist, review
from ceremonies.wallets.wallet import Wallet
from custody_cli.answer import answer
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage, worst
from custody_cli.histories import read_history
from custody_cli.options import (
    ApprovalFiles,
    Debug,
    Height,
    HistoryFolders,
    Json,
    Language,
    OptionalWalletFile,
    Out,
    PassphraseSource,
    PolicyFile,
    SchemeChoice,
    SchemeName,
    SeedSource,
    ShareSources,
    SignersFile,
    WalletFile,
)
from custody_cli.payloads import read_psbt, write_psbt, write_transaction
from custody_cli.policies import read_policy
from custody_cli.reviews import review_answer
from custody_cli.wallets import read_wallet

if TYPE_CHECKING:
    from ceremonies.signing.signer import Signer
    from custody_cli.contract import (
        PsbtBatch,
        PsbtBatchItem,
        PsbtCombineAnswer,
        PsbtConvertAnswer,
        PsbtFinalizeAnswer,
        PsbtShowAnswer,
        PsbtSignAnswer,
    )
    from custody_cli.keys import Key
    from custody_cli.signing import Bench

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
PrevTx = Annotated[
    list[str] | None,
    typer.Option("--prevtx", metavar="FILE", help="A previous transaction the psbt lacks."),
]


@app.command(epilog=example("custody psbt show payment.psbt --wallet vault.wallet.json"))
def show(
    psbt: PsbtName,
    wallet: WalletFile,
    policy: PolicyFile = None,
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
        policy=read_policy(policy),
        history=read_history(history, signers=signers, height=height),
    )
    found = review_answer(reviewed)
    if approval_text is not None and reviewed.intent is not None:
        disk.create(approval_text, text_of(reviewed.intent, reviewed.policy.sha256))
    refused = reviewed.verdict == "refuse"
    drawn = partial(_draw, found, everything=whole, page=page)
    answer(found, json=json, show=drawn, exit_code=4 if refused else 0)


@app.command(
    epilog=example(
        "custody psbt sign payment.psbt --wallet vault.wallet.json --seed phrase.txt \\",
        "      --approve INTENT -o payment-signed.psbt",
    )
)
def sign(
    psbt: Annotated[
        str,
        typer.Argument(metavar="PSBT", help="A file, -, codes of any kind, or a folder of .psbt."),
    ],
    wallet: WalletFile,
    output: Out,
    seed: SeedSource = None,
    share: ShareSources = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    language: Language = None,
    passphrase: PassphraseSource = None,
    policy: PolicyFile = None,
    approval: ApprovalFiles = None,
    signers: SignersFile = None,
    prevtx: PrevTx = None,
    history: HistoryFolders = None,
    height: Height = None,
    log: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Record it in a log in this new folder.")
    ] = None,
    approve: Annotated[
        list[str] | None,
        typer.Option(metavar="INTENT", help="An intent that a reviewer read elsewhere."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Answer the last question with yes.")] = False,
    trim: Annotated[
        bool, typer.Option("--trim", help="Write signatures alone; combine makes it whole.")
    ] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Of a folder, go on after one that fails.")
    ] = False,
    json: Json = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Print one JSON object a PSBT, as each is done.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Review, approve and sign a transaction; only signatures are added to it."""
    from ceremonies.bitcoin.signer import insist_on_libsecp256k1
    from custody_cli.keys import Use, key_from
    from custody_cli.signing import Bench, Consent, psbts_in

    insist_on_libsecp256k1()
    disk.insist_free(output)
    registered = read_wallet(wallet)
    use = Use.on(registered.network)
    consent = Consent.of(approve, yes=yes, files=approval, signers=signers)
    folder = psbts_in(Path(psbt)) if Path(psbt).is_dir() else []
    bench = Bench(
        trim=trim,
        is_folder=bool(folder),
        wallet=registered,
        policy=read_policy(policy) or Policy(),
        history=read_history(history, signers=signers, height=height),
        consent=consent,
        prevtx=prevtx,
        key=lambda: _signer(
            key_from(
                seed,
                share,
                scheme.value,
                passphrase,
                use=use,
                known=True,
                language=language and language.value,
            ),
            registered,
        ),
    )
    with _logged(bench, log, signers=signers, height=height):
        if not folder:
            found = bench.sign(psbt, output)
        else:
            batch, code = _signed_folder(
                bench, folder, output, keep_going=keep_going, json=json, jsonl=jsonl
            )
    # after the log has ended: what it cannot write is an error, and then the one that is printed
    if not folder:
        answer(found, json=json or jsonl, show=lambda: _draw_signed(found))
    elif not jsonl:
        answer(batch, json=json, show=lambda: _draw_batch(batch), exit_code=code)
    elif code:
        raise typer.Exit(code)


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
    prevtx: PrevTx = None,
    history: HistoryFolders = None,
    height: Height = None,
    encoding: Annotated[
        TransactionEncoding, typer.Option("--as", help="How to write it.")
    ] = TransactionEncoding.HEX,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make the final transaction; every input is tried before it is written."""
    from ceremonies.signing import finish

    disk.insist_free(output)
    given = read_psbt(psbt, prevtx)
    if wallet is not None:
        past = read_history(history, height=height)
        registered = read_wallet(wallet)
        insist(review(given.psbt, registered, policy=read_policy(policy), history=past))
    final = finish.finalize(given.psbt)
    write_transaction(output, final.data, Encoding(encoding.value))
    found: PsbtFinalizeAnswer = {
        "txid": final.transaction.txid[::-1].hex(),
        "vsize": final.transaction.vsize,
        "fee_sat": final.fee_sat,
        "hex": final.data.hex(),
        "verified_by": list(final.verified_by),
        "output": str(output),
    }
    answer(found, json=json, show=lambda: _draw_final(found))


@contextlib.contextmanager
def _logged(
    bench: Bench, folder: Path | None, *, signers: Path | None, height: int | None
) -> Iterator[None]:
    """Record what a bench signs in a new folder, if there is to be a log."""
    if folder is None:
        yield
        return
    from ceremonies.conduct.solitary import recorded
    from custody_cli.policies import signers_file
    from custody_cli.world import this_machine

    disk.insist_free(folder)
    with contextlib.ExitStack() as ending:
        record = recorded(
            folder,
            network=bench.wallet.network,
            signers_file=signers_file(bench.policy, signers),
            height=height,
            world=this_machine(),
        )
        bench.begin_log = lambda: ending.enter_context(record)
        yield


def _signed_folder(
    bench: Bench, psbts: list[Path], output: Path, *, keep_going: bool, json: bool, jsonl: bool
) -> tuple[PsbtBatch, int]:
    from custody_cli.signing import signed_folder

    items: list[PsbtBatchItem] = []
    codes = []
    for item, code in signed_folder(bench, psbts, output, keep_going=keep_going):
        codes.append(code)
        items.append(item)
        if jsonl:
            answer(item, json=True, show=_nothing)
        elif not json:
            _draw_item(item)
    found: PsbtBatch = {
        "signed": codes.count(0),
        "failed": len(codes) - codes.count(0),
        "left": len(psbts) - len(codes),
        "psbts": items,
    }
    return found, worst(codes)


def _nothing() -> None:
    """Draw nothing: it is printed as JSON."""


def _draw_item(found: PsbtBatchItem) -> None:
    from custody_cli.show import psbt as drawn

    drawn.item(found)


def _draw_batch(found: PsbtBatch) -> None:
    from custody_cli.show import psbt as drawn

    drawn.batch(found)


def _signer(key: Key, wallet: Wallet) -> Signer:
    from ceremonies.signing.signer import Signer

    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        return Signer(bip32_seed, wallet.network)


def _draw(found: PsbtShowAnswer, *, everything: bool, page: bool) -> None:
    from custody_cli.show import psbt as drawn

    if page:
        from custody_cli import terminal

        terminal.show_pages(drawn.text(found, everything=everything))
    else:
        drawn.review(found, everything=everything)


def _draw_signed(found: PsbtSignAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.signed(found)


def _draw_combined(found: PsbtCombineAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.combined(found)


def _draw_converted(found: PsbtConvertAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.converted(found)


def _draw_final(found: PsbtFinalizeAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.final(found)
