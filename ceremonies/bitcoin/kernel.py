"""Bitcoin Core's own consensus code as one more veto, where the `kernel` extra is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from ceremonies.bitcoin.transaction import Output


def is_installed() -> bool:
    """Whether py-bitcoinkernel can be asked."""
    return importlib.util.find_spec("pbk") is not None


def rejects(final: bytes, spent: Sequence[Output]) -> str | None:
    """Return which input Bitcoin Core rejects, or None where it accepts all of them."""
    import pbk
    from pbk.script import PrecomputedTransactionData

    transaction = pbk.Transaction(final)
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
