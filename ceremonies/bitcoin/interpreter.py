"""The engine's script interpreter: does every final input unlock what it spends?

It runs every script, reads the transaction from its bytes, and computes each signature hash by
itself. Three things are done for it. Of the common native outputs, which have no script of their
own to run, the witness program is taken apart here, as BIP-141 and 341 say, and all else by the
engine. It asks coincurve whether a signature holds, which takes half as long as the engine's own
way, and remembers what it was asked before. And what legacy inputs hash, which is the whole
transaction each, it writes once for all of them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from hashlib import sha256
from typing import Any

from btclib.exceptions import ScriptError, ScriptErrorCode
from btclib.script import engine
from btclib.script.engine import ALL_FLAGS, script, tapscript, verify_amounts, verify_input
from btclib.script.limits import MAX_SCRIPT_ELEMENT_SIZE
from btclib.script.script import op_code_spans
from btclib.script.sig_hash import PrecomputedTxData, _SigHashCache
from btclib.tx import Tx, TxIn, TxOut

from ceremonies.bitcoin.bytestream import blob, compact
from ceremonies.bitcoin.coincurve_verify import Verifier
from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.bitcoin.script import is_p2tr, is_p2wpkh, is_p2wsh
from ceremonies.bitcoin.transaction import Output

_ASKING = threading.Lock()
_MIDSTATES = "_SigHashCache"
"""The name under which the engine makes what it asks for midstates, one for each input."""

_OUTPOINT, _BARE_INPUT = 36, 36 + 1 + 4
_ANYONE_CAN_PAY, _FEWER_OUTPUTS, _OP_CODESEPARATOR = 0x80, (2, 3), 0xAB


def rejects(final: bytes, spent: Sequence[Output], verifier: Verifier | None = None) -> str | None:
    """Return why the interpreter rejects a serialised transaction, or None where it accepts it.

    `spent` are the outputs its inputs spend, in order; the outputs may not sum to more. `verifier`
    may know signatures already.
    """
    try:
        _trial(final, spent).run(verifier or Verifier())
    except ENGINE_ERRORS as error:
        return str(error)
    return None


def rejected_inputs(
    data: bytes, spent: Sequence[Output], which: Iterable[int], verifier: Verifier
) -> list[tuple[int, str]]:
    """Return which of some inputs of a serialised transaction are rejected, each with the reason.

    The other inputs need not be final yet, and amounts are not compared. Where the transaction
    cannot be one, for its amounts perhaps, all of them are rejected.
    """
    rejected: list[tuple[int, str]] = []
    try:
        trial = _trial(data, spent)
    except ENGINE_ERRORS as error:
        return [(index, str(error)) for index in which]
    with _verified_by(verifier):
        for index in which:
            try:
                trial.try_input(index)
            except ENGINE_ERRORS as error:
                rejected.append((index, str(error)))
    return rejected


def _trial(data: bytes, spent: Sequence[Output]) -> _Trial:
    return _Trial(Tx.parse(data), [TxOut(output.value, output.script) for output in spent])


class _Trial:
    """One transaction before the interpreter; what all inputs hash is hashed once."""

    def __init__(self, final: Tx, outputs: list[TxOut]) -> None:
        self._final, self._outputs = final, outputs
        self._shared = PrecomputedTxData(final, outputs)  # insists on an output for every input

    def run(self, verifier: Verifier) -> None:
        verify_amounts(self._outputs, self._final)
        with _verified_by(verifier):
            for index in range(len(self._outputs)):
                self.try_input(index)

    def try_input(self, index: int) -> None:
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
            setattr(engine, _MIDSTATES, partial(Midstates, self._whole, index))
            verify_input(self._outputs, self._final, index, ALL_FLAGS, self._shared)

    @cached_property
    def _whole(self) -> Whole:
        return Whole(self._final)

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


class Whole:
    """A transaction as the engine writes it with no script in any input."""

    def __init__(self, final: Tx) -> None:
        inputs = [TxIn(one.prev_out, b"", one.sequence) for one in final.vin]
        bare = Tx(final.version, final.lock_time, inputs, final.vout)
        self._bare = bare.serialize(include_witness=False)
        self._first = 4 + len(compact(len(inputs))) + _OUTPOINT

    def hashed(self, index: int, script_code: bytes) -> Any:
        """Hash it with a script in one input, as an object that goes on hashing."""
        place = self._first + index * _BARE_INPUT
        hashed = sha256(self._bare[:place])
        hashed.update(blob(script_code))
        hashed.update(self._bare[place + 1 :])
        return hashed


class Midstates(_SigHashCache):
    """What the engine asks for one input before it hashes a transaction: its hash up to the type.

    It is known for every type that commits to all inputs and outputs, so the engine, which would
    copy and write the whole transaction for each input, leaves that to the few other types.
    """

    __slots__ = ("_at", "_whole")

    def __init__(self, whole: Whole, at: int) -> None:
        super().__init__()
        self._whole, self._at = whole, at

    def load(self, era: str, hash_type: int, script_code: bytes) -> Any:
        """Return the hash of everything before the type, or None where the engine makes it."""
        known = super().load(era, hash_type, script_code)
        commits_to_all = not hash_type & _ANYONE_CAN_PAY and hash_type & 0x1F not in _FEWER_OUTPUTS
        if known is None and era == "legacy" and commits_to_all:
            if _has_code_separator(script_code):
                return None
            known = self._whole.hashed(self._at, script_code)
            self.store(era, hash_type, script_code, known)
        return known


def _has_code_separator(script_code: bytes) -> bool:
    if _OP_CODESEPARATOR not in script_code:
        return False
    # mostly it is a byte of a key's hash
    return any(code == _OP_CODESEPARATOR for code, _, _ in op_code_spans(script_code))


@contextmanager
def _verified_by(verifier: Verifier) -> Iterator[None]:
    """Let the engine's op codes ask this verifier; what is put in its place there is put back."""

    def ecdsa(msg_hash: bytes, pub_key: bytes, sig: bytes) -> bool:
        return verifier.ecdsa(pub_key, msg_hash, sig)

    def schnorr(msg_hash: bytes, pub_key: bytes, sig: bytes) -> bool:
        return verifier.schnorr(pub_key, msg_hash, sig)

    with _ASKING:
        before = script.dsa_verify, tapscript.ssa_verify, getattr(engine, _MIDSTATES)
        script.dsa_verify, tapscript.ssa_verify = ecdsa, schnorr
        try:
            yield
        finally:
            script.dsa_verify, tapscript.ssa_verify = before[:2]
            setattr(engine, _MIDSTATES, before[2])
