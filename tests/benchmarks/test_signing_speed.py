"""Review, sign, verify again and finalize: linear, and beside bdkpython on the same PSBT.

Both sides begin with a parsed PSBT and end with what unlocks every input. Ours reviews before it
signs, has each signature verified by coincurve, and tries the final transaction in the interpreter,
which bdkpython does not. Without that, and with the kernel as well, are lines of their own.

The bare library signs and verifies as often as all of this does. Of a 2-of-3 another signer's
signature is there already, so of an input one signature is made and two are verified.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import bdkpython
import pytest
from btclib_secp256k1 import dsa, keys, ssa, xonly
from btclib_wallet.bip32 import derive, rootxprv_from_seed
from btclib_wallet.descriptors import add_checksum
from shared_data import ROOT
from signing.wallets_made import PAYEE, make_psbt, make_wallet, seed, signer
from timings import CPU, Timings

from ceremonies.bitcoin import interpreter
from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin.psbt import Psbt
from ceremonies.network import REGTEST
from ceremonies.signing import finish
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign
from ceremonies.wallets.wallet import Place

VALUE, FEE_AN_INPUT = 100_000, 70
WANTED = {"wpkh": "at least 2x", "wsh": "at least 4x", "tr": "at least 2x"}


@cache
def spend_of(kind: str, count: int) -> bytes:
    """A PSBT with full previous transactions, all paid to one address; one signature completes it.

    A 2-of-3 has its first signature.
    """
    coins = [(Place(0, index), VALUE) for index in range(count)]
    paid = [(PAYEE, count * (VALUE - FEE_AN_INPUT) - 1_000)]
    wallet = make_wallet(kind)
    data = make_psbt(wallet, inputs=coins, payments=paid, change=None)
    if wallet.threshold == 2:
        data = sign(review(psbts.parse(data), wallet, signer=signer(2))).data
    return data


def signed(kind: str, count: int) -> Psbt:
    parsed, wallet = psbts.parse(spend_of(kind, count)), make_wallet(kind)
    return sign(review(parsed, wallet, signer=signer(1))).psbt


def reviewing_signing_finalizing(kind: str, count: int) -> Callable[[], None]:
    """What is compared, after parsing; each time with a key that has derived nothing yet."""
    parsed, wallet = psbts.parse(spend_of(kind, count)), make_wallet(kind)

    def work() -> None:
        done = sign(review(parsed, wallet, signer=signer(1)))
        assert done.signatures_added == count
        assert len(finish.unlocked(done.psbt).inputs) == count

    return work


def with_the_interpreter(kind: str, count: int) -> Callable[[], None]:
    """The same, and the final transaction through the interpreter: all that is always done."""
    parsed, wallet = psbts.parse(spend_of(kind, count)), make_wallet(kind)
    spent = [given.previous_output for given in parsed.inputs if given.previous_output]

    def work() -> None:
        done = sign(review(parsed, wallet, signer=signer(1)))
        final = finish.unlocked(done.psbt).serialize(witness=True)
        assert interpreter.rejects(final, spent, done.verifier) is None

    return work


def everything(kind: str, count: int) -> Callable[[], None]:
    """The same, through the interpreter and the kernel."""
    parsed, wallet = psbts.parse(spend_of(kind, count)), make_wallet(kind)

    def work() -> None:
        done = sign(review(parsed, wallet, signer=signer(1)))
        assert finish.finalize(done.psbt, done.verifier).verified_by == ("interpreter", "kernel")

    return work


def reviewing(kind: str, count: int) -> Callable[[], object]:
    parsed, wallet = psbts.parse(spend_of(kind, count)), make_wallet(kind)
    return lambda: review(parsed, wallet, signer=signer(1)).intent


def bdk_signing_and_finalizing(kind: str, count: int, rounds: int) -> Callable[[], None]:
    """bdkpython's sign and finalize of the same PSBT, parsed before: one for each of its rounds."""
    master = rootxprv_from_seed(seed(1).bip32_seed().reveal(), REGTEST.xprv_version)
    text = make_wallet(kind).descriptor.partition("#")[0]
    known = make_wallet(kind).branches[0].keys
    mine = next(key for key in known if key.fingerprint == signer(1).fingerprint)
    text = text.replace(mine.xpub, derive(master, mine.origin))
    branches = [
        bdkpython.Descriptor(
            str(add_checksum(text.replace("<0;1>", str(branch)))), bdkpython.NetworkKind.TEST
        )
        for branch in (0, 1)
    ]
    wallet = bdkpython.Wallet(
        *branches, bdkpython.Network.REGTEST, bdkpython.Persister.new_in_memory()
    )
    written = base64.b64encode(spend_of(kind, count)).decode()
    parsed = [bdkpython.Psbt(written) for _ in range(rounds + 1)]

    def work() -> None:
        assert wallet.sign(parsed.pop())

    return work


def bare_signing_and_verifying(kind: str, count: int) -> Callable[[], None]:
    """libsecp256k1 alone: as many signatures as ours, keys and hashes at hand.

    Each is verified as often as ours verifies signatures of an input that hold.
    """
    times = make_wallet(kind).threshold or 1
    secrets = [hashlib.sha256(b"%d" % number).digest() for number in range(count)]
    digest = hashlib.sha256(b"digest").digest()
    schnorr = [(secret, xonly.from_prvkey(secret)[0]) for secret in secrets]
    ecdsa = [(secret, keys.pubkey_from_prvkey(secret)) for secret in secrets]

    def work() -> None:
        if kind == "tr":
            for secret, public in schnorr:
                assert ssa.verify(digest, public, ssa.sign(digest, secret, bytes(32)))
            return
        for secret, public in ecdsa:
            signature = dsa.sign(digest, secret, grind=True)
            assert all(dsa.verify(digest, public, signature) for _ in range(times))

    return work


@pytest.mark.benchmark(timer=CPU)
@pytest.mark.parametrize("kind", WANTED)
def test_beside_bdkpython_and_the_bare_library(timings: Timings, kind: str) -> None:
    count, rounds = 1_000, 5
    mine, tried, every, alone, bdk, bare = timings.fastest(
        reviewing_signing_finalizing(kind, count),
        with_the_interpreter(kind, count),
        everything(kind, count),
        reviewing(kind, count),
        bdk_signing_and_finalizing(kind, count, rounds),
        bare_signing_and_verifying(kind, count),
        rounds=rounds,
        timer=CPU,
    )
    told = f"{kind}, 1,000 inputs a second"
    rate = f"bdkpython sign + finalize: {count / bdk:,.0f}"
    timings.tell(told, f"{count / tried:,.0f}", rate, ratio=bdk / tried, wanted=WANTED[kind])
    timings.tell(
        "the same beside the bare library",
        f"{count / tried:,.0f}",
        f"libsecp256k1 sign + verify: {count / bare:,.0f}",
        ratio=bare / tried,
        wanted="at least 0.30x",
    )
    timings.tell("without the interpreter", f"{count / mine:,.0f}", rate, ratio=bdk / mine)
    timings.tell(
        "with the kernel as well",
        f"{count / every:,.0f}",
        rate,
        ratio=bdk / every,
    )
    timings.tell(
        "of which the review",
        f"{alone * 1e3:.0f} ms",
        f"review + sign + finalize: {mine * 1e3:.0f} ms",
        ratio=alone / mine,
    )


@pytest.mark.benchmark(timer=CPU)
@pytest.mark.parametrize("kind", [*WANTED, "pkh"])
def test_ten_times_the_inputs_take_ten_times_the_time(timings: Timings, kind: str) -> None:
    few = reviewing_signing_finalizing(kind, 100)
    many = reviewing_signing_finalizing(kind, 1_000)
    slow, fast = timings.fastest(many, few, rounds=5, timer=CPU)
    timings.tell(
        f"{kind}, 1,000 inputs",
        f"{slow * 1e3:.0f} ms",
        f"100 inputs: {fast * 1e3:.1f} ms",
        ratio=slow / fast,
        wanted="at most 12x",
    )


@pytest.mark.benchmark(timer=CPU)
@pytest.mark.parametrize("kind", ["wpkh", "wsh"])
def test_parsing_and_serialising(timings: Timings, kind: str) -> None:
    data, count = spend_of(kind, 1_000), 1_000
    written = base64.b64encode(data).decode()
    parsing, ours, theirs = timings.fastest(
        lambda: psbts.parse(data),
        lambda: psbts.reread(data),
        lambda: bdkpython.Psbt(written).serialize(),
        rounds=3,
        timer=CPU,
    )
    beside = f"bdkpython parses and serialises: {theirs * 1e3:.0f} ms"
    for what, seconds in (("parsing twice", parsing), ("our own reader alone", ours)):
        told = f"{kind}, {what}, {count:,} inputs"
        timings.tell(told, f"{seconds * 1e3:.0f} ms", beside, ratio=seconds / theirs)


MEMORY = """
import peak, sys
from ceremonies.bitcoin import psbt
from ceremonies.signing import finish
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign
from signing.wallets_made import make_wallet, signer
data = open(sys.argv[1], "rb").read()
done = sign(review(psbt.parse(data), make_wallet("wpkh"), signer=signer(1)))
if sys.argv[2] == "finalize":
    finish.finalize(done.psbt)
print(peak.resident())
"""


@pytest.mark.parametrize("end", ["sign", "finalize"])
def test_memory_of_ten_thousand_inputs(timings: Timings, tmp_path: Path, end: str) -> None:
    data = spend_of("wpkh", 10_000)
    file = tmp_path / "large.psbt"
    file.write_bytes(data)
    called = [sys.executable, "-c", MEMORY, str(file), end]
    places = {"PYTHONPATH": f"{ROOT}:{ROOT}/tests"}
    peaks: list[int] = []

    def work() -> None:
        done = subprocess.run(called, capture_output=True, check=True, env=places)
        peaks.append(int(done.stdout))

    timings.fastest(work, rounds=1)
    allowed = 15 * len(data) + 100_000_000
    timings.tell(
        f"10,000 inputs, peak until {end}",
        f"{max(peaks) / 1e6:.0f} MB",
        f"15 times the psbt + 100 MB: {allowed / 1e6:.0f} MB",
        ratio=max(peaks) / allowed,
        wanted="at most 1x",
    )
