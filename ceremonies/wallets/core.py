"""Bitcoin Core's `importdescriptors` requests: written, and read back."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ceremonies import strict
from ceremonies.bitcoin import descriptor
from ceremonies.errors import InputError
from ceremonies.wallets.found import Found
from ceremonies.wallets.wallet import Wallet

_WHAT = "the importdescriptors file"
_LAST_WATCHED = 999


class Request(msgspec.Struct, kw_only=True):
    """One descriptor; what Core knows besides, a range or a timestamp, says nothing of a wallet."""

    desc: str
    internal: bool = False


class Listed(msgspec.Struct, kw_only=True):
    """What `listdescriptors` answers."""

    descriptors: list[Request]


def write(wallet: Wallet) -> str:
    """Write one request a branch, for `bitcoin-cli importdescriptors`.

    The timestamp is `now`: for a wallet that has received already, change it to a time before.
    """
    requests = [_request(branch.text, number) for number, branch in enumerate(wallet.branches)]
    return json.dumps(requests, indent=2) + "\n"


def _request(text: str, number: int) -> dict[str, Any]:
    ranged = text.partition("#")[0].find("*") >= 0
    made: dict[str, Any] = {"desc": text, "active": ranged, "internal": number == 1}
    if ranged:
        made |= {"range": [0, _LAST_WATCHED], "next_index": 0}
    return made | {"timestamp": "now"}


def read(data: bytes) -> Found:
    """Read the requests, or the answer of `listdescriptors`: one descriptor, or two branches.

    Raises:
        InputError: they are not those of one wallet.
    """
    if data.lstrip()[:1] == b"{":
        requests = strict.json_value(data, Listed, what=_WHAT).descriptors
    else:
        requests = strict.json_value(data, list[Request], what=_WHAT)
    ordered = sorted(requests, key=lambda request: request.internal)
    texts = tuple(descriptor.normalised(request.desc) for request in ordered)
    if [request.internal for request in ordered] not in ([False], [False, True]):
        raise InputError(
            f"the file holds {len(texts)} descriptors, which are not one wallet's",
            hint="one wallet is one descriptor, or a receive and an internal one",
        )
    return Found(peer="core", descriptors=texts)
