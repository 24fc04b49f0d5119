"""Transactions as plain values, read strictly and written exactly (BIP-144)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property

from ceremonies.bitcoin.bytestream import Malformed, Reader, TooLarge, blob, compact
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen

MAX_MONEY_SAT = 21_000_000 * 100_000_000


class Outpoint(Frozen):
    """Which output of which transaction: `txid` in wire order, as hashed."""

    txid: bytes
    index: int

    def __str__(self) -> str:
        return f"{self.txid[::-1].hex()}:{self.index}"


class Output(Frozen):
    """A value in satoshi, as the unsigned 64 bits of the wire, and a script."""

    value: int
    script: bytes


class TxInput(Frozen):
    """One input: what it spends, its sequence, and its unlocking script and witness."""

    outpoint: Outpoint
    sequence: int
    script_sig: bytes = b""
    witness: tuple[bytes, ...] = ()


class Transaction(Frozen, dict=True):
    """A transaction; `version` and `locktime` are unsigned 32 bits."""

    version: int
    inputs: tuple[TxInput, ...]
    outputs: tuple[Output, ...]
    locktime: int

    def serialize(self, *, witness: bool) -> bytes:
        """Write it for the wire, with or without its witnesses (BIP-144)."""
        segwit = witness and any(given.witness for given in self.inputs)
        parts = [self.version.to_bytes(4, "little"), b"\x00\x01" if segwit else b""]
        parts.append(compact(len(self.inputs)))
        parts += [
            given.outpoint.txid
            + given.outpoint.index.to_bytes(4, "little")
            + blob(given.script_sig)
            + given.sequence.to_bytes(4, "little")
            for given in self.inputs
        ]
        parts.append(compact(len(self.outputs)))
        parts += [made.value.to_bytes(8, "little") + blob(made.script) for made in self.outputs]
        if segwit:
            parts += [
                compact(len(given.witness)) + b"".join(map(blob, given.witness))
                for given in self.inputs
            ]
        parts.append(self.locktime.to_bytes(4, "little"))
        return b"".join(parts)

    @cached_property
    def txid(self) -> bytes:
        """Its identifier in wire order: the double SHA-256 without witnesses."""
        return double_sha256(self.serialize(witness=False))

    @cached_property
    def raw(self) -> bytes:
        """Its bytes for the wire, witnesses included."""
        return self.serialize(witness=True)

    @property
    def is_locked(self) -> bool:
        """Whether its locktime holds: it is not zero, and an input asks for it (BIP-65)."""
        return self.locktime > 0 and any(given.sequence != 0xFFFFFFFF for given in self.inputs)

    @cached_property
    def vsize(self) -> int:
        """Its virtual size in vbytes, rounded up (BIP-141)."""
        return (3 * len(self.serialize(witness=False)) + len(self.raw) + 3) // 4


def parse(data: bytes, *, witness: bool = True, at_most: int | None = None) -> Transaction:
    """Read one whole transaction; `witness=False` reads a PSBT's unsigned one, which has none.

    `at_most` bounds its inputs, its outputs, and the items of all its witnesses.

    Raises:
        TooLarge: it counts more of them than that, or than its bytes can hold.
        Malformed: it is not one, or more follows.
    """
    reader = Reader(data)
    version = reader.integer(4)
    segwit = witness and data[4:6] == b"\x00\x01"
    if segwit:
        reader.take(2)
    bare = [
        (Outpoint(reader.take(32), reader.integer(4)), reader.blob(), reader.integer(4))
        for _ in range(_count(reader, at_least=41, at_most=at_most))
    ]
    outputs = tuple(
        Output(reader.integer(8), reader.blob())
        for _ in range(_count(reader, at_least=9, at_most=at_most))
    )
    stacks: list[tuple[bytes, ...]] = [()] * len(bare)
    if segwit:
        stacks = [*_stacks(reader, len(bare), at_most=at_most)]
        if not any(stacks):
            raise Malformed("it is marked as segwit and has no witness")
    locktime = reader.integer(4)
    reader.finish()
    inputs = tuple(
        TxInput(outpoint, sequence, script_sig, stack)
        for (outpoint, script_sig, sequence), stack in zip(bare, stacks, strict=True)
    )
    return Transaction(version, inputs, outputs, locktime)


def _stacks(reader: Reader, count: int, *, at_most: int | None) -> Iterator[tuple[bytes, ...]]:
    items = 0
    for _ in range(count):
        items += (size := _count(reader, at_least=1, at_most=at_most))
        if at_most is not None and items > at_most:
            raise TooLarge(f"its witnesses have more than {at_most} items")
        yield tuple(reader.blob() for _ in range(size))


def read_raw(data: bytes) -> Transaction:
    """Read a raw transaction that somebody gave.

    Raises:
        InputError: it is not one.
    """
    try:
        return parse(data)
    except Malformed as error:
        raise InputError(
            f"that is not a transaction: {error}", hint="give a raw transaction, binary or hex"
        ) from None


def _count(reader: Reader, *, at_least: int, at_most: int | None = None) -> int:
    """Read a count, and refuse one that the bytes left cannot hold before looping over it."""
    count = reader.compact()
    if count * at_least > len(reader.data) - reader.at:
        raise TooLarge("it counts more than its bytes can hold")
    if at_most is not None and count > at_most:
        raise TooLarge(f"it counts {count}")
    return count


def double_sha256(data: bytes) -> bytes:
    """SHA-256 twice, as transactions are hashed."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def tagged_hash(tag: str, data: bytes) -> bytes:
    """SHA-256 that one purpose, named by the tag, has to itself (BIP-340)."""
    prefix = hashlib.sha256(tag.encode()).digest() * 2
    return hashlib.sha256(prefix + data).digest()
