"""What the tests of this folder share: account keys made from a public seed, and the corpus."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from btclib_wallet.descriptors import add_checksum
from shared_data import corpus

from ceremonies.bitcoin import bip32
from ceremonies.bitcoin.derivation import parse_path
from ceremonies.network import MAINNET, REGTEST, Network
from ceremonies.secret import Secret

CASES = ("wpkh", "wpkh-passphrase", "sh-wpkh", "pkh", "tr", "wsh-2of3", "sh-wsh-2of3")


@cache
def key(number: int, *, network: Network = REGTEST) -> str:
    """The key expression of a cosigner's account, `[fingerprint/48h/1h/0h/2h]xpub`."""
    master = bip32.master(Secret(bytes([number]) * 16), network)
    path = f"/48h/{network.coin_type}h/0h/2h"
    return f"[{master.fingerprint}{path}]{master.at(parse_path('m' + path)).xpub}"


def keys(count: int, steps: str = "<0;1>/*", *, network: Network = REGTEST) -> str:
    """The first `count` key expressions, with the steps below each."""
    return ",".join(f"{key(number, network=network)}/{steps}" for number in range(1, count + 1))


def described(body: str, *, network: Network = REGTEST) -> str:
    """A descriptor with its checksum; `K1`, `K2`… stand for both branches of an account key."""
    # in one pass, and whole names alone: a key may spell K1 itself
    named = re.sub(r"\bK([1-9])\b", lambda found: keys_of(int(found[1]), network), body)
    return str(add_checksum(named))


def keys_of(number: int, network: Network) -> str:
    return f"{key(number, network=network)}/<0;1>/*"


def case_named(name: str) -> dict[str, Any]:
    """One case of the corpus, or skip."""
    return next(case for case in corpus() if case["case"] == name)


__all__ = ["CASES", "MAINNET", "REGTEST", "case_named", "described", "key", "keys"]
