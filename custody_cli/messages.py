"""Messages, addresses and signatures as commands name them, and in the form that scripts read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from ceremonies.bitcoin import script
from ceremonies.bitcoin.bip322 import MAX_MESSAGE, PREFIXES, Signature, read
from ceremonies.bitcoin.message_verify import Verified
from ceremonies.bitcoin.transaction import Outpoint, Output
from ceremonies.errors import InputError
from ceremonies.network import Network
from ceremonies.signing import challenge
from custody_cli.exits import WrongUsage
from custody_cli.sources import STANDARD, payload_from

if TYPE_CHECKING:
    from custody_cli.contract import (
        ChallengeJson,
        FundJson,
        MessageVerifyAnswer,
    )

MAX_SIGNATURE = 100 * 1024 * 1024
"""The longest signature that is read: a proof of funds carries previous transactions."""

_LONGEST_NAME = 256
_SHORTEST_BARE = 88
"""The Base64 digits of 65 bytes: no signature without a prefix is shorter."""


def message_from(name: str | None, text: str | None) -> bytes:
    """Read the message: the exact bytes of a file or of standard input, or the text itself."""
    if (name is None) == (text is None):
        raise WrongUsage("the message is given by --message or --text", hint="give one of the two")
    if text is not None:
        return text.encode()
    assert name is not None, "one of the two was given"
    return payload_from(name, what="the message", limit=MAX_MESSAGE)


def signature_from(name: str) -> Signature:
    """Read a signature: a file, standard input, or its text itself."""
    if name != STANDARD and _is_text(name):
        return read(name)
    data = payload_from(name, what="the signature", limit=MAX_SIGNATURE)
    try:
        return read(data.decode("ascii"))
    except UnicodeDecodeError:
        raise InputError(
            "the signature is not text", hint="it is Base64, behind smp, ful, pof or nothing"
        ) from None


def _is_text(name: str) -> bool:
    """Whether it is no file's name, and looks like a signature."""
    if len(name) < _LONGEST_NAME and Path(name).exists():
        return False
    known = name.startswith(PREFIXES) or len(name) >= _SHORTEST_BARE
    return known and all(c.isascii() and (c.isalnum() or c in "+/=") for c in name)


def verify_answer(
    message: bytes, address: str, network: Network, path: str | None, found: Verified
) -> MessageVerifyAnswer:
    """Put a signature that holds into the form of `custody message verify`."""
    return {
        "valid": True,
        "address": address,
        "network": network.name,
        "path": path,
        "message_sha256": hashlib.sha256(message).hexdigest(),
        "message_bytes": len(message),
        "challenge": challenge_in(message),
        "format": found.form.value,
        "funds": [
            fund(one.outpoint, one.output, network, proved=one.is_proved) for one in found.funds
        ],
        "funds_sat": sum(one.output.value for one in found.funds),
        "locktime": found.locktime,
        "sequence": found.sequence,
        "verified_by": list(found.verified_by),
    }


def fund(outpoint: Outpoint, spent: Output, network: Network, *, proved: bool) -> FundJson:
    """Put a coin that is proved into the form that scripts read."""
    return {
        "outpoint": str(outpoint),
        "value_sat": spent.value,
        "address": script.address(spent.script, network),
        "proved": proved,
    }


def challenge_in(message: bytes) -> ChallengeJson | None:
    """Tell what a message asks for, where it is a challenge."""
    asked = challenge.read(message)
    return None if asked is None else challenge_json(asked)


def challenge_json(asked: challenge.Challenge) -> ChallengeJson:
    """Put a challenge into the form that scripts read."""
    return {
        "purpose": asked.purpose,
        "network": asked.network,
        "block": asked.block,
        "height": asked.height,
        "nonce": asked.nonce,
    }
