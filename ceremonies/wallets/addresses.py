"""A wallet's addresses, each by two roads."""

from __future__ import annotations

from collections.abc import Callable

from ceremonies.bitcoin import script, second_opinion
from ceremonies.bitcoin.descriptor import Descriptor
from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import Frozen
from ceremonies.wallets.wallet import Place, Wallet

LAST_INDEX = 2**31 - 1

ENGINE, SECOND = "btclib-wallet", "bip-utils"


class Address(Frozen):
    """An address, where it lies, and who agreed: on the address, or on its keys alone."""

    text: str
    place: Place
    path: str
    agreed_by: tuple[str, ...]


def address_at(wallet: Wallet, place: Place) -> Address:
    """Derive one address by the engine and again by bip-utils.

    Miniscript, taproot trees, and keys that are not extended ones or are held by several together
    have the extended keys derived twice, and the address once.

    Raises:
        InputError: the wallet has no such branch or index, or its scripts have no address.
        IntegrityError: the two roads disagree.
    """
    if place.branch >= len(wallet.branches):
        raise InputError(
            f"wallet {wallet.name} has no change branch",
            hint="it was registered with one descriptor for one branch",
        )
    branch = wallet.branches[place.branch]
    if not 0 <= place.index <= LAST_INDEX or (place.index and not branch.is_ranged):
        raise InputError(
            f"wallet {wallet.name} has no index {place.index}",
            hint=f"use 0 to {LAST_INDEX}" if branch.is_ranged else "its one address has index 0",
        )
    keys = [
        second_opinion.child_key(key.xpub, key.steps_at(place.index), wallet.network)
        for key in branch.keys
    ]
    second = _second_address(branch, keys)
    # an address that is made of these keys by itself tells more than that the engine has them
    locked = branch.script_at(place.index) if second else _with_keys(branch, place, keys)
    text = script.address(locked, wallet.network)
    if text is None:
        raise InputError(
            f"the scripts of wallet {wallet.name} have no address",
            hint="a wallet that receives coins by address has another kind of descriptor",
        )
    _insist(second is None or second == text, place)
    agreed = (ENGINE, SECOND) if second else (ENGINE, f"{SECOND} (keys)")
    return Address(text, place, wallet.path(place), agreed)


def find(
    wallet: Wallet,
    text: str,
    within: int,
    *,
    watch: Callable[[Place], None] = lambda _place: None,
) -> Address | None:
    """Look for an address on every branch at indices 0 to `within` - 1; found, by both roads.

    `watch` is told each place that was looked at.

    Raises:
        InputError: it is no address of the wallet's network, or its scripts have no addresses.
        IntegrityError: the two roads disagree about the place where it was found.
    """
    wanted = script.of_address(text, wallet.network)
    for number, branch in enumerate(wallet.branches):
        for index in range(within if branch.is_ranged else 1):
            place = Place(number, index)
            if wallet.derive(place).script == wanted:
                return address_at(wallet, place)
            watch(place)
    return None


def _with_keys(branch: Descriptor, place: Place, keys: list[bytes]) -> bytes:
    """Return the engine's script, whose keys are those that bip-utils derived."""
    derived = branch.at(place.index)
    _insist(derived.keys.keys() >= set(keys), place)
    return derived.script


def _second_address(branch: Descriptor, keys: list[bytes]) -> str | None:
    multisig = branch.multisig
    if multisig is not None and branch.kind in ("wsh", "sh-wsh", "sh"):
        if len(keys) != multisig.of:
            return None
        return second_opinion.multisig_address(
            branch.kind, multisig.threshold, keys, sort=multisig.sort, network=branch.network
        )
    if branch.kind in ("pkh", "wpkh", "sh-wpkh") or branch.is_key_path_only:
        return second_opinion.single_key_address(branch.kind, keys[0], branch.network)
    return None


def _insist(agree: bool, place: Place) -> None:
    if not agree:
        raise IntegrityError(
            f"two implementations disagree about branch {place.branch} index {place.index}",
            hint="use none of these addresses; report the descriptor",
        )
