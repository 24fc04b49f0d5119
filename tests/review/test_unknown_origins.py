"""Cosigners whose origin a coordinator does not know share a placeholder."""

from __future__ import annotations

from signing.psbt_records import Map, edited
from signing.wallets_made import make_psbt, make_wallet, signer

from ceremonies.bitcoin.psbt import parse
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign


def _unknown_but_ours(maps: list[Map]) -> None:
    ours = bytes.fromhex(signer(1).fingerprint)
    for number, given in enumerate(maps[1:], start=1):
        kind = 6 if number <= 2 else 2
        given[:] = [
            (key, bytes(4) if key[0] == kind and value[:4] != ours else value)
            for key, value in given
        ]


def test_cosigners_of_unknown_origin_may_share_one() -> None:
    wallet = make_wallet("wsh")
    shared = edited(make_psbt(wallet), _unknown_but_ours)
    values = [value for key, value in parse(shared).maps.inputs[0].of_type(6)]
    assert len(values) - len(set(values)) == 1
    reviewed = review(parse(shared), wallet, signer=signer(1))
    assert reviewed.verdict == "sign"
    assert reviewed.intent == review(parse(make_psbt(wallet)), wallet).intent
    assert sign(reviewed).signatures_added == len(reviewed.facts.inputs)
