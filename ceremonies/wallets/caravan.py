"""Caravan's (and Unchained's) wallet JSON: written and read."""

from __future__ import annotations

import json

import msgspec

from ceremonies import strict
from ceremonies.errors import InputError
from ceremonies.wallets.found import Found
from ceremonies.wallets.multisig import (
    Cosigner,
    SortedMultisig,
    insist_count,
    sorted_multisig,
)
from ceremonies.wallets.wallet import Wallet

_TYPES = {"P2SH": "sh", "P2SH-P2WSH": "sh-wsh", "P2WSH": "wsh"}
_NETWORKS = {"mainnet": "mainnet", "testnet4": "testnet", "signet": "signet", "regtest": "regtest"}


class Quorum(msgspec.Struct, kw_only=True):
    """How many of how many."""

    requiredSigners: int  # noqa: N815
    totalSigners: int  # noqa: N815


class ExtendedKey(msgspec.Struct, kw_only=True):
    """One key; where it comes from may be `Unknown`."""

    bip32Path: str  # noqa: N815
    xpub: str
    xfp: str


class CaravanWallet(msgspec.Struct, kw_only=True):
    """What of the file says which wallet it is."""

    addressType: str  # noqa: N815
    network: str
    quorum: Quorum
    extendedPublicKeys: list[ExtendedKey]  # noqa: N815


def write(wallet: Wallet) -> str:
    """Write the file that Import Wallet Configuration takes.

    Raises:
        Refused: it is no sorted multisig of branches 0 and 1.
    """
    found = sorted_multisig(wallet, "caravan")
    content = {
        "name": wallet.name,
        "addressType": next(name for name, script in _TYPES.items() if script == found.script),
        "network": _NETWORKS[wallet.network.name],
        "client": {"type": "public"},
        "quorum": {"requiredSigners": found.threshold, "totalSigners": len(found.cosigners)},
        "extendedPublicKeys": [
            {
                "name": f"{wallet.name}-{number}",
                "bip32Path": one.path.replace("h", "'"),
                "xpub": one.xpub,
                "xfp": one.fingerprint,
                "method": "text",
            }
            for number, one in enumerate(found.cosigners, start=1)
        ],
        "startingAddressIndex": 0,
    }
    return json.dumps(content, indent=2) + "\n"


def read(data: bytes) -> Found:
    """Read it; keys are sorted, and their branches are 0 and 1, as Caravan has them.

    Raises:
        InputError: it is not that, or a key comes from nowhere.
    """
    content = strict.json_value(data, CaravanWallet, what="the caravan wallet")
    script = _TYPES.get(content.addressType.replace("_", "-"))
    if script is None:
        raise InputError("the caravan wallet's address type is not known", hint="export it again")
    insist_count(content.quorum.totalSigners, content.extendedPublicKeys)
    keys = tuple(Cosigner(one.xfp, one.bip32Path, one.xpub) for one in content.extendedPublicKeys)
    made = SortedMultisig(script, content.quorum.requiredSigners, keys)
    return Found(peer="caravan", descriptors=(made.descriptor(),), network=content.network)
