"""Looking for an address: found where it is, by both roads, and said loudly where it is not."""

from __future__ import annotations

import pytest
from wallet_material import CASES, MAINNET, REGTEST, case_named, described, key

from ceremonies.bitcoin import script, second_opinion
from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.errors import InputError, IntegrityError
from ceremonies.wallets.addresses import address_at, find
from ceremonies.wallets.wallet import Place, Wallet, register

NOWHERE = "bcrt1qcr8te4kr609gcawutmrza0j4xv80jy8zeqchgx"


def team() -> Wallet:
    return register("team", [described("wsh(sortedmulti(2,K1,K2,K3))")], REGTEST)


@pytest.mark.parametrize("name", CASES)
def test_cores_addresses_are_found_where_core_has_them(name: str) -> None:
    case = case_named(name)
    wallet = register("core", [case["descriptor"]], REGTEST)
    for branch, addresses in ((0, case["receive"]), (1, case["change"])):
        found = find(wallet, addresses[7], 10)
        assert found is not None
        assert (found.place, found.text) == (Place(branch, 7), addresses[7])


@pytest.mark.parametrize("place", [Place(0, 0), Place(0, 19), Place(1, 0), Place(1, 19)])
def test_the_edges_of_the_search_are_looked_at_and_nothing_beyond(place: Place) -> None:
    wallet = team()
    text = address_at(wallet, place).text
    found = find(wallet, text, 20)
    assert found is not None
    assert found.place == place
    assert find(wallet, text, 19) is None or place.index < 19


def test_an_address_of_another_wallet_is_not_found() -> None:
    other = register("other", [described("wsh(sortedmulti(2,K1,K2,K4))")], REGTEST)
    assert find(team(), address_at(other, Place(0, 0)).text, 30) is None
    assert find(team(), NOWHERE, 30) is None


def test_capitals_are_the_same_bech32_address_and_mixed_ones_are_none() -> None:
    text = address_at(team(), Place(1, 2)).text
    found = find(team(), text.upper(), 5)
    assert found is not None
    assert found.text == text
    with pytest.raises(InputError, match="not a Bitcoin address"):
        find(team(), text[:10].upper() + text[10:], 5)


@pytest.mark.parametrize("at", [6, 20, -1])
def test_a_mistyped_address_is_none_and_is_not_searched(at: int) -> None:
    text = address_at(team(), Place(0, 0)).text
    letter = "q" if text[at] != "q" else "p"
    mistyped = text[:at] + letter + (text[at + 1 :] if at != -1 else "")
    with pytest.raises(InputError, match="not a Bitcoin address"):
        find(team(), mistyped, 5)


@pytest.mark.parametrize("text", ["", "x", "1" * 5_000, "bcrt1", "é", "a b"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        find(team(), text, 5)


def test_an_address_of_another_network_is_refused() -> None:
    main = register("m", [described("wpkh(K1)", network=MAINNET)], MAINNET)
    with pytest.raises(InputError, match="not one of regtest"):
        find(team(), address_at(main, Place(0, 0)).text, 5)


def test_a_wallet_of_one_address_is_searched_once() -> None:
    wallet = register("one", [with_checksum(f"wpkh({key(1)}/0/3)")], REGTEST)
    assert find(wallet, address_at(wallet, Place(0, 0)).text, 1000) is not None
    assert find(wallet, NOWHERE, 1000) is None


def test_what_is_found_is_proved_by_the_second_road(monkeypatch: pytest.MonkeyPatch) -> None:
    text = address_at(team(), Place(0, 3)).text
    monkeypatch.setattr(second_opinion, "multisig_address", lambda *_a, **_k: NOWHERE)
    with pytest.raises(IntegrityError, match="disagree"):
        find(team(), text, 5)


def test_scripts_and_addresses_go_both_ways() -> None:
    for name in CASES:
        for text in case_named(name)["receive"]:
            assert script.address(script.of_address(text, REGTEST), REGTEST) == text
