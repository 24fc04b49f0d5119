"""`custody wallet`: register a descriptor wallet and derive its addresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.network import network_named
from ceremonies.wallets import file
from ceremonies.wallets.addresses import address_at
from ceremonies.wallets.wallet import CHANGE, RECEIVE, Place, Wallet, register
from custody_cli.answer import answer
from custody_cli.commands import example, noun
from custody_cli.options import Debug, Json, NetworkChoice, NetworkName, Out
from custody_cli.wallets import read_wallet

if TYPE_CHECKING:
    from custody_cli.contract import AddressJson, WalletAddressAnswer, WalletAnswer

app = noun("wallet")

WalletPath = Annotated[Path, typer.Argument(metavar="WALLET", help="The wallet file.")]


@app.command(
    epilog=example(
        'custody wallet create --name vault --descriptor "$(cat vault.txt)" -o vault.wallet.json'
    )
)
def create(
    name: Annotated[str, typer.Option(help="Letters, digits, dots, dashes and underscores.")],
    descriptor: Annotated[
        list[str],
        typer.Option(metavar="DESC#CHECKSUM", help="One, or a receive and a change descriptor."),
    ],
    output: Out,
    network: NetworkName = NetworkChoice.MAINNET,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Register a wallet by its public descriptor, and write its wallet file."""
    disk.insist_free(output)
    wallet = register(name, descriptor, network_named(network.value))
    disk.create(output, file.write(wallet))
    _answer(wallet, json=json)


@app.command(epilog=example("custody wallet show vault.wallet.json"))
def show(wallet: WalletPath, json: Json = False, debug: Debug = False) -> None:
    """Show what a wallet file says: its keys, its threshold, its id."""
    _answer(read_wallet(wallet), json=json)


@app.command(epilog=example("custody wallet address vault.wallet.json --index 0 --count 5"))
def address(
    wallet: WalletPath,
    index: Annotated[int, typer.Option(min=0, help="The first index.")] = 0,
    count: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 1,
    change: Annotated[bool, typer.Option("--change", help="On the change branch.")] = False,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Derive addresses, each by two implementations."""
    registered = read_wallet(wallet)
    branch = CHANGE if change else RECEIVE
    addresses = [_address(registered, Place(branch, at)) for at in range(index, index + count)]
    found: WalletAddressAnswer = {"addresses": addresses}
    answer(found, json=json, show=lambda: _draw_addresses(found))


def _answer(wallet: Wallet, *, json: bool) -> None:
    found: WalletAnswer = {
        "name": wallet.name,
        "network": wallet.network.name,
        "descriptor": wallet.descriptor,
        "checksum": wallet.checksum,
        "id": wallet.id,
        "threshold": wallet.threshold,
        "signers": list(wallet.signers),
    }
    answer(found, json=json, show=lambda: _draw(found))


def _address(wallet: Wallet, place: Place) -> AddressJson:
    found = address_at(wallet, place)
    return {
        "index": place.index,
        "change": place.branch == CHANGE,
        "address": found.text,
        "path": found.path,
        "agreed_by": list(found.agreed_by),
    }


def _draw(found: WalletAnswer) -> None:
    from custody_cli.show import wallet as drawn

    drawn.wallet(found)


def _draw_addresses(found: WalletAddressAnswer) -> None:
    from custody_cli.show import wallet as drawn

    drawn.addresses(found)
