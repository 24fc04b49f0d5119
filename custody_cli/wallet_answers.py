"""What programs are told about wallets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.wallets.addresses import Address
from ceremonies.wallets.compared import Comparison
from ceremonies.wallets.explained import Explained
from ceremonies.wallets.wallet import CHANGE, Wallet
from custody_cli.wallets import Given

if TYPE_CHECKING:
    from custody_cli.contract import AddressJson, WalletAnswer, WalletCompareAnswer


def wallet_answer(wallet: Wallet, explained: Explained) -> WalletAnswer:
    """Tell a wallet, and what it means."""
    return {
        "name": wallet.name,
        "network": wallet.network.name,
        "script": wallet.branches[0].kind,
        "descriptor": wallet.descriptor,
        "checksum": wallet.checksum,
        "id": wallet.id,
        "threshold": wallet.threshold,
        "signers": list(wallet.signers),
        "policy": wallet.policy_sha256,
        "last_index": wallet.last_index,
        "shown_as": wallet.shown_as,
        "means": explained.sentence,
        "ways": [{"words": way.words, "ours": way.is_ours} for way in explained.ways],
        "keys": [
            {
                "letter": key.letter,
                "fingerprint": key.fingerprint,
                "path": key.path,
                "key": key.key,
                "ours": key.ours,
            }
            for key in explained.keys
        ],
        "notes": list(explained.notes),
    }


def comparison_answer(found: Comparison, first: Given, second: Given) -> WalletCompareAnswer:
    """Tell whether two files are one wallet, and every difference."""
    return {
        "same": found.is_same,
        "identical": first.data == second.data,
        "sentence": found.sentence,
        "ids": [first.wallet.id, second.wallet.id],
        "differences": [
            {"what": one.what, "words": one.words, "matters": one.matters}
            for one in found.differences
        ],
    }


def address_answer(found: Address) -> AddressJson:
    """Tell an address and where it lies."""
    return {
        "index": found.place.index,
        "change": found.place.branch == CHANGE,
        "address": found.text,
        "path": found.path,
        "agreed_by": list(found.agreed_by),
    }
