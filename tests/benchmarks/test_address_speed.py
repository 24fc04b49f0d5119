"""Addresses of a 2-of-3 beside bdkpython, and how long it takes to say that one is not there."""

from __future__ import annotations

from collections.abc import Callable

import bdkpython
import pytest
from signing.wallets_made import make_wallet
from timings import CPU, Timings

from ceremonies.bitcoin import script
from ceremonies.wallets.addresses import address_at, find
from ceremonies.wallets.wallet import Place

COUNT = 10_000
BOTH_ROADS = 100
NOWHERE = "bcrt1qcr8te4kr609gcawutmrza0j4xv80jy8zeqchgx"


def bdk_addresses(count: int) -> Callable[[], None]:
    """bdkpython's addresses of the same wallet."""
    branches = [
        bdkpython.Descriptor(branch.text, bdkpython.NetworkKind.TEST)
        for branch in make_wallet("wsh").branches
    ]
    wallet = bdkpython.Wallet(
        *branches, bdkpython.Network.REGTEST, bdkpython.Persister.new_in_memory()
    )

    def work() -> None:
        for index in range(count):
            str(wallet.peek_address(bdkpython.KeychainKind.EXTERNAL, index).address)

    return work


@pytest.mark.benchmark(timer=CPU)
def test_ten_thousand_addresses_beside_bdkpython(timings: Timings) -> None:
    wallet = make_wallet("wsh")
    branch = wallet.branches[0]

    def first_road() -> None:
        for index in range(COUNT):
            script.address(branch.script_at(index), wallet.network)

    mine, bdk = timings.fastest(first_road, bdk_addresses(COUNT), rounds=1, timer=CPU)
    timings.tell(
        "10,000 addresses of a 2-of-3",
        f"{mine:.1f} s",
        f"bdkpython: {bdk:.1f} s",
        ratio=mine / bdk,
        wanted="one road alone",
    )


@pytest.mark.benchmark(timer=CPU)
def test_addresses_by_both_roads_beside_bdkpython(timings: Timings) -> None:
    wallet = make_wallet("wsh")

    def both_roads() -> None:
        for index in range(BOTH_ROADS):
            address_at(wallet, Place(0, index))

    mine, bdk = timings.fastest(both_roads, bdk_addresses(BOTH_ROADS), rounds=2, timer=CPU)
    timings.tell(
        "100 addresses of a 2-of-3, checked",
        f"{mine * 1e3:.0f} ms",
        f"bdkpython: {bdk * 1e3:.1f} ms",
        ratio=mine / bdk,
        wanted="pure Python is the second road",
    )


@pytest.mark.benchmark(timer=CPU)
def test_an_address_that_is_not_there(timings: Timings) -> None:
    wallet = make_wallet("wsh")

    def search() -> None:
        assert find(wallet, NOWHERE, 1_000) is None

    (mine,) = timings.fastest(search, rounds=2, timer=CPU)
    timings.tell(
        "not found within 2 x 1,000", f"{mine:.2f} s", "nothing", ratio=mine, wanted="seconds"
    )
