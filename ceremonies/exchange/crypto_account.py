"""The registry's `crypto-account`: account keys under the scripts they are for (BCR-2020-015)."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.errors import InputError
from ceremonies.exchange import cbor, crypto_hdkey, crypto_output
from ceremonies.exchange.cbor import Value
from ceremonies.exchange.crypto_hdkey import HdKey
from ceremonies.frozen import Frozen


class AccountKey(Frozen, kw_only=True):
    """One account: its script, such as `sh-wpkh`, and its key."""

    script: str
    key: HdKey


def write(fingerprint: bytes, keys: Sequence[AccountKey]) -> bytes:
    """Write the CBOR of a master fingerprint (4 bytes) and its accounts."""
    outputs: list[Value] = [
        crypto_output.under(one.script, crypto_hdkey.tagged(one.key)) for one in keys
    ]
    return cbor.encode({1: int.from_bytes(fingerprint, "big"), 2: outputs})


def read(data: bytes) -> tuple[bytes, tuple[AccountKey, ...]]:
    """Read a master fingerprint and its accounts.

    Raises:
        InputError: it is another form.
    """
    match cbor.decode(data):
        case {1: int(fingerprint), 2: [*outputs]} if 0 <= fingerprint <= 0xFFFFFFFF:
            return fingerprint.to_bytes(4, "big"), tuple(_account(one) for one in outputs)
    raise InputError(
        "the crypto-account is of a form that is not read here", hint="export the account again"
    )


def _account(output: Value) -> AccountKey:
    script, inside = crypto_output.opened(output)
    return AccountKey(script=script, key=crypto_hdkey.read(inside))
