"""PSBTs and transactions as commands name them: files in any encoding, or standard input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ceremonies import disk
from ceremonies.bitcoin.psbt import Psbt, parse
from ceremonies.bitcoin.transaction import Transaction, read_raw
from ceremonies.errors import InputError
from ceremonies.exchange import file
from ceremonies.exchange.payload import Encoding, Kind, Payload
from custody_cli.sources import payload_from


@dataclass(frozen=True)
class GivenPsbt:
    """A PSBT, how its file writes it, and the previous transactions given beside it by txid."""

    psbt: Psbt
    encoding: Encoding
    previous: dict[bytes, Transaction]


def read_psbt(
    name: str, prevtx: Sequence[str] | None = None, *, what: str = "the psbt"
) -> GivenPsbt:
    """Read a PSBT, and add previous transactions that are given beside it where it lacks them.

    Raises:
        InputError: a file is not what it should be.
    """
    data, encoding = _read(name, Kind.PSBT, what)
    previous = {}
    for position, other in enumerate(prevtx or (), start=1):
        raw, _ = _read(other, Kind.TRANSACTION, f"previous transaction {position}")
        transaction = read_raw(raw)
        previous[transaction.txid] = transaction
    return GivenPsbt(parse(data).with_previous(previous), encoding, previous)


def write_psbt(path: Path, data: bytes, encoding: Encoding) -> None:
    """Write a PSBT in the encoding it came in."""
    disk.create(path, file.write(Payload(Kind.PSBT, data), encoding))


def _read(name: str, kind: Kind, what: str) -> tuple[bytes, Encoding]:
    payload, encoding = file.read(payload_from(name, what=what, limit=file.MAX_SIZE))
    if payload.kind is not kind:
        raise InputError(
            f"{what} is a {payload.kind.value}, not a {kind.value}", hint="name the other file"
        )
    return payload.data, encoding
