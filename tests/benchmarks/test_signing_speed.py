"""Review, sign and verify again: linear in the inputs, and beside bdkpython on the same PSBT."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache

import bdkpython
import pytest
from btclib_wallet.bip32 import derive, rootxprv_from_seed
from btclib_wallet.descriptors import add_checksum
from signing.wallets_made import PAYEE, make_psbt, make_wallet, seed, signer
from timings import Timings

from ceremonies.bitcoin import psbt as psbts
from ceremonies.network import REGTEST
from ceremonies.signing.review import review
from ceremonies.signing.sign import Signed, sign
from ceremonies.wallets.wallet import Place

VALUE, FEE_AN_INPUT = 100_000, 70


@cache
def spend_of(count: int) -> bytes:
    """A P2WPKH PSBT with full previous transactions, everything paid to one address."""
    coins = [(Place(0, index), VALUE) for index in range(count)]
    paid = [(PAYEE, count * (VALUE - FEE_AN_INPUT) - 1_000)]
    return make_psbt(make_wallet("wpkh"), inputs=coins, payments=paid, change=None)


def reviewing_and_signing(count: int) -> Callable[[], Signed]:
    """What is measured, after parsing; each time with a key that has derived nothing yet."""
    parsed, wallet = psbts.parse(spend_of(count)), make_wallet("wpkh")

    def work() -> Signed:
        signed = sign(review(parsed, wallet, signer=signer(1)))
        assert signed.signatures_added == count
        return signed

    return work


def reviewing(count: int) -> Callable[[], object]:
    parsed, wallet = psbts.parse(spend_of(count)), make_wallet("wpkh")
    return lambda: review(parsed, wallet, signer=signer(1)).intent


def bdk_signing_and_finalizing(count: int, rounds: int) -> Callable[[], None]:
    """bdkpython's sign and finalize of the same PSBT, parsed before: one for each of its rounds."""
    master = rootxprv_from_seed(seed(1).bip32_seed().reveal(), REGTEST.xprv_version)
    account = derive(master, "m/84h/1h/0h")
    fingerprint = signer(1).fingerprint
    branches = [
        bdkpython.Descriptor(
            str(add_checksum(f"wpkh([{fingerprint}/84h/1h/0h]{account}/{branch}/*)")),
            bdkpython.NetworkKind.TEST,
        )
        for branch in (0, 1)
    ]
    wallet = bdkpython.Wallet(
        *branches, bdkpython.Network.REGTEST, bdkpython.Persister.new_in_memory()
    )
    written = base64.b64encode(spend_of(count)).decode()
    parsed = [bdkpython.Psbt(written) for _ in range(rounds + 1)]

    def work() -> None:
        assert wallet.sign(parsed.pop())

    return work


def test_ten_times_the_inputs_take_ten_times_the_time(timings: Timings) -> None:
    few, many = reviewing_and_signing(100), reviewing_and_signing(1_000)
    slow, fast = timings.fastest(many, few, rounds=5)
    timings.tell(
        "review + sign, 1,000 inputs",
        f"{slow * 1e3:.0f} ms",
        f"100 inputs: {fast * 1e3:.1f} ms",
        ratio=slow / fast,
        wanted="at most 12x",
    )


@pytest.mark.parametrize("count", [100, 1_000])
def test_inputs_a_second_beside_bdkpython(timings: Timings, count: int) -> None:
    rounds = 10 if count == 100 else 3
    work, theirs = reviewing_and_signing(count), bdk_signing_and_finalizing(count, rounds)
    mine, bdk, alone = timings.fastest(work, theirs, reviewing(count), rounds=rounds)
    timings.tell(
        f"inputs a second, {count:,} inputs",
        f"{count / mine:,.0f}",
        f"bdkpython sign + finalize: {count / bdk:,.0f}",
        ratio=bdk / mine,
        wanted="times bdkpython",
    )
    timings.tell(
        f"of which the review, {count:,} inputs",
        f"{alone * 1e3:.0f} ms",
        f"review + sign: {mine * 1e3:.0f} ms",
        ratio=alone / mine,
    )


@pytest.mark.parametrize("count", [100, 1_000])
def test_parsing_beside_signing(timings: Timings, count: int) -> None:
    data, work = spend_of(count), reviewing_and_signing(count)
    parsing, signing = timings.fastest(lambda: psbts.parse(data), work, rounds=3)
    timings.tell(
        f"parsing twice, {count:,} inputs",
        f"{parsing * 1e3:.0f} ms",
        f"review + sign: {signing * 1e3:.0f} ms",
        ratio=parsing / signing,
    )
