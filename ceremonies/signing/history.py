"""What earlier ceremonies recorded, as values: whoever reads logs hands them to the rules."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from ceremonies.frozen import Frozen, replace


class PastPayment(Frozen, kw_only=True):
    """Where an earlier transaction paid, None where its script has no address, and how much."""

    address: str | None
    value_sat: int


class PastSigning(Frozen, kw_only=True):
    """One transaction that was signed before, and in which log that is recorded.

    `wallet` is the wallet's id. `height` is None where the log knows none, `payments` where its
    reveal file does not open them, and `fee_sat` too, or where the fee was not known.
    """

    log: str
    txid: str
    wallet: str
    height: int | None
    outpoints: tuple[str, ...]
    payments: tuple[PastPayment, ...] | None
    fee_sat: int | None

    @property
    def payments_sat(self) -> int | None:
        """What it paid out without its fee, in satoshi."""
        if self.payments is None:
            return None
        return sum(payment.value_sat for payment in self.payments)


class History(Frozen, kw_only=True, dict=True):
    """Earlier signings, and the height of the chain, as far as somebody told them.

    `is_given` says whether logs were given at all, `is_empty` whether there is none in the folders
    that were; `unconfirmed` names those whose end nobody signed, or nothing from outside confirms.
    `height` was typed in, or is the last one logged, which `logged_height` is.
    """

    signings: tuple[PastSigning, ...] = ()
    is_given: bool = False
    is_empty: bool = False
    unconfirmed: tuple[str, ...] = ()
    height: int | None = None
    logged_height: int | None = None

    @cached_property
    def _by_coin(self) -> dict[str, list[PastSigning]]:
        found: dict[str, list[PastSigning]] = {}
        for signing in self.signings:
            for outpoint in signing.outpoints:
                found.setdefault(outpoint, []).append(signing)
        return found

    def followed_by(self, signing: PastSigning) -> History:
        """Return the history with one signing more; thousands, one by one, take linear time."""
        after = replace(self, signings=(*self.signings, signing))
        # the index moves on to the longer history; this one makes its own again if it is asked
        coins = self._by_coin
        del self.__dict__["_by_coin"]
        for outpoint in signing.outpoints:
            coins.setdefault(outpoint, []).append(signing)
        after.__dict__["_by_coin"] = coins
        return after

    def signed_otherwise(self, outpoints: Iterable[str], txid: str) -> list[PastSigning]:
        """Return every signing of these coins in another transaction than `txid`, each once."""
        earlier = (one for coin in outpoints for one in self._by_coin.get(coin, ()))
        return list({one.txid: one for one in earlier if one.txid != txid}.values())

    def conflicting(self, outpoint: str, txid: str) -> PastSigning | None:
        """Return the last signing of a coin in another transaction than `txid`."""
        others = [one for one in self._by_coin.get(outpoint, ()) if one.txid != txid]
        return others[-1] if others else None
