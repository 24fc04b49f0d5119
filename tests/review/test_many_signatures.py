"""Signatures in great number, each a good one of somebody, cost no more than they weigh."""

from __future__ import annotations

import hashlib

import pytest
from coincurve import PrivateKey
from signing.psbt_records import Map, edited
from signing.wallets_made import RECEIVED, make_psbt, make_wallet, signer

from ceremonies.bitcoin.psbt import Psbt, parse
from ceremonies.bitcoin.sighash import ALL, SignatureHashes
from ceremonies.errors import Level
from ceremonies.signing.facts import gather
from ceremonies.signing.policy import Policy
from ceremonies.signing.review import review
from ceremonies.wallets.wallet import Wallet

_STRANGERS = 20


def _signed_by_strangers(wallet: Wallet) -> Psbt:
    data = make_psbt(wallet, inputs=((RECEIVED[0], 1_000_000),))
    hashes = gather(parse(data), wallet).hashes
    assert hashes is not None
    digest = hashes.ecdsa(0, redeem_script=b"", witness_script=b"")

    def crowd(maps: list[Map]) -> None:
        for number in range(_STRANGERS):
            key = PrivateKey(hashlib.sha256(b"stranger %d" % number).digest())
            signature = key.sign(digest, hasher=None) + bytes([ALL])
            maps[1].append((b"\x02" + key.public_key.format(), signature))

    return parse(edited(data, crowd))


def _hashes_counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    asked: list[int] = []
    legacy = SignatureHashes._legacy

    def counted(self: SignatureHashes, index: int, script: bytes) -> bytes:
        asked.append(index)
        return legacy(self, index, script)

    monkeypatch.setattr(SignatureHashes, "_legacy", counted)
    return asked


def test_signatures_of_strangers_are_refused_before_the_transaction_is_hashed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wallet = make_wallet("pkh")
    psbt = _signed_by_strangers(wallet)
    asked = _hashes_counted(monkeypatch)
    reviewed = review(psbt, wallet, signer=signer(1))
    assert [found.rule for found in reviewed.refusals] == ["bad-signature"]
    assert "by a key that is not in the wallet" in reviewed.refusals[0].message
    assert asked == []


def test_a_transaction_is_hashed_once_for_all_signatures_of_a_foreign_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    psbt = _signed_by_strangers(make_wallet("pkh"))
    asked = _hashes_counted(monkeypatch)
    policy = Policy(levels={"foreign-input": Level.NOTE})
    review(psbt, make_wallet("sh"), policy=policy)
    assert asked == [0]
