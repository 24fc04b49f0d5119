"""The wallet file, `custody-wallet/1`: what signing is told about a wallet, and no more."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import msgspec

from ceremonies import strict
from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import replace
from ceremonies.network import network_named
from ceremonies.wallets.ours import with_ours
from ceremonies.wallets.wallet import Wallet, register

FORMAT = "custody-wallet/1"

MAX_SIZE = 1024 * 1024
"""The longest wallet file that is read, in bytes."""


class WalletFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The JSON object in the file; `id` is recomputed on reading.

    `policy_sha256` and `last_index` are there only where somebody gave them.
    """

    format: Literal["custody-wallet/1"]
    name: str
    network: str
    descriptor: str
    id: str
    ours: list[str] | None = None
    policy_sha256: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")] | None = None
    last_index: Annotated[int, msgspec.Meta(ge=0, lt=2**31)] | None = None
    shown_as: Literal["bbqr", "ur", "static"] | None = None


def write(wallet: Wallet) -> bytes:
    """Write a wallet file: indented JSON, ended by LF, in a fixed order."""
    content = {
        "format": FORMAT,
        "name": wallet.name,
        "network": wallet.network.name,
        "descriptor": wallet.descriptor,
        "id": wallet.id,
        "ours": list(wallet.ours) or None,
        "policy_sha256": wallet.policy_sha256,
        "last_index": wallet.last_index,
        "shown_as": wallet.shown_as,
    }
    content = {key: value for key, value in content.items() if value is not None}
    return (json.dumps(content, indent=2) + "\n").encode()


def read(data: bytes) -> Wallet:
    """Read a wallet file strictly.

    Raises:
        InputError: it is not one.
        Refused: it says that a key is ours which is not the wallet's.
        IntegrityError: its id is not that of its descriptor and network: it was changed.
    """
    content = strict.json_value(data, WalletFile, what="the wallet file")
    wallet = register(content.name, [content.descriptor], network_named(content.network))
    if wallet.descriptor != content.descriptor:
        raise InputError(
            "the wallet file's descriptor is not normalised", hint="create the wallet file again"
        )
    if wallet.id != content.id:
        raise IntegrityError(
            "the wallet file's id is not that of its descriptor and network",
            hint="the file was changed: use another copy, and find out who changed this one",
        )
    wallet = replace(
        wallet,
        policy_sha256=content.policy_sha256,
        last_index=content.last_index,
        shown_as=content.shown_as,
    )
    if content.ours is None:
        return wallet
    marked = with_ours(wallet, tuple(content.ours))
    if list(marked.ours) != content.ours or not content.ours:
        raise InputError(
            "the wallet file's own keys are not normalised", hint="create the wallet file again"
        )
    return marked
