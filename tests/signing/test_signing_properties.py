"""Signing and finishing, whatever is given: signatures that verify, or an error of ours."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import cache
from itertools import permutations

import pytest
from coincurve import PublicKey
from ecc import curves
from hypothesis import given, settings
from hypothesis import strategies as st
from signing.hostile import EVERY, an_input_of_the_next_account, the_same_coin_twice
from signing.psbt_records import Map, blob, edited, put, read, write
from signing.wallets_made import (
    CHANGE,
    PAYEE,
    RECEIVED,
    SINGLE_KEY,
    TYPES,
    make_psbt,
    make_wallet,
    signer,
)

from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin import signer as engine
from ceremonies.bitcoin.psbt import MalformedPsbt, Psbt
from ceremonies.errors import (
    CeremonyError,
    InputError,
    IntegrityError,
    Level,
    MachineError,
    Refused,
)
from ceremonies.signing import finish
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import review
from ceremonies.signing.sign import Signed, sign
from ceremonies.wallets.wallet import Place, Wallet

GOOD = tuple(kind for kind in TYPES if kind != "wpkh-of-mainnet")
BY_ONE = (*SINGLE_KEY, "decaying", "tr-leaf", "tr-hashed-leaf", "tr-same-leaf-twice")
OF_THREE = ("sh", "wsh", "sh-wsh", "wsh-unsorted", "tr-multi-a")
ECDSA = ("pkh", "wpkh", "sh-wpkh", "sh", "wsh", "sh-wsh", "decaying")

coins = st.lists(
    st.tuples(st.builds(Place, st.integers(0, 1), st.integers(0, 40)), st.integers(10_000, 10**9)),
    min_size=1,
    max_size=5,
)


def signed(data: bytes, wallet: Wallet, key: int = 1) -> Signed:
    return sign(review(psbts.parse(data), wallet, signer=signer(key)))


@cache
def good(kind: str, *, sequence: int = 6) -> bytes:
    return make_psbt(make_wallet(kind), sequence=sequence)


@cache
def answer(kind: str, key: int) -> bytes:
    return signed(good(kind), make_wallet(kind), key).data


def keys_needed(kind: str) -> tuple[int, ...]:
    return (1,) if kind in BY_ONE else (1, 2)


def combined(*given: bytes) -> Psbt:
    return psbts.parse(finish.combine([psbts.parse(one) for one in given]))


# what is signed can be spent


@pytest.mark.parametrize("kind", GOOD)
def test_every_type_of_wallet_is_signed_and_spent(kind: str) -> None:
    final = finish.finalize(combined(*(answer(kind, key) for key in keys_needed(kind))))
    assert final.verified_by == ("interpreter", "kernel")
    assert final.transaction.inputs[0].outpoint == psbts.parse(good(kind)).inputs[0].outpoint
    assert final.fee_sat == 3_000


@pytest.mark.parametrize("kind", [kind for kind in GOOD if len(keys_needed(kind)) == 2])
def test_fewer_signatures_than_the_threshold_are_not_complete(kind: str) -> None:
    alone = 2 if kind == "tr-several-leaves" else 1
    one = psbts.parse(answer(kind, alone))
    assert not finish.is_complete(one)
    with pytest.raises(finish.Incomplete) as incomplete:
        finish.finalize(one)
    assert incomplete.value.hint


@pytest.mark.parametrize("kind", GOOD)
def test_an_unsigned_psbt_is_not_complete(kind: str) -> None:
    assert not finish.is_complete(psbts.parse(good(kind)))


def test_the_heir_of_a_decaying_wallet_spends_once_its_time_has_come() -> None:
    wallet = make_wallet("decaying")
    ripe = psbts.parse(answer("decaying", 2))
    assert finish.finalize(ripe).verified_by == ("interpreter", "kernel")
    early = psbts.parse(signed(good("decaying", sequence=5), wallet, 2).data)
    assert not finish.is_complete(early)


def test_the_heir_s_leaf_waits_for_its_time_too() -> None:
    early = signed(good("tr-hashed-leaf", sequence=5), make_wallet("tr-hashed-leaf"))
    assert early.signatures_added == 2
    assert not finish.is_complete(psbts.parse(early.data))


def test_a_taproot_wallet_is_spent_by_its_internal_key_where_that_signed() -> None:
    by_key = finish.finalize(psbts.parse(answer("tr-leaf", 3)))
    by_leaf = finish.finalize(psbts.parse(answer("tr-leaf", 1)))
    assert [len(one.witness) for one in by_key.transaction.inputs] == [1, 1]
    assert [len(one.witness) for one in by_leaf.transaction.inputs] == [3, 3]
    both = finish.finalize(combined(answer("tr-leaf", 1), answer("tr-leaf", 3)))
    assert both.data == by_key.data


def test_a_key_in_several_leaves_signs_each_and_the_smallest_witness_is_used() -> None:
    own = psbts.parse(answer("tr-several-leaves", 1))
    assert [len(one.tap_script_signatures) for one in own.inputs] == [2, 2]
    assert [len(one.witness) for one in finish.finalize(own).transaction.inputs] == [3, 3]
    both = combined(answer("tr-several-leaves", 1), answer("tr-several-leaves", 2))
    assert [len(one.witness) for one in finish.finalize(both).transaction.inputs] == [3, 3]


@pytest.mark.parametrize(
    ("kind", "key", "by_key", "by_leaf"),
    [
        ("tr", 1, 1, 0),
        ("tr-leaf", 1, 0, 1),
        ("tr-leaf", 3, 1, 0),
        ("tr-multi-a", 2, 0, 1),
        ("tr-hashed-leaf", 1, 0, 1),
        ("tr-same-leaf-twice", 1, 0, 1),
        ("tr-same-leaf-twice", 2, 0, 1),
        ("tr-several-leaves", 1, 0, 2),
        ("tr-several-leaves", 2, 0, 1),
    ],
)
def test_a_key_signs_the_leaves_it_stands_in_and_no_other(
    kind: str, key: int, by_key: int, by_leaf: int
) -> None:
    for one in psbts.parse(answer(kind, key)).inputs:
        assert bool(one.tap_key_signature) is bool(by_key)
        assert len(one.tap_script_signatures) == by_leaf
        assert one.signatures == ()


def test_a_miniscript_input_with_its_word_alone_is_finalized() -> None:
    wallet = make_wallet("decaying")
    data = make_psbt(wallet, inputs=[(RECEIVED[0], 1_000_000)], with_prevtx=False)
    assert finish.finalize(psbts.parse(signed(data, wallet).data)).verified_by


@given(kind=st.sampled_from(ECDSA[:3]), inputs=coins, sequence=st.integers(0, 0xFFFFFFFF))
@settings(max_examples=40, deadline=None)
def test_any_inputs_of_a_wallet_are_signed_to_a_transaction_that_verifies(
    kind: str, inputs: list[tuple[Place, int]], sequence: int
) -> None:
    wallet = make_wallet(kind)
    paid = sum(value for _, value in inputs) - 3_000
    data = make_psbt(
        wallet, inputs=inputs, payments=[(PAYEE, paid)], change=None, sequence=sequence
    )
    result = signed(data, wallet)
    assert result.signatures_added == len(inputs)
    assert finish.finalize(psbts.parse(result.data)).fee_sat == 3_000


# only errors of ours, whatever the bytes


def attempt(data: bytes, wallet: Wallet) -> None:
    """Read, review, sign and finalize; anything but an error of ours fails the test."""
    try:
        psbt = psbts.parse(data)
        reviewed = review(psbt, wallet, signer=signer(1))
        assert (reviewed.intent is None) is (reviewed.verdict == "refuse")
        with suppress(Refused):
            signed = sign(reviewed)
            psbts.parse(signed.data)
            # what a signing remembers of signatures changes no verdict
            known = finish.is_complete(signed.psbt, signed.verifier)
            assert known == finish.is_complete(signed.psbt)
        finish.finalize(psbt)
    except CeremonyError as error:
        unexplained = isinstance(error, MalformedPsbt | Refused) and not error.findings
        if unexplained or not error.cause:
            raise AssertionError("it says too little") from error


bases = st.tuples(st.sampled_from(EVERY), st.sampled_from(["unsigned", "signed", "twice"]))


def base(kind: str, state: str) -> bytes:
    if state == "unsigned":
        return good(kind)
    if state == "signed":
        return answer(kind, 1)
    # a repeated input is not shown to the engine, so our own reading stands alone
    return _twice(kind)


@cache
def _twice(kind: str) -> bytes:
    maps = read(the_same_coin_twice(make_wallet(kind)))
    maps[1] = maps[2] = read(answer(kind, 1))[1]
    return write(maps)


@given(bases, st.data())
@settings(max_examples=250, deadline=None)
def test_a_flipped_bit_gives_a_review_or_an_error_of_ours(
    chosen: tuple[str, str], data: st.DataObject
) -> None:
    raw = bytearray(base(*chosen))
    at = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[at // 8] ^= 1 << at % 8
    attempt(bytes(raw), make_wallet(chosen[0]))


@given(bases, st.data())
@settings(max_examples=80, deadline=None)
def test_a_truncated_psbt_is_malformed(chosen: tuple[str, str], data: st.DataObject) -> None:
    raw = base(*chosen)
    with pytest.raises(MalformedPsbt):
        psbts.parse(raw[: data.draw(st.integers(0, len(raw) - 1))])


@given(bases, st.data())
@settings(max_examples=60, deadline=None)
def test_a_repeated_record_is_malformed(chosen: tuple[str, str], data: st.DataObject) -> None:
    maps = read(base(*chosen))
    records = data.draw(st.sampled_from([one for one in maps if one]))
    again = data.draw(st.sampled_from(records))
    records.insert(data.draw(st.integers(0, len(records))), again)
    with pytest.raises(MalformedPsbt) as malformed:
        psbts.parse(write(maps))
    assert [found.rule for found in malformed.value.findings] == ["strict"]


@given(bases, st.data())
@settings(max_examples=250, deadline=None)
def test_damaged_records_give_a_review_or_an_error_of_ours(
    chosen: tuple[str, str], data: st.DataObject
) -> None:
    maps = read(base(*chosen))
    for _ in range(data.draw(st.integers(1, 2))):
        records = data.draw(st.sampled_from([one for one in maps if one]))
        at = data.draw(st.integers(0, len(records) - 1))
        key, value = records[at]
        records[at] = data.draw(
            st.sampled_from(
                [
                    (key, b""),
                    (key, value[:-1]),
                    (key, value + b"\x00"),
                    (key, b"\xff" * len(value)),
                    (key, bytes(len(value))),
                    (key[:-1] or key, value),
                    (key + b"\x00", value),
                    (bytes([data.draw(st.integers(0, 0x20))]) + key[1:], value),
                ]
            )
        )
    attempt(write(maps), make_wallet(chosen[0]))


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_behind_the_magic_are_an_error_of_ours(tail: bytes) -> None:
    attempt(b"psbt\xff" + tail, make_wallet("wpkh"))


# the intent


@given(kind=st.sampled_from(EVERY), random=st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_records_changes_neither_intent_nor_signatures(
    kind: str, random: object
) -> None:
    wallet = make_wallet(kind)

    def change(maps: list[Map]) -> None:
        for records in maps:
            random.shuffle(records)  # type: ignore[attr-defined]

    shuffled = edited(good(kind), change)
    reviewed = review(psbts.parse(shuffled), wallet, signer=signer(1))
    assert reviewed.intent == review(psbts.parse(good(kind)), wallet).intent
    if kind in ECDSA:
        one = psbts.parse(sign(reviewed).data).inputs
        other = psbts.parse(answer(kind, 1)).inputs
        assert [set(i.signatures) for i in one] == [set(i.signatures) for i in other]


def test_the_intent_is_another_for_each_thing_that_signing_does() -> None:
    wallet = make_wallet("tr")
    ours, more = (RECEIVED[0], 600_000), (RECEIVED[1], 400_001)
    made = [
        make_psbt(wallet),
        make_psbt(wallet, sequence=1),
        make_psbt(wallet, locktime=1),
        make_psbt(wallet, change=(CHANGE, 596_999)),
        make_psbt(wallet, payments=[(PAYEE[:-1] + b"\x00", 400_000)]),
        make_psbt(wallet, inputs=[ours, more]),
        edited(make_psbt(wallet), lambda maps: put(maps[0], b"\x00", _payments_first(maps))),
    ]
    intents = {review(psbts.parse(data), wallet).intent for data in made}
    assert None not in intents
    assert len(intents) == len(made)


@pytest.mark.parametrize("kind", EVERY)
def test_the_intent_is_what_its_definition_says(kind: str) -> None:
    wallet = make_wallet(kind)
    psbt = psbts.parse(good(kind))
    raw = psbt.transaction.serialize(witness=False)
    content = b"\x07regtest" + bytes.fromhex(wallet.id) + blob(raw)
    for place, value in ((RECEIVED[0], 600_000), (RECEIVED[1], 400_000)):
        content += value.to_bytes(8, "little") + blob(wallet.derive(place).script)
    tag = hashlib.sha256(b"custody-cli/intent/1").digest()
    assert review(psbt, wallet).intent == hashlib.sha256(tag + tag + content).digest()


def _payments_first(maps: list[Map]) -> bytes:
    """The transaction with its outputs in the other order, and their maps too."""
    psbt = psbts.parse(write(maps))
    maps[-2:] = maps[:-3:-1]
    old = psbt.transaction
    return type(old)(old.version, old.inputs, old.outputs[::-1], old.locktime).serialize(
        witness=False
    )


def test_signing_demands_the_intent_that_was_approved() -> None:
    wallet = make_wallet("wpkh")
    reviewed = review(psbts.parse(good("wpkh")), wallet, signer=signer(1))
    assert reviewed.intent is not None
    assert sign(reviewed, approved=reviewed.intent).signatures_added == 2
    for other in (bytes(32), reviewed.intent[:-1] + bytes([reviewed.intent[-1] ^ 1]), b""):
        with pytest.raises(Refused, match="another intent"):
            sign(reviewed, approved=other)


# who signs


@pytest.mark.parametrize("kind", GOOD)
def test_sorted_records_stay_sorted(kind: str) -> None:
    in_order = edited(good(kind), lambda maps: [records.sort() for records in maps])
    for records in read(signed(in_order, make_wallet(kind)).data):
        assert records == sorted(records)


@pytest.mark.parametrize("kind", GOOD)
def test_signing_twice_adds_nothing_new(kind: str) -> None:
    again = signed(answer(kind, 1), make_wallet(kind))
    assert again.signatures_added == 0
    assert again.data == answer(kind, 1)


@pytest.mark.parametrize("kind", ECDSA)
def test_ecdsa_signatures_are_the_same_every_time_and_have_low_r(kind: str) -> None:
    assert signed(good(kind), make_wallet(kind)).data == answer(kind, 1)
    for one in psbts.parse(answer(kind, 1)).inputs:
        assert all(len(signature) <= 71 for _, signature in one.signatures)


def test_taproot_signatures_take_the_randomness_that_is_handed_in() -> None:
    wallet = make_wallet("tr")
    reviewed = review(psbts.parse(good("tr")), wallet, signer=signer(1))

    def known(size: int) -> bytes:
        return b"\x07" * size

    assert sign(reviewed, os_random=known).data == sign(reviewed, os_random=known).data
    assert sign(reviewed, os_random=known).data != sign(reviewed, os_random=os.urandom).data


@pytest.mark.parametrize("kind", GOOD)
def test_a_key_that_is_not_in_the_wallet_signs_nothing(kind: str) -> None:
    reviewed = review(psbts.parse(good(kind)), make_wallet(kind), signer=signer(9))
    assert [found.rule for found in reviewed.refusals] == ["signer-missing"]
    with pytest.raises(Refused):
        sign(reviewed)


def test_an_equal_fingerprint_alone_makes_no_signer() -> None:
    wallet = make_wallet("wpkh")
    strange = signer(9)
    strange.__dict__["fingerprint"] = signer(1).fingerprint
    reviewed = review(psbts.parse(good("wpkh")), wallet, signer=strange)
    assert [found.rule for found in reviewed.refusals] == ["signer-missing"]


def test_a_foreign_input_that_a_policy_allows_is_left_alone() -> None:
    wallet = make_wallet("wpkh")
    data = an_input_of_the_next_account(wallet)
    lenient = Policy(levels={"foreign-input": Level.WARN})
    reviewed = review(psbts.parse(data), wallet, signer=signer(1), policy=lenient)
    signatures = [one.signatures for one in psbts.parse(sign(reviewed).data).inputs]
    assert [len(found) for found in signatures] == [1, 1, 0]


def test_final_inputs_are_left_alone() -> None:
    wallet = make_wallet("wpkh")
    given = psbts.parse(answer("wpkh", 1)).inputs[0]
    ((key, signature),) = given.signatures
    stack = b"\x02" + bytes([len(signature)]) + signature + b"\x21" + key
    partly = edited(good("wpkh"), lambda maps: put(maps[1], b"\x08", stack))
    result = signed(partly, wallet)
    assert result.signatures_added == 1
    assert psbts.parse(result.data).inputs[0].signatures == ()
    assert (
        finish.finalize(psbts.parse(result.data)).data
        == finish.finalize(psbts.parse(answer("wpkh", 1))).data
    )


# the machine fails


@pytest.mark.parametrize("kind", ["wpkh", "pkh", "wsh"])
def test_an_ecdsa_signature_that_fails_its_second_verification_stops_everything(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = engine.dsa.sign

    def flipped(digest: bytes, key: bytes, **kwargs: bool) -> bytes:
        signature = bytearray(made(digest, key, **kwargs))
        signature[-1] ^= 1
        return bytes(signature)

    reviewed = review(psbts.parse(good(kind)), make_wallet(kind), signer=signer(1))
    monkeypatch.setattr(engine.dsa, "sign", flipped)
    with pytest.raises(IntegrityError, match="input 0 fails its second verification"):
        sign(reviewed)


@pytest.mark.parametrize("kind", ["tr", "tr-leaf", "tr-multi-a"])
def test_a_schnorr_signature_that_fails_its_second_verification_stops_everything(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = engine.ssa.sign

    def flipped(digest: bytes, key: bytes, auxiliary: bytes, **kwargs: bool) -> bytes:
        signature = bytearray(made(digest, key, auxiliary, **kwargs))
        signature[40] ^= 1
        return bytes(signature)

    reviewed = review(psbts.parse(good(kind)), make_wallet(kind), signer=signer(1))
    monkeypatch.setattr(engine.ssa, "sign", flipped)
    with pytest.raises(IntegrityError, match="input 0 fails its second verification"):
        sign(reviewed)


def test_nothing_signs_where_libsecp256k1_does_not_serve() -> None:
    reviewed = review(psbts.parse(good("wpkh")), make_wallet("wpkh"), signer=signer(1))
    assert curves.is_libsecp256k1_serving()
    curves.set_libsecp256k1_serving(serving=False)
    try:
        with pytest.raises(MachineError, match="libsecp256k1 is not serving"):
            sign(reviewed)
    finally:
        curves.set_libsecp256k1_serving(serving=True)
    assert sign(reviewed).signatures_added == 2


# combining


@pytest.mark.parametrize("kind", OF_THREE)
def test_the_order_of_combining_does_not_change_the_transaction(kind: str) -> None:
    answers = [answer(kind, key) for key in (1, 2, 3)]
    whole = {finish.finalize(combined(*order)).data for order in permutations(answers)}
    assert len(whole) == 1
    twos = {
        keys: finish.finalize(combined(*(answer(kind, key) for key in keys))).data
        for keys in permutations((1, 2, 3), 2)
    }
    assert twos[1, 2] == twos[2, 1]
    assert twos[1, 3] == twos[3, 1]
    assert twos[2, 3] == twos[3, 2]


@pytest.mark.parametrize("kind", OF_THREE)
def test_combining_with_the_unsigned_psbt_or_with_itself_changes_nothing(kind: str) -> None:
    one = answer(kind, 1)
    assert finish.combine([psbts.parse(one)] * 3) == one
    assert finish.combine([psbts.parse(good(kind)), psbts.parse(one)]) == one
    assert finish.combine([psbts.parse(one), psbts.parse(good(kind))]) == one


def test_psbts_of_different_transactions_are_not_combined() -> None:
    wallet = make_wallet("wsh")
    for other in (
        make_psbt(wallet, locktime=1, sequence=6),
        make_psbt(wallet, sequence=7),
        make_psbt(wallet, change=(CHANGE, 597_001), sequence=6),
        good("wpkh"),
    ):
        with pytest.raises(InputError, match="psbt 2 is of another transaction than psbt 1"):
            finish.combine([psbts.parse(good("wsh")), psbts.parse(other)])


def test_psbts_that_contradict_each_other_are_not_combined() -> None:
    one = psbts.parse(answer("tr", 1))
    other = psbts.parse(signed(good("tr"), make_wallet("tr")).data)
    with pytest.raises(InputError, match="map 1 of psbt 2 contradicts another psbt"):
        finish.combine([one, other])
    unsigned = psbts.parse(good("tr"))
    with pytest.raises(InputError, match="map 1 of psbt 3 contradicts another psbt"):
        finish.combine([unsigned, one, other])


def test_unknown_records_of_each_psbt_are_kept() -> None:
    one, other = (
        edited(answer("wsh", key), lambda maps, n=key: put(maps[n], b"\xfc\x01a", bytes([n])))
        for key in (1, 2)
    )
    maps = read(finish.combine([psbts.parse(one), psbts.parse(other)]))
    assert dict(maps[1])[b"\xfc\x01a"] == b"\x01"
    assert dict(maps[2])[b"\xfc\x01a"] == b"\x02"


# finalizing what is wrong


@pytest.mark.parametrize("kind", ["pkh", "wpkh", "sh-wpkh", "wsh", "sh-wsh", "sh", "tr"])
def test_a_corrupted_signature_is_caught_before_the_transaction_leaves(kind: str) -> None:
    whole = finish.combine([psbts.parse(answer(kind, key)) for key in keys_needed(kind)])

    def change(maps: list[Map]) -> None:
        key, value = next(r for r in maps[1] if r[0][0] in (0x02, 0x13))
        put(maps[1], key, value[:20] + bytes([value[20] ^ 1]) + value[21:])

    with pytest.raises(IntegrityError, match="rejects the final transaction"):
        finish.finalize(psbts.reread(edited(whole, change)))


def test_a_signature_by_another_key_is_caught_before_the_transaction_leaves() -> None:
    other = PublicKey.from_secret(b"\x05" * 32).format()

    def change(maps: list[Map]) -> None:
        at = next(n for n, (key, _) in enumerate(maps[1]) if key[0] == 0x02)
        maps[1][at] = b"\x02" + other, maps[1][at][1]

    with pytest.raises(IntegrityError, match="rejects the final transaction"):
        finish.finalize(psbts.reread(edited(answer("wpkh", 1), change)))


def test_what_spends_an_unknown_output_is_not_finalized() -> None:
    bare = edited(answer("pkh", 1), lambda maps: maps[1].pop(0))
    with pytest.raises(InputError, match="what input 0 spends is not in the psbt"):
        finish.finalize(psbts.parse(bare))
