"""A PSBT as lists of records, read and written without the project's own reader."""

from __future__ import annotations

from collections.abc import Callable

MAGIC = b"psbt\xff"

Record = tuple[bytes, bytes]
Map = list[Record]


def read(data: bytes) -> list[Map]:
    """Split the bytes into their maps, however many there are."""
    assert data.startswith(MAGIC)
    at, maps, current = len(MAGIC), [], Map()
    while at < len(data):
        key, at = _blob(data, at)
        if not key:
            maps.append(current)
            current = Map()
            continue
        value, at = _blob(data, at)
        current.append((key, value))
    assert not current
    return maps


def write(maps: list[Map]) -> bytes:
    """Write maps as they are, in their own order."""
    body = (b"".join(blob(k) + blob(v) for k, v in records) + b"\x00" for records in maps)
    return MAGIC + b"".join(body)


def blob(data: bytes) -> bytes:
    """Bytes behind their compact size."""
    if len(data) < 0xFD:
        return bytes([len(data)]) + data
    if len(data) <= 0xFFFF:
        return b"\xfd" + len(data).to_bytes(2, "little") + data
    return b"\xfe" + len(data).to_bytes(4, "little") + data


def edited(data: bytes, change: Callable[[list[Map]], object]) -> bytes:
    """The PSBT after `change` did something to its maps."""
    maps = read(data)
    change(maps)
    return write(maps)


def put(records: Map, key: bytes, value: bytes) -> None:
    """Give a key a value: in its place where it is there, else at the end."""
    at = next((n for n, (known, _) in enumerate(records) if known == key), len(records))
    records[at : at + 1] = [(key, value)]


def drop(records: Map, *kinds: int) -> None:
    """Remove every record of these types."""
    records[:] = [(key, value) for key, value in records if key[0] not in kinds]


def _blob(data: bytes, at: int) -> tuple[bytes, int]:
    size, at = data[at], at + 1
    if size >= 0xFD:
        width = {0xFD: 2, 0xFE: 4, 0xFF: 8}[size]
        size, at = int.from_bytes(data[at : at + width], "little"), at + width
    assert at + size <= len(data)
    return data[at : at + size], at + size
