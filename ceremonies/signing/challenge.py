"""A challenge for a proof of reserves: a message that could not be known before its block."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.network import Network
from ceremonies.strict import hex_bytes

MAX_PURPOSE = 200
NONCE_SIZE = 16
_LEAST_WORK = 4
"""How many leading zero bytes a block hash of mainnet has at least (its first difficulty)."""

_LINES = re.compile(
    r"custody-cli proof of reserves 1\n"
    r"purpose: (?P<purpose>[^\n]{1,200})\n"
    r"network: (?P<network>[a-z0-9]+)\n"
    r"block: (?P<block>[0-9a-f]{64})\n"
    r"height: (?P<height>0|[1-9][0-9]{0,9})\n"
    r"nonce: (?P<nonce>[0-9a-f]{32})\n"
)


class Challenge(Frozen, kw_only=True):
    """What a prover is asked to sign. The block's hash says that it was signed after that block.

    `nonce` is the asker's, so that no earlier proof of the same day answers.
    """

    purpose: str
    network: str
    block: str
    height: int
    nonce: str

    @property
    def text(self) -> bytes:
        """The message itself, in one way only (`docs/messages.md`)."""
        return (
            "custody-cli proof of reserves 1\n"
            f"purpose: {self.purpose}\n"
            f"network: {self.network}\n"
            f"block: {self.block}\n"
            f"height: {self.height}\n"
            f"nonce: {self.nonce}\n"
        ).encode()


def challenge(
    purpose: str,
    network: Network,
    block: str,
    height: int,
    nonce: str | None = None,
    *,
    os_random: Callable[[int], bytes] = os.urandom,
) -> Challenge:
    """Make a challenge; without a nonce one is drawn.

    Raises:
        InputError: the purpose is not one plain line, or block, height or nonce cannot be.
    """
    if not 1 <= len(purpose) <= MAX_PURPOSE or not purpose.isprintable():
        raise InputError(
            "the purpose is not one plain line",
            hint=f"use 1 to {MAX_PURPOSE} printable characters",
        )
    hashed = hex_bytes(block, what="the block hash", size=32)
    if network.is_mainnet and any(hashed[:_LEAST_WORK]):
        raise InputError(
            "no block of mainnet has this hash",
            hint="copy it as explorers and getblockhash show it, beginning with zeros",
        )
    if not 0 <= height < 2**32:
        raise InputError("no block has this height", hint="give the height of that very block")
    drawn = hex_bytes(nonce, what="the nonce", size=NONCE_SIZE) if nonce else os_random(NONCE_SIZE)
    return Challenge(
        purpose=purpose,
        network=network.name,
        block=hashed.hex(),
        height=height,
        nonce=drawn.hex(),
    )


def read(message: bytes) -> Challenge | None:
    """Return the challenge that a message is, or None where it is another message."""
    try:
        found = _LINES.fullmatch(message.decode())
    except UnicodeDecodeError:
        return None
    if found is None or not found["purpose"].isprintable():
        return None
    return Challenge(
        purpose=found["purpose"],
        network=found["network"],
        block=found["block"],
        height=int(found["height"]),
        nonce=found["nonce"],
    )
