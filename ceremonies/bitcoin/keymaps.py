"""A PSBT as its key-value maps (BIP-174, BIP-370): read exactly, and added to in place.

Nothing here knows what a field means beyond the counts that say how many maps follow; that keeps
unknown fields, key order and odd values exactly as they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ceremonies.bitcoin import transaction
from ceremonies.bitcoin.bytestream import Malformed, Reader, TooLarge, blob
from ceremonies.frozen import Frozen

MAGIC = b"psbt\xff"
MAX_MAPS = 20_000
"""How many inputs, and how many outputs, are read at most."""

MAX_RECORDS = 10_000
"""How many records one map may have; honest ones have a few for each cosigner."""

MORE_RECORDS_A_MAP = 100
"""All maps together may have as many records as one, and so many more for each map."""

GLOBAL_UNSIGNED_TX = b"\x00"
GLOBAL_INPUT_COUNT = b"\x04"
GLOBAL_OUTPUT_COUNT = b"\x05"
GLOBAL_TX_MODIFIABLE = b"\x06"
GLOBAL_VERSION = b"\xfb"

SIGHASH_SINGLE_FLAG = 0b100
"""The bit of TX_MODIFIABLE that no signer clears (BIP-370)."""


class Record(NamedTuple):
    """One key and value, and where they lie in the PSBT."""

    key: bytes
    value: bytes
    start: int
    end: int


class KeyMap(Frozen):
    """One map: its records in their own order, and the offset of its closing zero."""

    records: tuple[Record, ...]
    separator: int

    def get(self, key: bytes) -> bytes | None:
        """The value under exactly this key."""
        for known, value, _, _ in self.records:
            if known == key:
                return value
        return None

    def of_type(self, kind: int) -> list[tuple[bytes, bytes]]:
        """Every (key data, value) whose one-byte type is `kind`."""
        return [(r.key[1:], r.value) for r in self.records if r.key[0] == kind]


class KeyMaps(Frozen):
    """All maps of one PSBT. `version` is 0 or 2; `unsigned` is version 0's own transaction."""

    data: bytes
    version: int
    globals: KeyMap
    inputs: tuple[KeyMap, ...]
    outputs: tuple[KeyMap, ...]
    unsigned: transaction.Transaction | None

    @property
    def flat(self) -> tuple[KeyMap, ...]:
        """All maps in their order on the wire: the global one, the inputs, the outputs."""
        return (self.globals, *self.inputs, *self.outputs)


def read(data: bytes) -> KeyMaps:
    """Split a PSBT into its maps.

    Raises:
        TooLarge: it has, or claims, more inputs or outputs than are read.
        Malformed: anything else that makes it not a PSBT.
    """
    if not data.startswith(MAGIC):
        raise Malformed("it does not begin like a PSBT")
    reader = Reader(data, len(MAGIC))
    first = _read_map(reader)
    version = int.from_bytes(first.get(GLOBAL_VERSION) or b"", "little")
    unsigned = None
    if version == 0:
        unsigned = _unsigned(first)
        counts = len(unsigned.inputs), len(unsigned.outputs)
    elif version == 2:
        counts = _count(first, GLOBAL_INPUT_COUNT), _count(first, GLOBAL_OUTPUT_COUNT)
    else:
        raise Malformed(f"version {version} is not known")
    if max(counts) > MAX_MAPS or sum(counts) > len(data) - reader.at:
        raise TooLarge(f"it claims {counts[0]} inputs and {counts[1]} outputs")
    maps = _read_maps(reader, sum(counts))
    reader.finish()
    return KeyMaps(data, version, first, maps[: counts[0]], maps[counts[0] :], unsigned)


def spliced(
    maps: KeyMaps,
    additions: Mapping[int, Sequence[tuple[bytes, bytes]]],
    replacement: tuple[bytes, bytes] | None = None,
) -> bytes:
    """Return the PSBT with records added to the maps numbered as in `flat`.

    `replacement` gives one global record another value. Each new record goes before the first
    record of its map whose key is greater, so that sorted maps stay sorted; every other byte stays
    where it was. A key that is there already is a bug.
    """
    edits: list[tuple[int, int, bytes]] = []
    if replacement is not None:
        key, value = replacement
        old = next(record for record in maps.globals.records if record.key == key)
        edits.append((old.start, old.end, blob(key) + blob(value)))
    flat = maps.flat
    for number, records in additions.items():
        for place, key, value in _placed(flat[number], records):
            edits.append((place, place, blob(key) + blob(value)))
    parts: list[bytes] = []
    done = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        parts += (maps.data[done:start], new)
        done = end
    return b"".join((*parts, maps.data[done:]))


def _placed(
    target: KeyMap, records: Sequence[tuple[bytes, bytes]]
) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield where in a map each new record goes, in one walk through both."""
    have, known, at = {record.key for record in target.records}, target.records, 0
    for key, value in sorted(records):
        assert key not in have, "a record is added once"
        # what is greater than this key is greater than those before it
        while at < len(known) and known[at].key <= key:
            at += 1
        yield known[at].start if at < len(known) else target.separator, key, value


def _read_maps(reader: Reader, count: int) -> tuple[KeyMap, ...]:
    maps, records, most = [], 0, MAX_RECORDS + MORE_RECORDS_A_MAP * count
    for _ in range(count):
        maps.append(_read_map(reader))
        records += len(maps[-1].records)
        if records > most:
            raise TooLarge(f"its maps have more than {most} records together")
    return tuple(maps)


def _read_map(reader: Reader) -> KeyMap:
    records: list[Record] = []
    seen: set[bytes] = set()
    while True:
        start = reader.at
        key = reader.blob()
        if not key:
            return KeyMap(tuple(records), start)
        if len(records) == MAX_RECORDS:
            raise TooLarge(f"one of its maps has more than {MAX_RECORDS} records")
        value = reader.blob()
        if key in seen:
            raise Malformed("a key appears twice in one map")
        seen.add(key)
        records.append(Record(key, value, start, reader.at))


def _unsigned(first: KeyMap) -> transaction.Transaction:
    raw = first.get(GLOBAL_UNSIGNED_TX)
    if raw is None:
        raise Malformed("the unsigned transaction is missing")
    parsed = transaction.parse(raw, witness=False, at_most=MAX_MAPS)
    if any(given.script_sig for given in parsed.inputs):
        raise Malformed("its unsigned transaction is signed")
    return parsed


def _count(first: KeyMap, key: bytes) -> int:
    raw = first.get(key)
    if raw is None:
        raise Malformed("a count of inputs or outputs is missing")
    reader = Reader(raw)
    count = reader.compact()
    reader.finish()
    return count
