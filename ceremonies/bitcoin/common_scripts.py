"""What the common descriptors are at an index, written out: one key, or an m-of-n of them.

The engine's own expansion costs ten times what the curve does. The first script of each branch is
compared with the engine's, key by key, and tests compare many; every other kind of descriptor is
left to the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from btclib_wallet.bip32 import BIP32KeyData

from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.child_keys import PublicParent
from ceremonies.bitcoin.descriptor import Derived, Descriptor, DescriptorKey, Multisig, TapTree
from ceremonies.bitcoin.script import hash160, taproot_output_key
from ceremonies.errors import IntegrityError

Deriving = Callable[[int], Derived]
"""What a descriptor is at an index."""

_MOST_KEYS = 16
"""A multisig of more has its numbers written in another way."""


def deriving(branch: Descriptor) -> Deriving:
    """Return how to derive from a descriptor: quickly where it is a common one, else its own way.

    Raises:
        IntegrityError: (when it is called first) the engine derives something else.
    """
    return _compared(_Common(branch), branch) if _is_common(branch) else branch.at


def _is_common(branch: Descriptor) -> bool:
    keys, multisig = branch.keys, branch.multisig
    if not all(key.is_ranged for key in keys):
        return False
    if multisig is not None and branch.kind in ("sh", "wsh", "sh-wsh"):
        return len(keys) == multisig.of <= _MOST_KEYS
    is_single = branch.kind in ("pkh", "wpkh", "sh-wpkh") or branch.is_key_path_only
    return is_single and len(keys) == 1


def _compared(common: _Common, branch: Descriptor) -> Deriving:
    compared = False

    def derive(index: int) -> Derived:
        nonlocal compared
        found = common.at(index)
        if not compared and found != branch.at(index):
            raise IntegrityError(
                f"two derivations disagree about index {index} of the wallet",
                hint="do not use this machine; report the descriptor",
            )
        compared = True
        return found

    return derive


class _Common:
    def __init__(self, branch: Descriptor) -> None:
        self._kind = branch.kind
        self._multisig = branch.multisig
        self._keys = [(key.fingerprint, key.prefix, _parent(key)) for key in branch.keys]

    def at(self, index: int) -> Derived:
        keys = [parent.child(index) for _, _, parent in self._keys]
        origins = [(fingerprint, (*path, index)) for fingerprint, path, _ in self._keys]
        found = dict(zip(keys, origins, strict=True))
        if self._kind == "tr":
            return _key_path(keys[0], found)
        if self._multisig is not None:
            return Derived(self._wrapped(_multisig_script(self._multisig, keys)), found, None)
        hashed = hash160(keys[0])
        if self._kind == "pkh":
            return Derived(b"\x76\xa9\x14" + hashed + b"\x88\xac", found, None)
        program = b"\x00\x14" + hashed
        return Derived(program if self._kind == "wpkh" else _p2sh(program), found, None)

    def _wrapped(self, script: bytes) -> bytes:
        if self._kind == "sh":
            return _p2sh(script)
        program = b"\x00\x20" + sha256(script).digest()
        return program if self._kind == "wsh" else _p2sh(program)


def _parent(key: DescriptorKey) -> PublicParent:
    node = BIP32KeyData.b58decode(key.xpub)
    parent = PublicParent(node.key, node.chain_code)
    for step in key.steps:
        parent = parent.step(step)
    return parent


def _multisig_script(multisig: Multisig, keys: list[bytes]) -> bytes:
    ordered = sorted(keys) if multisig.sort else keys
    count = bytes([0x50 + len(keys), 0xAE])
    return bytes([0x50 + multisig.threshold]) + b"".join(map(blob, ordered)) + count


def _p2sh(script: bytes) -> bytes:
    return b"\xa9\x14" + hash160(script) + b"\x87"


def _key_path(key: bytes, keys: dict[bytes, tuple[str, tuple[int, ...]]]) -> Derived:
    internal = key[1:]
    output = taproot_output_key(internal, b"")
    assert output is not None, "a public key makes an output key"
    return Derived(b"\x51\x20" + output, keys, TapTree(internal, b"", ()))
