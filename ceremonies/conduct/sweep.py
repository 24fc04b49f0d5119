"""A sweep: once a ceremony has set a wallet as its destination, everything goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.conduct.context import AnyContext
from ceremonies.conduct.slots import DESTINATION, WALLET
from ceremonies.errors import Refused

if TYPE_CHECKING:
    from ceremonies.bitcoin.psbt import Psbt
    from ceremonies.wallets.wallet import Wallet

_SWEPT_TO = 20
"""How many addresses of each branch of a new wallet a sweep may pay to."""


def insist_swept(context: AnyContext, psbt: Psbt) -> None:
    """Insist that everything goes from the wallet at hand to the destination, if one was set.

    Raises:
        Refused: something goes elsewhere, or the wallet has a key of the new one.
    """
    insist_apart(context, context.table.take(WALLET))
    insist_paid(context, psbt)


def insist_apart(context: AnyContext, old: Wallet) -> None:
    """Insist that a wallet has no key of the destination, where this ceremony set one.

    Raises:
        Refused: it has one.
    """
    if not context.table.has(DESTINATION):
        return
    new = context.table.take(DESTINATION)
    if set(new.signers) & set(old.signers):
        raise Refused(
            f"wallet {new.name} has a key of the old wallet",
            hint="name the file of the old wallet; sweep to a wallet of new keys alone",
        )


def insist_paid(context: AnyContext, psbt: Psbt) -> None:
    """Insist that a transaction pays the destination alone, where this ceremony set one.

    Raises:
        Refused: it pays something else too.
    """
    from ceremonies.wallets.wallet import Place

    if not context.table.has(DESTINATION):
        return
    new = context.table.take(DESTINATION)
    ours = {
        new.derive(Place(branch, index)).script
        for branch in range(len(new.branches))
        for index in range(_SWEPT_TO)
    }
    for number, output in enumerate(psbt.outputs):
        if output.script not in ours:
            raise Refused(
                f"output {number} is not one of the first {_SWEPT_TO} addresses of {new.name}",
                hint="have the coordinator send everything to the new wallet",
            )
