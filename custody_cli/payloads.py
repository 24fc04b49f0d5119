"""PSBTs and transactions as commands name them, in whatever carries them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ceremonies import disk
from ceremonies.bitcoin.psbt import Psbt, parse
from ceremonies.bitcoin.transaction import Transaction, read_raw
from ceremonies.errors import InputError
from ceremonies.exchange import departures, file
from ceremonies.exchange.payload import Encoding, Format, Kind, Payload
from ceremonies.spoken import visible
from custody_cli.answer import note
from custody_cli.arrivals import arrived_from


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
    previous = read_previous(prevtx)
    return GivenPsbt(parse(data).with_previous(previous), encoding, previous)


def read_previous(names: Sequence[str] | None) -> dict[bytes, Transaction]:
    """Read previous transactions, by txid in wire order.

    Raises:
        InputError: a file is not one.
    """
    previous = {}
    for position, name in enumerate(names or (), start=1):
        raw, _ = _read(name, Kind.TRANSACTION, f"previous transaction {position}")
        transaction = read_raw(raw)
        previous[transaction.txid] = transaction
    return previous


def write_psbt(path: Path, data: bytes, encoding: Encoding, *, shown_as: str | None = None) -> None:
    """Write a PSBT in the encoding it came in, or as codes where the name asks for them.

    `shown_as` is the format of codes whose name says none, as a wallet file has it.
    """
    _write(path, Payload(Kind.PSBT, data), encoding, shown_as)


def insist_fits(path: Path, data: bytes, *, shown_as: str | None = None) -> None:
    """Refuse a name whose codes cannot hold a PSBT to which signatures are still to come.

    Raises:
        InputError: they cannot.
        MachineError: the name is taken under which it is kept if the signatures are too much.
    """
    departure = departures.departure_of(path)
    if departure is not None:
        default = Format(shown_as) if shown_as else None
        departures.insist_fits(Payload(Kind.PSBT, data), departure, default=default)
        disk.insist_free(_beside(path))


def write_signed(
    path: Path, data: bytes, encoding: Encoding, *, shown_as: str | None = None
) -> Path:
    """Write a signed PSBT as `write_psbt` does, and return where: signatures are never lost.

    If codes of the kind that the name asks for do not hold it, it is a plain file beside.
    """
    try:
        write_psbt(path, data, encoding, shown_as=shown_as)
    except InputError as error:
        beside = _beside(path)
        write_psbt(beside, data, encoding)
        note(
            f"warning: {error.cause}; it was written as the file {visible(str(beside))}: "
            "show that with `custody qr show`"
        )
        return beside
    return path


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.psbt")


def write_transaction(path: Path, data: bytes, encoding: Encoding = Encoding.HEX) -> None:
    """Write a transaction as hex or otherwise, or as codes where the name asks for them."""
    _write(path, Payload(Kind.TRANSACTION, data), encoding, None)


def write_public(path: Path, content: bytes) -> None:
    """Write a public text, such as an account or a descriptor, or the codes of what it holds.

    Raises:
        InputError: the codes that the name asks for cannot hold it.
        MachineError: the name is taken.
    """
    departure = departures.departure_of(path)
    if departure is None:
        disk.create(path, content)
    else:
        from ceremonies.exchange.source import from_bytes

        departures.depart(from_bytes(content).payload, departure)


def _write(path: Path, payload: Payload, encoding: Encoding, shown_as: str | None) -> None:
    departure = departures.departure_of(path)
    if departure is None:
        disk.create(path, file.write(payload, encoding))
        return
    departures.depart(payload, departure, default=Format(shown_as) if shown_as else None)


def _read(name: str, kind: Kind, what: str) -> tuple[bytes, Encoding]:
    arrived = arrived_from(name, what=what)
    payload, encoding = arrived.payload, arrived.encoding
    if payload.kind in (Kind.BYTES, Kind.TEXT, Kind.JSON):
        from ceremonies.exchange.detect import insist_no_page

        insist_no_page(payload)
        # a carrier may not say what is in it, or say no more than bytes
        payload, encoding = file.read(payload.data)
    if payload.kind is not kind:
        raise InputError(
            f"{what} is a {payload.kind.value}, not a {kind.value}", hint="name the other file"
        )
    return payload.data, encoding
