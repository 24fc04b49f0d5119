"""Messages signed before BIP-322 (BIP-137): verified by recovering the key, and never made here."""

from __future__ import annotations

from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.coincurve_verify import recover
from ceremonies.bitcoin.script import hash160
from ceremonies.bitcoin.transaction import double_sha256

_MAGIC = b"Bitcoin Signed Message:\n"


def digest(message: bytes) -> bytes:
    """Return the hash that such a signature signs."""
    return double_sha256(blob(_MAGIC) + blob(message))


def is_signed_by(message: bytes, script: bytes, signature: bytes) -> bool:
    """Whether 65 bytes sign a message for the output script of one key.

    The first byte says which key of four it is, and which script is meant: `pkh` of the whole or of
    the compressed key, `sh(wpkh)`, or `wpkh`. It must be the script that is asked about.
    """
    kind, which = divmod(signature[0] - 27, 4)
    if not 0 <= kind <= 3:
        return False
    key = recover(digest(message), signature[1:], which, compressed=kind > 0)
    if key is None:
        return False
    hashed = hash160(key)
    program = b"\x00\x14" + hashed
    key_hash = b"\x76\xa9\x14" + hashed + b"\x88\xac"
    wrapped = b"\xa9\x14" + hash160(program) + b"\x87"
    return script == (key_hash, key_hash, wrapped, program)[kind]
