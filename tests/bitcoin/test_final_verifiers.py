"""The script interpreter and Bitcoin Core's kernel: what they accept, and what they never do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256

import pytest
from btclib.exceptions import BTClibException
from btclib.script import engine, sig_hash
from btclib.script.engine import script, tapscript, verify_transaction
from btclib.tx import Tx, TxOut
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_material import CASES, Spend, spends

from ceremonies.bitcoin import interpreter, kernel, transaction
from ceremonies.bitcoin.coincurve_verify import Verifier as Signatures
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput
from ceremonies.frozen import replace

Verifier = Callable[[bytes, Sequence[Output]], str | None]

VERIFIERS = [
    pytest.param(interpreter.rejects, id="interpreter"),
    pytest.param(
        kernel.rejects,
        id="kernel",
        marks=pytest.mark.skipif(not kernel.is_installed(), reason="the kernel extra is missing"),
    ),
]
SOME = ("pay-1", "pay-3-inputs")
MIDSTATES = "_SigHashCache"
CODES = (b"", b"\xab", b"\x51\xab\x52", b"\x02\xab\xab", b"\x02\xab", b"\xab\x02\xab")


@pytest.mark.parametrize("rejects", VERIFIERS)
@pytest.mark.parametrize("name", CASES)
def test_cores_transactions_are_accepted(name: str, rejects: Verifier) -> None:
    for spend in spends(name):
        assert rejects(spend.final, spend.spent) is None, spend.where


def with_input(final: Transaction, index: int, changed: TxInput) -> bytes:
    inputs = (*final.inputs[:index], changed, *final.inputs[index + 1 :])
    return replace(final, inputs=inputs).serialize(witness=True)


def signatures(given: TxInput) -> Iterator[tuple[int, int]]:
    """Where each signature lies: which witness item (-1 is the script_sig), and its offset."""
    if not given.witness:
        yield -1, 1
    for position, item in enumerate(given.witness):
        if (item[:1] == b"\x30" and 68 <= len(item) <= 72) or len(item) == 64:
            yield position, 0


def flipped(given: TxInput, position: int, offset: int, bit: int) -> TxInput:
    old = given.script_sig if position < 0 else given.witness[position]
    at = offset + bit // 8
    new = old[:at] + bytes([old[at] ^ (1 << bit % 8)]) + old[at + 1 :]
    if position < 0:
        return replace(given, script_sig=new)
    witness = (*given.witness[:position], new, *given.witness[position + 1 :])
    return replace(given, witness=witness)


@pytest.mark.parametrize("rejects", VERIFIERS)
@pytest.mark.parametrize("name", CASES)
def test_a_flipped_bit_in_any_signature_is_rejected(name: str, rejects: Verifier) -> None:
    tried = 0
    for spend in (spend for spend in spends(name) if spend.name in SOME):
        final = transaction.parse(spend.final)
        for index, given_input in enumerate(final.inputs):
            for position, offset in signatures(given_input):
                # the frame, the middle of R, the middle of S, and the last byte: where the
                # sighash type is, or the end of S
                for byte in (0, 1, 3, 20, 50, 63):
                    changed = flipped(given_input, position, offset, 8 * byte + tried % 8)
                    assert rejects(with_input(final, index, changed), spend.spent), spend.where
                    tried += 1
    assert tried >= 24


@pytest.mark.parametrize("rejects", VERIFIERS)
@pytest.mark.parametrize("name", CASES)
def test_a_signature_that_is_missing_or_of_another_input_is_rejected(
    name: str, rejects: Verifier
) -> None:
    spend = next(spend for spend in spends(name) if spend.name == "pay-3-inputs")
    final = transaction.parse(spend.final)
    first, second = final.inputs[:2]
    bare = replace(first, script_sig=b"", witness=())
    swapped = replace(first, script_sig=second.script_sig, witness=second.witness)
    assert rejects(with_input(final, 0, bare), spend.spent)
    assert rejects(with_input(final, 0, swapped), spend.spent)


@pytest.mark.parametrize("rejects", VERIFIERS)
@pytest.mark.parametrize("name", CASES)
def test_a_changed_payment_is_rejected(name: str, rejects: Verifier) -> None:
    spend = spends(name)[0]
    final = transaction.parse(spend.final)
    less = replace(final.outputs[0], value=final.outputs[0].value - 1)
    changed = replace(final, outputs=(less, *final.outputs[1:]))
    assert rejects(changed.serialize(witness=True), spend.spent)


@pytest.mark.parametrize("rejects", VERIFIERS)
@pytest.mark.parametrize("name", [name for name in CASES if name != "pkh"])
def test_another_amount_than_was_signed_is_rejected(name: str, rejects: Verifier) -> None:
    spend = spends(name)[0]
    richer = [Output(out.value + 1, out.script) for out in spend.spent]
    assert rejects(spend.final, richer)


@pytest.mark.parametrize("rejects", VERIFIERS)
@pytest.mark.parametrize("name", CASES)
def test_an_input_whose_spent_output_is_not_given_is_not_passed_over(
    name: str, rejects: Verifier
) -> None:
    spend = next(spend for spend in spends(name) if spend.name == "pay-3-inputs")
    assert len(spend.spent) > 1
    assert rejects(spend.final, spend.spent[:-1])
    assert rejects(spend.final, [*spend.spent, spend.spent[0]])
    assert rejects(spend.final, [])


@pytest.mark.parametrize("rejects", VERIFIERS)
@pytest.mark.parametrize("noise", [b"", bytes(10), b"\x02\x00\x00\x00", b"\xff" * 100])
def test_what_is_no_transaction_is_rejected(noise: bytes, rejects: Verifier) -> None:
    assert rejects(noise, [Output(1, b"\x51")])


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CASES), st.data())
def test_the_interpreter_never_accepts_nor_chokes_on_a_damaged_transaction(
    name: str, data: st.DataObject
) -> None:
    spend: Spend = spends(name)[0]
    damaged = bytearray(spend.final)
    at = data.draw(st.integers(0, len(damaged) - 1))
    damaged[at] ^= 1 << data.draw(st.integers(0, 7))
    assert interpreter.rejects(bytes(damaged), spend.spent)


class Never(Signatures):
    """Takes every signature for a bad one."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def ecdsa(self, key: bytes, digest: bytes, signature: bytes) -> bool:
        self.asked += 1
        return False

    schnorr = ecdsa


@pytest.mark.parametrize("name", CASES)
def test_every_signature_is_asked_of_the_verifier_that_is_given(name: str) -> None:
    ways = script.dsa_verify, tapscript.ssa_verify, engine.verify_input.__globals__[MIDSTATES]
    for spend in spends(name):
        never = Never()
        assert interpreter.rejects(spend.final, spend.spent, never), spend.where
        assert never.asked > 0
    after = script.dsa_verify, tapscript.ssa_verify, engine.verify_input.__globals__[MIDSTATES]
    assert ways == after


def test_a_verifier_remembers_what_was_good_and_nothing_else() -> None:
    spend = spends("wpkh")[0]
    known = Signatures()
    assert interpreter.rejects(spend.final, spend.spent, known) is None
    assert interpreter.rejects(spend.final, spend.spent, known) is None
    final = transaction.parse(spend.final)
    for bit in (200, 400):
        changed = with_input(final, 0, flipped(final.inputs[0], 0, 0, bit))
        assert interpreter.rejects(changed, spend.spent, known)
        assert interpreter.rejects(changed, spend.spent, known)
    less = replace(final.outputs[0], value=final.outputs[0].value - 1)
    other = replace(final, outputs=(less, *final.outputs[1:])).serialize(witness=True)
    assert interpreter.rejects(other, spend.spent, known)


def other_witnesses(given: TxInput) -> Iterator[TxInput]:
    """Ways to unlock an input that differ from the right one in whole items."""
    items = given.witness
    for at in range(len(items)):
        yield replace(given, witness=items[:at] + items[at + 1 :])
        yield replace(given, witness=(*items[:at], b"", *items[at + 1 :]))
        yield replace(given, witness=(*items[:at], items[at], *items[at:]))
        yield replace(given, witness=(*items[:at], bytes(521), *items[at:]))
    for more in (b"", b"\x01", b"\x50", b"\x50annex", b"\x51"):
        yield replace(given, witness=(more, *items))
        yield replace(given, witness=(*items, more))
    yield replace(given, witness=items[::-1])
    yield replace(given, witness=(b"\x51",))
    yield replace(given, script_sig=given.script_sig + b"\x51")
    yield replace(given, script_sig=b"")


@pytest.mark.parametrize("name", CASES)
def test_whatever_unlocks_an_input_the_whole_engine_says_the_same(name: str) -> None:
    spend = next(spend for spend in spends(name) if spend.name == "pay-1")
    final = transaction.parse(spend.final)
    outputs = [TxOut(output.value, output.script) for output in spend.spent]
    verdicts = set()
    for changed in (final.inputs[0], *other_witnesses(final.inputs[0])):
        data = with_input(final, 0, changed)
        try:
            verify_transaction(outputs, Tx.parse(data))
            accepted = True
        except BTClibException:
            accepted = False
        assert (interpreter.rejects(data, spend.spent) is None) == accepted, changed
        verdicts.add(accepted)
    assert verdicts == {True, False}


@pytest.mark.parametrize("rejects", VERIFIERS)
def test_an_item_of_a_witness_has_520_bytes_at_most(rejects: Verifier) -> None:
    drop_and_push_one = b"\x75\x51"
    spent = [Output(1_000, b"\x00\x20" + sha256(drop_and_push_one).digest())]
    for size, accepted in ((520, True), (521, False)):
        given = TxInput(Outpoint(bytes(32), 0), 0, b"", (bytes(size), drop_and_push_one))
        final = Transaction(2, (given,), (Output(900, b"\x51"),), 0)
        assert (rejects(final.serialize(witness=True), spent) is None) == accepted, size


@settings(max_examples=200, deadline=None)
@given(
    kind=st.integers(0, 255),
    code=st.one_of(
        st.binary(max_size=300), st.sampled_from([b"", b"\xab", b"\x51\xab\x52", b"\x02\xab\xab"])
    ),
    at=st.integers(0, 2),
)
def test_what_a_legacy_input_hashes_is_what_the_engine_hashes(
    kind: int, code: bytes, at: int
) -> None:
    spend = next(spend for spend in spends("pkh") if spend.name == "pay-3-inputs")
    final = Tx.parse(spend.final)
    known = interpreter.Midstates(interpreter.Whole(final), at)
    for _ in range(2):
        mine = sig_hash._legacy(code, final, at, kind, known)
        assert mine == sig_hash.legacy(code, final, at, kind)


def test_legacy_inputs_are_not_copied_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def copied(*_: object) -> None:
        raise AssertionError("the engine writes the whole transaction for one input")

    monkeypatch.setattr(sig_hash, "_legacy_tx_copy", copied)
    for spend in spends("pkh"):
        assert interpreter.rejects(spend.final, spend.spent) is None
