"""Versions converted and back, locktimes computed, replies trimmed, foreign fields kept."""

from __future__ import annotations

import base64

import pytest
from btclib_wallet.psbt import Psbt as EnginePsbt
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import have_shared, vectors
from signing.core_corpus import Spend, spends
from signing.psbt_records import Map, edited, put, read, write
from signing.wallets_made import TYPES, make_psbt, make_wallet, signer

from ceremonies.bitcoin import fields
from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin.psbt import MalformedPsbt
from ceremonies.bitcoin.psbt_versions import converted
from ceremonies.errors import InputError
from ceremonies.signing import finish
from ceremonies.signing.finish import trimmed
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign

CORPUS = spends() if have_shared() else []


@pytest.mark.parametrize("core", CORPUS, ids=str)
def test_each_spend_of_core_comes_back_from_version_2_byte_for_byte(core: Spend) -> None:
    second = converted(core.psbt, 2)
    there = psbts.parse(second)
    assert there.maps.version == 2
    assert there.modifiable == 0
    assert there.transaction == core.psbt.transaction
    assert there.inputs == core.psbt.inputs
    assert review(there, core.wallet).intent == core.reviewed.intent
    assert converted(there, 0) == core.data
    assert converted(there, 2) == second


@pytest.mark.parametrize("kind", TYPES)
def test_the_engine_reads_what_was_converted(kind: str) -> None:
    first = psbts.parse(make_psbt(make_wallet(kind), sequence=0, locktime=77))
    second = converted(first, 2)
    theirs = EnginePsbt.parse(second)
    assert theirs.tx.serialize(include_witness=False) == first.transaction.serialize(witness=False)
    assert EnginePsbt.parse(first.data).to_v2().tx == theirs.tx


@given(
    kind=st.sampled_from(["wpkh", "tr", "wsh"]),
    locktime=st.integers(0, 0xFFFFFFFF),
    sequence=st.integers(0, 0xFFFFFFFF),
    random=st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_any_records_in_any_order_survive_both_ways(
    kind: str, locktime: int, sequence: int, random: object
) -> None:
    def change(maps: list[Map]) -> None:
        for number, records in enumerate(maps):
            records.append((b"\xfc\x01a" + bytes([number]), b"any"))
            records.append((b"\xee", bytes(number)))
            random.shuffle(records)  # type: ignore[attr-defined]

    data = edited(make_psbt(make_wallet(kind), locktime=locktime, sequence=sequence), change)
    first = psbts.parse(data)
    second = psbts.parse(converted(first, 2))
    assert second.transaction == first.transaction
    again = read(converted(second, 0))
    kept = [[r for r in records if r[0] != b"\x00"] for records in read(data)]
    assert [[r for r in records if r[0] != b"\x00"] for records in again] == kept


def test_a_version_0_that_says_so_says_so_no_more() -> None:
    data = edited(make_psbt(make_wallet("wpkh")), lambda maps: put(maps[0], b"\xfb", bytes(4)))
    there = psbts.parse(converted(psbts.parse(data), 2))
    assert read(converted(there, 0))[0] == [r for r in read(data)[0] if r[0] != b"\xfb"]


# locktimes of version 2


def needing(*needs: tuple[int, int], fallback: int = 0) -> bytes:
    """A version 2 PSBT whose inputs need (time, height) as locktime; zero is no need."""
    second = converted(psbts.parse(make_psbt(make_wallet("wpkh"))), 2)

    def change(maps: list[Map]) -> None:
        put(maps[0], b"\x03", fallback.to_bytes(4, "little"))
        for number, (time, height) in enumerate(needs, start=1):
            for key, value in ((b"\x11", time), (b"\x12", height)):
                if value:
                    put(maps[number], key, value.to_bytes(4, "little"))

    return edited(second, change)


@pytest.mark.parametrize(
    ("needs", "fallback", "expected"),
    [
        (((0, 0), (0, 0)), 0, 0),
        (((0, 0), (0, 0)), 77, 77),
        (((0, 10_000), (0, 0)), 77, 10_000),
        (((0, 10_000), (0, 9_000)), 77, 10_000),
        (((1_657_048_460, 10_000), (0, 9_000)), 0, 10_000),
        (((1_657_048_460, 10_000), (1_657_048_459, 0)), 0, 1_657_048_460),
        (((1_657_048_460, 10_000), (1_657_048_459, 9_000)), 0, 10_000),
        (((1_657_048_459, 0), (1_657_048_460, 0)), 9, 1_657_048_460),
    ],
)
def test_the_locktime_is_computed_as_bip370_says(
    needs: tuple[tuple[int, int], ...], fallback: int, expected: int
) -> None:
    psbt = psbts.parse(needing(*needs, fallback=fallback))
    assert psbt.transaction.locktime == expected
    assert EnginePsbt.parse(psbt.data).tx.lock_time == expected
    first = psbts.parse(converted(psbt, 0))
    assert first.transaction == psbt.transaction


def test_inputs_that_need_a_time_and_a_height_have_no_locktime() -> None:
    with pytest.raises(MalformedPsbt, match="both a time and a height"):
        psbts.parse(needing((1_657_048_460, 0), (0, 9_000)))


# trimmed replies


@pytest.mark.parametrize("version", [0, 2])
@pytest.mark.parametrize("kind", ["pkh", "wpkh", "sh-wsh", "wsh", "tr", "tr-leaf", "tr-multi-a"])
def test_a_trimmed_reply_is_signatures_alone_and_whole_again_when_combined(
    kind: str, version: int
) -> None:
    wallet = make_wallet(kind)
    original = psbts.parse(converted(psbts.parse(make_psbt(wallet)), version))
    answers = (
        [psbts.parse(sign(review(original, wallet, signer=signer(key))).data) for key in (1, 2)]
        if kind in ("sh-wsh", "wsh", "tr-multi-a")
        else [psbts.parse(sign(review(original, wallet, signer=signer(1))).data)]
    )
    small = [psbts.parse(trimmed(one)) for one in answers]
    for one, whole in zip(small, answers, strict=True):
        assert len(one.data) < 0.6 * len(whole.data)
        assert one.transaction == whole.transaction
        assert [len(i.claims) + bool(i.previous) for i in one.inputs] == [0, 0]
        assert [i.signatures for i in one.inputs] == [i.signatures for i in whole.inputs]
        assert trimmed(one) == one.data
    merged = finish.combine([original, *small])
    assert merged == finish.combine([original, *answers])
    assert finish.finalize(psbts.parse(merged)).fee_sat == 3_000


def test_a_reply_to_another_transaction_is_not_merged() -> None:
    wallet = make_wallet("wpkh")
    other = psbts.parse(make_psbt(wallet, locktime=1))
    reply = psbts.parse(trimmed(psbts.parse(sign(review(other, wallet, signer=signer(1))).data)))
    with pytest.raises(InputError, match="another transaction"):
        finish.combine([psbts.parse(make_psbt(wallet)), reply])


def test_replies_of_two_versions_are_not_merged_before_one_is_converted() -> None:
    wallet = make_wallet("wpkh")
    first = psbts.parse(make_psbt(wallet))
    second = psbts.parse(converted(first, 2))
    reply = psbts.parse(sign(review(second, wallet, signer=signer(1))).data)
    with pytest.raises(InputError, match="psbt 2 is of version 2, psbt 1 of 0"):
        finish.combine([first, reply])
    back = psbts.parse(converted(reply, 0))
    assert finish.finalize(psbts.parse(finish.combine([first, back]))).fee_sat == 3_000


@pytest.mark.parametrize("kind", ["wpkh", "tr-several-leaves"])
def test_where_a_key_is_said_to_be_from_contradicts_nobody(kind: str) -> None:
    data = make_psbt(make_wallet(kind))

    def change(maps: list[Map]) -> None:
        at = next(n for n, (key, _) in enumerate(maps[1]) if key[0] in (0x06, 0x16))
        key, value = maps[1][at]
        maps[1][at] = key, value[:-1] + b"\x01"

    other = edited(data, change)
    assert other != data
    assert finish.combine([psbts.parse(data), psbts.parse(other)]) == data
    spoiled = edited(data, lambda maps: put(maps[1], b"\xfc\x01a", b"1"))
    again = edited(data, lambda maps: put(maps[1], b"\xfc\x01a", b"2"))
    with pytest.raises(InputError, match="contradicts another psbt about field 0xfc"):
        finish.combine([psbts.parse(spoiled), psbts.parse(again)])


# fields that nothing reads


def test_the_fields_of_bip373_are_named_and_kept() -> None:
    from ceremonies.bitcoin import keymaps

    names: set[str] = set()
    for one in vectors("bip373")["vectors"]:
        raw = base64.b64decode(one["psbt"]) if one["expect"] == "valid" else b""
        if raw:
            names |= fields.kept(keymaps.read(raw)).keys()
            assert write(read(raw)) == raw
    assert {
        "PSBT_IN_MUSIG2_PARTICIPANT_PUBKEYS",
        "PSBT_IN_MUSIG2_PUB_NONCE",
        "PSBT_IN_MUSIG2_PARTIAL_SIG",
        "PSBT_OUT_MUSIG2_PARTICIPANT_PUBKEYS",
    } <= names


def test_foreign_fields_are_counted_by_what_they_are() -> None:
    def change(maps: list[Map]) -> None:
        for number in range(3):
            maps[1].append((b"\xfc\x01a" + bytes([number]), b""))
        maps[0].append((b"\xaa", b""))
        maps[3].append((b"\x77", b""))

    psbt = psbts.parse(edited(make_psbt(make_wallet("wpkh")), change))
    assert fields.kept(psbt.maps) == {
        "unknown 0xaa (global)": 1,
        "proprietary (input)": 3,
        "unknown 0x77 (output)": 1,
    }
    assert fields.kept(psbts.parse(make_psbt(make_wallet("tr-multi-a"))).maps) == {}
