"""A PSBT in the other version (BIP-174, BIP-370): the same transaction, every other byte kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ceremonies.bitcoin.bytestream import blob, compact
from ceremonies.bitcoin.keymaps import (
    GLOBAL_INPUT_COUNT,
    GLOBAL_OUTPUT_COUNT,
    GLOBAL_TX_MODIFIABLE,
    GLOBAL_UNSIGNED_TX,
    GLOBAL_VERSION,
    MAGIC,
    KeyMap,
)
from ceremonies.bitcoin.psbt import Psbt, parse
from ceremonies.errors import IntegrityError

Pair = tuple[bytes, bytes]

_TX_VERSION, _FALLBACK_LOCKTIME = b"\x02", b"\x03"
_PREVIOUS_TXID, _OUTPUT_INDEX, _SEQUENCE = b"\x0e", b"\x0f", b"\x10"
_TIME_LOCKTIME, _HEIGHT_LOCKTIME = b"\x11", b"\x12"
_AMOUNT, _SCRIPT = b"\x03", b"\x04"

_OF_VERSION_2 = (
    {
        _TX_VERSION,
        _FALLBACK_LOCKTIME,
        GLOBAL_INPUT_COUNT,
        GLOBAL_OUTPUT_COUNT,
        GLOBAL_TX_MODIFIABLE,
        GLOBAL_VERSION,
    },
    {_PREVIOUS_TXID, _OUTPUT_INDEX, _SEQUENCE, _TIME_LOCKTIME, _HEIGHT_LOCKTIME},
    {_AMOUNT, _SCRIPT},
)
"""What only version 2 has, in the global map, an input's and an output's."""


def converted(psbt: Psbt, version: int) -> bytes:
    """Return a PSBT in version 0 or 2; one that has it already comes back as it is.

    Version 2 says explicitly what version 0's transaction says, and that nothing of it may change.
    On the way back the locktime is the one that version 2 computes, and it is stated no more which
    input asked for it.

    Raises:
        IntegrityError: what was written is of another transaction.
    """
    if psbt.maps.version == version:
        return psbt.data
    data = _second(psbt) if version == 2 else _first(psbt)
    if parse(data).transaction != psbt.transaction:
        raise IntegrityError(
            "the converted psbt is of another transaction",
            hint="nothing was written; report this",
        )
    return data


def _second(psbt: Psbt) -> bytes:
    unsigned, maps = psbt.transaction, psbt.maps
    head = [
        (_TX_VERSION, unsigned.version.to_bytes(4, "little")),
        (_FALLBACK_LOCKTIME, unsigned.locktime.to_bytes(4, "little")),
        (GLOBAL_INPUT_COUNT, compact(len(unsigned.inputs))),
        (GLOBAL_OUTPUT_COUNT, compact(len(unsigned.outputs))),
        (GLOBAL_VERSION, (2).to_bytes(4, "little")),
    ]
    written = [_written(maps.globals, head, {GLOBAL_UNSIGNED_TX, GLOBAL_VERSION})]
    for given, spent in zip(maps.inputs, unsigned.inputs, strict=True):
        outpoint = spent.outpoint
        added = [
            (_PREVIOUS_TXID, outpoint.txid),
            (_OUTPUT_INDEX, outpoint.index.to_bytes(4, "little")),
            (_SEQUENCE, spent.sequence.to_bytes(4, "little")),
        ]
        written.append(_written(given, added, set()))
    for made, output in zip(maps.outputs, unsigned.outputs, strict=True):
        added = [(_AMOUNT, output.value.to_bytes(8, "little")), (_SCRIPT, output.script)]
        written.append(_written(made, added, set()))
    return MAGIC + b"".join(written)


def _first(psbt: Psbt) -> bytes:
    unsigned = (GLOBAL_UNSIGNED_TX, psbt.transaction.serialize(witness=False))
    written = [_written(psbt.maps.globals, [unsigned], _OF_VERSION_2[0])]
    written += [_written(given, (), _OF_VERSION_2[1]) for given in psbt.maps.inputs]
    written += [_written(made, (), _OF_VERSION_2[2]) for made in psbt.maps.outputs]
    return MAGIC + b"".join(written)


def _written(given: KeyMap, added: Iterable[Pair], without: set[bytes]) -> bytes:
    """Write a map: its own records in their own order, each new one before the first greater."""
    records: Sequence[Pair] = [(r.key, r.value) for r in given.records if r.key not in without]
    for key, value in added:
        at = next((n for n, (known, _) in enumerate(records) if known > key), len(records))
        records = [*records[:at], (key, value), *records[at:]]
    return b"".join(blob(key) + blob(value) for key, value in records) + b"\x00"
