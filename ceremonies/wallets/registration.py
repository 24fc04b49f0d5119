"""Registering a wallet for the first time: agreed with others, and told what is unusual."""

from __future__ import annotations

from ceremonies.errors import InputError, IntegrityError, Refused
from ceremonies.network import Network
from ceremonies.wallets.addresses import address_at
from ceremonies.wallets.found import Found
from ceremonies.wallets.wallet import RECEIVE, Place, Wallet, register

_TEST_NAMES = ("testnet", "testnet3", "testnet4")


def registered(name: str, found: Found, network: Network, *, unsorted: bool = False) -> Wallet:
    """Make a wallet of what was found, holding every claim of the file against it.

    Raises:
        InputError: it is not a wallet, or of another network.
        Refused: its keys are not sorted, and nobody said so.
        IntegrityError: its first address is not the one the file says.
    """
    _insist_network(found, network)
    wallet = register(name, found.descriptors, network)
    multisig = wallet.branches[0].multisig
    if multisig is not None and not multisig.sort and not unsorted:
        raise Refused(
            "the keys of the multisig are not sorted: their order is part of every address",
            hint="where that is meant, say --unsorted, and keep the order with every backup",
        )
    if found.first_address is not None:
        _insist_first(wallet, found.first_address)
    return wallet


def _insist_network(found: Found, network: Network) -> None:
    said = found.network
    if said is None or said.lower() == network.name:
        return
    if said.lower() in _TEST_NAMES and network.name in _TEST_NAMES:
        return
    raise InputError(
        f"the {found.peer} file is of another network than {network.name}",
        hint="say --network as the coordinator does",
    )


def _insist_first(wallet: Wallet, said: str) -> None:
    first = address_at(wallet, Place(RECEIVE, 0)).text
    if said != first:
        raise IntegrityError(
            f"the file says another first address than its descriptor has, {first}",
            hint="the file was changed, or is of another network: ask all who have it",
        )
