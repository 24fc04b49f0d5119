"""A wallet's addresses: Core's own, by both roads, and loudly none where the roads part."""

from __future__ import annotations

from typing import Any

import pytest
from btclib_wallet.descriptors import add_checksum
from wallet_material import CASES, REGTEST, case_named, described, key, keys

from ceremonies.bitcoin import second_opinion
from ceremonies.errors import InputError, IntegrityError
from ceremonies.wallets.addresses import ENGINE, LAST_INDEX, SECOND, Address, address_at
from ceremonies.wallets.wallet import CHANGE, RECEIVE, Place, Wallet, register

BOTH = (ENGINE, SECOND)
KEYS_ONLY = (ENGINE, f"{SECOND} (keys)")


def wallet_of(text: str) -> Wallet:
    return register("test", [text], REGTEST)


def first(text: str) -> Address:
    return address_at(wallet_of(text), Place(RECEIVE, 0))


@pytest.mark.parametrize("name", CASES)
def test_the_addresses_are_cores_by_both_roads(name: str) -> None:
    case = case_named(name)
    wallet = wallet_of(case["descriptor"])
    for branch, expected in ((RECEIVE, case["receive"]), (CHANGE, case["change"])):
        assert len(expected) == 10
        for index, text in enumerate(expected):
            found = address_at(wallet, Place(branch, index))
            assert (found.text, found.agreed_by) == (text, BOTH)
            assert found.path.endswith(f"/{branch}/{index}")


def test_an_address_says_where_it_lies() -> None:
    wallet = wallet_of(described("wpkh(K1)"))
    found = address_at(wallet, Place(CHANGE, LAST_INDEX))
    assert found.path == "m/48h/1h/0h/2h/1/2147483647"
    assert found.place == Place(CHANGE, LAST_INDEX)


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 20])
@pytest.mark.parametrize("function", ["multi", "sortedmulti"])
@pytest.mark.parametrize("wrap", ["wsh({})", "sh(wsh({}))"])
def test_multisig_of_up_to_twenty_keys_by_both_roads(count: int, function: str, wrap: str) -> None:
    for threshold in {1, count}:
        inner = f"{function}({threshold},{keys(count)})"
        assert first(add_checksum(wrap.format(inner))).agreed_by == BOTH


@pytest.mark.parametrize("count", [1, 3, 15])
@pytest.mark.parametrize("function", ["multi", "sortedmulti"])
def test_legacy_multisig_of_up_to_fifteen_keys_by_both_roads(count: int, function: str) -> None:
    found = first(add_checksum(f"sh({function}(1,{keys(count)}))"))
    assert found.agreed_by == BOTH
    assert found.text.startswith("2")


@pytest.mark.parametrize("body", ["wsh(sortedmulti(2,{}))", "sh(sortedmulti(2,{}))"])
def test_more_keys_than_a_script_holds_are_refused(body: str) -> None:
    count = 21 if body.startswith("wsh") else 16
    with pytest.raises(InputError):
        wallet_of(add_checksum(body.format(keys(count))))


def test_unsorted_keys_stay_in_their_order() -> None:
    straight = first(described("wsh(multi(2,K1,K2,K3))"))
    turned = first(described("wsh(multi(2,K3,K2,K1))"))
    assert straight.agreed_by == turned.agreed_by == BOTH
    assert straight.text != turned.text
    ordered = [described(f"wsh(sortedmulti(2,{order}))") for order in ("K1,K2,K3", "K3,K1,K2")]
    assert first(ordered[0]).text == first(ordered[1]).text


@pytest.mark.parametrize(
    "body",
    [
        "wsh(and_v(v:pk(K1),older(12960)))",
        "wsh(or_d(pk(K1),and_v(v:pkh(K2),older(12960))))",
        "wsh(thresh(2,pk(K1),s:pk(K2),s:pk(K3)))",
        "wsh(pkh(K1))",
        "sh(pkh(K1))",
        "tr(K1,pk(K2))",
        "tr(K1,{pk(K2),multi_a(2,K3,K4)})",
        "tr(50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0,multi_a(2,K1,K2))",
        "tr(musig(K1,K2))",
        "rawtr(K1)",
    ],
)
def test_of_miniscript_and_trees_the_keys_alone_are_agreed(body: str) -> None:
    assert first(described(body)).agreed_by == KEYS_ONLY


def test_of_keys_held_together_the_keys_alone_are_agreed() -> None:
    text = add_checksum(f"tr(musig({key(1)},{key(2)})/<0;1>/*)")
    found = first(text)
    assert found.agreed_by == KEYS_ONLY
    assert address_at(wallet_of(text), Place(RECEIVE, 1)).text != found.text


def test_a_plain_key_in_a_multisig_leaves_the_keys_alone_agreed() -> None:
    plain = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    assert first(described(f"wsh(multi(1,K1,{plain}))")).agreed_by == KEYS_ONLY


def test_a_key_that_does_not_move_is_agreed_at_every_index() -> None:
    wallet = wallet_of(add_checksum(f"wsh(sortedmulti(1,{key(1)}/<0;1>/*,{key(2)}/7))"))
    found = [address_at(wallet, Place(RECEIVE, index)) for index in range(3)]
    assert {address.agreed_by for address in found} == {BOTH}
    assert len({address.text for address in found}) == 3


def test_a_wallet_without_an_index_has_one_address() -> None:
    wallet = wallet_of(add_checksum(f"wpkh({key(1)}/0/3)"))
    assert address_at(wallet, Place(0, 0)).path == "m/48h/1h/0h/2h/0/3"
    with pytest.raises(InputError, match="no index 1"):
        address_at(wallet, Place(0, 1))


@pytest.mark.parametrize("index", [-1, LAST_INDEX + 1, 2**32])
def test_an_index_that_is_none_is_refused(index: int) -> None:
    with pytest.raises(InputError, match="no index"):
        address_at(wallet_of(described("wpkh(K1)")), Place(RECEIVE, index))


def test_a_branch_that_is_not_there_is_refused() -> None:
    wallet = wallet_of(add_checksum(f"wpkh({key(1)}/0/*)"))
    with pytest.raises(InputError, match="no change branch"):
        address_at(wallet, Place(CHANGE, 0))


@pytest.mark.parametrize("body", ["pk(K1)", "multi(1,K1,K2)"])
def test_scripts_without_an_address_are_refused(body: str) -> None:
    with pytest.raises(InputError, match="have no address"):
        first(described(body))


@pytest.mark.parametrize(
    ("road", "body"),
    [
        ("single_key_address", "wpkh(K1)"),
        ("single_key_address", "tr(K1)"),
        ("multisig_address", "wsh(sortedmulti(2,K1,K2,K3))"),
        ("child_key", "wpkh(K1)"),
        ("child_key", "wsh(sortedmulti(2,K1,K2,K3))"),
        ("child_key", "wsh(and_v(v:pk(K1),older(9)))"),
        ("child_key", "tr(K1,pk(K2))"),
        ("child_key", "tr(musig(K1,K2))"),
    ],
)
def test_where_the_roads_part_there_is_no_address(
    road: str, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = described(body)
    honest = getattr(second_opinion, road)

    def lying(*arguments: Any, **more: Any) -> Any:
        found = honest(*arguments, **more)
        return found[:-1] + (found[:1] if found[-1:] != found[:1] else found[1:2])

    assert first(text).text
    monkeypatch.setattr(second_opinion, road, lying)
    with pytest.raises(IntegrityError, match="branch 0 index 0") as caught:
        first(text)
    assert caught.value.hint
