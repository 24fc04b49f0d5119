"""Transactions, read strictly and written exactly, beside the engine's own codec."""

from __future__ import annotations

import pytest
from btclib.tx import Tx
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_material import CASES, spends, transactions

from ceremonies.bitcoin import transaction
from ceremonies.bitcoin.bytestream import Malformed
from ceremonies.bitcoin.transaction import Transaction


@given(transactions())
def test_a_transaction_comes_back_with_its_witnesses(made: Transaction) -> None:
    written = made.serialize(witness=True)
    assert transaction.parse(written) == made
    assert transaction.parse(written).serialize(witness=True) == written


@given(transactions(signed=False))
def test_an_unsigned_transaction_comes_back(made: Transaction) -> None:
    assert transaction.parse(made.serialize(witness=False), witness=False) == made


@given(transactions())
def test_the_engine_reads_the_same_transaction(made: Transaction) -> None:
    written = made.serialize(witness=True)
    theirs = Tx.parse(written, check_validity=False)
    assert theirs.serialize(include_witness=True, check_validity=False) == written
    assert theirs.id == made.txid[::-1]
    assert theirs.vsize == made.vsize
    assert [(given.prev_out.tx_id[::-1], given.prev_out.vout) for given in theirs.vin] == [
        (given.outpoint.txid, given.outpoint.index) for given in made.inputs
    ]
    assert [(out.value, bytes(out.script_pub_key.script)) for out in theirs.vout] == [
        (out.value, out.script) for out in made.outputs
    ]


@settings(max_examples=150)
@given(transactions(), st.data())
def test_a_damaged_transaction_is_refused_or_is_exactly_what_was_read(
    made: Transaction, data: st.DataObject
) -> None:
    written = bytearray(made.serialize(witness=True))
    written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))
    try:
        read = transaction.parse(bytes(written))
    except Malformed:
        return
    assert read.serialize(witness=True) == bytes(written)


@settings(max_examples=300)
@given(st.binary(max_size=300), st.booleans())
def test_noise_is_refused_or_is_exactly_what_was_read(noise: bytes, witness: bool) -> None:
    try:
        read = transaction.parse(noise, witness=witness)
    except Malformed:
        return
    assert read.serialize(witness=witness) == noise


@given(transactions(), st.data())
def test_a_cut_transaction_is_refused(made: Transaction, data: st.DataObject) -> None:
    written = made.serialize(witness=True)
    with pytest.raises(Malformed):
        transaction.parse(written[: data.draw(st.integers(0, len(written) - 1))])


@given(transactions(), st.binary(min_size=1, max_size=4))
def test_what_follows_a_transaction_is_refused(made: Transaction, rest: bytes) -> None:
    with pytest.raises(Malformed, match="follow"):
        transaction.parse(made.serialize(witness=True) + rest)


def test_a_segwit_mark_without_any_witness_is_refused() -> None:
    bare = transaction.parse(bytes.fromhex(COINBASE_OF_BLOCK_1)).serialize(witness=False)
    marked = bare[:4] + b"\x00\x01" + bare[4:-4] + b"\x00" + bare[-4:]
    with pytest.raises(Malformed, match="no witness"):
        transaction.parse(marked)


@pytest.mark.parametrize("count", ["03", "fdffff", "feffffffff", "ffffffffffffffffff"])
def test_a_count_larger_than_its_bytes_is_refused_before_it_is_believed(count: str) -> None:
    with pytest.raises(Malformed, match="more than its bytes can hold"):
        transaction.parse(bytes.fromhex("02000000" + count) + bytes(100))


COINBASE_OF_BLOCK_1 = (
    "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff0704"
    "ffff001d0104ffffffff0100f2052a0100000043410496b538e853519c726a2c91e61ec11600ae1390813a"
    "627c66fb8be7947be63c52da7589379515d4e0a604f8141781e62294721166bf621e73a82cbf2342c858ee"
    "ac00000000"
)


def test_the_txid_of_a_known_transaction() -> None:
    read = transaction.parse(bytes.fromhex(COINBASE_OF_BLOCK_1))
    known = "0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098"
    assert read.txid[::-1].hex() == known
    assert str(read.inputs[0].outpoint) == "0" * 64 + ":4294967295"


@pytest.mark.parametrize("name", CASES)
def test_cores_transactions_come_back_byte_by_byte(name: str) -> None:
    for spend in spends(name):
        read = transaction.parse(spend.final)
        expected = spend.case["spends"][spend.name]
        assert read.serialize(witness=True) == spend.final, spend.where
        assert read.txid[::-1].hex() == expected["txid"], spend.where
        assert read.vsize == expected["final_vsize"], spend.where
        assert Tx.parse(spend.final).serialize(include_witness=True) == spend.final
