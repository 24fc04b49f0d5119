"""The key record of BSMS's first round (BIP-129): an account, signed by its own key."""

from __future__ import annotations

from ceremonies.bitcoin import bip32, legacy_message
from ceremonies.errors import InputError, IntegrityError
from ceremonies.exchange import bsms
from ceremonies.keys.account import Account
from ceremonies.network import Network
from ceremonies.secret import Secret

VERSION = "BSMS 1.0"
LONGEST_DESCRIPTION = 80


def write(
    account: Account,
    seed: Secret,
    path: tuple[int, ...],
    network: Network,
    *,
    token: Secret | None,
    description: str,
) -> str:
    """Write a record that the account's own key signs, encrypted where there is a token.

    The record is read back, and its signature verified, before it is returned.

    Raises:
        InputError: the description is longer than 80 characters or not one line of ASCII.
        IntegrityError: what was written is not what is read back.
    """
    _insist_description(description)
    said = bsms.UNENCRYPTED if token is None else bsms.token_text(token).reveal().decode()
    origin = account.path.removeprefix("m").replace("h", "'")
    key = f"[{account.fingerprint}{origin}]{account.xpub}"
    body = f"{VERSION}\n{said}\n{key}\n{description}"
    node = bip32.master(seed, network).at(path)
    with node.private_key as private:
        record = f"{body}\n{legacy_message.sign(body.encode(), private, node.public_key)}"
    text = record if token is None else bsms.seal(record, token)
    opened = text if token is None else bsms.open_sealed(text.encode(), token)
    if read(opened) != account.key:
        raise IntegrityError(
            "the key record is not read back as the account it was written from",
            hint="nothing was written; report this",
        )
    return text


def read(record: str) -> str:
    """Return the key expression of a plain record, its signature verified.

    Raises:
        InputError: it is no record.
        IntegrityError: its signature is not by its key.
    """
    lines = record.split("\n")
    if len(lines) != 5 or lines[0] != VERSION or "]" not in lines[2]:
        raise InputError("this is not a BSMS key record", hint="give the record whole")
    origin, _, key = lines[2].partition("]")
    signed = "\n".join(lines[:4]).encode()
    if not legacy_message.is_signed_by(bip32.public_node(key).key, signed, lines[4]):
        raise IntegrityError(
            "the signature of the key record is not by its key",
            hint="the record was changed: ask its owner for another copy",
        )
    return f"{origin.replace(chr(39), 'h')}]{key}"


def _insist_description(text: str) -> None:
    if len(text) > LONGEST_DESCRIPTION or not (text.isascii() and text.isprintable()):
        raise InputError(
            "the description is not one line of 80 ASCII characters at most",
            hint="it is for people only: shorten it",
        )
