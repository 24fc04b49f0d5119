"""`custody psbt sign`: one transaction, or a folder of them, reviewed, approved and signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.exchange.departures import departure_of
from ceremonies.wallets.wallet import Wallet
from custody_cli.answer import answer
from custody_cli.commands import example
from custody_cli.exits import WrongUsage, worst
from custody_cli.histories import read_history
from custody_cli.options import (
    ApprovalFiles,
    Debug,
    Height,
    HistoryFolders,
    Json,
    Language,
    Out,
    PassphraseSource,
    PolicyFile,
    PrevTx,
    RequirePolicy,
    SchemeChoice,
    SchemeName,
    SeedSource,
    ShareSources,
    SignersFile,
    WalletFile,
)
from custody_cli.policies import policy_for
from custody_cli.wallets import read_wallet

if TYPE_CHECKING:
    from ceremonies.signing.signer import Signer
    from custody_cli.contract import PsbtBatch, PsbtBatchItem, PsbtSignAnswer
    from custody_cli.given_key import Key
    from custody_cli.signing import Bench

SIGN = example(
    "custody psbt sign payment.psbt --wallet vault.wallet.json --seed phrase.txt \\",
    "      --approve INTENT -o payment-signed.psbt",
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
    require_policy: RequirePolicy = False,
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
    from custody_cli.given_key import Use
    from custody_cli.keys import key_from
    from custody_cli.signing import Bench, Consent, logged, psbts_in

    insist_on_libsecp256k1()
    disk.insist_free(output)
    registered = read_wallet(wallet)
    use = Use.on(registered.network)
    consent = Consent.of(approve, yes=yes, files=approval, signers=signers)
    folder = psbts_in(Path(psbt)) if Path(psbt).is_dir() else []
    if folder and departure_of(output) is not None:
        raise WrongUsage(
            "a folder of psbts is signed into a folder of files, and that name is one of codes",
            hint="choose another name; each file can be shown with `custody qr show`",
        )
    bench = Bench(
        trim=trim,
        is_folder=bool(folder),
        wallet=registered,
        policy=policy_for(policy, must_be_pinned=require_policy),
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
    with logged(bench, log, signers=signers, height=height):
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


def _draw_signed(found: PsbtSignAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.signed(found)
