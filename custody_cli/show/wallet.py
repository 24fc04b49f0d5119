"""Wallets and addresses, drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.spoken import in_fours, visible
from custody_cli.show.console import console, facts

if TYPE_CHECKING:
    from custody_cli.contract import WalletAddressAnswer, WalletAnswer


def wallet(found: WalletAnswer, picture: list[str], room: str) -> None:
    """Draw what a wallet file says: what it means, who can spend, and its descriptor."""
    pinned = [("policy", found["policy"])] if found["policy"] else []
    if found["last_index"] is not None:
        pinned.append(("in use", f"up to index {found['last_index']}"))
    page = console()
    page.print(
        facts(
            (
                ("wallet", found["name"]),
                ("network", found["network"]),
                ("means", found["means"]),
                ("room", room),
                *(("note", note) for note in found["notes"]),
                ("id", found["id"]),
                *pinned,
            )
        )
    )
    print()
    for line in picture:
        print(visible(line))
    print()
    # whole and unbroken, so that it can be copied
    print(found["descriptor"])


def addresses(found: WalletAddressAnswer) -> None:
    """Draw addresses in groups of four characters, which people compare one by one."""
    page = console()
    page.print(
        facts((address["path"], in_fours(address["address"])) for address in found["addresses"])
    )


def codes(found: WalletAddressAnswer) -> None:
    """Draw each address as a QR code too, which was read back before it is shown."""
    from ceremonies.exchange import drawing, halfblocks

    for address in found["addresses"]:
        text = address["address"]
        # capital letters make a smaller code, and mean the same in bech32 alone
        written = text.upper() if text.lower() == text else text
        print(f"{address['path']}  {in_fours(text)}")
        for line in halfblocks.coloured(drawing.draw(written.encode()), margin=drawing.QUIET):
            print(line)
