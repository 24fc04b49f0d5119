"""Whether two files are one wallet: what makes them different, what does not, and every letter."""

from __future__ import annotations

import pytest
from btclib_wallet.descriptors import add_checksum
from hypothesis import given, settings
from hypothesis import strategies as st
from wallet_material import MAINNET, REGTEST, described, key

from ceremonies.errors import CeremonyError
from ceremonies.network import SIGNET
from ceremonies.wallets.compared import compare
from ceremonies.wallets.file import read, write
from ceremonies.wallets.ours import with_ours
from ceremonies.wallets.wallet import Wallet, register

TEAM = "wsh(sortedmulti(2,K1,K2,K3))"


def wallet_of(body: str, name: str = "vault", network=REGTEST) -> Wallet:  # type: ignore[no-untyped-def]
    return register(name, [described(body)], network)


def test_the_same_wallet_is_said_in_two_words() -> None:
    found = compare(wallet_of(TEAM), wallet_of(TEAM))
    assert (found.is_same, found.sentence, found.differences) == (True, "the same wallet", ())


@pytest.mark.parametrize(
    ("body", "what", "words"),
    [
        ("wsh(sortedmulti(1,K1,K2,K3))", "threshold", "A needs 2, B needs 1"),
        ("sh(wsh(sortedmulti(2,K1,K2,K3)))", "script", "A is wsh, B is sh-wsh"),
        ("wsh(multi(2,K1,K2,K3))", "sorting", "the keys of A alone are sorted"),
        ("wsh(sortedmulti(2,K1,K2))", "keys", "key 3 of A"),
        ("wsh(sortedmulti(2,K1,K2,K3,K4))", "keys", "key 4 of B"),
        ("wsh(sortedmulti(2,K1,K4,K3))", "keys", "key 2 of A"),
        ("wpkh(K1)", "script", "A is wsh, B is wpkh"),
    ],
)
def test_where_two_wallets_differ(body: str, what: str, words: str) -> None:
    found = compare(wallet_of(TEAM), wallet_of(body))
    assert not found.is_same
    assert what in {one.what for one in found.differences if one.matters}
    assert found.sentence.startswith("different wallets: ")
    assert words in found.sentence
    assert "\n" not in found.sentence


def test_an_exchanged_key_under_a_look_alike_fingerprint_is_named_so() -> None:
    xpub = key(4).partition("]")[2]
    swapped = f"wsh(sortedmulti(2,K1,K2,{key(3).partition(']')[0]}]{xpub}/<0;1>/*))"
    found = compare(wallet_of(TEAM), wallet_of(swapped))
    assert not found.is_same
    assert "under a fingerprint that A has too, is not in A" in found.sentence


def test_another_origin_of_one_key_is_a_difference() -> None:
    moved = TEAM.replace("K3", f"[deadbeef{key(3)[9:]}/<0;1>/*")
    found = compare(wallet_of(TEAM), wallet_of(moved))
    assert not found.is_same
    assert [one.what for one in found.differences] == ["origins"]


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (
            "wsh(or_d(pk(K1),and_v(v:pkh(K2),older(6))))",
            "wsh(or_d(pk(K1),and_v(v:pkh(K2),older(7))))",
            "after 6 blocks B alone, B for A alone; or after 7 blocks B alone",
        ),
        ("tr(K1,pk(K2))", "tr(K2,pk(K1))", "other places"),
        ("tr(K1,{pk(K2),pk(K3)})", "tr(K1,{pk(K3),pk(K2)})", "other places"),
        ("wsh(multi(2,K1,K2))", "wsh(multi(2,K2,K1))", "other places"),
        ("tr(musig(K1,K2))", "tr(K1,pk(K2))", "asks for"),
    ],
)
def test_conditions_and_places_make_different_wallets(one: str, other: str, words: str) -> None:
    found = compare(wallet_of(one), wallet_of(other))
    assert not found.is_same
    assert words in found.sentence


def test_other_branches_make_different_wallets() -> None:
    swapped = described(TEAM).partition("#")[0].replace("<0;1>", "<1;0>")
    found = compare(wallet_of(TEAM), register("vault", [add_checksum(swapped)], REGTEST))
    assert [one.what for one in found.differences] == ["branches"]
    receive = register("vault", [wallet_of(TEAM).branches[0].text], REGTEST)
    found = compare(wallet_of(TEAM), receive)
    assert "A has two branches, B has one branch" in found.sentence


def test_another_network_makes_another_wallet() -> None:
    found = compare(wallet_of(TEAM), wallet_of(TEAM, network=SIGNET))
    assert found.sentence == "different wallets: A is of regtest, B of signet"
    main = register("vault", [described(TEAM, network=MAINNET)], MAINNET)
    assert not compare(wallet_of(TEAM), main).is_same


def test_what_leaves_it_the_same_wallet_is_told_too() -> None:
    one = wallet_of(TEAM)
    turned = compare(one, wallet_of("wsh(sortedmulti(2,K3,K1,K2))"))
    assert turned.is_same
    assert [item.what for item in turned.differences] == ["order"]
    named = compare(one, wallet_of(TEAM, "other"))
    assert named.sentence == "the same wallet: A is called vault, B other"
    marked = compare(one, with_ours(one, (key(1),)))
    assert (marked.is_same, [item.what for item in marked.differences]) == (True, ["ours"])


WALLET = with_ours(wallet_of(TEAM), (key(2),))
WRITTEN = write(WALLET)
CHARACTERS = "0123456789abcdefhlxyzAQZ'/;<>*#(), \"{}[]:\n"


def is_noticed(changed: bytes) -> bool:
    """Refused, or called different, or other only in its spaces, which bytes show."""
    try:
        found = read(changed)
    except CeremonyError:
        return True
    if compare(WALLET, found).differences:
        return True
    return changed.split() == WRITTEN.split() or b"".join(changed.split()) == b"".join(
        WRITTEN.split()
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WRITTEN) - 1), st.sampled_from(CHARACTERS))
def test_any_changed_character_of_a_wallet_file_is_noticed(at: int, new: str) -> None:
    changed = WRITTEN[:at] + new.encode() + WRITTEN[at + 1 :]
    assert changed == WRITTEN or is_noticed(changed)


@settings(max_examples=50, deadline=None)
@given(st.data(), st.sampled_from([TEAM, "tr(K1,{pk(K2),multi_a(1,K3,K4)})", "wpkh(K1)"]))
def test_a_changed_character_with_a_checksum_of_its_own_is_another_wallet_or_none(
    data: st.DataObject, body: str
) -> None:
    wallet = wallet_of(body)
    text = wallet.descriptor.partition("#")[0]
    at = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.sampled_from(CHARACTERS.strip("\n")))
    changed = text[:at] + new + text[at + 1 :]
    if changed == text:
        return
    try:
        found = register("vault", [add_checksum(changed)], REGTEST)
    except (CeremonyError, ValueError):
        return
    # only the spelling of a hardened step, or of a fingerprint, may change and mean the same
    same = found.id == wallet.id
    assert same is (changed.replace("'", "h").lower() == text.lower() and new.lower() in "'habcdef")
    assert compare(wallet, found).is_same is same


@pytest.mark.soak
def test_every_character_of_a_wallet_file_in_every_way() -> None:
    for at in range(len(WRITTEN)):
        for new in CHARACTERS:
            changed = WRITTEN[:at] + new.encode() + WRITTEN[at + 1 :]
            assert changed == WRITTEN or is_noticed(changed), (at, new)
