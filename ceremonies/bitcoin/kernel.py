"""Bitcoin Core's own consensus code as one more veto, where the `kernel` extra is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from ceremonies.bitcoin.transaction import Output


def is_installed() -> bool:
    """Whether py-bitcoinkernel can be asked."""
    return importlib.util.find_spec("pbk") is not None


def rejects(final: bytes, spent: Sequence[Output]) -> str | None:
    """Return what Bitcoin Core rejects, or None where it accepts every input."""
    import pbk
    from pbk.script import PrecomputedTransactionData

    try:
        transaction = pbk.Transaction(final)
    except RuntimeError:
        return "it is not a transaction"
    # the kernel ends the whole process over another number of outputs, and over none asks nothing
    if len(transaction.inputs) != len(spent):
        return f"it has {len(transaction.inputs)} inputs, and {len(spent)} spent outputs are known"
    scripts = [pbk.ScriptPubkey(output.script) for output in spent]
    outputs = [
        pbk.TransactionOutput(script, output.value)
        for script, output in zip(scripts, spent, strict=True)
    ]
    shared = PrecomputedTransactionData(transaction, outputs)
    for index, (script, output) in enumerate(zip(scripts, spent, strict=True)):
        flags = pbk.ScriptVerificationFlags.ALL
        try:
            accepted = script.verify(output.value, transaction, shared, index, flags)
        except pbk.ScriptVerifyException:
            accepted = False
        if not accepted:
            return f"input {index} is rejected"
    return None
