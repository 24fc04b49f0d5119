"""Fields of a PSBT that are kept and not read: named, so that nothing in it is a secret.

Some of them the engine's strict reader judges; how much of them it is given is bounded here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ceremonies.bitcoin.bytestream import Reader, TooLarge
from ceremonies.bitcoin.keymaps import MAX_RECORDS, MORE_RECORDS_A_MAP, KeyMap, KeyMaps

_MUSIG2 = {
    ("input", 0x1A): "PSBT_IN_MUSIG2_PARTICIPANT_PUBKEYS",
    ("input", 0x1B): "PSBT_IN_MUSIG2_PUB_NONCE",
    ("input", 0x1C): "PSBT_IN_MUSIG2_PARTIAL_SIG",
    ("output", 0x08): "PSBT_OUT_MUSIG2_PARTICIPANT_PUBKEYS",
}
"""BIP-373's."""

_READ = {
    "global": {0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0xFB},
    "input": {*range(0x19)},
    "output": {*range(0x08)},
}
"""What BIP-174, 370 and 371 define: it is read, or judged by the engine's strict reader."""

PROPRIETARY = 0xFC

_SLOWLY_READ = {"global": {0x01}, "input": {0x1A}, "output": {0x06, 0x08}}
"""Origins of extended keys, participants of MuSig2, and taproot trees."""

_MOST_READ = 1_000_000
"""How many bytes of these are read, and for each map a thousandth of it more."""


def insist_bounded(maps: KeyMaps) -> None:
    """Refuse a PSBT with more trees, keys or items of final witnesses than are read in its time.

    Raises:
        TooLarge: it has.
        Malformed: a final witness does not say how many items it has.
    """
    if len(maps.data) <= _MOST_READ:
        return
    count = len(maps.flat)
    size = sum(
        len(record.value)
        for scope, given in _scopes(maps)
        for one in given
        for record in one.records
        if record.key[0] in _SLOWLY_READ[scope]
    )
    if size > _MOST_READ + _MOST_READ // 1_000 * count:
        raise TooLarge(f"its taproot trees and extended keys have {size} bytes")
    witnesses = [given.get(b"\x08") for given in maps.inputs]
    items = sum(Reader(witness).compact() for witness in witnesses if witness)
    if items > MAX_RECORDS + MORE_RECORDS_A_MAP * count:
        raise TooLarge(f"its final witnesses have {items} items together")


def kept(maps: KeyMaps) -> dict[str, int]:
    """Count the records that nothing here reads, by the names of their fields.

    Those of BIP-373 have its names; proprietary ones are told from unknown ones by their type.
    """
    found: Counter[str] = Counter()
    for scope, given in _scopes(maps):
        read = _READ[scope]
        for one in given:
            found.update(
                _name(scope, record.key[0]) for record in one.records if record.key[0] not in read
            )
    return dict(found)


def _scopes(maps: KeyMaps) -> tuple[tuple[str, Sequence[KeyMap]], ...]:
    return ("global", (maps.globals,)), ("input", maps.inputs), ("output", maps.outputs)


def _name(scope: str, kind: int) -> str:
    if kind == PROPRIETARY:
        return f"proprietary ({scope})"
    return _MUSIG2.get((scope, kind), f"unknown 0x{kind:02x} ({scope})")
