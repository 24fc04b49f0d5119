"""Specter Desktop's wallet JSON: written and read."""

from __future__ import annotations

import json
import re

import msgspec

from ceremonies import strict
from ceremonies.bitcoin import descriptor
from ceremonies.errors import InputError, Refused
from ceremonies.wallets.found import Found
from ceremonies.wallets.wallet import Wallet

_BARE = re.compile(r"(?<=pub)([1-9A-HJ-NP-Za-km-z]{100,110})(?=[,)])")


class WalletJson(msgspec.Struct, kw_only=True):
    """What of the file says which wallet it is; newer files call it `recv_descriptor`."""

    descriptor: str | None = None
    recv_descriptor: str | None = None


def write(wallet: Wallet) -> str:
    """Write the file that Add new wallet, Import from wallet software takes.

    Raises:
        Refused: its branches are not 0 and 1, which is all that Specter uses.
    """
    text = wallet.branches[0].text
    if _both(text.partition("#")[0]) != wallet.descriptor:
        raise Refused(
            f"specter uses branches 0 and 1, and those of wallet {wallet.name} are others",
            hint="export it for core or sparrow",
        )
    keys = wallet.branches[0].keys
    devices = [{"type": "other", "label": f"{wallet.name}-{key.fingerprint}"} for key in keys]
    content = {"label": wallet.name, "blockheight": 0, "descriptor": text, "devices": devices}
    return json.dumps(content, indent=2) + "\n"


def read(data: bytes) -> Found:
    """Read it: the descriptor is the receive branch's, or has no branches and means 0 and 1.

    Raises:
        InputError: it is not that, or its descriptor has no checksum.
    """
    content = strict.json_value(data, WalletJson, what="the specter wallet")
    given = content.descriptor or content.recv_descriptor
    if given is None:
        raise InputError("the specter wallet has no descriptor", hint="export it again")
    text = descriptor.normalised(given)
    if "<" in text:
        return Found(peer="specter", descriptors=(text,))
    return Found(peer="specter", descriptors=(_both(text.partition("#")[0]),))


def _both(body: str) -> str:
    return descriptor.with_checksum(_BARE.sub(r"\1/<0;1>/*", body.replace("/0/*", "/<0;1>/*")))
