"""The fee that finalizing tells is never the PSBT's word alone."""

from __future__ import annotations

import pytest
from signing.psbt_records import Map, blob, drop, edited, put
from signing.wallets_made import make_psbt, make_wallet, signer

from ceremonies.bitcoin import transaction
from ceremonies.bitcoin.psbt import parse
from ceremonies.errors import InputError
from ceremonies.signing.finish import finalize
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign


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
