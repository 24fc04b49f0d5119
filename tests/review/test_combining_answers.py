"""Answers to one PSBT that took different roads are still answers to one PSBT."""

from __future__ import annotations

import pytest
from signing.psbt_records import Map, edited, put
from signing.wallets_made import make_psbt, make_wallet, signer

from ceremonies.bitcoin import transaction
from ceremonies.bitcoin.previous import without_witnesses
from ceremonies.bitcoin.psbt import parse
from ceremonies.errors import InputError
from ceremonies.frozen import replace
from ceremonies.signing import finish
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign

WALLET = make_wallet("wsh")


def _witnessed(maps: list[Map]) -> None:
    for given in maps[1:3]:
        paid = transaction.parse(dict(given)[b"\x00"])
        inputs = tuple(replace(one, witness=(b"w" * 64,)) for one in paid.inputs)
        put(given, b"\x00", replace(paid, inputs=inputs).serialize(witness=True))


def _signed(data: bytes, number: int) -> bytes:
    return sign(review(parse(data), WALLET, signer=signer(number))).data


@pytest.mark.parametrize("bare_first", [False, True])
def test_a_previous_transaction_may_have_lost_its_witnesses_in_one_answer(bare_first: bool) -> None:
    whole = edited(make_psbt(WALLET), _witnessed)
    bare = without_witnesses(whole)
    assert len(bare) < len(whole)
    answers = [parse(_signed(whole, 1)), parse(_signed(bare, 2))]
    joined = finish.combine(answers[::-1] if bare_first else answers)
    assert finish.finalize(parse(joined)).fee_sat == 3_000


def test_previous_transactions_of_different_txids_are_a_contradiction() -> None:
    whole = make_psbt(WALLET)

    def lie(maps: list[Map]) -> None:
        put(maps[1], b"\x00", dict(maps[2])[b"\x00"])

    with pytest.raises(InputError, match="about field 0x00"):
        finish.combine([parse(whole), parse(edited(whole, lie))])


def test_what_an_output_says_of_its_script_is_no_previous_transaction() -> None:
    whole = make_psbt(make_wallet("sh-wsh"))
    one, other = (
        parse(edited(whole, lambda maps, script=script: put(maps[-1], b"\x00", script)))
        for script in (b"\x51", b"\x52")
    )
    with pytest.raises(InputError, match="contradicts another psbt about field 0x00"):
        finish.combine([one, other])


def test_where_a_key_of_the_change_is_said_to_be_from_contradicts_nobody() -> None:
    whole = make_psbt(WALLET)

    def shorten(maps: list[Map]) -> None:
        for key, value in [record for record in maps[-1] if record[0][0] == 0x02]:
            put(maps[-1], key, value[:4])

    other = edited(whole, shorten)
    assert other != whole
    assert finish.combine([parse(whole), parse(other)]) == whole
