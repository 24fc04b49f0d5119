"""Addresses beside bdkpython, which shares no line with either of our roads."""

from __future__ import annotations

import random
import re

import bdkpython
import pytest
from wallet_material import MAINNET, REGTEST, described

from ceremonies.bitcoin import script
from ceremonies.network import Network
from ceremonies.wallets.wallet import register

BODIES = (
    "pkh(K1)",
    "wpkh(K1)",
    "sh(wpkh(K1))",
    "tr(K1)",
    "wsh(sortedmulti(M,K1,K2,K3))",
    "sh(wsh(sortedmulti(M,K3,K1,K2)))",
    "sh(sortedmulti(M,K1,K2,K3))",
    "wsh(multi(M,K2,K1,K3))",
    "wsh(sortedmulti(M,K1,K2,K3,K4,K5,K6,K7))",
    "wsh(or_d(multi(M,K1,K2,K3),and_v(v:pkh(K4),older(D))))",
    "wsh(or_d(pk(K1),and_v(v:pkh(K2),after(D))))",
    "wsh(thresh(3,pk(K1),s:pk(K2),s:pk(K3),sln:older(D)))",
    "tr(K1,pk(K2))",
    "tr(K1,{pk(K2),{pk(K3),and_v(v:pk(K4),older(D))}})",
    "tr(K1,multi_a(M,K2,K3,K4))",
)
"""A threshold M, delays D and the order of keys are drawn for each."""


def drawn(body: str, chance: random.Random) -> str:
    """A random descriptor of a kind: keys in any order, any threshold, any delay."""
    order = chance.sample(range(1, 10), 9)
    body = re.sub(r"\bK([1-9])\b", lambda found: f"K{order[int(found[1]) - 1]}", body)
    return re.sub(
        r"\b[MD]\b",
        lambda found: str(chance.randint(1, 3) if found[0] == "M" else chance.randint(1, 60_000)),
        body,
    )


def bdk(texts: list[str], network: Network) -> bdkpython.Wallet:
    main = network is MAINNET
    kind = bdkpython.NetworkKind.MAIN if main else bdkpython.NetworkKind.TEST
    chain = bdkpython.Network.BITCOIN if main else bdkpython.Network.REGTEST
    branches = [bdkpython.Descriptor(text, kind) for text in texts]
    return bdkpython.Wallet(*branches, chain, bdkpython.Persister.new_in_memory())


def insist_alike(body: str, network: Network, count: int, chance: random.Random) -> None:
    wallet = register("w", [described(body, network=network)], network)
    theirs = bdk([branch.text for branch in wallet.branches], network)
    chains = (bdkpython.KeychainKind.EXTERNAL, bdkpython.KeychainKind.INTERNAL)
    for branch, chain in zip(wallet.branches, chains, strict=True):
        first = chance.choice((0, chance.randint(0, 2**31 - 1 - count)))
        for index in range(first, first + count):
            ours = script.address(branch.script_at(index), network)
            assert ours == str(theirs.peek_address(chain, index).address), (body, index)


@pytest.mark.parametrize("body", BODIES)
def test_addresses_are_bdks(body: str) -> None:
    chance = random.Random(body)
    insist_alike(drawn(body, chance), chance.choice((MAINNET, REGTEST)), 8, chance)


@pytest.mark.soak
@pytest.mark.parametrize("body", BODIES)
def test_ten_thousand_addresses_of_every_kind_are_bdks(body: str) -> None:
    chance = random.Random(f"soak {body}")
    for _ in range(5):
        insist_alike(drawn(body, chance), chance.choice((MAINNET, REGTEST)), 1_000, chance)
