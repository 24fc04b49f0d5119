"""`custody message`: challenges, and messages signed and verified (BIP-322)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.bitcoin import script
from ceremonies.network import network_named
from ceremonies.signing.challenge import challenge as make_challenge
from custody_cli.answer import answer
from custody_cli.commands import example, message_sign, noun
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
    Within,
)

if TYPE_CHECKING:
    from types import ModuleType

    from custody_cli.contract import MessageChallengeAnswer

app = noun("message")


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


app.command(epilog=message_sign.SIGN)(message_sign.sign)


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
    from custody_cli.messages import message_from, signature_from, verify_answer

    if message == signature == "-":
        raise WrongUsage("two things cannot both be standard input", hint="name one of them")
    said, given = message_from(message, text), signature_from(signature)
    on, path = network_named(network.value), None
    if wallet is not None:
        from custody_cli.message_signing import place_of
        from custody_cli.wallets import read_wallet

        known = read_wallet(wallet)
        on, path = known.network, known.path(place_of(known, address, within))
    holds = verified(said, address, script.of_address(address, on), given)
    found = verify_answer(said, address, on, path, holds)
    answer(found, json=json, show=lambda: _drawn().verified(found))


def _drawn() -> ModuleType:
    from custody_cli.show import message as drawn

    return drawn
