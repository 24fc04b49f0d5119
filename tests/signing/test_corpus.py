"""Every PSBT that Bitcoin Core made: reviewed, signed and finalized to what Core itself made."""

from __future__ import annotations

from decimal import Decimal

import pytest
from btclib.tx import Tx
from btclib_wallet.psbt import Psbt as EnginePsbt
from shared_data import have_shared
from signing.core_corpus import Spend, signers_of, spend, spends
from signing.psbt_records import Map, drop, edited, put, read, write
from signing.wallets_made import make_psbt, make_wallet, signer

from ceremonies.bitcoin import interpreter, kernel, script
from ceremonies.bitcoin import psbt as psbts
from ceremonies.errors import Level
from ceremonies.signing import finish
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign
from ceremonies.wallets.wallet import Place

if not have_shared():
    pytest.skip("no corpus: set CUSTODY_SHARED to the shared folder", allow_module_level=True)

EACH = pytest.mark.parametrize("core", spends(), ids=str)
SMALL = [one for one in spends() if one.name in ("pay-3-inputs", "locktime")]
EACH_TYPE = pytest.mark.parametrize("core", SMALL, ids=str)

SIGNATURES = {0x02, 0x13, 0x14}
"""The record types that hold signatures (BIP-174, BIP-371)."""


def combined(core: Spend) -> psbts.Psbt:
    return psbts.parse(finish.combine([psbts.parse(answer) for answer in core.answers]))


def test_the_corpus_is_all_there() -> None:
    assert len(spends()) == 38
    assert len({one.case["case"] for one in spends()}) == 7
    assert max(one.core["inputs"] for one in spends()) == 100


@EACH
def test_the_review_says_what_core_says(core: Spend) -> None:
    told, facts = core.core, core.reviewed.facts
    assert core.reviewed.verdict == "sign"
    is_locked = facts.psbt.transaction.is_locked
    assert [one.rule for one in core.reviewed.findings] == ["locktime"] * is_locked
    assert all(one.level is Level.NOTE for one in core.reviewed.findings)
    assert core.reviewed.intent is not None
    assert facts.fee_sat == told["fee_sat"]
    assert facts.vsize == told["final_vsize"]
    assert list(facts.spent or ()) == core.prevouts
    assert [one.is_vouched or one.era == "taproot" for one in facts.inputs] == [True] * len(
        facts.inputs
    )
    final = Tx.parse(bytes.fromhex(told["core_final_hex"]))
    assert [(made.made.value, made.made.script) for made in facts.outputs] == [
        (out.value, bytes(out.script_pub_key.script)) for out in final.vout
    ]
    change = [made for made in facts.outputs if made.kind == "change"]
    at = told["change_position"]
    assert [made.index for made in change] == ([] if at < 0 else [at])
    assert all(made.address in core.case["change"] for made in change)


@pytest.mark.parametrize("core", [one for one in spends() if "core_decoded" in one.core], ids=str)
def test_addresses_and_amounts_are_as_core_decodes_them(core: Spend) -> None:
    decoded = core.core["core_decoded"]["tx"]["vout"]
    assert [(o.made.value, o.address) for o in core.reviewed.facts.outputs] == [
        (int(Decimal(str(out["value"])) * 100_000_000), out["scriptPubKey"]["address"])
        for out in decoded
    ]


@pytest.mark.parametrize("core", [one for one in spends() if one.name == "pay-1"], ids=str)
def test_wallets_and_keys_are_the_ones_core_has(core: Spend) -> None:
    for branch, name in enumerate(("receive", "change")):
        derived = [core.wallet.derive(Place(branch, n)).script for n in range(10)]
        assert [script.address(one, core.wallet.network) for one in derived] == core.case[name]
    signers, told = signers_of(core.case["case"])
    assert [one.fingerprint for one in signers] == [one["fingerprint"] for one in told]


@EACH
def test_it_is_finalized_to_what_core_made(core: Spend) -> None:
    final = finish.finalize(combined(core))
    assert final.transaction.txid[::-1].hex() == core.core["txid"]
    assert final.fee_sat == core.core["fee_sat"]
    assert final.transaction.vsize == core.core["final_vsize"]
    assert final.verified_by == ("interpreter", "kernel")
    if not core.is_taproot:
        assert final.data.hex() == core.core["core_final_hex"]
    assert kernel.rejects(final.data, core.prevouts) is None
    assert interpreter.rejects(final.data, core.prevouts) is None


@EACH
def test_one_signature_too_few_is_not_complete(core: Spend) -> None:
    with pytest.raises(finish.Incomplete):
        finish.finalize(psbts.reread(core.answers[0]) if len(core.answers) > 1 else core.psbt)


@EACH
def test_signing_adds_signatures_and_changes_nothing_else(core: Spend) -> None:
    before = read(core.data)
    for answer in core.answers:
        maps = read(answer)
        added = [
            (number, record)
            for number, (old, new) in enumerate(zip(before, maps, strict=True))
            for record in new
            if record not in old
        ]
        inputs = range(1, 1 + core.core["inputs"])
        assert [number for number, _ in added] == list(inputs)
        assert {key[0] for _, (key, _) in added} <= SIGNATURES
        kept = [[r for r in new if r in old] for old, new in zip(before, maps, strict=True)]
        assert write(kept) == core.data


@EACH_TYPE
def test_unknown_fields_and_odd_key_order_come_back_as_they_were(core: Spend) -> None:
    def change(maps: list[Map]) -> None:
        for number, records in enumerate(maps):
            records.reverse()
            records.insert(1, (b"\xfc\x06sparro\x01" + bytes([number]), b"any bytes"))
            records.append((b"\xf0unknown", bytes(range(200)) * 3))

    odd = edited(core.data, change)
    psbt = psbts.parse(odd)
    answers = []
    for one in core.signers:
        signed = sign(review(psbt, core.wallet, signer=one))
        maps = read(signed.data)
        for records in maps[1 : 1 + core.core["inputs"]]:
            drop(records, *SIGNATURES)
        assert write(maps) == odd
        answers.append(psbts.parse(signed.data))
    if not core.is_taproot:
        final = finish.finalize(psbts.parse(finish.combine(answers)))
        assert final.data.hex() == core.core["core_final_hex"]


@EACH
def test_version_2_has_the_same_intent_and_the_same_final_transaction(core: Spend) -> None:
    second = EnginePsbt.parse(core.data).to_v2()
    second.tx_modifiable = 0b011
    data = second.serialize()
    psbt = psbts.parse(data)
    assert psbt.maps.version == 2
    assert psbt.modifiable == 0b011
    assert review(psbt, core.wallet).intent == core.reviewed.intent
    answers = [sign(review(psbt, core.wallet, signer=one)).data for one in core.signers]
    assert all(psbts.reread(answer).modifiable == 0 for answer in answers)
    for answer in answers:
        maps = read(answer)
        put(maps[0], b"\x06", b"\x03")
        kept = [[r for r in n if r in o] for o, n in zip(read(data), maps, strict=True)]
        assert write(kept) == data
    final = finish.finalize(psbts.parse(finish.combine([psbts.parse(a) for a in answers])))
    assert final.transaction.txid[::-1].hex() == core.core["txid"]
    if not core.is_taproot:
        assert final.data.hex() == core.core["core_final_hex"]


def test_version_2_is_combined_with_its_unsigned_self_and_stays_unmodifiable() -> None:
    core = spend("wsh-2of3", "pay-1")
    second = EnginePsbt.parse(core.data).to_v2()
    second.tx_modifiable = 0b111
    unsigned = psbts.parse(second.serialize())
    signed = psbts.parse(sign(review(unsigned, core.wallet, signer=core.signers[0])).data)
    assert signed.modifiable == 0b100
    for order in ([unsigned, signed], [signed, unsigned]):
        both = psbts.parse(finish.combine(order))
        assert both.modifiable == 0b100
        assert both.inputs[0].signatures == signed.inputs[0].signatures


@pytest.mark.parametrize("sequence", [0, 1, 0xFFFFFFFE, 0xFFFFFFFF])
@pytest.mark.parametrize("locktime", [0, 499_999_999, 500_000_000, 0xFFFFFFFF])
def test_sequences_and_locktimes_come_back_as_they_were(sequence: int, locktime: int) -> None:
    wallet = make_wallet("wpkh")
    data = make_psbt(wallet, sequence=sequence, locktime=locktime)
    signed = psbts.parse(sign(review(psbts.parse(data), wallet, signer=signer(1))).data)
    assert signed.transaction == psbts.parse(data).transaction
    final = finish.finalize(signed).transaction
    assert (final.locktime, {one.sequence for one in final.inputs}) == (locktime, {sequence})
