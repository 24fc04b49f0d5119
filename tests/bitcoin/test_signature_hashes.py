"""What signatures commit to: beside the engine's PSBT functions, and by Core's own signatures."""

from __future__ import annotations

import pytest
from bitcoin.engine_hashes import EngineHashes
from btclib_wallet import psbt as engine
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_material import CASES, Spend, spends

from ceremonies.bitcoin import psbt, transaction
from ceremonies.bitcoin.coincurve_verify import verify_ecdsa, verify_schnorr
from ceremonies.bitcoin.psbt import Psbt
from ceremonies.bitcoin.script import hash160
from ceremonies.bitcoin.sighash import ALL, DEFAULT, SignatureHashes
from ceremonies.bitcoin.transaction import MAX_MONEY_SAT, Outpoint, Output, Transaction, TxInput

SEGWIT = ("wpkh", "sh-wpkh", "wsh-2of3", "sh-wsh-2of3")


def hashes_of(spend: Spend) -> tuple[Psbt, SignatureHashes]:
    read = psbt.parse(spend.psbt)
    return read, SignatureHashes(read.transaction, spend.spent)


def ecdsa(read: Psbt, hashes: SignatureHashes, index: int) -> bytes:
    given = read.inputs[index]
    return hashes.ecdsa(
        index, redeem_script=given.redeem_script, witness_script=given.witness_script
    )


@pytest.mark.parametrize("name", [name for name in CASES if name != "tr"])
def test_ecdsa_hashes_are_the_engines(name: str) -> None:
    for spend in spends(name):
        read, hashes = hashes_of(spend)
        theirs = engine.Psbt.parse(spend.psbt)
        for index in {0, len(read.inputs) // 2, len(read.inputs) - 1}:
            expected = engine.ecdsa_sig_hash(theirs, index, hash_type=ALL)
            assert ecdsa(read, hashes, index) == expected, f"{spend.where} {index}"


def test_taproot_hashes_are_the_engines() -> None:
    leaf_hash = bytes(range(32))
    for spend in spends("tr"):
        read, hashes = hashes_of(spend)
        theirs = engine.Psbt.parse(spend.psbt)
        for index in {0, len(read.inputs) // 2, len(read.inputs) - 1}:
            for kind in (DEFAULT, ALL):
                key_path = engine.taproot_sig_hash(theirs, index, hash_type=kind)
                assert hashes.taproot(index, kind=kind) == key_path, f"{spend.where} {index}"
                leaf = engine.taproot_sig_hash(theirs, index, leaf_hash=leaf_hash, hash_type=kind)
                assert hashes.taproot(index, leaf_hash=leaf_hash, kind=kind) == leaf


@pytest.mark.parametrize("name", CASES)
def test_every_signature_core_made_is_of_our_hash(name: str) -> None:
    verified = 0
    for spend in spends(name):
        read, hashes = hashes_of(spend)
        final = transaction.parse(spend.final)
        assert len(final.inputs) == len(spend.spent)
        for index, done in enumerate(final.inputs):
            verified += _verified(read, hashes, index, done, spend)
    assert verified >= len(spends(name))


def _verified(
    read: Psbt, hashes: SignatureHashes, index: int, done: transaction.TxInput, spend: Spend
) -> int:
    if spend.case["case"] == "tr":
        (signature,) = done.witness
        key = spend.spent[index].script[2:]
        assert verify_schnorr(key, hashes.taproot(index), signature), f"{spend.where} {index}"
        return 1
    keys = [claim.key for claim in read.inputs[index].claims]
    if done.witness:
        found = [item[:-1] for item in done.witness if item[:1] == b"\x30" and item[-1] == ALL]
    else:
        found = [done.script_sig[1 : done.script_sig[0]]]
    digest = ecdsa(read, hashes, index)
    for signature in found:
        assert any(verify_ecdsa(key, digest, signature) for key in keys), f"{spend.where} {index}"
    return len(found)


@pytest.mark.parametrize("name", SEGWIT)
def test_a_segwit_hash_commits_to_the_amount_it_spends(name: str) -> None:
    spend = spends(name)[0]
    read, hashes = hashes_of(spend)
    richer = [transaction.Output(out.value + 1, out.script) for out in spend.spent]
    other = SignatureHashes(read.transaction, richer)
    assert ecdsa(read, other, 0) != ecdsa(read, hashes, 0)


def test_a_taproot_hash_commits_to_every_output_that_is_spent() -> None:
    spend = next(spend for spend in spends("tr") if len(spend.spent) > 1)
    read, hashes = hashes_of(spend)
    last = spend.spent[-1]
    for changed in (
        transaction.Output(last.value + 1, last.script),
        transaction.Output(last.value, last.script[:-1] + bytes([last.script[-1] ^ 1])),
    ):
        other = SignatureHashes(read.transaction, [*spend.spent[:-1], changed])
        assert other.taproot(0) != hashes.taproot(0)


def test_a_code_separator_is_left_out_of_a_legacy_hash_and_its_byte_in_a_push_is_not() -> None:
    """Of honest scripts one in three has that byte in a key, and none has that operation."""
    one = TxInput(Outpoint(bytes(32), 0), 0)
    unsigned = Transaction(2, (one, one), (Output(1, b""),), 0)
    for script in (
        b"\xab\x51\xab",
        b"\x02\xab\xab\xab\x75",
        b"\x4c\x01\xab\x4d\x01\x00\xab\xab",
        b"\xab\x05\xab",
        b"\x4e\xff\xff\xff\xff\xab",
    ):
        spent = [Output(1, script)] * 2
        ours, theirs = (
            SignatureHashes(unsigned, spent),
            EngineHashes(unsigned.serialize(witness=False), spent),
        )
        mine = ours.ecdsa(1, redeem_script=b"", witness_script=b"")
        assert mine == theirs.legacy(1, script, ALL)


def test_the_hash_of_bip143s_published_p2wpkh_example() -> None:
    unsigned = transaction.parse(
        bytes.fromhex(
            "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeff"
            "ffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff02"
            "202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976"
            "a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000"
        )
    )
    key = bytes.fromhex("025476c2e83188368da1ff3e292e7acafcdb3566bb0ad253f62fc70f07aeee6357")
    pay_to_key = b"\x21" + bytes.fromhex(
        "03c9f4836b9a4f77fc0d81f7bcb01b7f1b35916864b9476c241ce9fc198bd25432"
    )
    spent = [
        transaction.Output(625_000_000, pay_to_key + b"\xac"),
        transaction.Output(600_000_000, b"\x00\x14" + hash160(key)),
    ]
    hashes = SignatureHashes(unsigned, spent)
    found = hashes.ecdsa(1, redeem_script=b"", witness_script=b"")
    assert found.hex() == "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670"


OUTPOINTS = st.builds(Outpoint, st.binary(min_size=32, max_size=32), st.integers(0, 2**32 - 1))
INPUTS = st.builds(TxInput, OUTPOINTS, st.integers(0, 2**32 - 1))
VALUES = st.integers(0, MAX_MONEY_SAT)
OUTPUTS = st.builds(Output, VALUES, st.binary(max_size=300))
PROGRAMS = st.one_of(
    st.binary(min_size=20, max_size=20).map(lambda program: b"\x00\x14" + program),
    st.binary(min_size=32, max_size=32).map(lambda program: b"\x00\x20" + program),
    st.binary(min_size=32, max_size=32).map(lambda program: b"\x51\x20" + program),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(INPUTS, min_size=1, max_size=8, unique_by=lambda made: made.outpoint),
    st.lists(OUTPUTS, min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
    st.binary(max_size=300),
    st.binary(min_size=32, max_size=32),
    st.data(),
)
def test_every_hash_of_every_input_is_the_engines(
    inputs: list[TxInput],
    outputs: list[Output],
    locktime: int,
    code: bytes,
    leaf: bytes,
    data: st.DataObject,
) -> None:
    version = data.draw(st.integers(0, 2**31 - 1))
    unsigned = Transaction(version, tuple(inputs), tuple(outputs), locktime)
    many = st.lists(st.builds(Output, VALUES, PROGRAMS), min_size=len(inputs), max_size=len(inputs))
    spent = data.draw(many)
    ours = SignatureHashes(unsigned, spent)
    theirs = EngineHashes(unsigned.serialize(witness=False), spent)
    for index, output in enumerate(spent):
        if output.script[0] == 0:
            hashed = b"\x76\xa9\x14" + output.script[2:] + b"\x88\xac"
            used = hashed if len(output.script) == 22 else code
            mine = ours.ecdsa(index, redeem_script=b"", witness_script=code)
            assert mine == theirs.segwit_v0(index, used, ALL)
        for kind in (DEFAULT, ALL):
            assert ours.taproot(index, kind=kind) == theirs.taproot(index, b"", kind)
            extension = leaf + b"\x00\xff\xff\xff\xff"
            mine = ours.taproot(index, leaf_hash=leaf, kind=kind)
            assert mine == theirs.taproot(index, extension, kind)
