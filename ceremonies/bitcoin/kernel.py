"""Bitcoin Core's own consensus code as one more veto, where the `kernel` extra is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ceremonies.bitcoin.script import is_p2tr
from ceremonies.bitcoin.transaction import Output

if TYPE_CHECKING:
    import pbk


def is_installed() -> bool:
    """Whether py-bitcoinkernel can be asked."""
    return importlib.util.find_spec("pbk") is not None


def rejects(final: bytes, spent: Sequence[Output]) -> str | None:
    """Return what Bitcoin Core rejects, or None where it accepts every input."""
    import pbk
    from pbk.script import PrecomputedTransactionData

    try:
        transaction = _transaction(final)
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
    # Only taproot commits to all outputs that are spent. The kernel copies what it is given of them
    # for each input, so an input of another kind is given none, nor the rules of taproot.
    of_all = PrecomputedTransactionData(transaction, outputs)
    of_none = PrecomputedTransactionData(transaction, None)
    every = pbk.ScriptVerificationFlags.ALL
    older = every & ~pbk.ScriptVerificationFlags.TAPROOT
    for index, (script, output) in enumerate(zip(scripts, spent, strict=True)):
        shared, flags = (of_all, every) if is_p2tr(output.script) else (of_none, older)
        try:
            accepted = script.verify(output.value, transaction, shared, index, flags)
        except pbk.ScriptVerifyException:
            accepted = False
        if not accepted:
            return f"input {index} is rejected"
    return None


def _transaction(data: bytes) -> pbk.Transaction:
    """Hand over the bytes as they are: the binding's own way makes a number of each of them."""
    import ctypes

    import pbk
    from pbk.capi import KernelOpaquePtr

    made = object.__new__(pbk.Transaction)
    content = (ctypes.c_ubyte * len(data)).from_buffer_copy(data)
    KernelOpaquePtr.__init__(made, content, len(data))
    return made
