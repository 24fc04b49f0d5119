"""An allow-list: the addresses, and the wallets of others, that a policy lets payments go to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ceremonies.bitcoin import script
from ceremonies.bitcoin.psbt import PsbtOutput
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.network import Network
from ceremonies.wallets.wallet import Place, Wallet, register

_MOST_CLAIMED = 16


class Destinations(Frozen, kw_only=True, dict=True):
    """Addresses with their scripts, and descriptor wallets that are searched up to an index."""

    addresses: tuple[str, ...]
    scripts: frozenset[bytes]
    wallets: tuple[Wallet, ...]
    search: int

    def allow(self, made: PsbtOutput) -> bool:
        """Whether an output pays to one of the addresses or of the wallets.

        A key path in the PSBT only says where to look. Without one the first `search` indices of
        every branch are tried.
        """
        return (
            made.script in self.scripts or self._is_where_it_says(made) or made.script in self._near
        )

    def _is_where_it_says(self, made: PsbtOutput) -> bool:
        return any(
            wallet.derive(place).script == made.script
            for wallet in self.wallets
            for place in list(wallet.places(made.claims))[:_MOST_CLAIMED]
        )

    @cached_property
    def _near(self) -> frozenset[bytes]:
        return frozenset(
            wallet.derive(Place(number, index)).script
            for wallet in self.wallets
            for number, branch in enumerate(wallet.branches)
            for index in range(self.search if branch.is_ranged else 1)
        )


def destinations(
    addresses: Sequence[str], descriptors: Sequence[str], network: Network, *, search: int
) -> Destinations:
    """Read an allow-list of one network.

    Raises:
        InputError: an address or a descriptor is damaged, or of another network.
    """
    scripts = []
    for position, address in enumerate(addresses, start=1):
        try:
            scripts.append(script.of_address(address, network))
        except InputError as error:
            raise InputError(
                f"address {position} of the policy: {error.cause}", hint=error.hint
            ) from None
    wallets = []
    for position, descriptor in enumerate(descriptors, start=1):
        try:
            wallets.append(register(f"destination-{position}", [descriptor], network))
        except InputError as error:
            raise InputError(
                f"descriptor {position} of the policy: {error.cause}", hint=error.hint
            ) from None
    return Destinations(
        addresses=tuple(addresses),
        scripts=frozenset(scripts),
        wallets=tuple(wallets),
        search=search,
    )
