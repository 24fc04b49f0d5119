"""An account in Coldcard's generic wallet JSON, which many coordinators import."""

from __future__ import annotations

import json

from ceremonies import strict
from ceremonies.bitcoin import bip32, script, second_opinion, slip132
from ceremonies.bitcoin import descriptor as descriptors
from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys.account import SINGLE_KEY_SCRIPTS, Account
from ceremonies.network import Network

_SECTIONS = {
    "pkh": ("bip44", "p2pkh"),
    "sh-wpkh": ("bip49", "p2sh-p2wpkh"),
    "wpkh": ("bip84", "p2wpkh"),
    "tr": ("bip86", "p2tr"),
    "sh-wsh": ("bip48_1", "p2sh-p2wsh"),
    "wsh": ("bip48_2", "p2wsh"),
    "sh": ("bip45", "p2sh"),
}
_CHAINS = {"mainnet": "BTC", "testnet4": "XTN", "signet": "XTN", "regtest": "XRT"}


def write(account: Account, kind: str, number: int, network: Network) -> str:
    """Write the one section of this account; the master key, which says more, stays out.

    `first` is the first receive address, by both roads, where one key makes a wallet.
    """
    name, shape = _SECTIONS[kind]
    section: dict[str, str] = {
        "name": shape,
        "xfp": bip32.public_node(account.xpub).fingerprint.hex().upper(),
        "deriv": account.path.replace("h", "'"),
        "xpub": account.xpub,
    }
    if kind in SINGLE_KEY_SCRIPTS:
        section |= _single(account, kind, network)
    if kind not in ("pkh", "sh", "tr"):
        section["_pub"] = slip132.written(account.xpub, kind, network)
    content = {
        "chain": _CHAINS[network.name],
        "xfp": account.fingerprint.upper(),
        "account": number,
        name: section,
    }
    return json.dumps(content, indent=2) + "\n"


def read(text: str, kind: str) -> tuple[str, str, str]:
    """Read the fingerprint, path and extended public key of a script's section back.

    Raises:
        InputError: there is no such section.
    """
    content = strict.json_value(text.encode(), dict, what="the generic JSON")
    match content, content.get(_SECTIONS[kind][0]):
        case {"xfp": str(xfp)}, {"deriv": str(path), "xpub": str(xpub)}:
            return xfp.lower(), path.replace("'", "h"), xpub
    raise InputError("the generic JSON has no such account", hint="export the account again")


def _single(account: Account, kind: str, network: Network) -> dict[str, str]:
    text = account.descriptor(kind)
    assert text is not None, "a single key has a descriptor"
    receive = descriptors.parse(descriptors.branches(text)[0], network)
    first = script.address(receive.script_at(0), network)
    key = second_opinion.child_key(account.xpub, (0, 0), network)
    second = second_opinion.single_key_address(kind, key, network)
    if first is None or first != second:
        raise IntegrityError(
            f"two implementations disagree about the first address: {first} and {second}",
            hint="do not use this key; keep both values for examination",
        )
    return {"desc": text, "first": first}
