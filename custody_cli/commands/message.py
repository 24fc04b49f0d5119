"""`custody message`: challenges, and messages signed and verified (BIP-322)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.bitcoin import script
from ceremonies.exchange.payload import Encoding
from ceremonies.network import network_named
from ceremonies.signing.challenge import challenge as make_challenge
from ceremonies.strict import hex_bytes
from ceremonies.wallets.wallet import CHANGE, RECEIVE, Place, Wallet
from custody_cli.answer import answer
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage, findings_json
from custody_cli.options import (
    Debug,
    Json,
    NetworkChoice,
    NetworkName,
    Out,
    PassphraseSource,
    PrevTx,
    SchemeChoice,
    SchemeName,
    SeedSource,
    ShareSources,
)
from custody_cli.payloads import read_psbt, write_psbt
from custody_cli.wallets import read_wallet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from ceremonies.signing.message import Proposal
    from custody_cli.contract import MessageChallengeAnswer
    from custody_cli.keys import Key

app = noun("message")

MAX_WITHIN = 100_000

MessageFile = Annotated[
    str | None,
    typer.Option("--message", metavar="FILE", help="The message, byte by byte; - is stdin."),
]
MessageText = Annotated[str | None, typer.Option("--text", help="The message itself.")]
Within = Annotated[
    int, typer.Option(min=1, max=MAX_WITHIN, help="Look through so many indices a branch.")
]
AnyWalletFile = Annotated[
    Path | None,
    typer.Option("--wallet", metavar="WALLET", help="The wallet file the address is of."),
]


@app.command(
    epilog=example(
        'custody message challenge --purpose "Audit 2026" --block HASH --height 840000 \\',
        "      -o challenge.txt",
    )
)
def challenge(
    purpose: Annotated[str, typer.Option(help="Who asks for the proof, and why: one line.")],
    block: Annotated[str, typer.Option(metavar="HASH", help="The hash of a block of today.")],
    height: Annotated[int, typer.Option(min=0, help="Its height.")],
    output: Out,
    nonce: Annotated[
        str | None, typer.Option(metavar="HEX", help="16 bytes; drawn where absent.")
    ] = None,
    network: NetworkName = NetworkChoice.MAINNET,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Write what a prover of reserves is asked to sign: nobody could know it before its block."""
    from custody_cli.messages import challenge_json

    disk.insist_free(output)
    asked = make_challenge(purpose, network_named(network.value), block, height, nonce)
    disk.create(output, asked.text)
    found: MessageChallengeAnswer = {
        **challenge_json(asked),
        "message": asked.text.decode(),
        "sha256": hashlib.sha256(asked.text).hexdigest(),
        "output": str(output),
    }
    answer(found, json=json, show=lambda: _drawn().challenged(found))


@app.command(
    epilog=example(
        "custody message sign --message challenge.txt --wallet vault.wallet.json \\",
        "      --index 0 --funds coins.psbt --seed phrase.txt -o proof.sig",
    )
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
    from custody_cli.keys import Use, key_from
    from custody_cli.messages import message_from, sign_answer, wallet_of_key

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
    proposal = messages.propose(
        said,
        chosen,
        _place(chosen, address, index, change=change, within=within),
        funds=None if funds is None else read_psbt(funds, prevtx, what="the coins' psbt").psbt,
        signed=[read_psbt(name, what=f"signed psbt {n}").psbt for n, name in _counted(signed)],
        wait=messages.Wait(locktime=locktime, sequence=sequence),
    )
    intent = _approved(proposal, approve, yes=yes)
    key = key or key_from(seed, share, scheme.value, passphrase, use=Use.on(on), known=True)
    with key.seed.bip32_seed(key.passphrase) as bip32_seed:
        proposal = messages.with_signer(proposal, Signer(bip32_seed, on))
    done = messages.sign(proposal, approved=intent)
    if done.signature is None:
        write_psbt(output, done.psbt.data, Encoding.BASE64)
    else:
        disk.create(output, done.signature.encode() + b"\n")
    found = sign_answer(proposal, done, None if wallet is None else chosen.name, str(output))
    answer(found, json=json, show=lambda: _drawn().signed(found))


@app.command(
    epilog=example(
        "custody message verify proof.sig --message challenge.txt \\",
        "      --address bc1q9vza2e8x573nczrlzms0wvx3gsqjx7vavgkx0l",
    )
)
def verify(
    signature: Annotated[
        str, typer.Argument(metavar="SIGNATURE", help="A file, - or the signature itself.")
    ],
    address: Annotated[str, typer.Option(help="The address that is said to have signed.")],
    message: MessageFile = None,
    text: MessageText = None,
    wallet: AnyWalletFile = None,
    within: Within = 1000,
    network: NetworkName = NetworkChoice.MAINNET,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Verify a signed message: BIP-322 in every form, and BIP-137's older one."""
    from ceremonies.bitcoin.message_verify import verify as verified
    from custody_cli.messages import message_from, place_of, signature_from, verify_answer

    if message == signature == "-":
        raise WrongUsage("two things cannot both be standard input", hint="name one of them")
    said, given = message_from(message, text), signature_from(signature)
    known = None if wallet is None else read_wallet(wallet)
    on = network_named(network.value) if known is None else known.network
    path = None if known is None else known.path(place_of(known, address, within))
    holds = verified(said, address, script.of_address(address, on), given)
    found = verify_answer(said, address, on, path, holds)
    answer(found, json=json, show=lambda: _drawn().verified(found))


def _place(
    wallet: Wallet, address: str | None, index: int | None, *, change: bool, within: int
) -> Place:
    from custody_cli.messages import place_of

    if (address is None) == (index is None):
        raise WrongUsage(
            "an address of the wallet is named by --address or by --index", hint="give one of them"
        )
    if address is not None:
        return place_of(wallet, address, within)
    from ceremonies.wallets.addresses import address_at

    assert index is not None, "one of the two was given"
    return address_at(wallet, Place(CHANGE if change else RECEIVE, index)).place


def _counted(names: list[str] | None) -> Iterator[tuple[int, str]]:
    return enumerate(names or (), start=1)


def _approved(proposal: Proposal, approve: str | None, *, yes: bool) -> bytes:
    """Return the intent that may be signed: typed in, waved through, or approved by a person."""
    from ceremonies.signing.message import insist

    if approve is not None and yes:
        raise WrongUsage("--approve and --yes exclude each other", hint="give the intent alone")
    if approve is not None:
        typed = approve.replace(" ", "")
        return insist(proposal, hex_bytes(typed, what="the approved intent", size=32))
    intent = insist(proposal)
    if not yes:
        from custody_cli import terminal
        from custody_cli.messages import proposed

        notes = findings_json(proposal.findings)
        shown = _drawn().text(proposed(proposal), proposal.message, intent, notes)
        terminal.ask_yes("Approver: sign exactly this message?", shown=shown)
    return intent


def _drawn() -> ModuleType:
    from custody_cli.show import message as drawn

    return drawn
