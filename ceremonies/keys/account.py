"""Accounts: the extended public keys that leave the room, each by two roads."""

from __future__ import annotations

from dataclasses import dataclass

from ceremonies.bitcoin import bip32, second_opinion
from ceremonies.bitcoin.derivation import HARDENED, format_path
from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys.seed import Seed
from ceremonies.network import MAINNET, Network
from ceremonies.secret import Secret
from ceremonies.strict import hex_bytes

ROADS = ("btclib-wallet", "bip-utils")

_PURPOSES = {
    "pkh": (44, None),
    "sh-wpkh": (49, None),
    "wpkh": (84, None),
    "tr": (86, None),
    "sh-wsh": (48, 1),
    "wsh": (48, 2),
}
"""Purpose and, under purpose 48, script type (BIP-44, 49, 84, 86, 48)."""

SCRIPTS = tuple(_PURPOSES)
SINGLE_KEY_SCRIPTS = tuple(name for name, (_, kind) in _PURPOSES.items() if kind is None)


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account key: its master fingerprint (8 hex digits), path and extended public key."""

    fingerprint: str
    path: str
    xpub: str
    agreed_by: tuple[str, ...] = ROADS

    @property
    def key(self) -> str:
        """The key expression with its origin, `[fingerprint/path]xpub` (BIP-380)."""
        return f"[{self.fingerprint}{self.path.removeprefix('m')}]{self.xpub}"

    def descriptor(self, script: str) -> str | None:
        """Write the wallet of this key alone, both branches, with checksum; None for multisig."""
        if script not in SINGLE_KEY_SCRIPTS:
            return None
        inner = f"{self.key}/<0;1>/*"
        for function in reversed(script.split("-")):
            inner = f"{function}({inner})"
        return with_checksum(inner)


def account_path(script: str, number: int, network: Network) -> tuple[int, ...]:
    """Return the path of account `number` for a script type.

    Raises:
        InputError: the script type is not known, or the number is out of range.
    """
    if script not in _PURPOSES:
        raise InputError("unknown script type", hint=f"use one of {', '.join(SCRIPTS)}")
    if not 0 <= number < HARDENED:
        raise InputError(
            f"there is no account {number}", hint="accounts are counted from 0 to 2147483647"
        )
    purpose, kind = _PURPOSES[script]
    steps = [purpose, network.coin_type, number, *([] if kind is None else [kind])]
    return tuple(step + HARDENED for step in steps)


def derive(seed: Secret, path: tuple[int, ...], network: Network) -> Account:
    """Derive an account from a BIP-32 seed by the engine and again by bip-utils.

    Raises:
        IntegrityError: the two disagree about the fingerprint or the key.
    """
    insist_on_libsecp256k1()
    master = bip32.master(seed, network)
    fingerprint, xpub = master.fingerprint, master.at(path).xpub
    theirs = second_opinion.account(seed, path, network)
    if (fingerprint, xpub) != theirs:
        raise IntegrityError(
            f"two implementations disagree about the key at {format_path(path)}: "
            f"{fingerprint} {xpub} and {theirs[0]} {theirs[1]}",
            hint="do not use this key; keep both values for examination",
        )
    return Account(fingerprint=fingerprint, path=format_path(path), xpub=xpub)


def fingerprint_of(seed: Seed, passphrase: Secret | None) -> str:
    """Return a seed's master fingerprint, 8 hex digits, by both roads; networks share it."""
    with seed.bip32_seed(passphrase) as bip32_seed:
        return derive(bip32_seed, (), MAINNET).fingerprint


def insist_fingerprint(found: str, expected: str) -> None:
    """Refuse a key that is not the expected one.

    Raises:
        InputError: what is expected is not 8 hexadecimal digits.
        IntegrityError: the fingerprints differ.
    """
    hex_bytes(expected, what="the expected fingerprint", size=4)
    if found != expected.lower():
        raise IntegrityError(
            f"the key has fingerprint {found}, and {expected.lower()} was expected",
            hint="check the words or cards, the passphrase and the scheme",
        )
