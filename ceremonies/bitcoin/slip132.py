"""Extended public keys whose first letters say what they are for (SLIP-132), and back to BIP-32."""

from __future__ import annotations

import re
from dataclasses import replace

from btclib_wallet.bip32 import BIP32KeyData

from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.errors import InputError
from ceremonies.network import MAINNET, REGTEST, Network

_KINDS = {
    "ypub": ("sh-wpkh", True, "049d7cb2"),
    "Ypub": ("sh-wsh", True, "0295b43f"),
    "zpub": ("wpkh", True, "04b24746"),
    "Zpub": ("wsh", True, "02aa7ed3"),
    "upub": ("sh-wpkh", False, "044a5262"),
    "Upub": ("sh-wsh", False, "024289ef"),
    "vpub": ("wpkh", False, "045f1cf6"),
    "Vpub": ("wsh", False, "02575483"),
}
"""What each beginning is for: the script, whether on mainnet, and its version bytes."""

_OPENINGS = {"sh-wpkh": "sh(wpkh(", "sh-wsh": "sh(wsh(", "wpkh": "wpkh(", "wsh": "wsh("}
_KEY = re.compile(r"(?<![0-9A-Za-z])[xyzYZtuvUV]pub[1-9A-HJ-NP-Za-km-z]{100,110}")


def keys_in(text: str) -> tuple[str, ...]:
    """The extended public keys of a descriptor, in its order, under whatever beginning."""
    return tuple(_KEY.findall(text))


def is_mainnet(key: str) -> bool:
    """Whether a key's first letters say mainnet; test networks cannot be told from one another."""
    return key[:4] == "xpub" or (key[:4] in _KINDS and _KINDS[key[:4]][1])


def script_of(key: str) -> str | None:
    """The script a key's first letters name, such as `sh-wsh`; None for `xpub` and `tpub`."""
    return _KINDS[key[:4]][0] if key[:4] in _KINDS else None


def as_bip32(key: str, *, what: str = "the key") -> str:
    """Return a key with the letters of BIP-32, `xpub` or `tpub`.

    Raises:
        InputError: it is no extended public key, or its checksum is wrong.
    """
    try:
        read = BIP32KeyData.b58decode(key)
    except ENGINE_ERRORS:
        read = None
    if read is None or read.is_private or key[1:4] != "pub":
        raise InputError(
            f"{what} is not an extended public key", hint="copy it again, whole; letters matter"
        )
    if script_of(key) is None:
        return key
    plain = MAINNET if is_mainnet(key) else REGTEST
    return replace(read, version=plain.xpub_version).b58encode()


def written(xpub: str, script: str, network: Network) -> str:
    """Write an `xpub` or `tpub` with the letters of its script; `pkh` and `sh` keep BIP-32's.

    Raises:
        InputError: SLIP-132 names no letters for the script, as for taproot.
    """
    if script in ("pkh", "sh"):
        return xpub
    for kind, mainnet, version in _KINDS.values():
        if (kind, mainnet) == (script, network.is_mainnet):
            return replace(BIP32KeyData.b58decode(xpub), version=bytes.fromhex(version)).b58encode()
    raise InputError(
        f"SLIP-132 has no letters for {script}", hint="use --format key, which suits every script"
    )


def in_bip32(body: str) -> str:
    """Write every extended key of a descriptor (without its checksum) with BIP-32's letters.

    Raises:
        InputError: a key is damaged, or its letters name another script than the descriptor's.
    """
    number = 0

    def plain(found: re.Match[str]) -> str:
        nonlocal number
        number += 1
        key = found[0]
        script = script_of(key)
        if script is None:
            return key
        if not body.startswith(_OPENINGS[script]):
            raise InputError(
                f"key {number} is a {key[:4]}, which is for {script}, and the descriptor is not",
                hint="ask for the key of this script, or for its xpub",
            )
        return as_bip32(key, what=f"key {number}")

    return _KEY.sub(plain, body)
