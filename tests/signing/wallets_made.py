"""Practice keys, wallets of every type made of them, and good PSBTs of those wallets: no node."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache

from btclib_wallet import descriptors as engine
from signing.psbt_records import blob, write

from ceremonies.bitcoin import bip32
from ceremonies.bitcoin.derivation import parse_path
from ceremonies.bitcoin.descriptor import Derived, with_checksum
from ceremonies.bitcoin.script import hash160
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.network import REGTEST, Network
from ceremonies.secret import Secret
from ceremonies.signing.signer import Signer
from ceremonies.wallets.wallet import Place, Wallet, register

NUMS = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"
"""The x-only key nobody knows the private key of (BIP-341)."""

_TYPES = {
    "pkh": ("pkh({a})", "44h/1h/0h"),
    "sh-wpkh": ("sh(wpkh({a}))", "49h/1h/0h"),
    "wpkh": ("wpkh({a})", "84h/1h/0h"),
    "tr": ("tr({a})", "86h/1h/0h"),
    "sh": ("sh(sortedmulti(2,{a},{b},{c}))", "45h"),
    "wsh": ("wsh(sortedmulti(2,{a},{b},{c}))", "48h/1h/0h/2h"),
    "sh-wsh": ("sh(wsh(sortedmulti(2,{a},{b},{c})))", "48h/1h/0h/1h"),
    "wsh-unsorted": ("wsh(multi(2,{c},{a},{b}))", "87h/1h/0h"),
    "decaying": ("wsh(or_d(pk({a}),and_v(v:pkh({b}),older(6))))", "87h/1h/0h"),
    "tr-leaf": ("tr({c},pk({a}))", "87h/1h/0h"),
    "tr-multi-a": ("tr({nums},multi_a(2,{a},{b},{c}))", "87h/1h/0h"),
    "tr-hashed-leaf": ("tr({nums},and_v(v:pkh({a}),older(6)))", "87h/1h/0h"),
    "tr-same-leaf-twice": ("tr({nums},{{pk({a}),{{pk({a}),pk({b})}}}})", "87h/1h/0h"),
    "tr-several-leaves": ("tr({nums},{{pk({a}),multi_a(2,{a},{b})}})", "87h/1h/0h"),
    "wpkh-of-mainnet": ("wpkh({a})", "84h/0h/0h"),
}

TYPES = tuple(_TYPES)
SINGLE_KEY = ("pkh", "sh-wpkh", "wpkh", "tr")
MULTISIG = ("sh", "wsh", "sh-wsh")
STANDARD = (*SINGLE_KEY, *MULTISIG)

PAYEE = b"\x00\x14" + hashlib.sha256(b"payee").digest()[:20]
RECEIVED = Place(0, 3), Place(0, 8)
CHANGE = Place(1, 5)


@cache
def seed(number: int) -> Seed:
    """Practice seed 1, 2, 3…: `seed(1).written()` is its BIP-39 phrase."""
    return Seed(Scheme.BIP39, Secret(bytes([number]) * 16))


@cache
def _bip32_seed(number: int) -> Secret:
    return seed(number).bip32_seed()


def signer(number: int, network: Network = REGTEST) -> Signer:
    """The key at hand of a practice seed."""
    return Signer(_bip32_seed(number), network)


@cache
def key_expression(number: int, path: str, network: Network = REGTEST) -> str:
    """An account of a practice seed with its origin and both branches, as descriptors write it."""
    master = bip32.master(_bip32_seed(number), network)
    return f"[{master.fingerprint}/{path}]{master.at(parse_path('m/' + path)).xpub}/<0;1>/*"


@cache
def make_wallet(kind: str, network: Network = REGTEST) -> Wallet:
    """A wallet of that type; {a}, {b} and {c} are the practice seeds 1, 2 and 3."""
    template, path = _TYPES[kind]
    keys = {name: key_expression(n, path, network) for n, name in enumerate("abc", start=1)}
    return register(kind, [with_checksum(template.format(**keys, nums=NUMS))], network)


def make_psbt(
    wallet: Wallet,
    *,
    inputs: Sequence[tuple[Place, int]] = ((RECEIVED[0], 600_000), (RECEIVED[1], 400_000)),
    payments: Sequence[tuple[bytes, int]] = ((PAYEE, 400_000),),
    change: tuple[Place, int] | None = (CHANGE, 597_000),
    with_prevtx: bool = True,
    sequence: int = 0xFFFFFFFD,
    locktime: int = 0,
) -> bytes:
    """Make a good PSBT that spends coins of the wallet, each from a transaction of its own.

    Payments come first, change last. Segwit inputs carry `witness_utxo`, and each input its
    previous transaction unless `with_prevtx` is false (a legacy one then carries nothing).
    """
    funding = [previous(wallet, *coin, number) for number, coin in enumerate(inputs)]
    outputs = [Output(value, script) for script, value in payments]
    claims: list[list[tuple[bytes, bytes]]] = [[] for _ in payments]
    if change is not None:
        place, value = change
        outputs.append(Output(value, wallet.derive(place).script))
        claims.append(output_records(wallet, place))
    unsigned = Transaction(
        version=2,
        inputs=tuple(TxInput(Outpoint(paid.txid, 1), sequence) for paid in funding),
        outputs=tuple(outputs),
        locktime=locktime,
    )
    spent = [
        _previous_records(wallet, paid, with_prevtx) + input_records(wallet, place)
        for (place, _), paid in zip(inputs, funding, strict=True)
    ]
    return write([[(b"\x00", unsigned.serialize(witness=False))], *spent, *claims])


def previous(wallet: Wallet, place: Place, value: int, number: int = 0) -> Transaction:
    """A transaction whose output 1 pays the wallet; another one for each number."""
    source = Outpoint(hashlib.sha256(b"coin %d" % number).digest(), 0)
    outputs = Output(4_321, PAYEE), Output(value, wallet.derive(place).script)
    return Transaction(2, (TxInput(source, 0xFFFFFFFE, b"\x51"),), outputs, 100)


def is_segwit(wallet: Wallet) -> bool:
    """Whether its inputs carry `witness_utxo`."""
    return wallet.branches[0].kind not in ("pk", "pkh", "sh")


def input_records(wallet: Wallet, place: Place) -> list[tuple[bytes, bytes]]:
    """What an updater adds to an input of the wallet: scripts, key origins, taproot fields."""
    derived = wallet.derive(place)
    if derived.taproot is not None:
        tree = derived.taproot
        leaves = [(b"\x15" + control, leaf + bytes([v])) for control, leaf, v in tree.leaves]
        root = [(b"\x18", tree.merkle_root)] if tree.merkle_root else []
        return [*leaves, *_tap_claims(derived, 0x16), (b"\x17", tree.internal_key), *root]
    kind, script = wallet.branches[0].kind, _embedded(wallet, place)
    records = []
    if kind == "sh-wpkh":
        (key,) = derived.keys
        records.append((b"\x04", b"\x00\x14" + hash160(key)))
    elif kind == "sh-wsh":
        records.append((b"\x04", b"\x00\x20" + hashlib.sha256(script).digest()))
    elif kind == "sh":
        records.append((b"\x04", script))
    if kind in ("wsh", "sh-wsh"):
        records.append((b"\x05", script))
    return records + _claims(derived, 0x06)


def output_records(wallet: Wallet, place: Place) -> list[tuple[bytes, bytes]]:
    """What an updater adds to an output of the wallet: where its keys come from."""
    derived = wallet.derive(place)
    if derived.taproot is None:
        return _claims(derived, 0x02)
    return [(b"\x05", derived.taproot.internal_key), *_tap_claims(derived, 0x07)]


def origin(fingerprint: str, path: tuple[int, ...]) -> bytes:
    """A key origin as PSBTs write it."""
    return bytes.fromhex(fingerprint) + b"".join(step.to_bytes(4, "little") for step in path)


def _previous_records(
    wallet: Wallet, paid: Transaction, with_prevtx: bool
) -> list[tuple[bytes, bytes]]:
    output = paid.outputs[1]
    records = [(b"\x00", paid.serialize(witness=True))] if with_prevtx else []
    if is_segwit(wallet):
        records.append((b"\x01", output.value.to_bytes(8, "little") + blob(output.script)))
    return records


def _embedded(wallet: Wallet, place: Place) -> bytes:
    """The redeem or witness script the engine finds inside `sh()` or `wsh()`, if any."""
    text = wallet.branches[place.branch].text
    _, provider = _read_by_the_engine(text, wallet.network.name).expand(place.index)
    return max(provider.scripts, key=len, default=b"")


@cache
def _read_by_the_engine(text: str, network: str) -> engine.Descriptor:
    return engine.parse(text, network=network)


def _claims(derived: Derived, kind: int) -> list[tuple[bytes, bytes]]:
    return [(bytes([kind]) + key, origin(*where)) for key, where in sorted(derived.keys.items())]


def _tap_claims(derived: Derived, kind: int) -> list[tuple[bytes, bytes]]:
    assert derived.taproot is not None
    records = []
    for key, where in sorted(derived.keys.items(), key=lambda item: item[0][1:]):
        hashes = sorted(
            tapleaf_hash(leaf, version)
            for _, leaf, version in derived.taproot.leaves
            if key[1:] in leaf or hash160(key[1:]) in leaf
        )
        listed = bytes([len(set(hashes))]) + b"".join(dict.fromkeys(hashes))
        records.append((bytes([kind]) + key[1:], listed + origin(*where)))
    return records


def tapleaf_hash(leaf: bytes, version: int) -> bytes:
    """The hash that names a leaf (BIP-341)."""
    tag = hashlib.sha256(b"TapLeaf").digest()
    return hashlib.sha256(tag + tag + bytes([version]) + blob(leaf)).digest()
