"""Accounts of other coins: public keys to watch them by, each by two roads; nothing signs here."""

from __future__ import annotations

from ceremonies.bitcoin import other_coins, second_opinion
from ceremonies.bitcoin.derivation import HARDENED, format_path
from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import Frozen
from ceremonies.keys.account import ROADS
from ceremonies.secret import Secret

COINS = tuple(other_coins.COINS)


class CoinAccount(Frozen, kw_only=True):
    """An account of another coin: its path, public key and first address."""

    coin: str
    fingerprint: str
    path: str
    key: str
    address: str
    agreed_by: tuple[str, ...] = ROADS


def derive(name: str, seed: Secret, number: int) -> CoinAccount:
    """Derive a coin's account from a BIP-32 seed by the engine and again by bip-utils.

    Raises:
        InputError: the coin is not known, or the number is out of range.
        IntegrityError: the two disagree about the fingerprint, the key or the address.
    """
    insist_on_libsecp256k1()
    coin = other_coins.coin_named(name)
    if not 0 <= number < HARDENED:
        raise InputError(
            f"there is no account {number}", hint="accounts are counted from 0 to 2147483647"
        )
    ours = other_coins.account(coin, seed, number)
    theirs = second_opinion.coin_account(name, seed, number)
    if ours != theirs:
        raise IntegrityError(
            f"two implementations disagree about account {number} of {name}: {' '.join(ours)} "
            f"and {' '.join(theirs)}",
            hint="do not use this key; keep both values for examination",
        )
    fingerprint, key, address = ours
    path = format_path(coin.account_path(number))
    return CoinAccount(coin=name, fingerprint=fingerprint, path=path, key=key, address=address)
