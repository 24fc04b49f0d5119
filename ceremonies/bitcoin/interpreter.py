"""The engine's script interpreter: does every final input unlock what it spends?

It runs every script, reads the transaction from its bytes, and computes each signature hash by
itself. Two things are done for it. Of the common native outputs, which have no script of their own
to run, its witness program is taken apart here, as BIP-141 and 341 say, and all else by the engine.
And it asks coincurve whether a signature holds, which takes half as long as the engine's own way,
and remembers what it was asked before.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256

from btclib.exceptions import ScriptError, ScriptErrorCode
from btclib.script.engine import ALL_FLAGS, script, tapscript, verify_amounts, verify_input
from btclib.script.limits import MAX_SCRIPT_ELEMENT_SIZE
from btclib.script.sig_hash import PrecomputedTxData, _SigHashCache
from btclib.tx import Tx, TxOut

from ceremonies.bitcoin.coincurve_verify import Verifier
from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.bitcoin.script import is_p2tr, is_p2wpkh, is_p2wsh
from ceremonies.bitcoin.transaction import Output

_ASKING = threading.Lock()
_ANNEX = b"\x50"


def rejects(final: bytes, spent: Sequence[Output], verifier: Verifier | None = None) -> str | None:
    """Return why the interpreter rejects a serialised transaction, or None where it accepts it.

    `spent` are the outputs its inputs spend, in order; the outputs may not sum to more. `verifier`
    may know signatures already.
    """
    try:
        outputs = [TxOut(output.value, output.script) for output in spent]
        _Trial(Tx.parse(final), outputs).run(verifier or Verifier())
    except ENGINE_ERRORS as error:
        return str(error)
    return None


class _Trial:
    """One transaction before the interpreter; what all inputs hash is hashed once."""

    def __init__(self, final: Tx, outputs: list[TxOut]) -> None:
        self._final, self._outputs = final, outputs
        self._shared = PrecomputedTxData(final, outputs)  # insists on an output for every input

    def run(self, verifier: Verifier) -> None:
        verify_amounts(self._outputs, self._final)
        with _verified_by(verifier):
            for index in range(len(self._outputs)):
                self._try(index)

    def _try(self, index: int) -> None:
        """Try one input; where its output is a common native one, by its witness alone."""
        given, output = self._final.vin[index], self._outputs[index].script_pub_key.script
        witness = list(given.script_witness.stack)
        if not given.script_sig and is_p2wpkh(output) and len(witness) == 2:
            self._run(index, b"\x76\xa9" + output[1:] + b"\x88\xac", witness)
        elif not given.script_sig and is_p2wsh(output) and _commits(output, witness):
            self._run(index, witness[-1], witness[:-1])
        elif not given.script_sig and is_p2tr(output) and len(witness) == 1:
            shared, outputs = self._shared, self._outputs
            tapscript.verify_key_path(output, witness, outputs, self._final, index, b"", shared)
        else:
            verify_input(self._outputs, self._final, index, ALL_FLAGS, self._shared)

    def _run(self, index: int, witness_script: bytes, stack: list[bytes]) -> None:
        """Run a witness script of version 0 (BIP-141)."""
        if any(len(item) > MAX_SCRIPT_ELEMENT_SIZE for item in stack):
            raise ScriptError("a witness item is too long", ScriptErrorCode.PUSH_SIZE)
        script.verify_script(
            witness_script,
            stack,
            self._outputs[index].value,
            self._final,
            index,
            ALL_FLAGS,
            segwit=True,
            final=True,
            precomputed=self._shared,
            sighash_cache=_SigHashCache(),  # or a long script is hashed for each of its signatures
        )
        if stack:  # the one true item that is wanted is taken away
            raise ScriptError("the script leaves more than one item", ScriptErrorCode.CLEANSTACK)


def _commits(output: bytes, witness: list[bytes]) -> bool:
    return bool(witness) and sha256(witness[-1]).digest() == output[2:]


@contextmanager
def _verified_by(verifier: Verifier) -> Iterator[None]:
    """Let the engine's op codes ask this verifier: these two names are how they ask."""

    def ecdsa(msg_hash: bytes, pub_key: bytes, sig: bytes) -> bool:
        return verifier.ecdsa(pub_key, msg_hash, sig)

    def schnorr(msg_hash: bytes, pub_key: bytes, sig: bytes) -> bool:
        return verifier.schnorr(pub_key, msg_hash, sig)

    with _ASKING:
        before = script.dsa_verify, tapscript.ssa_verify
        script.dsa_verify, tapscript.ssa_verify = ecdsa, schnorr
        try:
            yield
        finally:
            script.dsa_verify, tapscript.ssa_verify = before
