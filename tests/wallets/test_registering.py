"""Registering a wallet: what is one, what it is called, and the id that tells it from others."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import pytest
from btclib_wallet.descriptors import add_checksum, multipath_descriptors
from hypothesis import given
from hypothesis import strategies as st
from wallet_material import CASES, MAINNET, REGTEST, case_named, described, key, keys

from ceremonies.bitcoin.derivation import parse_path
from ceremonies.bitcoin.psbt import KeyClaim
from ceremonies.errors import InputError
from ceremonies.network import NETWORKS, SIGNET, TESTNET4
from ceremonies.wallets.wallet import Place, Wallet, register

VAULT = described("wsh(sortedmulti(2,K1,K2,K3))")


@cache
def vault() -> Wallet:
    return register("vault", [VAULT], REGTEST)


def with_apostrophes(text: str) -> str:
    body = text.partition("#")[0]
    written = add_checksum(body.replace("h/", "'/").replace("h]", "']"))
    assert "'" in written
    return str(written)


@pytest.mark.parametrize("name", CASES)
def test_one_wallet_has_one_id_however_it_is_written(name: str) -> None:
    text = case_named(name)["descriptor"]
    pair = [str(part) for part in multipath_descriptors(text)]
    whole, *apostrophes = (with_apostrophes(form) for form in (text, *pair))
    ids = {
        register("a", texts, REGTEST).id
        for texts in ([text], pair, apostrophes, [whole], [pair[0], apostrophes[1]])
    }
    assert len(ids) == 1
    assert register("b", [text], REGTEST).id in ids


def test_the_id_is_what_sha256sum_says() -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("sha256sum is not on this machine")
    wallet = vault()
    lines = f"{wallet.descriptor}\n{wallet.network.name}\n".encode()
    done = subprocess.run([program], input=lines, capture_output=True, check=True)
    assert done.stdout.split()[0].decode() == wallet.id


def test_another_network_descriptor_or_order_of_keys_is_another_id() -> None:
    others = [
        register("vault", [VAULT], SIGNET),
        register("vault", [VAULT], TESTNET4),
        register("vault", [described("wsh(sortedmulti(1,K1,K2,K3))")], REGTEST),
        register("vault", [described("wsh(sortedmulti(2,K2,K1,K3))")], REGTEST),
        register("vault", [described("wsh(multi(2,K1,K2,K3))")], REGTEST),
        register("vault", [described("sh(wsh(sortedmulti(2,K1,K2,K3)))")], REGTEST),
    ]
    assert len({vault().id, *(other.id for other in others)}) == 7


@pytest.mark.parametrize("name", ["a", "vault", "Vault-2.b_c", "_x", "0", "x" * 64])
def test_a_plain_name_is_taken(name: str) -> None:
    assert register(name, [VAULT], REGTEST).name == name


@pytest.mark.parametrize(
    "name",
    ["", "x" * 65, ".hidden", "-rf", "a b", "a/b", "a\n", "a\x00", "..", "café", "a\u202eb", "①"],
)
def test_a_name_that_could_mislead_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="name is not plain"):
        register(name, [VAULT], REGTEST)


@given(st.text(max_size=70))
def test_every_name_that_is_taken_is_plain(name: str) -> None:
    try:
        register(name, [VAULT], REGTEST)
    except InputError:
        return
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert 1 <= len(name) <= 64


def test_a_descriptor_without_its_checksum_is_refused() -> None:
    with pytest.raises(InputError, match="no checksum") as caught:
        register("a", [VAULT.partition("#")[0]], REGTEST)
    assert "#" in caught.value.hint


def test_keys_of_another_network_are_refused() -> None:
    mainnet = described("wpkh(K1)", network=MAINNET)
    assert register("a", [mainnet], MAINNET)
    for network in NETWORKS.values():
        wrong = VAULT if network is MAINNET else mainnet
        with pytest.raises(InputError):
            register("a", [wrong], network)


def test_a_private_key_is_refused_and_not_repeated() -> None:
    # BIP-32's published first key
    secret = (
        "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU"
        "3TGtRBeJgk33yuGBxrMPHi"
    )
    with pytest.raises(InputError, match="private key") as caught:
        register("a", [add_checksum(f"wpkh({secret}/<0;1>/*)")], MAINNET)
    assert secret[:8] not in f"{caught.value!r} {caught.value.hint}"


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [VAULT, VAULT],
        [VAULT, VAULT, VAULT],
        [described("wpkh(K1)"), described("wpkh(K2)")],
        [add_checksum(f"wpkh({key(1)}/0/*)"), add_checksum(f"wpkh({key(2)}/1/*)")],
        [add_checksum(f"wpkh({key(1)}/0/*)"), add_checksum(f"pkh({key(1)}/1/*)")],
        [add_checksum(f"wpkh({key(1)}/0/*)"), add_checksum(f"wpkh({key(1)}/0/*)")],
        [add_checksum(f"wpkh({key(1)}/0/*)"), described("wpkh(K1)")],
        [add_checksum(f"wpkh({key(1)}/<0;1;2>/*)")],
        [
            add_checksum(f"wsh(sortedmulti(1,{keys(2, '0/*')}))"),
            add_checksum(f"wsh(sortedmulti(2,{keys(2, '1/*')}))"),
        ],
    ],
    ids=range(10),
)
def test_what_is_not_one_wallet_is_refused(texts: list[str]) -> None:
    with pytest.raises(InputError):
        register("a", texts, REGTEST)


@pytest.mark.parametrize(
    ("body", "threshold"),
    [
        ("wpkh(K1)", 1),
        ("pkh(K1)", 1),
        ("sh(wpkh(K1))", 1),
        ("tr(K1)", 1),
        ("wsh(sortedmulti(2,K1,K2,K3))", 2),
        ("sh(multi(3,K1,K2,K3))", 3),
        ("wsh(and_v(v:pk(K1),older(9)))", None),
        ("tr(K1,pk(K2))", None),
        ("tr(musig(K1,K2))", None),
    ],
)
def test_how_many_signatures_a_spend_needs(body: str, threshold: int | None) -> None:
    assert register("a", [described(body)], REGTEST).threshold == threshold


def claim(path: str, number: int = 1, fingerprint: str | None = None) -> KeyClaim:
    own = key(number)[1:9]
    return KeyClaim(b"\x02" * 33, fingerprint or own, parse_path(path))


def test_claims_point_at_places_and_prove_nothing() -> None:
    wallet = vault()
    claims = [
        claim("m/48h/1h/0h/2h/0/5"),
        claim("m/48h/1h/0h/2h/0/5", number=2),
        claim("m/48h/1h/0h/2h/1/7", number=3),
    ]
    assert list(wallet.places(claims)) == [Place(0, 5), Place(1, 7)]


@pytest.mark.parametrize(
    "path",
    [
        "m",
        "m/48h/1h/0h/2h",
        "m/48h/1h/0h/2h/0",
        "m/48h/1h/0h/2h/2/5",
        "m/48h/1h/0h/2h/0/5/0",
        "m/48h/1h/0h/2h/0/5h",
        "m/48h/1h/1h/2h/0/5",
        "m/0/5",
    ],
)
def test_a_claim_elsewhere_points_nowhere(path: str) -> None:
    assert list(vault().places([claim(path)])) == []


def test_a_claim_of_a_stranger_is_not_of_us() -> None:
    wallet = vault()
    assert wallet.claims_us(claim("m/48h/1h/0h/2h/9/9/9"))
    assert not wallet.claims_us(claim("m/48h/1h/1h/2h/0/0"))
    assert not wallet.claims_us(claim("m/48h/1h/0h/2h/0/0", fingerprint="00000000"))
    assert list(wallet.places([claim("m/48h/1h/0h/2h/0/0", fingerprint="00000000")])) == []


def test_a_key_that_does_not_move_points_at_no_index() -> None:
    body = f"wsh(sortedmulti(1,{key(1)}/<0;1>/*,{key(2)}/7))"
    wallet = register("a", [add_checksum(body)], REGTEST)
    fixed = claim("m/48h/1h/0h/2h/7", number=2)
    below = claim("m/48h/1h/0h/2h/7/3", number=2)
    assert list(wallet.places([fixed, below])) == []
    assert list(wallet.places([fixed, claim("m/48h/1h/0h/2h/1/4")])) == [Place(1, 4)]


def test_a_wallet_without_an_index_has_one_place() -> None:
    wallet = register("a", [add_checksum(f"wpkh({key(1)}/0/3)")], REGTEST)
    assert list(wallet.places([claim("m/48h/1h/0h/2h/0/3")])) == [Place(0, 0)]
    assert list(wallet.places([claim("m/48h/1h/0h/2h/0/3/0")])) == []


@given(st.integers(0, 2**31 - 1), st.integers(0, 1))
def test_the_path_of_a_place_is_a_claim_on_it(index: int, branch: int) -> None:
    wallet = vault()
    place = Place(branch, index)
    assert list(wallet.places([claim(wallet.path(place))])) == [place]
