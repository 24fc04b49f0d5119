"""The direct BIP-32 step and the scripts of common wallets, beside the engine's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from btclib_secp256k1 import keys
from btclib_wallet.bip32 import BIP32KeyData, derive_, rootxprv_from_seed_, xpub_from_xprv_
from hypothesis import given, settings
from hypothesis import strategies as st
from signing.wallets_made import STANDARD, TYPES, key_expression, make_wallet

from ceremonies.bitcoin import bip32, common_scripts, tweaking
from ceremonies.bitcoin.child_keys import PublicParent
from ceremonies.bitcoin.derivation import HARDENED
from ceremonies.bitcoin.descriptor import with_checksum
from ceremonies.errors import IntegrityError
from ceremonies.frozen import replace
from ceremonies.network import REGTEST
from ceremonies.secret import Secret
from ceremonies.wallets.wallet import Place, Wallet, register

SEEDS = st.binary(min_size=16, max_size=64)
INDICES = st.one_of(st.integers(0, HARDENED - 1), st.sampled_from([0, 1, HARDENED - 1]))


@settings(max_examples=60, deadline=None)
@given(SEEDS, INDICES, INDICES)
def test_each_unhardened_step_is_the_engines(seed: bytes, first: int, second: int) -> None:
    root: BIP32KeyData = rootxprv_from_seed_(seed, REGTEST.xprv_version)
    theirs = xpub_from_xprv_(derive_(root, (first, second)))
    public = xpub_from_xprv_(root)
    parent = PublicParent(public.key, public.chain_code).step(first)
    assert parent.child(second) == theirs.key
    assert parent.step(second).chain_code == theirs.chain_code

    pair = bip32.master(Secret(seed), REGTEST).at((first,)).pair(second)
    assert pair.public_key == theirs.key
    assert pair.private_key.reveal() == derive_(root, (first, second)).key[1:]


@settings(max_examples=10, deadline=None)
@given(SEEDS, INDICES)
def test_a_hardened_step_is_the_engines(seed: bytes, index: int) -> None:
    pair = bip32.master(Secret(seed), REGTEST).pair(HARDENED + index)
    theirs = derive_(rootxprv_from_seed_(seed, REGTEST.xprv_version), (HARDENED + index,))
    assert pair.private_key.reveal() == theirs.key[1:]
    assert pair.public_key == xpub_from_xprv_(theirs).key


ORDER = int("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)


@pytest.mark.parametrize("tweak", [0, 1, 2, ORDER - 2, ORDER - 1, ORDER, ORDER + 1, 2**256 - 1])
@pytest.mark.parametrize("secret", [1, 2, ORDER - 1])
def test_adding_a_tweak_is_the_librarys_at_every_edge(secret: int, tweak: int) -> None:
    def outcome(add: Callable[[], bytes]) -> bytes | None:
        try:
            return add()
        except ValueError:
            return None

    key, added = keys.pubkey_from_prvkey(secret), tweak.to_bytes(32, "big")
    theirs = outcome(lambda: keys.pubkey_tweak_add(key, added))
    assert outcome(lambda: tweaking.plus_generator(tweaking.parsed(key), added)) == theirs
    assert (theirs is None) == (tweak >= ORDER or (secret + tweak) % ORDER == 0)


def test_a_public_key_has_no_hardened_child() -> None:
    public = PublicParent(b"\x02" + bytes.fromhex("79be667e") * 8, bytes(32))
    with pytest.raises(AssertionError):
        public.child(HARDENED)


def quickly(wallet: Wallet) -> bool:
    return all(common_scripts.deriving(branch) != branch.at for branch in wallet.branches)


def alike(wallet: Wallet, indices: list[int]) -> None:
    for number, branch in enumerate(wallet.branches):
        for index in indices:
            assert wallet.derive(Place(number, index)) == branch.at(index), f"{number}/{index}"


@pytest.mark.parametrize("kind", STANDARD)
@settings(max_examples=12, deadline=None)
@given(indices=st.lists(INDICES, min_size=1, max_size=3))
def test_the_script_and_keys_of_a_common_wallet_are_the_engines(
    kind: str, indices: list[int]
) -> None:
    wallet = make_wallet(kind)
    assert quickly(wallet)
    alike(wallet, indices)


@pytest.mark.parametrize("kind", [kind for kind in TYPES if kind not in STANDARD])
def test_other_wallets_are_alike(kind: str) -> None:
    alike(make_wallet(kind), [0, 7])


PATH = "48h/1h/0h/2h"
ONE, TWO = key_expression(1, PATH), key_expression(2, PATH)
ACCOUNTS = [key.removesuffix("/<0;1>/*") for key in (ONE, TWO)]
FIXED = f"{ACCOUNTS[1]}/7"
UNCOMMON = {
    "a key that is not ranged": f"wsh(multi(1,{ONE},{FIXED}))",
    "seventeen keys": f"wsh(multi(1,{','.join(key_expression(n, PATH) for n in range(1, 18))}))",
    "keys held together": f"tr(musig({','.join(ACCOUNTS)})/<0;1>/*)",
}


@pytest.mark.parametrize("name", UNCOMMON)
def test_what_is_not_common_is_left_to_the_engine(name: str) -> None:
    wallet = register("uncommon", [with_checksum(UNCOMMON[name])], REGTEST)
    assert not quickly(wallet)
    alike(wallet, [0, 3])


@pytest.mark.parametrize("steps", ["/<0;1>/*", "/5/<0;1>/*", "/2147483647/<3;9>/0/*"])
def test_steps_before_the_index_are_walked(steps: str) -> None:
    text = f"wpkh({ACCOUNTS[0]}{steps})"
    wallet = register("deep", [with_checksum(text)], REGTEST)
    assert quickly(wallet)
    alike(wallet, [0, 2])


@pytest.mark.parametrize("kind", STANDARD)
def test_a_derivation_the_engine_disagrees_with_stops_everything(kind: str) -> None:
    branch = make_wallet(kind).branches[0]
    first = branch.keys[0]
    other = replace(first, steps=(*first.steps[:-1], 1))
    derive = common_scripts.deriving(replace(branch, keys=(other, *branch.keys[1:])))
    with pytest.raises(IntegrityError, match="two derivations disagree"):
        derive(0)
