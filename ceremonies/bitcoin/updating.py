"""What an updater writes into an input of a wallet: its scripts, and where its keys come from."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from ceremonies.bitcoin.bytestream import compact
from ceremonies.bitcoin.descriptor import Derived, Descriptor
from ceremonies.bitcoin.script import hash160, is_p2sh, is_p2wsh, tapleaf_hash

Record = tuple[bytes, bytes]


def input_records(branch: Descriptor, index: int) -> list[Record]:
    """Return the records of an input that spends a descriptor's output at `index`, sorted.

    Redeem and witness script and key origins (BIP-174), or internal key, tree and origins
    (BIP-371); not what it spends.
    """
    derived = branch.at(index)
    found = _taproot(derived) if derived.taproot is not None else _scripts(branch, index, derived)
    return sorted(found)


def _scripts(branch: Descriptor, index: int, derived: Derived) -> Iterator[Record]:
    inside = [*branch.scripts_at(index), *(b"\x00\x14" + hash160(key) for key in derived.keys)]
    script = derived.script
    if is_p2sh(script):
        script = next(one for one in inside if hash160(one) == script[2:22])
        yield b"\x04", script
    if is_p2wsh(script):
        yield b"\x05", next(one for one in inside if sha256(one).digest() == script[2:])
    for key, origin in derived.keys.items():
        yield b"\x06" + key, _origin(*origin)


def _taproot(derived: Derived) -> Iterator[Record]:
    tree = derived.taproot
    assert tree is not None, "the output is taproot's"
    for control, leaf, version in tree.leaves:
        yield b"\x15" + control, leaf + bytes([version])
    for key, origin in derived.keys.items():
        leaves = [tapleaf_hash(*leaf) for leaf in tree.leaves_of(key[1:])]
        listed = compact(len(leaves)) + b"".join(sorted(leaves))
        yield b"\x16" + key[1:], listed + _origin(*origin)
    yield b"\x17", tree.internal_key
    if tree.merkle_root:
        yield b"\x18", tree.merkle_root


def _origin(fingerprint: str, path: tuple[int, ...]) -> bytes:
    return bytes.fromhex(fingerprint) + b"".join(step.to_bytes(4, "little") for step in path)
