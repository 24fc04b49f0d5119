"""Account keys and first addresses of other coins, on the first road; nothing here signs.

Keys are the engine's (and SLIP-10 written out for Ed25519), addresses are written out here. The
second road is bip-utils, which knows each coin by its own tables.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from btclib import base58, bech32
from ecc.curves.sec_point import point_from_octets_var

from ceremonies.bitcoin import bip32
from ceremonies.bitcoin.derivation import HARDENED
from ceremonies.bitcoin.keccak import keccak256
from ceremonies.bitcoin.script import hash160
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.network import MAINNET
from ceremonies.secret import Secret

_BITCOIN_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE_ALPHABET = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_XPUB = MAINNET.xpub_version.hex()


class Coin(Frozen):
    """A coin: its name, SLIP-44 number, purpose, version bytes, and how a key becomes an address.

    `address` takes the compressed public key. With Ed25519 there are no extended public keys.
    """

    name: str
    number: int
    purpose: int
    version: str
    address: Callable[[bytes], str]
    is_ed25519: bool = False

    def account_path(self, account: int) -> tuple[int, ...]:
        """Return the path of an account, hardened (BIP-44, BIP-84)."""
        return tuple(step + HARDENED for step in (self.purpose, self.number, account))


def account(coin: Coin, seed: Secret, number: int) -> tuple[str, str, str]:
    """Return the master fingerprint, the account's public key, and its first address.

    The key is extended, under the coin's version bytes; of an Ed25519 coin it is hexadecimal, and
    the address is that of the account's first change level, as wallets of that coin have it.
    """
    path = coin.account_path(number)
    master = bip32.master(seed, MAINNET)
    if coin.is_ed25519:
        key = _ed25519(seed, path)
        return master.fingerprint, key.hex(), coin.address(_ed25519(seed, (*path, HARDENED)))
    node = master.at(path)
    extended = bytes.fromhex(coin.version) + base58.decode(node.xpub)[4:]
    first = bip32.public_node(node.at((0, 0)).xpub)
    return master.fingerprint, base58.encode(extended).decode(), coin.address(first.key)


def _ed25519(seed: Secret, path: tuple[int, ...]) -> bytes:
    """Return the public key at a path of hardened steps (SLIP-10)."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    digest = hmac.new(b"ed25519 seed", seed.reveal(), hashlib.sha512).digest()
    for step in path:
        data = b"\0" + digest[:32] + step.to_bytes(4, "big")
        digest = hmac.new(digest[32:], data, hashlib.sha512).digest()
    return Ed25519PrivateKey.from_private_bytes(digest[:32]).public_key().public_bytes_raw()


def _base58check(version: int, *, alphabet: str = _BITCOIN_ALPHABET) -> Callable[[bytes], str]:
    def address(key: bytes) -> str:
        text = base58.encode(bytes([version]) + hash160(key)).decode()
        return text.translate(str.maketrans(_BITCOIN_ALPHABET, alphabet))

    return address


def _segwit(prefix: str) -> Callable[[bytes], str]:
    def address(key: bytes) -> str:
        number = int.from_bytes(hash160(key), "big")
        return bech32.encode(
            prefix, [0, *((number >> 5 * at) & 31 for at in range(31, -1, -1))]
        ).decode()

    return address


def _keccak_tail(key: bytes) -> bytes:
    x, y = point_from_octets_var(key)
    return keccak256(x.to_bytes(32, "big") + y.to_bytes(32, "big"))[-20:]


def _ethereum(key: bytes) -> str:
    """Write an address with the mixed-case checksum of EIP-55."""
    text = _keccak_tail(key).hex()
    digest = keccak256(text.encode()).hex()
    return "0x" + "".join(
        c.upper() if int(d, 16) > 7 else c for c, d in zip(text, digest, strict=False)
    )


def _tron(key: bytes) -> str:
    return base58.encode(b"\x41" + _keccak_tail(key)).decode()


def _plain_base58(key: bytes) -> str:
    number, text = int.from_bytes(key, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _BITCOIN_ALPHABET[digit] + text
    return "1" * (len(key) - len(key.lstrip(b"\0"))) + text


COINS = {
    coin.name: coin
    for coin in (
        Coin("eth", 60, 44, _XPUB, _ethereum),
        Coin("ltc", 2, 84, "04b24746", _segwit("ltc")),
        Coin("doge", 3, 44, "02facafd", _base58check(0x1E)),
        Coin("sol", 501, 44, "", _plain_base58, is_ed25519=True),
        Coin("dash", 5, 44, _XPUB, _base58check(0x4C)),
        Coin("trx", 195, 44, _XPUB, _tron),
        Coin("xrp", 144, 44, _XPUB, _base58check(0, alphabet=_RIPPLE_ALPHABET)),
    )
}


def coin_named(name: str) -> Coin:
    """Return the coin of that name.

    Raises:
        InputError: there is no such coin here.
    """
    try:
        return COINS[name]
    except KeyError:
        raise InputError("unknown coin", hint=f"use one of {', '.join(COINS)}") from None
