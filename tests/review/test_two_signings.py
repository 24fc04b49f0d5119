"""Attacks that need two signings, or an input that only pretends to be finished."""

from __future__ import annotations

import pytest
from signing.psbt_records import Map, blob, drop, edited, put
from signing.wallets_made import PAYEE, RECEIVED, make_psbt, make_wallet, signer

from ceremonies.bitcoin import transaction
from ceremonies.bitcoin.psbt import parse
from ceremonies.signing.review import Review, review
from ceremonies.wallets.wallet import Wallet

_COIN_SAT = 1_000_000_000
_LIE = (5_000).to_bytes(8, "little")


def _two_coins(wallet: Wallet) -> bytes:
    """A PSBT of two coins that pays one of them out, and the other to the miners."""
    coins = (RECEIVED[0], _COIN_SAT), (RECEIVED[1], _COIN_SAT)
    return make_psbt(wallet, inputs=coins, payments=((PAYEE, _COIN_SAT),), change=None)


def _rules(reviewed: Review) -> set[str]:
    return {found.rule for found in reviewed.refusals}


@pytest.mark.parametrize("liar", [1, 2])
@pytest.mark.parametrize("kind", ["wpkh", "sh-wpkh", "wsh", "sh-wsh", "decaying"])
def test_an_unproved_amount_beside_a_proved_one_cannot_hide_the_fee(kind: str, liar: int) -> None:
    wallet = make_wallet(kind)

    def lie(maps: list[Map]) -> None:
        drop(maps[liar], 0)
        put(maps[liar], b"\x01", _LIE + dict(maps[liar])[b"\x01"][8:])

    reviewed = review(parse(edited(_two_coins(wallet), lie)), wallet, signer=signer(1))
    assert reviewed.facts.fee_sat == 5_000
    assert _rules(reviewed) == {"prevtx-missing"}


@pytest.mark.parametrize("liar", [1, 2])
def test_a_legacy_input_does_not_pass_for_segwit_by_pretending_to_be_final(liar: int) -> None:
    wallet = make_wallet("sh")

    def lie(maps: list[Map]) -> None:
        given = maps[liar]
        output = transaction.parse(dict(given)[b"\x00"]).outputs[1]
        drop(given, 0, 4)
        put(given, b"\x01", _LIE + blob(output.script))
        put(given, b"\x04", b"\x00\x14" + bytes(20))
        put(given, b"\x07", b"\x51")

    reviewed = review(parse(edited(_two_coins(wallet), lie)), wallet, signer=signer(1))
    assert reviewed.facts.inputs[liar - 1].given.is_final
    assert _rules(reviewed) == {"prevtx-missing", "script", "bad-signature"}


@pytest.mark.parametrize("kind", ["wpkh", "wsh"])
def test_one_input_alone_without_its_previous_transaction_is_still_a_warning(kind: str) -> None:
    wallet = make_wallet(kind)
    coins = ((RECEIVED[0], 1_000_000),)
    data = make_psbt(wallet, inputs=coins, with_prevtx=False)
    reviewed = review(parse(data), wallet, signer=signer(1))
    assert reviewed.verdict == "sign"
    assert [found.rule for found in reviewed.findings] == ["prevtx-missing"]


def test_a_final_input_may_have_lost_its_scripts() -> None:
    wallet = make_wallet("sh-wsh")

    def finish(maps: list[Map]) -> None:
        drop(maps[1], 4, 5)
        put(maps[1], b"\x08", b"\x01\x00")

    reviewed = review(parse(edited(make_psbt(wallet), finish)), wallet, signer=signer(1))
    assert "script" not in _rules(reviewed)
