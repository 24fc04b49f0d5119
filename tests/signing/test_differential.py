"""Random transactions of each type, signed by us and by bdkpython: the same ECDSA bytes, and Core's
consensus code accepts what either finalized.
"""

from __future__ import annotations

import base64
import random
from functools import cache

import bdkpython
import pytest
from btclib_wallet.bip32 import derive, rootxprv_from_seed
from btclib_wallet.descriptors import add_checksum
from signing.wallets_made import PAYEE, make_psbt, make_wallet, seed, signer

from ceremonies.bitcoin import kernel
from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin.psbt import Psbt
from ceremonies.bitcoin.transaction import parse
from ceremonies.network import REGTEST
from ceremonies.signing import finish
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign
from ceremonies.wallets.wallet import Place

KINDS = {
    "pkh": (1,),
    "sh-wpkh": (1,),
    "wpkh": (1,),
    "tr": (1,),
    "sh": (1, 2),
    "wsh": (1, 2),
    "sh-wsh": (1, 2),
    "wsh-unsorted": (1, 2),
    "decaying": (1,),
    "tr-leaf": (1,),
    "tr-multi-a": (1, 2),
}


@cache
def of_bdk(kind: str, key: int) -> bdkpython.Wallet:
    """A wallet of bdkpython that holds one of our practice keys in private."""
    wallet = make_wallet(kind)
    master = rootxprv_from_seed(seed(key).bip32_seed().reveal(), REGTEST.xprv_version)
    mine = next(k for k in wallet.branches[0].keys if k.fingerprint == signer(key).fingerprint)
    text = wallet.descriptor.partition("#")[0].replace(mine.xpub, derive(master, mine.origin))
    branches = [
        bdkpython.Descriptor(
            str(add_checksum(text.replace("<0;1>", str(branch)))), bdkpython.NetworkKind.TEST
        )
        for branch in (0, 1)
    ]
    return bdkpython.Wallet(
        *branches, bdkpython.Network.REGTEST, bdkpython.Persister.new_in_memory()
    )


def options(*, finalize: bool) -> bdkpython.SignOptions:
    return bdkpython.SignOptions(
        trust_witness_utxo=False,
        assume_height=None,
        allow_all_sighashes=False,
        try_finalize=finalize,
        sign_with_tap_internal_key=True,
        allow_grinding=True,
    )


def made(kind: str, number: int) -> bytes:
    """A transaction of one to four coins that chance chose; the same for the same number."""
    chance = random.Random(f"{kind} {number}")
    coins = [
        (Place(chance.randrange(2), chance.randrange(30)), chance.randrange(50_000, 10**8))
        for _ in range(chance.randrange(1, 5))
    ]
    total = sum(value for _, value in coins)
    paid = chance.randrange(20_000, total - 10_000)
    return make_psbt(
        make_wallet(kind),
        inputs=coins,
        payments=[(PAYEE, paid)],
        change=(Place(1, chance.randrange(30)), total - paid - 3_000),
        sequence=chance.choice([0, 6, 0xFFFFFFFD]),
        locktime=chance.choice([0, 1, 850_000]),
    )


def ours(kind: str, data: bytes) -> list[Psbt]:
    psbt = psbts.parse(data)
    return [
        psbts.parse(sign(review(psbt, make_wallet(kind), signer=signer(key))).data)
        for key in KINDS[kind]
    ]


def theirs(kind: str, data: bytes) -> list[Psbt]:
    signed = []
    for key in KINDS[kind]:
        one = bdkpython.Psbt(base64.b64encode(data).decode())
        of_bdk(kind, key).sign(one, options(finalize=False))
        signed.append(psbts.parse(base64.b64decode(one.serialize())))
    return signed


@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_both_make_the_same_signatures_and_core_accepts_either(kind: str, number: int) -> None:
    data = made(kind, number)
    mine, other = ours(kind, data), theirs(kind, data)
    for one, two in zip(mine, other, strict=True):
        assert one.transaction == two.transaction
        for left, right in zip(one.inputs, two.inputs, strict=True):
            assert dict(left.signatures) == dict(right.signatures)
            assert bool(left.tap_key_signature) == bool(right.tap_key_signature)
            places = [{entry[:2] for entry in i.tap_script_signatures} for i in (left, right)]
            assert places[0] == places[1]
    original = psbts.parse(data)
    for answers in (mine, other):
        whole = psbts.parse(finish.combine([original, *answers]))
        final = finish.finalize(whole)
        spent = [given.previous_output for given in original.inputs]
        assert kernel.rejects(final.data, [output for output in spent if output]) is None


@pytest.mark.parametrize("kind", KINDS)
def test_bdk_finalizes_what_we_signed_and_core_accepts_it(kind: str) -> None:
    data = made(kind, 7)
    whole = finish.combine([psbts.parse(data), *ours(kind, data)])
    one = bdkpython.Psbt(base64.b64encode(whole).decode())
    done = one.finalize()
    assert done.could_finalize, done.errors
    final = bytes(done.psbt.extract_tx().serialize())
    spent = [given.previous_output for given in psbts.parse(data).inputs]
    assert kernel.rejects(final, [output for output in spent if output]) is None
    own = finish.finalize(psbts.parse(whole)).data
    assert parse(own).txid == parse(final).txid
