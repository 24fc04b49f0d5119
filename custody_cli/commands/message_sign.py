"""`custody message sign`: what is proved is shown and approved first (BIP-322)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.exchange.payload import Encoding
from ceremonies.network import network_named
from custody_cli.answer import answer
from custody_cli.commands import example
from custody_cli.exits import WrongUsage
from custody_cli.options import (
    AnyWalletFile,
    Debug,
    Json,
    MessageFile,
    MessageText,
    NetworkChoice,
    NetworkName,
    Out,
    PassphraseSource,
    PrevTx,
    SchemeChoice,
    SchemeName,
    SeedSource,
    ShareSources,
    Within,
)
from custody_cli.payloads import read_psbt, write_public, write_signed
from custody_cli.wallets import read_wallet

if TYPE_CHECKING:
    from custody_cli.contract import MessageSignAnswer
    from custody_cli.given_key import Key

SIGN = example(
    "custody message sign --message challenge.txt --wallet vault.wallet.json \\",
    "      --index 0 --funds coins.psbt --seed phrase.txt -o proof.sig",
)


def sign(
    output: Out,
    message: MessageFile = None,
    text: MessageText = None,
    wallet: AnyWalletFile = None,
    address: Annotated[str | None, typer.Option(help="The address that is to sign.")] = None,
    index: Annotated[int | None, typer.Option(min=0, help="Or its index in the wallet.")] = None,
    change: Annotated[bool, typer.Option("--change", help="On the change branch.")] = False,
    within: Within = 1000,
    account: Annotated[
        int, typer.Option(min=0, help="Without a wallet: the account of the standard path.")
    ] = 0,
    funds: Annotated[
        str | None,
        typer.Option(metavar="PSBT", help="Prove the coins that this PSBT spends as well."),
    ] = None,
    prevtx: PrevTx = None,
    signed: Annotated[
        list[str] | None,
        typer.Option(metavar="PSBT", help="What another signer of this message wrote."),
    ] = None,
    locktime: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="For a script that waits: as if signed then.")
    ] = 0,
    sequence: Annotated[
        int, typer.Option(min=0, max=2**32 - 1, help="For a script that waits: as if so old.")
    ] = 0,
    seed: SeedSource = None,
    share: ShareSources = None,
    scheme: SchemeName = SchemeChoice.BIP39,
    passphrase: PassphraseSource = None,
    network: NetworkName = NetworkChoice.MAINNET,
    approve: Annotated[
        str | None, typer.Option(metavar="INTENT", help="The intent a reviewer read elsewhere.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Answer the last question with yes.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Sign a message for an address: what is proved is shown and approved first."""
    from ceremonies.bitcoin.signer import insist_on_libsecp256k1
    from ceremonies.signing import message as messages
    from ceremonies.signing.signer import Signer
    from custody_cli.given_key import Use
    from custody_cli.keys import key_from
    from custody_cli.message_signing import approved, place_named, sign_answer, wallet_of_key
    from custody_cli.messages import message_from

    insist_on_libsecp256k1()
    disk.insist_free(output)
    said = message_from(message, text)
    chosen = None if wallet is None else read_wallet(wallet)
    on = network_named(network.value) if chosen is None else chosen.network
    key: Key | None = None
    if chosen is None:
        if address is None:
            raise WrongUsage("nothing says what is to sign", hint="give --wallet or --address")
        key = key_from(seed, share, scheme.value, passphrase, use=Use.on(on), known=True)
        chosen = wallet_of_key(key, address, account, on)
    others = enumerate(signed or (), start=1)
    proposal = messages.propose(
        said,
        chosen,
        place_named(chosen, address, index, change=change, within=within),
        funds=None if funds is None else read_psbt(funds, prevtx, what="the coins' psbt").psbt,
        signed=[read_psbt(name, what=f"signed psbt {n}").psbt for n, name in others],
        wait=messages.Wait(locktime=locktime, sequence=sequence),
    )
    intent = approved(proposal, approve, yes=yes)
    key = key or key_from(seed, share, scheme.value, passphrase, use=Use.on(on), known=True)
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        proposal = messages.with_signer(proposal, Signer(bip32_seed, on))
    done = messages.sign(proposal, approved=intent)
    if done.signature is None:
        output = write_signed(output, done.psbt.data, Encoding.BASE64)
    else:
        write_public(output, done.signature.encode() + b"\n")
    found = sign_answer(proposal, done, None if wallet is None else chosen.name, str(output))
    answer(found, json=json, show=lambda: _draw(found))


def _draw(found: MessageSignAnswer) -> None:
    from custody_cli.show import message as drawn

    drawn.signed(found)
