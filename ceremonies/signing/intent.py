"""The intent: one hash of all that signing does, for two people in two rooms to compare."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.transaction import tagged_hash
from ceremonies.signing.facts import Facts

TAG = "custody-cli/intent/1"


def intent_of(facts: Facts) -> bytes | None:
    """Return the intent, 32 bytes, or None where an input's value is unknown.

    Tagged SHA-256 (as in BIP-340) over: the network's name behind its length, the wallet id, the
    transaction without witnesses behind its length, and for each input the value it spends (8
    bytes) and the script behind its length; lengths are compact sizes, integers little-endian.
    Neither the PSBT's version nor the order of its fields changes it.
    """
    if facts.spent is None:
        return None
    parts = [
        blob(facts.wallet.network.name.encode()),
        bytes.fromhex(facts.wallet.id),
        blob(facts.psbt.transaction.serialize(witness=False)),
    ]
    parts += [output.value.to_bytes(8, "little") + blob(output.script) for output in facts.spent]
    return tagged_hash(TAG, b"".join(parts))


def batch_intent(intents: Sequence[bytes]) -> bytes:
    """Return one hash of several intents in their order, 32 bytes.

    SHA-256 of lines of ASCII, each ended by LF: `custody-batch/1`, then each intent in hex.
    """
    lines = ("custody-batch/1", *(intent.hex() for intent in intents))
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode("ascii")).digest()
