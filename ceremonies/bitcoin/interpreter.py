"""The engine's script interpreter: does every final input unlock what it spends?"""

from __future__ import annotations

from collections.abc import Sequence

from btclib.script.engine import verify_transaction
from btclib.tx import Tx, TxOut

from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.bitcoin.transaction import Output


def rejects(final: bytes, spent: Sequence[Output]) -> str | None:
    """Return why the interpreter rejects a serialised transaction, or None where it accepts it.

    `spent` are the outputs its inputs spend, in order; the outputs may not sum to more.
    """
    try:
        outputs = [TxOut(output.value, output.script) for output in spent]
        verify_transaction(outputs, Tx.parse(final))
    except ENGINE_ERRORS as error:
        return str(error)
    return None
