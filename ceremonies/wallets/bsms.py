"""The descriptor record of BSMS's second round (BIP-129): written and read."""

from __future__ import annotations

import re

from ceremonies import strict
from ceremonies.bitcoin import descriptor
from ceremonies.errors import InputError
from ceremonies.wallets.addresses import address_at
from ceremonies.wallets.found import Found
from ceremonies.wallets.wallet import RECEIVE, Place, Wallet

VERSION = "BSMS 1.0"
_WHAT = "the BSMS record"
_UNRESTRICTED = "No path restrictions"
_PATHS = re.compile(r"/[0-9]{1,9}/\*(?:,/[0-9]{1,9}/\*)?")


def write(wallet: Wallet) -> str:
    """Write the record: a template with its two branches where it has them, and first address."""
    body = wallet.descriptor.partition("#")[0]
    template = body.replace("/<0;1>/*", "/**")
    restricted = (
        template != body and "<" not in template and "/*" not in template.replace("/**", "")
    )
    first = address_at(wallet, Place(RECEIVE, 0)).text
    text = template if restricted else body
    # signers that know templates do not all know a checksum over one
    shown = text if restricted else descriptor.with_checksum(text)
    return f"{VERSION}\n{shown}\n{'/0/*,/1/*' if restricted else _UNRESTRICTED}\n{first}"


def read(data: bytes) -> Found:
    """Read a plain record; a template without a checksum is proved by its first address.

    Raises:
        InputError: it is none, of another version, or damaged.
    """
    lines = strict.text_lines(data.rstrip(b"\r\n"), what=_WHAT)
    if lines[0] != VERSION:
        raise InputError(f"{_WHAT} is not of version 1.0", hint="ask for a record of BIP-129")
    if len(lines) != 4 or not all(lines):
        raise InputError(
            f"{_WHAT} has {len(lines)} lines, and a descriptor record has four",
            hint="give the record of the second round, whole",
        )
    _, text, paths, address = lines
    body, separator, _ = text.partition("#")
    # a checksum that is there must be right; one that is not is made up for by the first address
    if separator:
        descriptor.insist_checksum(text)
    return Found(peer="bsms", descriptors=tuple(_expanded(body, paths)), first_address=address)


def _expanded(body: str, paths: str) -> list[str]:
    if paths == _UNRESTRICTED:
        if "/**" in body:
            raise InputError(
                f"{_WHAT} has a template and no path restrictions",
                hint="ask the coordinator for the branches",
            )
        return [descriptor.normalised(descriptor.with_checksum(body))]
    if not _PATHS.fullmatch(paths) or "/**" not in body:
        raise InputError(
            f"{_WHAT} has path restrictions that are not understood",
            hint="one or two branches are, such as /0/*,/1/*",
        )
    return [
        descriptor.normalised(descriptor.with_checksum(body.replace("/**", path)))
        for path in paths.split(",")
    ]
