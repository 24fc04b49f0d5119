"""A practice coin, and the PSBT that spends it: for rehearsals, on no chain at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.descriptor import Derived, Descriptor
from ceremonies.bitcoin.keymaps import GLOBAL_UNSIGNED_TX, MAGIC
from ceremonies.bitcoin.script import hash160
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput
from ceremonies.errors import InputError, Refused

COIN_SAT = 1_000_000
PAYMENT_SAT = 400_000
FEE_SAT = 1_410

_REPLACEABLE = 0xFFFFFFFD

Records = list[tuple[bytes, bytes]]
"""The records of one map, in their order."""


def practice_psbt(
    branches: Sequence[Descriptor], *, number: int = 0, sweep_to: bytes | None = None
) -> bytes:
    """Return a PSBT that pays from a practice coin of 1,000,000 sat, with change.

    `branches` are the receive and change branch of a `wpkh` wallet on regtest; the coin lies at
    the address of this `number`. With a script to `sweep_to`, everything goes there.

    Raises:
        Refused: the wallet is of a network whose coins have a value.
        InputError: the wallet is of another kind.
    """
    receive, change = branches
    if receive.network.name != "regtest":
        raise Refused(
            "practice coins exist on regtest alone", hint="register the practice wallet on regtest"
        )
    if receive.kind != "wpkh":
        raise InputError("the practice wallet must be wpkh", hint="use an account of --script wpkh")
    ours, back = receive.at(number), change.at(number)
    funding = _transaction(_nowhere(), [Output(COIN_SAT, ours.script)])
    payee = b"\x00\x14" + hash160(b"practice payee")
    outputs = [Output(PAYMENT_SAT, payee), Output(COIN_SAT - PAYMENT_SAT - FEE_SAT, back.script)]
    if sweep_to is not None:
        outputs = [Output(COIN_SAT - FEE_SAT, sweep_to)]
    spending = _transaction(Outpoint(funding.txid, 0), outputs)
    utxo = COIN_SAT.to_bytes(8, "little") + blob(ours.script)
    maps: tuple[Records, ...] = (
        [(GLOBAL_UNSIGNED_TX, spending.serialize(witness=False))],
        [
            (b"\x00", funding.serialize(witness=False)),
            (b"\x01", utxo),
            *_derivations(b"\x06", ours),
        ],
        *([[], _derivations(b"\x02", back)] if sweep_to is None else [[]]),
    )
    return MAGIC + b"".join(_map(records) for records in maps)


def _nowhere() -> Outpoint:
    return Outpoint(hashlib.sha256(b"practice coin").digest(), 0)


def _transaction(spent: Outpoint, outputs: list[Output]) -> Transaction:
    return Transaction(2, (TxInput(spent, _REPLACEABLE),), tuple(outputs), 0)


def _derivations(kind: bytes, derived: Derived) -> Records:
    return [
        (
            kind + key,
            bytes.fromhex(fingerprint) + b"".join(step.to_bytes(4, "little") for step in path),
        )
        for key, (fingerprint, path) in derived.keys.items()
    ]


def _map(records: Records) -> bytes:
    return b"".join(blob(key) + blob(value) for key, value in records) + b"\x00"
