"""Signature hashes of every type by the engine, for those that are never signed here too."""

from __future__ import annotations

from collections.abc import Sequence

from btclib.script import sig_hash
from btclib.tx import Tx, TxOut

from ceremonies.bitcoin.transaction import Output


class EngineHashes:
    """Computes signature hashes for a transaction, serialised without witnesses or scripts."""

    def __init__(self, unsigned: bytes, spent: Sequence[Output]) -> None:
        self._tx = Tx.parse_without_witness(unsigned, check_validity=False)
        self._spent = [TxOut(one.value, one.script, check_validity=False) for one in spent]
        self._shared = sig_hash.PrecomputedTxData(self._tx, self._spent)

    def segwit_v0(self, index: int, code: bytes, kind: int) -> bytes:
        """Return BIP-143's hash of an input with that script code."""
        value = self._spent[index].value
        return sig_hash.segwit_v0(code, self._tx, index, kind, value, self._shared)

    def legacy(self, index: int, code: bytes, kind: int) -> bytes:
        """Return the hash of an input with that script, as before segwit."""
        return sig_hash.legacy(code, self._tx, index, kind)

    def taproot(self, index: int, extension: bytes, kind: int) -> bytes:
        """Return BIP-341's hash of an input; the extension is a leaf's (BIP-342), or empty."""
        flag = int(bool(extension))
        return sig_hash.taproot(
            self._tx, index, self._spent, kind, flag, b"", extension, self._shared
        )
