"""Verifying a signed message: the two transactions rebuilt here, and every verifier at hand.

What the message and the address commit to is computed from them alone, never from the signature:
its first input must spend that very output (BIP-322). The interpreter runs the scripts; the engine
reads the signature for itself and applies the further rules of BIP-322; Bitcoin Core's code has a
veto where it is there.
"""

from __future__ import annotations

from collections.abc import Sequence

from btclib.ecc import bms
from btclib.exceptions import InconclusiveError
from btclib_wallet import bip322 as engine

from ceremonies.bitcoin import bip137, bip322
from ceremonies.bitcoin.bip322 import NOTHING, Form, Signature
from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.bitcoin.psbt import Psbt
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction
from ceremonies.bitcoin.trial import Rejected, tried
from ceremonies.errors import IntegrityError, Refused
from ceremonies.frozen import Frozen, replace

_WRONG = "compare message, address and signature with what the signer sent, byte by byte"


class Fund(Frozen):
    """A coin that a signature proves control of.

    What it is worth is proved where its previous transaction is given; else it is the prover's
    word, for a signature commits to whatever amount its maker chose.
    """

    outpoint: Outpoint
    output: Output
    is_proved: bool


class Verified(Frozen, kw_only=True):
    """A signature that holds. `funds` are the coins it proves control of besides the address.

    It holds from `locktime` on, and for `sequence` where its script asks for an age.
    """

    form: Form
    locktime: int = 0
    sequence: int = 0
    funds: tuple[Fund, ...] = ()
    verified_by: tuple[str, ...]


def verify(message: bytes, address: str, script: bytes, signature: Signature) -> Verified:
    """Verify a signature of a message by whoever can spend from an address of that script.

    Raises:
        IntegrityError: it does not hold.
        Refused: it is inconclusive: today's rules cannot say whether it holds.
    """
    if signature.form is Form.LEGACY:
        return _verify_legacy(message, address, script, signature)
    spend = bip322.to_spend(message, script)
    done, spent = _to_sign(signature, spend)
    _insist_shape(done, spend, spent)
    verified_by = _tried(done, spent)
    _ask_engine(message, address, signature)
    return Verified(
        form=signature.form,
        locktime=done.locktime,
        sequence=done.inputs[0].sequence,
        funds=_funds(signature.psbt) if signature.psbt is not None else (),
        verified_by=verified_by,
    )


def _to_sign(signature: Signature, spend: Transaction) -> tuple[Transaction, list[Output]]:
    if signature.transaction is not None:
        return signature.transaction, list(spend.outputs)
    if signature.psbt is not None:
        coins = [fund.output for fund in _funds(signature.psbt)]
        return _final(signature.psbt), [spend.outputs[0], *coins]
    bare = bip322.to_sign(spend)
    signed = replace(bare.inputs[0], witness=signature.witness)
    return replace(bare, inputs=(signed,)), list(spend.outputs)


def _final(psbt: Psbt) -> Transaction:
    inputs = tuple(
        replace(given, script_sig=one.final_script_sig or b"", witness=one.final_witness or ())
        for given, one in zip(psbt.transaction.inputs, psbt.inputs, strict=True)
    )
    return replace(psbt.transaction, inputs=inputs)


def _funds(psbt: Psbt) -> tuple[Fund, ...]:
    """Return the coins behind the first input; a previous transaction may be given for several."""
    known = {one.previous.txid: one.previous for one in psbt.inputs if one.previous is not None}
    found = []
    for index, given in enumerate(psbt.with_previous(known).inputs):
        output = given.previous_output or given.witness_utxo
        if output is None or given.witness_utxo not in (None, output):
            raise _not(f"what input {index} of its proof spends is not proved")
        found.append(Fund(given.outpoint, output, given.previous_output is not None))
    return tuple(found[1:])


def _insist_shape(done: Transaction, spend: Transaction, spent: Sequence[Output]) -> None:
    if not done.inputs or done.inputs[0].outpoint != Outpoint(spend.txid, 0):
        raise _not("it signs another message, or for another address")
    if len(done.inputs) != len(spent):
        raise _not(f"it has {len(done.inputs)} inputs and says what {len(spent)} spend")
    if len({given.outpoint for given in done.inputs}) != len(done.inputs):
        raise _not("it counts a coin twice")
    if done.outputs != (NOTHING,):
        raise _not("it has other outputs than a signed message has")


def _tried(final: Transaction, spent: Sequence[Output]) -> tuple[str, ...]:
    try:
        return (*tried(final, spent), "btclib-wallet")
    except Rejected as error:
        raise _not(str(error)) from None


def _ask_engine(message: bytes, address: str, signature: Signature) -> None:
    try:
        engine.assert_as_valid(message, address, signature.text, legacy=False)
    except InconclusiveError as error:
        raise Refused(
            f"the signature is inconclusive: {error}",
            hint="today's rules cannot say whether it holds: ask for one by a script they know",
        ) from None
    except ENGINE_ERRORS as error:
        raise _not(str(error)) from None


def _verify_legacy(message: bytes, address: str, script: bytes, signature: Signature) -> Verified:
    if not bip137.is_signed_by(message, script, signature.compact):
        raise _not("it is of another message, or for another address")
    try:
        bms.assert_as_valid(message, address, signature.text)
    except ENGINE_ERRORS as error:
        raise _not(str(error)) from None
    return Verified(form=Form.LEGACY, verified_by=("coincurve", "btclib"))


def _not(reason: str) -> IntegrityError:
    return IntegrityError(f"the signature does not hold: {reason}", hint=_WRONG)
