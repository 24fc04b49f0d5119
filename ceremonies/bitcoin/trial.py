"""Who tries a final transaction: the interpreter always, and the kernel where it is installed."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.bitcoin import interpreter, kernel
from ceremonies.bitcoin.coincurve_verify import Verifier
from ceremonies.bitcoin.transaction import Output, Transaction

_MOST_RUN = 400_000
"""How many bytes of scripts and witnesses are run, as in one transaction that nodes relay; and for
each input _MORE_RUN more."""

_MORE_RUN = 10_000


class Rejected(ValueError):
    """One of them, `by`, rejects it, and says why."""

    def __init__(self, by: str, reason: str) -> None:
        super().__init__(f"the {by} rejects it: {reason}")
        self.by, self.reason = by, reason


def tried(
    final: Transaction,
    spent: Sequence[Output],
    verifier: Verifier | None = None,
    *,
    with_kernel: bool = True,
) -> tuple[str, ...]:
    """Return who accepts a transaction that spends these outputs: all who were asked.

    Raises:
        Rejected: one of them does not, or its scripts would run for minutes.
    """
    size = sum(len(one.script_sig) + sum(map(len, one.witness)) for one in final.inputs)
    if size > _MOST_RUN + _MORE_RUN * len(final.inputs):
        raise Rejected("interpreter", f"it is not asked to run {size} bytes of scripts")
    _insist("interpreter", interpreter.rejects(final.raw, spent, verifier))
    if not (with_kernel and kernel.is_installed()):
        return ("interpreter",)
    _insist("kernel", kernel.rejects(final.raw, spent))
    return ("interpreter", "kernel")


def _insist(by: str, reason: str | None) -> None:
    if reason is not None:
        raise Rejected(by, reason)
