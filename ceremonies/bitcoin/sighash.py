"""The hashes that signatures commit to (BIP-143, BIP-341), one preparation for all inputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from btclib.script import sig_hash as engine
from btclib.tx import Tx, TxOut

from ceremonies.bitcoin.bytestream import blob, compact
from ceremonies.bitcoin.script import is_p2sh, is_p2wpkh, is_p2wsh
from ceremonies.bitcoin.transaction import Output, Transaction, double_sha256

DEFAULT = 0
ALL = 1

_OP_CODESEPARATOR = 0xAB
_NO_CODE_SEPARATOR = b"\x00\xff\xff\xff\xff"
"""BIP-342's key version 0 and no code separator executed."""


class SignatureHashes:
    """Computes signature hashes for one unsigned transaction and the outputs it spends.

    What all inputs share is hashed once, so that n segwit or taproot inputs cost n.
    """

    def __init__(self, unsigned: Transaction, spent: Sequence[Output]) -> None:
        raw = unsigned.serialize(witness=False)
        self._tx = Tx.parse_without_witness(raw, check_validity=False)
        self._spent = [TxOut(o.value, o.script, check_validity=False) for o in spent]
        self._shared = engine.PrecomputedTxData(self._tx, self._spent)
        self._unsigned = unsigned

    def ecdsa(self, index: int, *, redeem_script: bytes, witness_script: bytes, kind: int) -> bytes:
        """Return what an ECDSA signature of sighash type `kind` signs at input `index`."""
        spent = self._spent[index]
        script = bytes(spent.script_pub_key.script)
        if is_p2sh(script):
            script = redeem_script
        if is_p2wpkh(script):
            code = b"\x76\xa9\x14" + script[2:] + b"\x88\xac"
        elif is_p2wsh(script):
            code = witness_script
        else:
            return self._legacy(index, script, kind)
        return engine.segwit_v0(code, self._tx, index, kind, spent.value, self._shared)

    def _legacy(self, index: int, script: bytes, kind: int) -> bytes:
        """Hash the whole transaction, this input's script in its place.

        SIGHASH_ALL is all that is signed here, and is put together from parts that were written
        once: the engine copies the transaction for every input.
        """
        if kind != ALL or _OP_CODESEPARATOR in script:
            return engine.legacy(script, self._tx, index, kind)
        before, inputs, after = self._legacy_parts
        outpoint, sequence = inputs[index][:36], inputs[index][37:]
        parts = [before, *inputs[:index], outpoint, blob(script), sequence, *inputs[index + 1 :]]
        return double_sha256(b"".join((*parts, after)))

    @cached_property
    def _legacy_parts(self) -> tuple[bytes, list[bytes], bytes]:
        unsigned = self._unsigned
        inputs = [
            given.outpoint.txid
            + given.outpoint.index.to_bytes(4, "little")
            + b"\x00"
            + given.sequence.to_bytes(4, "little")
            for given in unsigned.inputs
        ]
        before = unsigned.version.to_bytes(4, "little") + compact(len(inputs))
        whole = unsigned.serialize(witness=False)
        return before, inputs, whole[len(before) + 41 * len(inputs) :] + ALL.to_bytes(4, "little")

    def taproot(self, index: int, *, leaf_hash: bytes = b"", kind: int = DEFAULT) -> bytes:
        """Return what a Schnorr signature signs: the key path, or the leaf of that hash."""
        extension = leaf_hash + _NO_CODE_SEPARATOR if leaf_hash else b""
        return engine.taproot(
            self._tx, index, self._spent, kind, int(bool(leaf_hash)), b"", extension, self._shared
        )
