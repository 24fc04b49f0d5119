"""The engine's strict reading of a PSBT, every field of BIP-174, 370, 371 and 373 included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from btclib.exceptions import BTClibException
from btclib_wallet.psbt import Psbt
from ecc.exceptions import EccException

from ceremonies.bitcoin.bytestream import is_signature
from ceremonies.bitcoin.keymaps import KeyMap, KeyMaps, Record

ENGINE_ERRORS = (BTClibException, EccException)

_NON_WITNESS_UTXO, _SIGHASH_TYPE = b"\x00", b"\x03"


def read_strictly(maps: KeyMaps) -> tuple[str | None, bytes]:
    """Return why the engine refuses a PSBT (or None), and the unsigned transaction it reads.

    Whether amounts and previous transactions agree is left to the rules `prevtx` and `amount`:
    they name the input and the two values, so the engine is asked about everything else.
    """
    try:
        psbt = Psbt.parse(_to_be_judged(maps), check_validity=False)
        psbt.assert_valid()
        return None, psbt.tx.serialize(include_witness=False, check_validity=False)
    except ENGINE_ERRORS as error:
        return str(error), b""


def _to_be_judged(maps: KeyMaps) -> bytes:
    """Leave out what the engine is not asked about; every other byte is judged.

    Previous transactions are read by our own strict reader, and proved by their txid. Key origins
    that repeat in one map the engine takes for a mistake, and coordinators write one placeholder
    for all cosigners whose origin they do not know; origins are hints where to look. A type that no
    signature has, and a signature that none could make, have rules that name them: `sighash` and
    `bad-signature`.
    """
    origins = ((0x01, (maps.globals,)), (0x06, maps.inputs), (0x02, maps.outputs))
    left_out = [*_repeated(origins), *_left_to_rules(maps)]
    parts: list[bytes] = []
    done = 0
    for record in sorted(left_out, key=lambda record: record.start):
        parts.append(maps.data[done : record.start])
        done = record.end
    return b"".join((*parts, maps.data[done:]))


def _left_to_rules(maps: KeyMaps) -> Iterator[Record]:
    for given in maps.inputs:
        for record in given.records:
            if record.key in (_NON_WITNESS_UTXO, _SIGHASH_TYPE) or _is_signature(record):
                yield record


def _is_signature(record: Record) -> bool:
    is_of_key = record.key[0] == 0x02 and len(record.key) in (1 + 33, 1 + 65)
    return is_of_key and is_signature(record.value)


def _repeated(kinds: Iterable[tuple[int, tuple[KeyMap, ...]]]) -> Iterator[Record]:
    """Yield records whose value an earlier one of their map has."""
    for kind, maps in kinds:
        for given in maps:
            seen: set[bytes] = set()
            for record in given.records:
                if record.key[0] != kind:
                    continue
                if record.value in seen:
                    yield record
                seen.add(record.value)
