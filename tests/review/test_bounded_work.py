"""Claims and inputs in great number cost what they weigh, and no more."""

from __future__ import annotations

import time

import pytest
from btclib.script import sig_hash
from btclib.tx import Tx
from hypothesis import given, settings
from hypothesis import strategies as st
from signing.psbt_records import Map, edited, put, read
from signing.wallets_made import make_psbt, make_wallet

from ceremonies.bitcoin.psbt import Psbt, reread
from ceremonies.bitcoin.sighash import ALL, SignatureHashes
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput
from ceremonies.bitcoin.trial import Rejected, tried
from ceremonies.errors import InputError
from ceremonies.signing.facts import gather
from ceremonies.signing.finish import combine
from ceremonies.wallets.wallet import Place, Wallet


def test_only_so_many_claimed_places_are_looked_at() -> None:
    wallet = make_wallet("wpkh")
    key = wallet.branches[0].keys[0]
    looked: list[Place] = []

    class Counted(Wallet):
        def derive(self, place: Place):  # type: ignore[no-untyped-def]
            looked.append(place)
            return super().derive(place)

    def claim_many(maps: list[Map]) -> None:
        path = b"".join(step.to_bytes(4, "little") for step in key.prefix)
        for index in range(200):
            lie = bytes.fromhex(key.fingerprint) + path + (9_000 + index).to_bytes(4, "little")
            put(maps[-1], b"\x02\x02" + (index + 1).to_bytes(32, "big"), lie)

    counted = Counted(
        name=wallet.name,
        network=wallet.network,
        descriptor=wallet.descriptor,
        branches=wallet.branches,
    )

    gather(reread(edited(make_psbt(wallet), claim_many)), counted)
    assert len(looked) < 40


def test_scripts_that_run_for_minutes_are_not_run() -> None:
    """A leaf of any length may be valid; no node would relay this one."""
    coin = Output(1_000, b"\x51\x20" + bytes(32))
    leaf = b"\x51" * 420_000
    for long in (
        TxInput(Outpoint(bytes(32), 0), 0, leaf),
        TxInput(Outpoint(bytes(32), 0), 0, b"", (leaf,)),
    ):
        final = Transaction(2, (long,), (Output(1_000, b"\x51"),), 0)
        with pytest.raises(Rejected, match="not asked to run 420000 bytes"):
            tried(final, [coin])


def test_records_in_great_number_are_joined_in_one_walk() -> None:
    """Answers of thousands of unknown fields, none of which the other has."""

    def answer(first: int) -> Psbt:
        def stuff(maps: list[Map]) -> None:
            maps[1] += [(b"\xfc" + (first + n).to_bytes(4, "big"), b"") for n in range(4_990)]

        return reread(edited(make_psbt(make_wallet("wpkh")), stuff))

    one, other = answer(0), answer(4_990)
    before = time.process_time()
    joined = combine([one, other])
    assert time.process_time() - before < 0.4
    keys = [key for key, _ in read(joined)[1] if key[0] == 0xFC]
    assert keys == [b"\xfc" + number.to_bytes(4, "big") for number in range(9_980)]
    with pytest.raises(InputError, match="more than 10000 records"):
        combine([one, other, answer(9_980)])


OUTPOINTS = st.builds(Outpoint, st.binary(min_size=32, max_size=32), st.integers(0, 2**32 - 1))
INPUTS = st.builds(TxInput, OUTPOINTS, st.integers(0, 2**32 - 1))
OUTPUTS = st.builds(Output, st.integers(0, 10**15), st.binary(max_size=40))


@settings(max_examples=60)
@given(
    st.lists(INPUTS, min_size=1, max_size=260, unique_by=lambda made: made.outpoint),
    st.lists(OUTPUTS, min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=300),
    st.data(),
)
def test_a_legacy_hash_put_together_from_parts_is_the_engines(
    inputs: list[TxInput],
    outputs: list[Output],
    locktime: int,
    script: bytes,
    data: st.DataObject,
) -> None:
    unsigned = Transaction(2, tuple(inputs), tuple(outputs), locktime)
    spent = [Output(1, b"\x6a" + script)] * len(inputs)
    index = data.draw(st.integers(0, len(inputs) - 1))
    ours = SignatureHashes(unsigned, spent).ecdsa(index, redeem_script=b"", witness_script=b"")
    theirs = Tx.parse_without_witness(unsigned.serialize(witness=False), check_validity=False)
    assert ours == sig_hash.legacy(b"\x6a" + script, theirs, index, ALL)
