"""Which keys of a wallet are in this room: matched whole, never by their fingerprint alone."""

from __future__ import annotations

import re

from ceremonies import strict
from ceremonies.bitcoin import slip132
from ceremonies.bitcoin.derivation import format_path, parse_path
from ceremonies.bitcoin.descriptor import DescriptorKey
from ceremonies.errors import InputError, Refused
from ceremonies.frozen import replace
from ceremonies.wallets.wallet import Wallet

MAX_SIZE = 64 * 1024
"""The longest file that names a key, in bytes."""

_KEY = re.compile(r"\[([0-9a-fA-F]{8})((?:/[0-9]{1,10}[h']?)*)\]([0-9A-Za-z]{100,120})")


def key_in(data: bytes) -> str:
    """Return the key expression of a file: an account file, a BSMS key record, or the text alone.

    Raises:
        InputError: it holds none.
    """
    if data.lstrip()[:1] == b"{":
        key = strict.json_value(data, dict, what="our key").get("key")
        if isinstance(key, str):
            return key
    else:
        for line in strict.text_lines(data, what="our key"):
            if _KEY.fullmatch(line):
                return line
    raise InputError(
        "the file holds no key with its origin",
        hint="give what key account writes, or [fingerprint/path]xpub itself",
    )


def with_ours(wallet: Wallet, keys: tuple[str, ...]) -> Wallet:
    """Return the wallet, knowing which of its keys are in this room.

    A key is written `[fingerprint/path]xpub`, and must stand in the wallet exactly so.

    Raises:
        InputError: one is no such key.
        Refused: one is not in the wallet, whatever its fingerprint says.
    """
    ours = [_ours(wallet, text) for text in keys]
    ordered = [key.expression for key in wallet.branches[0].keys if key in ours]
    return replace(wallet, ours=tuple(dict.fromkeys(ordered)))


def _ours(wallet: Wallet, text: str) -> DescriptorKey:
    found = _KEY.fullmatch(text.strip())
    if found is None:
        raise InputError(
            "our key is not written as a key with its origin",
            hint="write it as key account does: [fingerprint/path]xpub",
        )
    fingerprint = found[1].lower()
    path = parse_path(f"m{found[2]}")
    xpub = slip132.as_bip32(found[3], what="our key")
    keys = wallet.branches[0].keys
    same = [key for key in keys if key.xpub == xpub]
    for key in same:
        if (key.fingerprint, key.origin) == (fingerprint, path):
            return key
    if same:
        raise Refused(
            f"our key is in the wallet under another origin: {same[0].fingerprint} "
            f"{format_path(same[0].origin)}",
            hint="signing would not find it: ask the coordinator to write its origin right",
        )
    if any(key.fingerprint == fingerprint for key in keys):
        raise Refused(
            f"the wallet has a key with our fingerprint {fingerprint} that is not our key",
            hint="somebody put another key in its place: agree with nobody, and find out who",
        )
    raise Refused(
        f"our key {fingerprint} is not in the wallet",
        hint="the coordinator left it out, or exchanged it: ask who made the file",
    )
