"""Accounts: the extended public keys that leave the room, each by two roads."""

from __future__ import annotations

from ceremonies.bitcoin import bip32, second_opinion
from ceremonies.bitcoin.derivation import HARDENED, format_path
from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.bitcoin.signer import insist_on_libsecp256k1
from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import Frozen
from ceremonies.keys.seed import Seed
from ceremonies.network import MAINNET, Network
from ceremonies.secret import Secret
from ceremonies.strict import hex_bytes

ROADS = ("btclib-wallet", "bip-utils")

_PURPOSES = {"pkh": 44, "sh-wpkh": 49, "wpkh": 84, "tr": 86, "sh-wsh": 48, "wsh": 48}
"""The purpose of each script's account (BIP-44, 49, 84, 86, 48)."""
_SCRIPT_TYPES = {"sh-wsh": 1, "wsh": 2}
"""The last step under purpose 48."""
_OF_ANY_MULTISIG = ("wsh", "sh-wsh", "sh", "tr")

SCRIPTS = tuple(_PURPOSES)
ALL_SCRIPTS = (*SCRIPTS, "sh")
"""With the multisig of BIP-45, which has one account alone."""
SINGLE_KEY_SCRIPTS = ("pkh", "sh-wpkh", "wpkh", "tr")
PURPOSES = (44, 45, 48, 49, 84, 86, 87)


class Account(Frozen, kw_only=True):
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


def account_path(
    script: str, number: int, network: Network, *, purpose: int | None = None
) -> tuple[int, ...]:
    """Return the path of account `number` for a script type, under its own purpose or another.

    Raises:
        InputError: the script type is not known, the number is out of range, or the purpose is
            another script's.
    """
    if script not in ALL_SCRIPTS:
        raise InputError("unknown script type", hint=f"use one of {', '.join(ALL_SCRIPTS)}")
    if not 0 <= number < HARDENED:
        raise InputError(
            f"there is no account {number}", hint="accounts are counted from 0 to 2147483647"
        )
    own = _PURPOSES.get(script, 45)
    chosen = own if purpose is None else purpose
    if chosen == 87 and script in _OF_ANY_MULTISIG:
        return _hardened(87, network.coin_type, number)
    if chosen != own:
        raise InputError(
            f"there are no accounts for {script} in BIP-{chosen}",
            hint=f"leave --bip out for BIP-{own}, or name the path with --path",
        )
    if chosen == 45:
        if number:
            raise InputError("account 0 is the only one in BIP-45", hint="use --bip 87, or --path")
        return _hardened(45)
    steps = (chosen, network.coin_type, number)
    return _hardened(*steps, *([_SCRIPT_TYPES[script]] if chosen == 48 else []))


def _hardened(*steps: int) -> tuple[int, ...]:
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


def insist_is_fingerprint(expected: str) -> None:
    """Refuse what can be no key's fingerprint.

    Raises:
        InputError: it is not 8 hexadecimal digits.
    """
    hex_bytes(expected, what="the expected fingerprint", size=4)


def insist_fingerprint(found: str, expected: str) -> None:
    """Refuse a key that is not the expected one.

    Raises:
        InputError: what is expected is not 8 hexadecimal digits.
        IntegrityError: the fingerprints differ.
    """
    insist_is_fingerprint(expected)
    if found != expected.lower():
        raise IntegrityError(
            f"the key has fingerprint {found}, and {expected.lower()} was expected",
            hint="check the words or cards, the passphrase and the scheme",
        )
