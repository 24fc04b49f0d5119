"""`custody psbt`: review, sign, combine and finalize transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.bitcoin.psbt import reread
from ceremonies.exchange import file
from ceremonies.exchange.payload import Encoding, Kind, Payload
from ceremonies.signing.review import Review, insist, review, with_signer
from ceremonies.strict import hex_bytes
from ceremonies.wallets.wallet import Wallet
from custody_cli.answer import answer
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage
from custody_cli.options import (
    Debug,
    Json,
    OptionalWalletFile,
    Out,
    PassphraseSource,
    SchemeChoice,
    SchemeName,
    SeedSource,
    ShareSources,
    WalletFile,
)
from custody_cli.payloads import read_psbt, write_psbt
from custody_cli.reviews import review_answer
from custody_cli.wallets import read_wallet

if TYPE_CHECKING:
    from ceremonies.signing.signer import Signer
    from custody_cli.contract import (
        PsbtCombineAnswer,
        PsbtFinalizeAnswer,
        PsbtShowAnswer,
        PsbtSignAnswer,
    )
    from custody_cli.keys import Key

app = noun("psbt")

PsbtName = Annotated[
    str, typer.Argument(metavar="PSBT", help="Binary, Base64 or hex; - is standard input.")
]
PrevTx = Annotated[
    list[str] | None,
    typer.Option("--prevtx", metavar="FILE", help="A previous transaction the psbt lacks."),
]


@app.command(epilog=example("custody psbt show payment.psbt --wallet vault.wallet.json"))
def show(
    psbt: PsbtName,
    wallet: WalletFile,
    prevtx: PrevTx = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Review a transaction: where the money goes, and what speaks against signing."""
    reviewed = review(read_psbt(psbt, prevtx).psbt, read_wallet(wallet))
    found = review_answer(reviewed)
    refused = reviewed.verdict == "refuse"
    answer(found, json=json, show=lambda: _draw(found), exit_code=4 if refused else 0)


@app.command(
    epilog=example(
        "custody psbt sign payment.psbt --wallet vault.wallet.json --seed phrase.txt \\",
        "      --approve INTENT -o payment-signed.psbt",
    )
)
def sign(
    psbt: PsbtName,
    wallet: WalletFile,
    output: Out,
    seed: SeedSource = None,
    share: ShareSources = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    passphrase: PassphraseSource = None,
    prevtx: PrevTx = None,
    approve: Annotated[
        str | None, typer.Option(metavar="INTENT", help="The intent a reviewer read elsewhere.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Answer the last question with yes.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Review, approve and sign a transaction; only signatures are added to it."""
    from ceremonies.bitcoin.signer import insist_on_libsecp256k1
    from ceremonies.signing import finish
    from ceremonies.signing.sign import sign as make_signatures
    from custody_cli.keys import Use, key_from

    insist_on_libsecp256k1()
    disk.insist_free(output)
    given, registered = read_psbt(psbt, prevtx), read_wallet(wallet)
    first = review(given.psbt, registered)
    intent = _approved(first, approve, yes=yes)
    use = Use.on(registered.network)
    signer = _signer(key_from(seed, share, scheme.value, passphrase, use=use), registered)
    reviewed = with_signer(first, signer)
    signed = make_signatures(reviewed, approved=intent)
    result = reread(signed.data).with_previous(given.previous)
    complete = finish.is_complete(result)
    write_psbt(output, signed.data, given.encoding)
    found: PsbtSignAnswer = {
        **review_answer(reviewed, result),
        "signed_by": signed.signed_by,
        "signatures_added": signed.signatures_added,
        "complete": complete,
        "output": str(output),
    }
    answer(found, json=json, show=lambda: _draw_signed(found))


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


@app.command(epilog=example("custody psbt finalize both.psbt -o payment.tx"))
def finalize(
    psbt: PsbtName,
    output: Out,
    wallet: OptionalWalletFile = None,
    prevtx: PrevTx = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Make the final transaction, as hex; every input is tried before it is written."""
    from ceremonies.signing import finish

    disk.insist_free(output)
    given = read_psbt(psbt, prevtx)
    if wallet is not None:
        insist(review(given.psbt, read_wallet(wallet)))
    final = finish.finalize(given.psbt)
    disk.create(output, file.write(Payload(Kind.TRANSACTION, final.data), Encoding.HEX))
    found: PsbtFinalizeAnswer = {
        "txid": final.transaction.txid[::-1].hex(),
        "vsize": final.transaction.vsize,
        "fee_sat": final.fee_sat,
        "hex": final.data.hex(),
        "verified_by": list(final.verified_by),
        "output": str(output),
    }
    answer(found, json=json, show=lambda: _draw_final(found))


def _approved(reviewed: Review, approve: str | None, *, yes: bool) -> bytes:
    """Return the intent that may be signed: typed in, waved through, or approved by a person."""
    if approve is not None and yes:
        raise WrongUsage("--approve and --yes exclude each other", hint="give the intent alone")
    if approve is not None:
        # as the review prints it, in groups of four, or as scripts read it
        typed = approve.replace(" ", "")
        return insist(reviewed, hex_bytes(typed, what="the approved intent", size=32))
    intent = insist(reviewed)
    if not yes:
        from custody_cli import terminal
        from custody_cli.show import psbt as drawn

        terminal.ask_yes("Approver: sign exactly this?", shown=drawn.text(review_answer(reviewed)))
    return intent


def _signer(key: Key, wallet: Wallet) -> Signer:
    from ceremonies.signing.signer import Signer

    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        return Signer(bip32_seed, wallet.network)


def _draw(found: PsbtShowAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.review(found)


def _draw_signed(found: PsbtSignAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.signed(found)


def _draw_combined(found: PsbtCombineAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.combined(found)


def _draw_final(found: PsbtFinalizeAnswer) -> None:
    from custody_cli.show import psbt as drawn

    drawn.final(found)
