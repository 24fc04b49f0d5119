"""What is refused when a wallet is agreed on, each by its own name."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from wallet_material import MAINNET, REGTEST, described, key

from ceremonies import disk
from ceremonies.bitcoin import slip132
from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.errors import InputError, Refused
from ceremonies.network import NETWORKS, SIGNET, TESTNET4
from ceremonies.wallets import peers
from ceremonies.wallets.file import read as read_file
from ceremonies.wallets.file import write as write_file
from ceremonies.wallets.found import Found
from ceremonies.wallets.ours import key_in, with_ours
from ceremonies.wallets.registration import registered
from ceremonies.wallets.wallet import Wallet, register

TEAM = "wsh(sortedmulti(2,K1,K2,K3))"
NUMS = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"


def team() -> Wallet:
    return register("team", [described(TEAM)], REGTEST)


def refusal(text: str) -> str:
    with pytest.raises(InputError) as caught:
        register("w", [text], REGTEST)
    return caught.value.cause


def test_no_checksum() -> None:
    assert "no checksum" in refusal(described(TEAM).partition("#")[0])


@pytest.mark.parametrize(("blank", "at"), [(" ", 0), ("\n", -9), ("\u00a0", 9), ("\ufeff", 0)])
def test_white_space_is_named_by_its_place(blank: str, at: int) -> None:
    text = described("wpkh(K1)")
    at %= len(text)
    with pytest.raises(InputError, match=f"character {at + 1} of the descriptor is white space"):
        register("w", [text[:at] + blank + text[at:]], REGTEST)


@pytest.mark.parametrize("at", [0, 3, 7])
def test_a_checksum_wrong_by_one_letter(at: int) -> None:
    body, _, checksum = described(TEAM).partition("#")
    letter = "q" if checksum[at] != "q" else "p"
    assert "damaged" in refusal(f"{body}#{checksum[:at]}{letter}{checksum[at + 1 :]}")


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("wsh(sortedmulti(2,K1,K2,K1))", (1, 3)),
        ("sh(multi(1,K1,K1))", (1, 2)),
        ("wsh(or_d(pk(K1),and_v(v:pkh(K1),older(9))))", (1, 2)),
        ("tr(K1,multi_a(2,K2,K3,K3))", (2, 3)),
        (f"tr({NUMS},sortedmulti_a(1,K2,K2))", (1, 2)),
        ("tr(musig(K1,K1))", (1, 2)),
    ],
)
def test_a_key_that_counts_twice(body: str, numbers: tuple[int, int]) -> None:
    assert refusal(described(body)) == f"keys {numbers[0]} and {numbers[1]} are the same key"


def test_a_key_that_counts_twice_under_another_origin_or_branch() -> None:
    xpub = key(1).partition("]")[2]
    other = f"[deadbeef/48h/1h/0h/2h]{xpub}/<0;1>/*"
    assert "the same key" in refusal(described(f"wsh(sortedmulti(2,K1,{other}))"))
    assert "the same key" in refusal(described(f"wsh(sortedmulti(2,K1,{key(1)}/<2;3>/*))"))


def test_a_key_may_stand_in_two_leaves_or_under_two_branches_of_a_script() -> None:
    assert register("w", [described("tr(K1,{pk(K2),multi_a(2,K2,K3)})")], REGTEST)
    twice = f"wsh(or_d(pk(K1),and_v(v:pkh({key(1)}/<2;3>/*),older(9))))"
    assert register("w", [described(twice)], REGTEST)


@pytest.mark.parametrize(
    ("body", "threshold", "keys"),
    [
        ("wsh(sortedmulti(4,K1,K2,K3))", 4, 3),
        ("wsh(multi(0,K1))", 0, 1),
        ("tr(K1,multi_a(3,K2,K3))", 3, 2),
        ("wsh(thresh(4,pk(K1),s:pk(K2),s:pk(K3)))", 4, 3),
        ("wsh(or_d(multi(3,K1,K2),and_v(v:pkh(K3),older(9))))", 3, 2),
    ],
)
def test_a_threshold_nobody_can_meet(body: str, threshold: int, keys: int) -> None:
    assert refusal(described(body)) == f"the threshold is {threshold}, and there are {keys} keys"


def test_keys_of_another_network() -> None:
    text = described(TEAM)
    with pytest.raises(InputError, match="of a test network, and the wallet is of mainnet"):
        register("w", [text], MAINNET)
    for network in (SIGNET, TESTNET4, REGTEST):
        assert register("w", [text], network).network is network
    main = described(TEAM, network=MAINNET)
    for network in NETWORKS.values():
        if network is not MAINNET:
            with pytest.raises(InputError, match="of mainnet, and the wallet is of"):
                register("w", [main], network)


def test_keys_of_several_networks() -> None:
    mixed = with_checksum(f"wsh(sortedmulti(2,{key(1)}/<0;1>/*,{key(2, network=MAINNET)}/<0;1>/*))")
    assert "different networks: key 2 is of mainnet" in refusal(mixed)


def test_unsorted_keys_without_being_told() -> None:
    for body in ("wsh(multi(2,K1,K2))", "sh(wsh(multi(1,K1,K2)))", "sh(multi(2,K1,K2))"):
        found = Found(peer="descriptor", descriptors=(described(body),))
        with pytest.raises(Refused, match="not sorted"):
            registered("w", found, REGTEST)
        assert registered("w", found, REGTEST, unsorted=True).branches[0].multisig


def test_a_miniscript_knows_no_other_order_and_needs_no_word() -> None:
    text = described("wsh(or_d(multi(2,K1,K2),and_v(v:pkh(K3),older(9))))")
    assert registered("w", Found(peer="descriptor", descriptors=(text,)), REGTEST)


# --- h and ', SLIP-132


def test_apostrophes_and_h_may_be_mixed_and_mean_one_wallet() -> None:
    body = described(TEAM).partition("#")[0]
    for mixed in (body.replace("48h", "48'"), body.replace("h", "'"), body.replace("0h", "0'", 1)):
        assert register("w", [with_checksum(mixed)], REGTEST).id == team().id
        # but the checksum of one spelling is not that of the other
        assert "damaged" in refusal(f"{mixed}#{team().checksum}")


@pytest.mark.parametrize(
    ("shape", "script"),
    [
        ("wsh({})", "wsh"),
        ("sh(wsh({}))", "sh-wsh"),
        ("wpkh({})", "wpkh"),
        ("sh(wpkh({}))", "sh-wpkh"),
    ],
)
def test_slip132_keys_are_read_in_their_own_script(shape: str, script: str) -> None:
    def inner(change):  # type: ignore[no-untyped-def]
        keys = [
            f"{key(n).partition(']')[0]}]{change(key(n).partition(']')[2])}/<0;1>/*" for n in (1, 2)
        ]
        return keys[0] if "pkh" in script else f"sortedmulti(2,{keys[0]},{keys[1]})"

    plain = register("w", [with_checksum(shape.format(inner(str)))], REGTEST)
    lettered = with_checksum(
        shape.format(inner(lambda xpub: slip132.written(xpub, script, REGTEST)))
    )
    assert register("w", [lettered], REGTEST).id == plain.id
    for other in {"wsh", "sh-wsh", "wpkh", "sh-wpkh"} - {script}:
        wrong = shape.format(inner(lambda xpub, o=other: slip132.written(xpub, o, REGTEST)))
        assert f"which is for {other}" in refusal(with_checksum(wrong))


# --- our key


def test_our_key_is_there() -> None:
    ours = with_ours(team(), (key(3), key(1)))
    assert ours.ours == (key(1), key(3))
    assert with_ours(team(), (key(1).replace("h/", "'/"),)).ours == (key(1),)
    assert read_file(write_file(ours)) == ours
    assert ours.id == team().id


def test_our_key_is_missing() -> None:
    with pytest.raises(Refused, match=f"our key {key(4)[1:9]} is not in the wallet"):
        with_ours(team(), (key(4),))


def test_a_look_alike_fingerprint_is_not_our_key() -> None:
    # the attack: another key under the fingerprint that everybody compares
    xpub = key(4).partition("]")[2]
    lying = described(f"wsh(sortedmulti(2,K2,K3,{key(1).partition(']')[0]}]{xpub}/<0;1>/*))")
    swapped = register("w", [lying], REGTEST)
    assert key(1)[1:9] in swapped.signers
    with pytest.raises(Refused, match=r"our fingerprint .* is not our key"):
        with_ours(swapped, (key(1),))


def test_our_key_under_another_origin() -> None:
    for changed in (key(1).replace("2h]", "1h]"), "[deadbeef" + key(1)[9:]):
        with pytest.raises(Refused, match="under another origin"):
            with_ours(team(), (changed,))


@pytest.mark.parametrize(
    "text", ["", "tpub", key(1)[:-1], key(1) + "x", key(1).partition("]")[2], f"{key(1)}/0/*"]
)
def test_what_is_no_key_is_not_ours(text: str) -> None:
    with pytest.raises(InputError):
        with_ours(team(), (text,))


def test_our_key_from_the_files_that_hold_it() -> None:
    assert key_in(f"{key(1)}\n".encode()) == key(1)
    assert key_in(f'{{"key": "{key(1)}"}}'.encode()) == key(1)
    assert key_in(f"BSMS 1.0\n00\n{key(1)}\nname\nsignature".encode()) == key(1)
    for nothing in (b"", b"{}", b'{"key": 1}', b"hello", b"\xff"):
        with pytest.raises(InputError):
            key_in(nothing)


@pytest.mark.parametrize(
    "change",
    [lambda t: t.replace("ours", "hers"), lambda t: t.replace('"ours": [', '"ours": [], "x": [')],
)
def test_a_wallet_file_with_other_fields_is_refused(change) -> None:  # type: ignore[no-untyped-def]
    written = write_file(with_ours(team(), (key(1),))).decode()
    with pytest.raises(InputError):
        read_file(change(written).encode())


def test_a_wallet_file_that_calls_a_strangers_key_ours_is_refused() -> None:
    written = write_file(with_ours(team(), (key(1),))).decode()
    with pytest.raises(Refused):
        read_file(written.replace(f'    "{key(1)}"', f'    "{key(4)}"').encode())
    with pytest.raises(InputError, match="not normalised"):
        read_file(written.replace(f'    "{key(1)}"', "").encode())


# --- size


def test_a_file_of_a_hundred_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as stream:
        stream.truncate(100 * disk.MEBIBYTE)
    with pytest.raises(InputError, match="longer than"):
        disk.read(path, limit=peers.MAX_SIZE, what="the coordinator's file")


@pytest.mark.parametrize(
    "text",
    [
        "tr(K," * 400,
        "wsh(" + "or_i(0," * 190 + "pk(K)" + ")" * 191,
        "tr(K,{" + "pk(K),{" * 150 + "pk(K)" + "}" * 151 + ")",
        "wsh(multi(1," + ",".join(["K"] * 20_000) + "))",
        "wsh(sortedmulti(" + "9" * 5_000 + ",K))",
        "wpkh([" + "0/" * 40_000 + "]K)",
        "wpkh(K/" + "0/" * 40_000 + "*)",
    ],
    ids=range(7),
)
def test_a_hostile_descriptor_costs_little(text: str) -> None:
    started = time.process_time()
    with pytest.raises(InputError):
        register("w", [with_checksum(text)], MAINNET)
    assert time.process_time() - started < 4
