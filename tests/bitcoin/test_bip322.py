"""Signed messages: BIP-322's vectors, what is not a signature, and BIP-137's older form."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from coincurve import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import vectors

from ceremonies.bitcoin import bip137, bip322, message_verify, script
from ceremonies.bitcoin.bip322 import NOTHING, Form
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput
from ceremonies.errors import CeremonyError, InputError, IntegrityError, Refused
from ceremonies.frozen import replace
from ceremonies.network import MAINNET

FILES = ("bip322-basic", "bip322-generated")
KINDS = {"simple": Form.SIMPLE, "full": Form.FULL, "proof_of_funds": Form.FUNDS}


def verify(message: str, address: str, signature: str) -> message_verify.Verified:
    spent = script.of_address(address, MAINNET)
    return message_verify.verify(message.encode(), address, spent, bip322.read(signature))


def valid(name: str) -> Iterator[tuple[Form, dict[str, Any], str]]:
    for kind, form in KINDS.items():
        for case in vectors(name).get(kind, []):
            for signature in case["bip322_signatures"]:
                yield form, case, signature


def test_the_hashes_of_the_two_transactions() -> None:
    for case in vectors("bip322-basic")["tx_hashes"]:
        message, spent = case["message"].encode(), script.of_address(case["address"], MAINNET)
        spend = bip322.to_spend(message, spent)
        assert bip322.message_hash(message).hex() == case["message_hash"]
        assert spend.txid[::-1].hex() == case["to_spend_tx_hash"]
        assert bip322.to_sign(spend).txid[::-1].hex() == case["to_sign_tx_hash"]


@pytest.mark.parametrize("name", FILES)
def test_every_valid_vector_holds(name: str) -> None:
    seen = set()
    for form, case, signature in valid(name):
        found = verify(case["message"], case["address"], signature)
        assert found.form is form
        assert found.locktime == case.get("lock_time", 0)
        assert found.sequence == case.get("sequence", 0)
        assert found.verified_by == ("interpreter", "kernel", "btclib-wallet")
        coins = [coin for group in case.get("additional_inputs", []) for coin in group]
        assert [one.output.value for one in found.funds] == [coin["value"] for coin in coins]
        seen.add(form)
    assert Form.SIMPLE in seen


@pytest.mark.parametrize("name", FILES)
def test_every_invalid_vector_is_refused(name: str) -> None:
    for case in vectors(name)["error"]:
        # what cannot be read is malformed, what can be read and does not hold is a contradiction
        wanted = IntegrityError if case["error_substr"] == "invalid signature" else InputError
        with pytest.raises(wanted):
            verify(case["message"], case["address"], case["signature"])


@pytest.mark.parametrize("name", FILES)
def test_no_valid_signature_holds_for_another_message_or_address(name: str) -> None:
    cases = list(valid(name))
    for (_, case, signature), (_, other, _) in zip(cases, cases[1:] + cases[:1], strict=True):
        with pytest.raises(CeremonyError):
            verify(case["message"] + " ", case["address"], signature)
        if case["address"] != other["address"]:
            with pytest.raises(CeremonyError):
                verify(case["message"], other["address"], signature)


def full(kind: str = "p2wpkh") -> tuple[dict[str, Any], Transaction]:
    """A full signature of the vectors, as the transaction it is."""
    for form, case, signature in valid("bip322-generated"):
        if form is Form.FULL and case["type"] == kind:
            done = bip322.read(signature).transaction
            assert done is not None
            return case, done
    raise AssertionError(kind)


def broken(case: dict[str, Any], done: Transaction) -> str:
    """Why a changed full signature does not hold."""
    written = bip322.write(Form.FULL, done.serialize(witness=True))
    with pytest.raises(IntegrityError) as refused:
        verify(case["message"], case["address"], written)
    return refused.value.cause


def test_the_first_input_must_spend_what_message_and_address_make() -> None:
    case, done = full()
    first = done.inputs[0]
    elsewhere = replace(first, outpoint=replace(first.outpoint, index=1))
    assert "another message" in broken(case, replace(done, inputs=(elsewhere,)))
    # a good input further on does not make up for it
    stray = TxInput(Outpoint(b"\x07" * 32, 0), 0)
    assert "another message" in broken(case, replace(done, inputs=(stray, first)))
    assert "what 1 spend" in broken(case, replace(done, inputs=(first, stray)))


def test_its_output_must_be_the_one_of_a_message() -> None:
    case, done = full()
    assert "other outputs" in broken(case, replace(done, outputs=(NOTHING, NOTHING)))
    assert "other outputs" in broken(case, replace(done, outputs=(Output(1, b"\x6a"),)))
    assert "other outputs" in broken(case, replace(done, outputs=(Output(0, b"\x51"),)))


def test_a_version_that_says_nothing_today_is_inconclusive() -> None:
    # a script without a signature commits to no version, so only the version is strange
    spent = b"\x00\x20" + hashlib.sha256(b"\x51").digest()
    address = script.address(spent, MAINNET)
    assert address is not None
    spend = bip322.to_spend(b"m", spent)
    bare = bip322.to_sign(spend)
    done = replace(bare, inputs=(replace(bare.inputs[0], witness=(b"\x51",)),))
    for version, holds in ((0, True), (2, True), (1, False), (3, False)):
        text = bip322.write(Form.FULL, replace(done, version=version).serialize(witness=True))
        if holds:
            assert verify("m", address, text).form is Form.FULL
            continue
        with pytest.raises(Refused, match="inconclusive"):
            verify("m", address, text)


def test_a_witness_version_of_tomorrow_is_inconclusive() -> None:
    address = script.address(b"\x52\x20" + bytes(range(32)), MAINNET)
    assert address is not None
    with pytest.raises(Refused, match="inconclusive"):
        verify("m", address, bip322.write(Form.SIMPLE, b"\x01\x01\x51"))


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=300).map(base64.b64encode)))
def test_what_is_read_is_a_signature_or_is_refused(text: str | bytes) -> None:
    written = text if isinstance(text, str) else text.decode()
    for prefix in ("", *bip322.PREFIXES):
        with suppress(InputError):
            bip322.read(prefix + written)


@pytest.mark.parametrize("prefix", ["smp", "ful", ""])
def test_what_would_run_for_minutes_is_not_read(prefix: str) -> None:
    stack = bip322.write_witness([b"\x51\x75" * 1_000_000 + b"\x51", bytes(33)])
    with pytest.raises(InputError, match="more than 400000 bytes"):
        bip322.read(prefix + base64.b64encode(stack).decode())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=6))
def test_a_witness_is_read_as_it_was_written(stack: list[bytes]) -> None:
    text = bip322.write(Form.SIMPLE, bip322.write_witness(stack))
    found = bip322.read(text)
    assert found.witness == tuple(stack)
    assert bip322.read(f" {text[:9]}\n{text[9:]}\n").text == text


# before BIP-322


def legacy(message: bytes, *, header: int, compressed: bool = True) -> tuple[str, str]:
    """A BIP-137 signature by the key 7…7 with that header, and the address that it is for."""
    key = PrivateKey(b"\x07" * 32)
    signed = key.sign_recoverable(bip137.digest(message), hasher=None)
    hashed = script.hash160(key.public_key.format(compressed=compressed))
    scripts = (
        b"\x76\xa9\x14" + hashed + b"\x88\xac",
        b"\x76\xa9\x14" + hashed + b"\x88\xac",
        b"\xa9\x14" + script.hash160(b"\x00\x14" + hashed) + b"\x87",
        b"\x00\x14" + hashed,
    )
    address = script.address(scripts[(header - 27) // 4], MAINNET)
    assert address is not None
    text = base64.b64encode(bytes([header + signed[64]]) + signed[:64]).decode()
    return text, address


@pytest.mark.parametrize("header", [27, 31, 35, 39])
def test_an_older_signature_holds_for_its_own_address_alone(header: int) -> None:
    text, address = legacy(b"hello", header=header, compressed=header > 27)
    found = verify("hello", address, text)
    assert (found.form, found.verified_by) == (Form.LEGACY, ("coincurve", "btclib"))
    for other in {27, 31, 35, 39} - {header}:
        _, elsewhere = legacy(b"hello", header=other, compressed=other > 27)
        with pytest.raises(IntegrityError):
            verify("hello", elsewhere, text)
    with pytest.raises(IntegrityError):
        verify("hello ", address, text)


@pytest.mark.parametrize("first", [0, 26, 43, 255])
def test_a_header_that_names_no_key_holds_for_nobody(first: int) -> None:
    text, address = legacy(b"hello", header=31)
    data = bytes([first]) + base64.b64decode(text)[1:]
    with pytest.raises(IntegrityError):
        verify("hello", address, base64.b64encode(data).decode())


@settings(max_examples=40, deadline=None)
@given(st.integers(27, 42), st.binary(min_size=64, max_size=64))
def test_65_bytes_of_anything_hold_for_nobody(first: int, rest: bytes) -> None:
    address = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
    with pytest.raises(IntegrityError):
        verify("hello", address, base64.b64encode(bytes([first]) + rest).decode())
