"""Wallets and addresses, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.spoken import in_fours
from custody_cli.show.console import console, facts

if TYPE_CHECKING:
    from custody_cli.contract import WalletAddressAnswer, WalletAnswer


def wallet(found: WalletAnswer) -> None:
    """Draw what a wallet file says."""
    needed = found["threshold"]
    page = console()
    page.print(
        facts(
            (
                ("wallet", found["name"]),
                ("network", found["network"]),
                ("signatures", "as the descriptor says" if needed is None else f"{needed} needed"),
                ("signers", " ".join(found["signers"])),
                ("id", found["id"]),
            )
        )
    )
    # whole and unbroken, so that it can be copied
    print(found["descriptor"])


def addresses(found: WalletAddressAnswer) -> None:
    """Draw addresses in groups of four characters, which people compare one by one."""
    page = console()
    page.print(
        facts((address["path"], in_fours(address["address"])) for address in found["addresses"])
    )
