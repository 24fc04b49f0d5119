"""Accounts of other coins: known addresses, two roads, and no way to sign."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies.bitcoin import other_coins, second_opinion
from ceremonies.bitcoin.keccak import keccak256
from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys import coin_account
from ceremonies.keys.seed import read_seed
from ceremonies.secret import Secret

ABANDON = Secret(b"abandon " * 11 + b"about")

# addresses of the phrase that everybody knows, as wallets of these coins show them
KNOWN = {
    "eth": ("m/44h/60h/0h", "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"),
    "ltc": ("m/84h/2h/0h", "ltc1qjmxnz78nmc8nq77wuxh25n2es7rzm5c2rkk4wh"),
    "doge": ("m/44h/3h/0h", "DBus3bamQjgJULBJtYXpEzDWQRwF5iwxgC"),
    "sol": ("m/44h/501h/0h", "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk"),
    "dash": ("m/44h/5h/0h", "XoJA8qE3N2Y3jMLEtZ3vcN42qseZ8LvFf5"),
    "trx": ("m/44h/195h/0h", "TUEZSdKsoDHQMeZwihtdoBiN46zxhGWYdH"),
    "xrp": ("m/44h/144h/0h", "rHsMGQEkVNJmpGWs8XUBoTBiAAbwxZN5v3"),
}


def seed() -> Secret:
    return read_seed(ABANDON).bip32_seed(None)


@pytest.mark.parametrize("name", KNOWN)
def test_the_known_address_of_every_coin(name: str) -> None:
    found = coin_account.derive(name, seed(), 0)
    assert (found.path, found.address) == KNOWN[name]
    assert found.fingerprint == "73c5da0a"
    assert found.agreed_by == ("btclib-wallet", "bip-utils")
    assert set(KNOWN) == set(coin_account.COINS)


@settings(max_examples=6, deadline=None)
@given(
    st.binary(min_size=16, max_size=64),
    st.sampled_from(coin_account.COINS),
    st.integers(0, 2**31 - 1),
)
def test_both_roads_agree_about_every_coins_account(data: bytes, name: str, number: int) -> None:
    found = coin_account.derive(name, Secret(data), number)
    assert found.path.endswith(f"/{number}h")


@pytest.mark.parametrize("name", coin_account.COINS)
def test_where_the_roads_part_there_is_no_account(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = second_opinion.coin_account
    monkeypatch.setattr(
        second_opinion, "coin_account", lambda *a: (*honest(*a)[:2], "another address")
    )
    with pytest.raises(IntegrityError, match="disagree"):
        coin_account.derive(name, seed(), 0)


@pytest.mark.parametrize("name", ["btc", "ETH", ""])
def test_an_unknown_coin_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="unknown coin"):
        coin_account.derive(name, seed(), 0)


@pytest.mark.parametrize("number", [-1, 2**31])
def test_an_account_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(InputError, match="no account"):
        coin_account.derive("eth", seed(), number)


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_keccaks_known_hashes(data: bytes, digest: str) -> None:
    assert keccak256(data).hex() == digest


@settings(max_examples=10, deadline=None)
@given(st.binary(max_size=300))
def test_keccak_with_another_padding_is_sha3(data: bytes) -> None:
    # the permutation is SHA-3's own: only the first byte of the padding differs
    from ceremonies.bitcoin import keccak

    padded = bytearray(data) + b"\x06" + bytes(-(len(data) + 1) % 136)
    padded[-1] |= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), 136):
        for lane in range(17):
            at = start + 8 * lane
            lanes[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = keccak._permuted(lanes)
    ours = b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
    assert ours == hashlib.sha3_256(data).digest()


def test_no_coin_is_bitcoin_and_none_has_a_network_to_sign_on() -> None:
    assert 0 not in {coin.number for coin in other_coins.COINS.values()}
    assert not hasattr(other_coins, "sign")
