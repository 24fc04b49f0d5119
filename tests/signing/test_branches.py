"""Wallets with several ways to spend: each is signed when it is open, and accepted by Core."""

from __future__ import annotations

from functools import cache

import pytest
from signing.wallets_made import NUMS, key_expression, make_psbt, signer

from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.network import REGTEST
from ceremonies.signing import finish
from ceremonies.signing.facts import gather
from ceremonies.signing.review import review
from ceremonies.signing.rules.branches import branches
from ceremonies.signing.sign import sign
from ceremonies.wallets.wallet import Wallet, register

PATH = "87h/1h/0h"
FINAL = 0xFFFFFFFF


@cache
def wallet_of(template: str) -> Wallet:
    keys = {name: key_expression(n, PATH) for n, name in enumerate("abc", start=1)}
    return register("ways", [with_checksum(template.format(**keys, nums=NUMS))], REGTEST)


HEIR = "wsh(or_i(and_v(v:pk({b}),after(850000)),pk({a})))"
DECAYING = "wsh(thresh(3,pk({a}),s:pk({b}),s:pk({c}),sln:older(10)))"
TIMED = "wsh(or_d(pk({a}),and_v(v:pk({b}),older(4194305))))"
NESTED = "sh(wsh(or_d(multi(2,{a},{b}),and_v(v:pk({c}),older(20)))))"
LEAVES = "tr({a},{{and_v(v:pk({b}),after(850000)),and_v(v:pk({c}),older(30))}})"
SORTED = "tr({nums},sortedmulti_a(2,{a},{b},{c}))"
LEAF_OF_SCRIPT = "tr({nums},and_v(v:multi_a(2,{a},{b},{c}),older(6)))"

SPENDS = [
    # the wallet, who signs, sequence, locktime, whether that is enough
    (HEIR, (1,), FINAL, 0, True),
    (HEIR, (2,), 0, 850_000, True),
    (HEIR, (2,), 0, 849_999, False),
    (HEIR, (2,), FINAL, 850_000, False),
    (DECAYING, (1, 2, 3), 0, 0, True),
    (DECAYING, (1, 3), 10, 0, True),
    (DECAYING, (1, 3), 9, 0, False),
    (TIMED, (2,), 4_194_305, 0, True),
    (TIMED, (2,), 4_194_304, 0, False),
    (TIMED, (2,), 1, 0, False),
    (NESTED, (1, 2), 0, 0, True),
    (NESTED, (3,), 20, 0, True),
    (NESTED, (3,), 19, 0, False),
    (LEAVES, (1,), FINAL, 0, True),
    (LEAVES, (2,), 0, 850_000, True),
    (LEAVES, (3,), 30, 0, True),
    (LEAVES, (3,), 29, 0, False),
    (SORTED, (1, 3), 0, 0, True),
    (SORTED, (2,), 0, 0, False),
    (LEAF_OF_SCRIPT, (2, 3), 6, 0, True),
    (LEAF_OF_SCRIPT, (2, 3), 5, 0, False),
]


@pytest.mark.parametrize(("template", "who", "sequence", "locktime", "enough"), SPENDS)
def test_each_way_is_signed_and_accepted_when_it_is_open(
    template: str, who: tuple[int, ...], sequence: int, locktime: int, enough: bool
) -> None:
    wallet = wallet_of(template)
    original = psbts.parse(make_psbt(wallet, sequence=sequence, locktime=locktime))
    answers = [psbts.parse(sign(review(original, wallet, signer=signer(key))).data) for key in who]
    whole = psbts.parse(finish.combine([original, *answers]))
    if enough:
        assert finish.finalize(whole).verified_by == ("interpreter", "kernel")
    else:
        assert not finish.is_complete(whole)
    names = {signer(key).fingerprint for key in who}
    ways = [way for way in branches(gather(original, wallet)) if way.is_open]
    needed = [way for way in ways if names & set(way.signers)]
    assert bool(needed) is (enough or template is SORTED or template is DECAYING)


@pytest.mark.parametrize(
    ("template", "who", "sequence", "locktime"),
    [
        (HEIR, (1,), FINAL, 0),
        (DECAYING, (1, 2, 3), 0, 0),
        (DECAYING, (1, 3), 10, 0),
        (NESTED, (1, 2), 0, 0),
        (NESTED, (3,), 20, 0),
        (LEAVES, (1,), FINAL, 0),
        (SORTED, (1, 3), 0, 0),
        (LEAF_OF_SCRIPT, (2, 3), 6, 0),
    ],
)
def test_the_review_knows_the_size_of_what_will_be_signed(
    template: str, who: tuple[int, ...], sequence: int, locktime: int
) -> None:
    wallet = wallet_of(template)
    psbt = psbts.parse(make_psbt(wallet, sequence=sequence, locktime=locktime))
    told = gather(psbt, wallet).vsize
    for key in who:
        psbt = sign(review(psbt, wallet, signer=signer(key))).psbt
    # a signature may be a byte shorter than it can be
    assert told - 1 <= finish.finalize(psbt).transaction.vsize <= told


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (HEIR, [("after", "from block 850000 on"), ("", "at once")]),
        (TIMED, [("", "at once"), ("", "after 0 d 0 h 8 min")]),
        (NESTED, [("2 of ", "at once"), ("", "after 20 blocks")]),
        (LEAVES, [("", "at once"), ("", "from block 850000 on"), ("", "after 30 blocks")]),
        (SORTED, [("2 of ", "at once")]),
        (LEAF_OF_SCRIPT, [("2 of ", "after 6 blocks")]),
    ],
)
def test_the_ways_say_when_they_open(template: str, told: list[tuple[str, str]]) -> None:
    wallet = wallet_of(template)
    found = branches(gather(psbts.parse(make_psbt(wallet)), wallet))
    assert [way.opens for way in found] == [opens for _, opens in told]
    for way, (begins, _) in zip(found, told, strict=True):
        assert way.words.startswith(begins) or begins == "after"
        assert all(name in way.words for name in way.signers)


def test_a_transaction_that_opens_no_way_is_warned_about() -> None:
    wallet = wallet_of(LEAF_OF_SCRIPT)
    early = review(psbts.parse(make_psbt(wallet, sequence=5)), wallet)
    assert [one.rule for one in early.findings if one.level == "warn"] == ["branch"]
    ripe = review(psbts.parse(make_psbt(wallet, sequence=6)), wallet)
    assert "branch" not in {one.rule for one in ripe.findings}
