"""Who tries a final transaction: the interpreter always, and the kernel where it is installed."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.bitcoin import interpreter, kernel
from ceremonies.bitcoin.coincurve_verify import Verifier
from ceremonies.bitcoin.transaction import Output


class Rejected(ValueError):
    """One of them, `by`, rejects it, and says why."""

    def __init__(self, by: str, reason: str) -> None:
        super().__init__(f"the {by} rejects it: {reason}")
        self.by, self.reason = by, reason


def tried(
    final: bytes,
    spent: Sequence[Output],
    verifier: Verifier | None = None,
    *,
    with_kernel: bool = True,
) -> tuple[str, ...]:
    """Return who accepts a serialised transaction that spends these outputs: all who were asked.

    Raises:
        Rejected: one of them does not.
    """
    _insist("interpreter", interpreter.rejects(final, spent, verifier))
    if not (with_kernel and kernel.is_installed()):
        return ("interpreter",)
    _insist("kernel", kernel.rejects(final, spent))
    return ("interpreter", "kernel")


def _insist(by: str, reason: str | None) -> None:
    if reason is not None:
        raise Rejected(by, reason)
