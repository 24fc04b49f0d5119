"""Hostile PSBTs are refused in bounded time and memory, whatever it is that they break."""

from __future__ import annotations

import subprocess
import sys
import time

import peak
import pytest
from coincurve import PrivateKey
from shared_data import ROOT
from signing.hostile import Hostile
from signing.hostile_uncommon import CASES
from signing.psbt_records import Map, drop, edited, put, read, write
from signing.wallets_made import CHANGE, make_psbt, make_wallet, signer

from ceremonies.bitcoin.psbt import MalformedPsbt, parse
from ceremonies.errors import Level, Refused
from ceremonies.signing.facts import gather
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign
from ceremonies.wallets.wallet import Place

REFUSED = list({(c.rule, c.name): c for c in CASES if c.level is Level.REFUSE}.values())
"""Each way of breaking a rule that refuses, under one type of wallet."""

SMALL = [case for case in REFUSED if case.name != "longer_than_64_mebibytes"]
MEBIBYTE = 1024 * 1024


def allowed(inputs: int) -> float:
    """How many seconds it may take to refuse so many inputs."""
    return 1 + 0.002 * inputs


def refused_in(case: Hostile) -> tuple[float, int]:
    """How long it took to refuse it, in seconds of this process, and how many inputs it has."""
    data, wallet = case.psbt, case.wallet
    before = time.process_time()
    try:
        psbt = parse(data)
    except MalformedPsbt as error:
        rules = [found.rule for found in error.findings]
        assert rules == [case.rule]
        return time.process_time() - before, 1
    reviewed = review(
        psbt, wallet, signer=signer(case.signer), policy=case.policy, history=case.history
    )
    with pytest.raises(Refused) as refused:
        sign(reviewed)
    assert case.rule in refused.value.cause
    return time.process_time() - before, len(psbt.inputs)


def test_there_are_more_than_sixty_ways_to_break_a_rule() -> None:
    assert len(REFUSED) > 90
    assert len({case.rule for case in REFUSED}) > 25


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_it_is_refused_within_a_second_and_two_milliseconds_an_input(case: Hostile) -> None:
    seconds, inputs = refused_in(case)
    assert seconds < allowed(inputs)


@pytest.mark.parametrize("kind", ["wpkh", "pkh"])
def test_strangers_with_many_signatures_are_verified_or_refused_as_quickly(kind: str) -> None:
    """Every input has as many good ones as are verified; a policy lets strangers take part."""
    count, wallet = 100, make_wallet(kind)
    coins = [(Place(0, n), 10_000) for n in range(count)]
    data = make_psbt(wallet, inputs=coins, payments=[], change=(CHANGE, 990_000))
    hashes = gather(parse(data), wallet).hashes
    assert hashes is not None

    def change(maps: list[Map]) -> None:
        for index, given in enumerate(maps[1 : 1 + count]):
            drop(given, 0x06)
            digest = hashes.ecdsa(index, redeem_script=b"", witness_script=b"")
            given += [
                (b"\x02" + key.public_key.format(), key.sign(digest, hasher=None) + b"\x01")
                for key in crowd
            ]

    crowd = [PrivateKey(number.to_bytes(32, "big")) for number in range(1, 21)]
    data = edited(data, change)
    policy = Policy(levels={"foreign-input": Level.NOTE})
    before = time.process_time()
    reviewed = review(parse(data), wallet, policy=policy)
    assert time.process_time() - before < allowed(count)
    assert reviewed.verdict == "sign"


def test_memory_stays_below_300_megabytes_and_a_gigabyte_at_the_limit() -> None:
    """In a process of its own, because a peak is for ever."""
    told = subprocess.run(
        [sys.executable, "-c", "from signing.test_hostile_bounds import tell_peaks; tell_peaks()"],
        cwd=ROOT / "tests",
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    small, at_the_limit = map(int, told.stdout.split())
    assert small < 300 * MEBIBYTE
    assert at_the_limit < 1024 * MEBIBYTE


def tell_peaks() -> None:
    """Print the peak of memory, in bytes: of the small ones, then of 64 MiB as well."""
    for case in SMALL:
        refused_in(case)
    small = peak.resident()
    refused_in(next(case for case in REFUSED if case not in SMALL))
    refused_in_bytes(full_of_unknown_keys(64 * 1024 * 1024 - 1_000, a_value=8_000))
    print(small, peak.resident())


def refused_in_bytes(data: bytes) -> None:
    """Read it, whatever comes of it; it must be an error of ours or a PSBT."""
    try:
        parse(data)
    except MalformedPsbt:
        return


def full_of_unknown_keys(size: int, *, a_value: int) -> bytes:
    """A good PSBT with unknown records in its first input, as many as make it so long."""

    def change(maps: list[Map]) -> None:
        for number in range(size // (a_value + 12)):
            maps[1].append((b"\xfc" + number.to_bytes(4, "big"), bytes(a_value)))

    return edited(make_psbt(make_wallet("wpkh")), change)


@pytest.mark.parametrize("kind", ["wpkh", "wsh", "tr-multi-a"])
def test_every_truncation_is_malformed(kind: str) -> None:
    data = make_psbt(make_wallet(kind), inputs=[(make_first(), 1_000_000)])
    for end in range(len(data)):
        with pytest.raises(MalformedPsbt) as malformed:
            parse(data[:end])
        assert {found.rule for found in malformed.value.findings} <= {"strict", "size"}


def make_first() -> object:
    from signing.wallets_made import RECEIVED

    return RECEIVED[0]


def test_unknown_keys_are_kept_as_long_as_nobody_would_call_it_an_attack() -> None:
    wallet = make_wallet("wpkh")
    many = full_of_unknown_keys(9_000 * 20, a_value=8)
    signed = sign(review(parse(many), wallet, signer=signer(1)))
    unknown = [record for record in read(signed.data)[1] if record[0][0] == 0xFC]
    assert len(unknown) == 9_000
    maps = read(many)
    put(maps[1], b"\xfc", b"")
    assert write(maps) != many
