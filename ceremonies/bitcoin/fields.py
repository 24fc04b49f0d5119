"""Fields of a PSBT that are kept and not read: named, so that nothing in it is a secret."""

from __future__ import annotations

from collections import Counter

from ceremonies.bitcoin.keymaps import KeyMaps

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


def kept(maps: KeyMaps) -> dict[str, int]:
    """Count the records that nothing here reads, by the names of their fields.

    Those of BIP-373 have its names; proprietary ones are told from unknown ones by their type.
    """
    found: Counter[str] = Counter()
    scopes = [("global", (maps.globals,)), ("input", maps.inputs), ("output", maps.outputs)]
    for scope, given in scopes:
        read = _READ[scope]
        for one in given:
            found.update(
                _name(scope, record.key[0]) for record in one.records if record.key[0] not in read
            )
    return dict(found)


def _name(scope: str, kind: int) -> str:
    if kind == PROPRIETARY:
        return f"proprietary ({scope})"
    return _MUSIG2.get((scope, kind), f"unknown 0x{kind:02x} ({scope})")
