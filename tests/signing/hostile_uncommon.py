"""More hostile PSBTs: uncommon scripts, version 2, strangers, and things in great number.

`CASES` is that of `signing.hostile`, with these in it.
"""

from __future__ import annotations

import hashlib

from btclib_wallet.psbt import Psbt as EnginePsbt
from btclib_wallet.psbt import taproot_sig_hash
from coincurve import PrivateKey
from signing.hostile import (
    CASES,
    breaks,
    unsigned,
    with_transaction,
    witness_utxo,
)
from signing.psbt_records import Map, drop, edited, put, read, write
from signing.wallets_made import (
    CHANGE,
    NUMS,
    PAYEE,
    RECEIVED,
    make_psbt,
    make_wallet,
    origin,
    output_records,
    signer,
)

from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin import signer as keys
from ceremonies.bitcoin.script import tapleaf_hash
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput
from ceremonies.errors import Level
from ceremonies.signing.policy import Policy
from ceremonies.wallets.wallet import Place, Wallet

__all__ = ["CASES"]

_STRANGERS = Policy(levels={"foreign-input": Level.NOTE, "mixed": Level.NOTE})
_WAITS, _IN_TIME, _NO_LOCK = 6, 1 << 22, 1 << 31


# timelocked branches of miniscript


@breaks("branch", "decaying", level=Level.WARN, by=2)
def the_heir_s_wait_is_switched_off(wallet: Wallet) -> bytes:
    return make_psbt(wallet, sequence=_NO_LOCK | _WAITS)


@breaks("branch", "decaying", companions=("locktime",), level=Level.WARN, by=2)
def the_heir_waits_seconds_where_blocks_are_asked(wallet: Wallet) -> bytes:
    return make_psbt(wallet, sequence=_IN_TIME | _WAITS)


@breaks("branch", "decaying", level=Level.WARN, by=2)
def a_transaction_of_version_1_knows_no_waiting(wallet: Wallet) -> bytes:
    maps = read(make_psbt(wallet, sequence=_WAITS))
    old = unsigned(maps)
    first = Transaction(1, old.inputs, old.outputs, old.locktime)
    put(maps[0], b"\x00", first.serialize(witness=False))
    return write(maps)


@breaks("branch", "decaying", companions=("locktime",), level=Level.WARN, by=2)
def one_of_two_coins_does_not_wait(wallet: Wallet) -> bytes:
    maps = read(make_psbt(wallet, sequence=_WAITS))
    first, second = unsigned(maps).inputs
    with_transaction(maps, inputs=(first, TxInput(second.outpoint, 0)))
    return write(maps)


# scripts and trees


@breaks("script", "wsh", "sh-wsh")
def the_same_keys_in_another_order(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        script = dict(maps[1])[b"\x05"]
        first, second = script[1:35], script[35:69]
        put(maps[1], b"\x05", script[:1] + second + first + script[69:])

    return edited(make_psbt(wallet), change)


@breaks("script", "tr-leaf", "tr-multi-a")
def a_leaf_of_another_version(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        at, (key, leaf) = next((n, r) for n, r in enumerate(maps[1]) if r[0][0] == 0x15)
        maps[1][at] = key[:1] + bytes([key[1] ^ 0x02]) + key[2:], leaf[:-1] + b"\xc2"

    return edited(make_psbt(wallet), change)


@breaks("script", "tr-leaf", "tr-multi-a")
def a_leaf_that_says_another_version_than_its_control_block(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        key, leaf = next(record for record in maps[1] if record[0][0] == 0x15)
        put(maps[1], key, leaf[:-1] + b"\xc2")

    return edited(make_psbt(wallet), change)


@breaks("script", "tr-leaf", "tr-multi-a")
def a_leaf_of_the_thief_with_our_control_block_made_longer(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        key, leaf = next(record for record in maps[1] if record[0][0] == 0x15)
        theirs = b"\x20" + bytes.fromhex(NUMS) + b"\xac" + leaf[-1:]
        put(maps[1], key + bytes(32), theirs)

    return edited(make_psbt(wallet), change)


@breaks("script", "tr-multi-a")
def ten_thousand_leaves_that_are_not_in_the_tree(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        key, leaf = next(record for record in maps[1] if record[0][0] == 0x15)
        maps[1] += [(key + n.to_bytes(32, "big"), leaf) for n in range(9_900)]

    return edited(make_psbt(wallet), change)


@breaks("script", "sh-wpkh")
def a_script_hash_where_a_key_hash_is_committed_to(wallet: Wallet) -> bytes:
    program = b"\x00\x20" + hashlib.sha256(b"\x51").digest()
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x04", program))


# signatures


def _schnorr(wallet: Wallet, *, leaf: bytes = b"", tail: bytes = b"", kind: int = 0) -> bytes:
    """A good signature of practice key 1 at input 0, of its key path or of a leaf by its hash."""
    (node,) = signer(1).nodes(wallet.derive(RECEIVED[0]))
    engine = EnginePsbt.parse(make_psbt(wallet))
    digest = taproot_sig_hash(engine, 0, leaf_hash=leaf, hash_type=kind)
    key = node.private_key if leaf else keys.taproot_key(node.private_key, b"")
    return keys.sign_schnorr(key, digest, bytes(32)) + tail


@breaks("strict", "tr")
def a_default_signature_that_says_so(wallet: Wallet) -> bytes:
    """Consensus refuses it: DEFAULT is said by leaving the byte out (BIP-341)."""
    signature = _schnorr(wallet, tail=b"\x00")
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x13", signature))


@breaks("sighash", "tr", "tr-multi-a", "tr-leaf")
def asks_for_a_taproot_type_that_does_not_exist(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x03", b"\x04\0\0\0"))


def _own_leaf_signature(wallet: Wallet, leaf: bytes) -> tuple[bytes, bytes]:
    (node,) = signer(1).nodes(wallet.derive(RECEIVED[0]))
    return b"\x14" + node.public_key[1:] + leaf, _schnorr(wallet, leaf=leaf)


@breaks("bad-signature", "tr-multi-a", "tr-leaf")
def a_cosigner_signed_a_leaf_that_is_not_in_the_tree(wallet: Wallet) -> bytes:
    record = _own_leaf_signature(wallet, tapleaf_hash(b"\x51", 0xC0))
    return edited(make_psbt(wallet), lambda maps: put(maps[1], *record))


@breaks("bad-signature", "tr-multi-a", by=2)
def a_thousand_leaves_are_signed_that_are_not_in_the_tree(wallet: Wallet) -> bytes:
    """The first of them is a good signature: each that were verified would cost what one costs."""
    first = _own_leaf_signature(wallet, bytes(32))
    more = [(first[0][:-4] + n.to_bytes(4, "big"), first[1]) for n in range(1, 5_000)]
    return edited(make_psbt(wallet), lambda maps: maps[1].extend([first, *more]))


# strangers, where a policy lets them take part


def _key(number: int) -> bytes:
    return PrivateKey(number.to_bytes(32, "big")).public_key.format()


def _with_stranger(wallet: Wallet, script: bytes, records: list[tuple[bytes, bytes]]) -> bytes:
    paid = Transaction(2, (TxInput(Outpoint(bytes(32), 1), 0),), (Output(5_000, script),), 0)
    maps = read(make_psbt(wallet, change=(CHANGE, 602_000)))
    extra = TxInput(Outpoint(paid.txid, 0), 0xFFFFFFFD)
    with_transaction(maps, inputs=(*unsigned(maps).inputs, extra))
    maps.insert(3, [(b"\x00", paid.serialize(witness=True)), *records])
    return write(maps)


@breaks("bad-signature", "wpkh", "tr", policy=_STRANGERS)
def a_stranger_s_input_has_thousands_of_signatures(wallet: Wallet) -> bytes:
    script = b"\x00\x14" + bytes(20)
    signature = PrivateKey(b"\x07" * 32).sign(bytes(32), hasher=None) + b"\x01"
    many = [(b"\x02" + _key(n), signature) for n in range(1, 2_000)]
    return _with_stranger(wallet, script, many)


@breaks("script", "wpkh", "tr", policy=_STRANGERS)
def a_stranger_s_input_has_thousands_of_leaves(wallet: Wallet) -> bytes:
    script = b"\x51\x20" + bytes.fromhex(NUMS)
    control = b"\x15\xc0" + bytes.fromhex(NUMS)
    many = [(control + n.to_bytes(32, "big"), b"\x51\xc0") for n in range(9_000)]
    return _with_stranger(wallet, script, many)


@breaks("sighash", "wpkh", policy=_STRANGERS)
def a_stranger_s_signature_of_every_type_there_is(wallet: Wallet) -> bytes:
    script = make_wallet("pkh").derive(RECEIVED[0]).script
    signature = PrivateKey(b"\x07" * 32).sign(bytes(32), hasher=None)
    found = [(b"\x02" + _key(n), signature + bytes([n])) for n in range(2, 20)]
    return _with_stranger(wallet, script, found)


@breaks("prevtx-missing", "wpkh", "wsh", policy=_STRANGERS)
def a_stranger_says_what_it_is_worth(wallet: Wallet) -> bytes:
    data = _with_stranger(wallet, b"\x51\x20" + bytes.fromhex(NUMS), [])
    lie = witness_utxo(Output(5_000, b"\x51\x20" + bytes.fromhex(NUMS)))

    def change(maps: list[Map]) -> None:
        drop(maps[3], 0x00)
        put(maps[3], b"\x01", lie)

    return edited(data, change)


# what is spent, exchanged


@breaks("prevtx", "wpkh", "sh-wpkh", "wsh", "sh-wsh", "tr")
def the_previous_transactions_are_exchanged(wallet: Wallet) -> bytes:
    def change(maps: list[Map]) -> None:
        one, other = dict(maps[1])[b"\x00"], dict(maps[2])[b"\x00"]
        put(maps[1], b"\x00", other)
        put(maps[2], b"\x00", one)

    return edited(make_psbt(wallet), change)


# change


def _claims(wallet: Wallet, path: tuple[int, ...]) -> list[tuple[bytes, bytes]]:
    """The claims of our change, each with another end of its path."""
    derived = wallet.derive(CHANGE)
    taproot = derived.taproot is not None
    records = []
    for key, (fingerprint, whole) in derived.keys.items():
        where = origin(fingerprint, (*whole[:-2], *path))
        records.append((b"\x07" + key[1:], b"\x00" + where) if taproot else (b"\x02" + key, where))
    return records


def _change_claims(name: str, path: tuple[int, ...]) -> None:
    def make(wallet: Wallet) -> bytes:
        maps = read(make_psbt(wallet))
        maps[-1] = _claims(wallet, path)
        return write(maps)

    make.__name__ = name
    breaks("change-not-ours", "wpkh", "sh-wsh", "tr")(make)


_change_claims("the_change_claims_a_hardened_index", (1, 0x80000005))
_change_claims("the_change_claims_a_path_that_goes_on", (1, 5, 0))
_change_claims("the_change_claims_the_account_itself", ())


@breaks("change-far", "wsh", "tr-multi-a", "decaying")
def the_wallet_s_own_receive_branch_beyond_the_gap(wallet: Wallet) -> bytes:
    place = Place(0, RECEIVED[1].index + 1_001)
    data = make_psbt(wallet, payments=[(wallet.derive(place).script, 400_000)])
    return edited(data, lambda maps: maps[3].extend(output_records(wallet, place)))


# outputs


@breaks("data-output", "wpkh", "tr")
def a_bare_return_takes_one_satoshi(wallet: Wallet) -> bytes:
    return make_psbt(wallet, payments=[(PAYEE, 399_999), (b"\x6a", 1)])


@breaks("data-output", "wpkh", level=Level.WARN)
def publishes_half_a_million_pushes(wallet: Wallet) -> bytes:
    coins = [(RECEIVED[0], 2_000_000_000)]
    paid = [(PAYEE, 1_800_000_000), (b"\x6a" + b"\x01\x00" * 450_000, 0)]
    return make_psbt(wallet, inputs=coins, payments=paid, change=(CHANGE, 198_000_000))


# version 2


def _second(wallet: Wallet) -> list[Map]:
    return read(bytes(EnginePsbt.parse(make_psbt(wallet)).to_v2().serialize()))


def _locks(name: str, *records: tuple[bytes, int]) -> None:
    """One record of a required locktime for each input, which do not go together."""

    def make(wallet: Wallet) -> bytes:
        maps = _second(wallet)
        for given, (key, value) in zip(maps[1:3], records, strict=False):
            put(given, key, value.to_bytes(4, "little"))
        return write(maps)

    make.__name__ = name
    breaks("strict", "wpkh", "decaying")(make)


_TIME, _HEIGHT = b"\x11", b"\x12"
_locks("one_input_wants_a_time_and_the_other_a_height", (_TIME, 1_700_000_000), (_HEIGHT, 850_000))
_locks("a_time_that_is_a_height", (_TIME, 499_999_999))
_locks("a_height_that_is_a_time", (_HEIGHT, 500_000_000))
_locks("a_height_of_nothing", (_HEIGHT, 0))


@breaks("locktime", "wpkh", level=Level.NOTE)
def one_input_of_version_2_wants_a_height(wallet: Wallet) -> bytes:
    maps = _second(wallet)
    put(maps[1], _HEIGHT, (850_000).to_bytes(4, "little"))
    return write(maps)


@breaks("strict", "wpkh", "tr")
def a_field_of_version_2_in_version_0(wallet: Wallet) -> bytes:
    outpoint = psbts.parse(make_psbt(wallet)).inputs[0].outpoint
    return edited(make_psbt(wallet), lambda maps: put(maps[1], b"\x0e", outpoint.txid))


@breaks("strict", "wpkh", "tr")
def an_unsigned_transaction_in_version_2(wallet: Wallet) -> bytes:
    maps = _second(wallet)
    maps[0].insert(0, read(make_psbt(wallet))[0][0])
    return write(maps)


# global keys


@breaks("network", "wpkh", "wsh")
def the_same_extended_key_for_two_networks(wallet: Wallet) -> bytes:
    key = hashlib.sha256(b"chain").digest() + b"\x02" + bytes.fromhex(NUMS)
    tail = b"\x03" + bytes(4) + bytes.fromhex("80000000") + key
    path = origin("0badcafe", (0x80000054, 0x80000001, 0x80000000))

    def change(maps: list[Map]) -> None:
        put(maps[0], b"\x01" + bytes.fromhex("043587cf") + tail, path)
        put(maps[0], b"\x01" + bytes.fromhex("0488b21e") + tail, path)

    return edited(make_psbt(wallet), change)


# what nobody reads in great number


@breaks("size", "wpkh")
def many_maps_have_many_records(wallet: Wallet) -> bytes:
    coins = [(Place(0, n), 10_000) for n in range(12)]
    maps = read(make_psbt(wallet, inputs=coins, payments=[(PAYEE, 100_000)], change=None))
    for given in maps[1:13]:
        given += [(b"\xfc" + n.to_bytes(4, "big"), b"") for n in range(1_000)]
    return write(maps)
