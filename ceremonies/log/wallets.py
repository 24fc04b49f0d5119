"""Wallets in a log: nothing is reviewed, proved or confirmed of one that was not registered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from ceremonies.log import facts
from ceremonies.log.order import MOST_KEPT, Take

_OfAWallet: TypeAlias = facts.PsbtReviewed | facts.KeyProved | facts.AddressConfirmed


class Wallets:
    """Wallets: each was registered in this log before anything is done with it.

    That one was registered at all is promised by the steps that read, make or join it.
    """

    def __init__(self) -> None:
        self._known: set[str] = set()
        self.takes: dict[type[facts.Fact], Take] = {
            facts.WalletRegistered: self._register,
            facts.PsbtReviewed: self._use,
            facts.KeyProved: self._use,
            facts.AddressConfirmed: self._use,
        }

    def _register(self, fact: facts.WalletRegistered) -> Iterable[str]:
        if len(self._known) < MOST_KEPT:
            self._known.add(fact.wallet)
        return ()

    def _use(self, fact: _OfAWallet) -> Iterable[str]:
        if self._known and fact.wallet not in self._known:
            return ("it is of a wallet that was not registered",)
        return ()
