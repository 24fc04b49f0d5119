"""Wallets in words and pictures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wallet_material import CASES, REGTEST, case_named, described, key

from ceremonies.bitcoin.conditions import After, KeyHeld, Older, Threshold
from ceremonies.wallets.explained import delay_words, explain, letter, ways_of
from ceremonies.wallets.ours import with_ours
from ceremonies.wallets.picture import picture
from ceremonies.wallets.wallet import Wallet, register

NUMS = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"
BELOW_NUMS = (
    "tpubD6NzVbkrYhZ4WsRzQENPFyMBcuJNj343JyKob6f2T1k2wvKRnYoVeuaEoyB6H1kdBt6FsAhwaRmMRQSqmXkT4ioi"
    "iEth6yoab5JbwLUeHDn/<0;1>/*"
)
"""The extended key of that point, with a chain code that anybody may know."""
HASH = "ab" * 32
MEANINGS = {
    "wpkh(K1)": "A alone",
    "tr(K1)": "A alone",
    "sh(wpkh(K1))": "A alone",
    "wsh(sortedmulti(2,K1,K2,K3))": "2 of A, B, C",
    "wsh(multi(1,K1,K2))": "1 of A, B",
    "wsh(or_d(multi(2,K1,K2,K3),and_v(v:pkh(K4),older(6))))": (
        "2 of A, B, C; or after 6 blocks D alone"
    ),
    "wsh(or_d(pk(K1),and_v(v:pkh(K2),older(52560))))": (
        "A alone; or after 52560 blocks (about 365 days) B alone"
    ),
    "wsh(and_v(v:pk(K1),after(900000)))": "from block 900000 on A alone",
    "wsh(and_v(v:pk(K1),after(1900000000)))": "from 2030-03-17 17:46 UTC on A alone",
    "wsh(andor(pk(K1),older(4194400),pk(K2)))": "after 0 d 13 h 39 min A alone; or B alone",
    "wsh(thresh(3,pk(K1),s:pk(K2),s:pk(K3),sln:older(12960)))": (
        "3 of A, B, C; or after 12960 blocks (about 90 days) 2 of A, B, C"
    ),
    "wsh(thresh(2,pk(K1),s:pk(K2),s:pk(K3)))": "2 of A, B, C",
    "wsh(and_v(v:pk(K1),or_d(pk(K2),older(144))))": (
        "A and B; or after 144 blocks (about 1 day) A alone"
    ),
    f"wsh(and_v(v:pk(K1),sha256({HASH})))": f"A alone, knowing what sha256 makes {HASH}",
    "tr(K1,pk(K2))": "A alone; or B alone",
    f"tr({NUMS},sortedmulti_a(2,K1,K2,K3))": "2 of A, B, C",
    f"tr({NUMS},{{multi_a(2,K1,K2),and_v(v:pk(K3),older(9))}})": (
        "2 of A, B; or after 9 blocks C alone"
    ),
    f"tr({BELOW_NUMS},multi_a(2,K1,K2))": "2 of A, B",
    "tr(musig(K1,K2),pk(K3))": "A, B together in one signature (MuSig2); or C alone",
}


def wallet_of(body: str) -> Wallet:
    return register("vault", [described(body)], REGTEST)


@pytest.mark.parametrize("body", MEANINGS)
def test_a_wallet_is_said_in_words(body: str) -> None:
    assert explain(wallet_of(body)).sentence == MEANINGS[body]


@pytest.mark.parametrize("name", CASES)
def test_the_wallets_of_core_are_said_in_words(name: str) -> None:
    case = case_named(name)
    said = explain(register("core", [case["descriptor"]], REGTEST))
    assert said.sentence == ("2 of A, B, C" if "2of3" in name else "A alone")
    assert [one.fingerprint for one in said.keys] == [s["fingerprint"] for s in case["signers"]]


def test_keys_have_their_letter_in_the_order_of_the_descriptor() -> None:
    said = explain(wallet_of("wsh(multi(2,K3,K1,K2))"))
    assert [(one.letter, one.key) for one in said.keys] == [
        ("A", key(3)),
        ("B", key(1)),
        ("C", key(2)),
    ]
    assert "the keys are not sorted: their order is part of every address" in said.notes
    assert [letter(n) for n in (0, 25, 26, 52)] == ["A", "Z", "A2", "A3"]


def test_one_key_in_several_places_has_one_letter() -> None:
    said = explain(wallet_of("tr(K1,{pk(K2),and_v(v:pk(K2),older(9))})"))
    assert said.sentence == "A alone; or B alone; or after 9 blocks B alone"
    assert len(said.keys) == 2


def test_a_key_that_is_written_out_has_a_letter_and_no_origin() -> None:
    plain = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    said = explain(wallet_of(f"wsh(sortedmulti(1,K1,{plain}))"))
    assert said.sentence == "1 of A, B"
    assert (said.keys[1].key, said.keys[1].fingerprint, said.keys[1].path) == (plain, None, None)


def test_which_keys_are_in_this_room_and_what_they_can_do() -> None:
    wallet = wallet_of("wsh(or_d(multi(2,K1,K2,K3),and_v(v:pkh(K4),older(6))))")
    assert explain(wallet).room == "none of its keys is said to be in this room"
    one = explain(with_ours(wallet, (key(2),)))
    assert one.room == "B in this room, not enough to spend alone"
    assert [k.letter for k in one.keys if k.ours] == ["B"]
    late = explain(with_ours(wallet, (key(2), key(4))))
    assert [way.is_ours for way in late.ways] == [False, True]
    assert late.room == "B, D in this room, enough to spend alone: after 6 blocks D alone"
    two = explain(with_ours(wallet, (key(1), key(3))))
    assert [way.is_ours for way in two.ways] == [True, False]


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (f"tr({NUMS},pk(K1))", "nobody has the internal key"),
        (f"tr({BELOW_NUMS},pk(K1))", "nobody has the internal key"),
        ("wsh(multi(2,K1,K2))", "not sorted"),
    ],
)
def test_what_else_is_to_know_is_noted(body: str, note: str) -> None:
    assert any(note in one for one in explain(wallet_of(body)).notes)


def test_a_wallet_of_one_branch_and_of_one_address() -> None:
    from ceremonies.bitcoin.descriptor import with_checksum

    branch = register("w", [with_checksum(f"wpkh({key(1)}/0/*)")], REGTEST)
    assert explain(branch).notes == ("there is no change branch",)
    single = register("w", [with_checksum(f"wpkh({key(1)}/0/3)")], REGTEST)
    assert "it has one address, at index 0" in explain(single).notes


def test_the_picture() -> None:
    wallet = with_ours(
        wallet_of("wsh(or_d(multi(2,K1,K2,K3),and_v(v:pkh(K4),older(6))))"), (key(2),)
    )
    where = [f"{key(n)[1:9]}  m/48h/1h/0h/2h" for n in range(1, 5)]
    assert picture(wallet, explain(wallet)) == [
        "vault is spent by any one of",
        "├─ 2 of 3",
        f"│  ├─ A  {where[0]}",
        f"│  ├─ B  {where[1]}  in this room",
        f"│  └─ C  {where[2]}",
        "└─ after 6 blocks",
        f"   └─ D  {where[3]}",
    ]
    assert all(len(line) <= 80 for line in picture(wallet, explain(wallet)))


@pytest.mark.parametrize("body", MEANINGS)
def test_every_key_of_the_words_is_in_the_picture(body: str) -> None:
    wallet = wallet_of(body)
    said = explain(wallet)
    drawn = "\n".join(picture(wallet, said))
    assert all(f"{one.letter}  {one.fingerprint}" in drawn for one in said.keys)


@pytest.mark.parametrize(
    ("delay", "words"),
    [
        (Older(1), "after 1 block"),
        (Older(143), "after 143 blocks (about 1 day)"),
        (Older(65535), "after 65535 blocks (about 455 days)"),
        (Older((1 << 22) | 1), "after 0 d 0 h 8 min"),
        (Older((1 << 22) | 65535), "after 388 d 8 h 32 min"),
        (After(1), "from block 1 on"),
        (After(499_999_999), "from block 499999999 on"),
        (After(500_000_000), "from 1985-11-05 00:53 UTC on"),
    ],
)
def test_delays_in_words(delay: Older | After, words: str) -> None:
    assert delay_words(delay) == words


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.lists(st.integers(1, 65535), max_size=4, unique=True), st.data())
def test_a_decaying_threshold_loses_one_key_a_delay(
    keys: int, delays: list[int], data: st.DataObject
) -> None:
    parts = (*(KeyHeld(str(n)) for n in range(keys)), *(Older(value) for value in delays))
    needs = data.draw(st.integers(1, len(parts)))
    ways = ways_of(Threshold(needs, parts))

    def is_met(held: int, waited: int) -> bool:
        return held + sum(value <= waited for value in delays) >= needs

    def way_is_met(way: object, held: int, waited: int) -> bool:
        if isinstance(way, Older):
            return way.value <= waited
        if isinstance(way, Threshold):
            passed = sum(
                value <= waited for value in (p.value for p in way.parts if isinstance(p, Older))
            )
            count = sum(isinstance(p, KeyHeld) for p in way.parts)
            return min(held, count) + passed >= way.needs
        return all(way_is_met(part, held, waited) for part in way.parts)  # type: ignore[attr-defined]

    for held in range(keys + 1):
        for waited in (0, *delays):
            said = any(way_is_met(way, held, waited) for way in ways)
            assert said is is_met(held, waited)
