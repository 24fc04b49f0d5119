"""Signed messages in the form before BIP-322: a compact signature that names its own key."""

from __future__ import annotations

import base64

from ceremonies.bitcoin import coincurve_verify
from ceremonies.bitcoin.bytestream import blob
from ceremonies.errors import IntegrityError
from ceremonies.secret import Secret

_MAGIC = b"\x18Bitcoin Signed Message:\n"
_COMPRESSED = 31
"""The first header byte of a compressed key."""


def digest_of(message: bytes) -> bytes:
    """Return the hash that is signed: SHA-256 twice, over the magic and the message."""
    from hashlib import sha256

    return sha256(sha256(_MAGIC + blob(message)).digest()).digest()


def sign(message: bytes, key: Secret, public_key: bytes) -> str:
    """Sign by libsecp256k1 (RFC 6979), and verify by coincurve; in Base64.

    Raises:
        IntegrityError: the second library finds another key.
    """
    from btclib_secp256k1 import recovery

    digest = digest_of(message)
    signature, number = recovery.sign(digest, key.reveal())
    compact = bytes([_COMPRESSED + number]) + signature
    if not _is_by(public_key, digest, compact):
        raise IntegrityError(
            "a signature that was made is not verified by another library",
            hint="nothing was written; report this",
        )
    return base64.b64encode(compact).decode()


def is_signed_by(key: bytes, message: bytes, signature: str) -> bool:
    """Whether a Base64 signature of a message is by a compressed public key."""
    try:
        compact = base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    return len(compact) == 65 and _is_by(key, digest_of(message), compact)


def _is_by(key: bytes, digest: bytes, compact: bytes) -> bool:
    which = (compact[0] - 27) & 3
    return coincurve_verify.recover(digest, compact[1:], which, compressed=True) == key
