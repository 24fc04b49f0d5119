"""The hashes that signatures commit to (BIP-143, BIP-341), one preparation for all inputs.

Only what may be signed here has a hash: SIGHASH_ALL, and taproot's DEFAULT. The engine's own
objects cost several times what libsecp256k1 does; tests compare these hashes with the engine's,
input by input.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256

from ceremonies.bitcoin.bytestream import blob, compact
from ceremonies.bitcoin.script import instructions, is_p2sh, is_p2wpkh, is_p2wsh
from ceremonies.bitcoin.transaction import Output, Transaction, double_sha256

DEFAULT = 0
ALL = 1

_OP_CODESEPARATOR = 0xAB
_NO_CODE_SEPARATOR = b"\x00\xff\xff\xff\xff"
"""BIP-342's key version 0 and no code separator executed."""

_TAP_SIGHASH = sha256(sha256(b"TapSighash").digest() * 2 + b"\x00")
"""BIP-341's tagged hash, the tag and the epoch taken in."""

_BARE_INPUT = 36 + 1 + 4
"""The size of an input whose script is empty: outpoint, a zero, sequence."""


class SignatureHashes:
    """Computes signature hashes for one unsigned transaction and the outputs it spends.

    What all inputs share is hashed once, so that n segwit or taproot inputs cost n.
    """

    def __init__(self, unsigned: Transaction, spent: Sequence[Output]) -> None:
        self._unsigned = unsigned
        self._spent = spent
        self._version = unsigned.version.to_bytes(4, "little")
        self._locktime = unsigned.locktime.to_bytes(4, "little")
        self._sequences = [given.sequence.to_bytes(4, "little") for given in unsigned.inputs]
        self._values = [output.value.to_bytes(8, "little") for output in spent]
        self._outpoints = [
            given.outpoint.txid + given.outpoint.index.to_bytes(4, "little")
            for given in unsigned.inputs
        ]

    def ecdsa(self, index: int, *, redeem_script: bytes, witness_script: bytes) -> bytes:
        """Return what an ECDSA signature of type ALL signs at input `index`."""
        script = self._spent[index].script
        if is_p2sh(script):
            script = redeem_script
        if is_p2wpkh(script):
            return self._segwit(index, b"\x76\xa9\x14" + script[2:] + b"\x88\xac")
        if is_p2wsh(script):
            return self._segwit(index, witness_script)
        return self._legacy(index, script)

    def _segwit(self, index: int, code: bytes) -> bytes:
        before, after = self._segwit_parts
        own = self._outpoints[index], blob(code), self._values[index], self._sequences[index]
        return double_sha256(b"".join((before, *own, after)))

    @cached_property
    def _segwit_parts(self) -> tuple[bytes, bytes]:
        """What BIP-143 hashes before, and after, an input's own outpoint, code and value."""
        prevouts, sequences = b"".join(self._outpoints), b"".join(self._sequences)
        before = self._version + double_sha256(prevouts) + double_sha256(sequences)
        after = double_sha256(self._outputs) + self._locktime + ALL.to_bytes(4, "little")
        return before, after

    def _legacy(self, index: int, script: bytes) -> bytes:
        """Hash the whole transaction, this input's script in its place."""
        if _OP_CODESEPARATOR in script:  # as an operation, or as a byte of a key
            script = _without_code_separators(script)
        bare = self._bare
        place = 4 + len(compact(len(self._outpoints))) + _BARE_INPUT * index + 36
        parts = bare[:place], blob(script), bare[place + 1 :], ALL.to_bytes(4, "little")
        return double_sha256(b"".join(parts))

    def taproot(self, index: int, *, leaf_hash: bytes = b"", kind: int = DEFAULT) -> bytes:
        """Return what a Schnorr signature signs: the key path, or the leaf of that hash.

        `kind` is DEFAULT or ALL.
        """
        assert kind in (DEFAULT, ALL), "no other type is signed or verified"
        extension = leaf_hash + _NO_CODE_SEPARATOR if leaf_hash else b""
        spend_type = b"\x02" if leaf_hash else b"\x00"
        hashed = _TAP_SIGHASH.copy()
        hashed.update(bytes([kind]) + self._taproot_part + spend_type)
        hashed.update(index.to_bytes(4, "little") + extension)
        return hashed.digest()

    @cached_property
    def _taproot_part(self) -> bytes:
        """What BIP-341 hashes of all inputs and outputs, between sighash and spend type."""
        scripts = b"".join(blob(output.script) for output in self._spent)
        inputs = b"".join(self._outpoints), b"".join(self._values), scripts
        shared = (*inputs, b"".join(self._sequences), self._outputs)
        hashes = b"".join(sha256(part).digest() for part in shared)
        return self._version + self._locktime + hashes

    @cached_property
    def _outputs(self) -> bytes:
        made = self._unsigned.outputs
        return b"".join(one.value.to_bytes(8, "little") + blob(one.script) for one in made)

    @cached_property
    def _bare(self) -> bytes:
        return self._unsigned.serialize(witness=False)


def _without_code_separators(script: bytes) -> bytes:
    """Leave OP_CODESEPARATOR out, as a legacy hash does: of what cannot be read, nothing."""
    done, parts = 0, []
    for start, end in instructions(script):
        if script[start] == _OP_CODESEPARATOR:
            parts.append(script[done:start])
            done = end
    return b"".join((*parts, script[done:]))
