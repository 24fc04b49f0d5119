"""The fee that finalizing tells is never the PSBT's word alone."""

from __future__ import annotations

import hashlib

import pytest
from signing.psbt_records import Map, blob, drop, edited, put
from signing.wallets_made import RECEIVED, make_psbt, make_wallet, signer

from ceremonies.bitcoin import transaction
from ceremonies.bitcoin.psbt import parse
from ceremonies.errors import InputError
from ceremonies.signing.finish import finalize
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign

NO_SIGNATURE = b"\x51"


def test_a_legacy_amount_without_its_previous_transaction_is_not_told_as_a_fee() -> None:
    wallet = make_wallet("pkh")
    signed = sign(review(parse(make_psbt(wallet)), wallet, signer=signer(1))).data

    def lie(maps: list[Map]) -> None:
        output = transaction.parse(dict(maps[1])[b"\x00"]).outputs[1]
        drop(maps[1], 0)
        put(maps[1], b"\x01", (output.value + 1).to_bytes(8, "little") + blob(output.script))

    assert finalize(parse(signed)).fee_sat == 3_000
    with pytest.raises(InputError, match="amount of input 0 is not proved"):
        finalize(parse(edited(signed, lie)))


def test_the_amount_of_an_input_that_came_final_without_a_signature_is_not_told_as_a_fee() -> None:
    coin = (RECEIVED[0], 1_000_000)
    data = make_psbt(make_wallet("wpkh"), inputs=[coin])
    anybodys = b"\x00\x20" + hashlib.sha256(NO_SIGNATURE).digest()

    def open_to_all(maps: list[Map]) -> None:
        value = transaction.parse(dict(maps[1])[b"\x00"]).outputs[1].value
        del maps[1][:]
        put(maps[1], b"\x01", value.to_bytes(8, "little") + blob(anybodys))
        put(maps[1], b"\x08", b"\x01" + blob(NO_SIGNATURE))

    with pytest.raises(InputError, match="amount of input 0 is not proved"):
        finalize(parse(edited(data, open_to_all)))


@pytest.mark.parametrize("kind", ["wpkh", "sh-wpkh", "wsh", "sh-wsh", "tr"])
def test_the_amount_of_an_input_that_came_final_with_its_signature_is(kind: str) -> None:
    wallet = make_wallet(kind)
    data = make_psbt(wallet)
    for number in (1, 2)[: wallet.threshold]:
        data = sign(review(parse(data), wallet, signer=signer(number))).data
    done = finalize(parse(data))

    def as_final(maps: list[Map]) -> None:
        for records, final in zip(maps[1:], done.transaction.inputs, strict=False):
            utxo = dict(records)[b"\x01"]
            stack = bytes([len(final.witness)]) + b"".join(map(blob, final.witness))
            records[:] = [(b"\x01", utxo), (b"\x07", final.script_sig), (b"\x08", stack)]
            drop(records, *(() if final.script_sig else (7,)))

    assert finalize(parse(edited(data, as_final))).fee_sat == done.fee_sat == 3_000
