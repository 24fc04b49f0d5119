"""Verifying signatures with coincurve: another build of libsecp256k1 than the one that signs.

It is loaded by the first signature: most reviews have none to verify.
"""

from __future__ import annotations


def verify_ecdsa(key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether a DER signature (without its sighash byte) of a 32-byte hash is by `key`."""
    from coincurve import PublicKey

    try:
        return bool(PublicKey(key).verify(signature, digest, hasher=None))
    except ValueError:
        return False


def verify_schnorr(x_only_key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether a 64-byte BIP-340 signature of a 32-byte hash is by `x_only_key`."""
    from coincurve import PublicKeyXOnly

    try:
        return bool(PublicKeyXOnly(x_only_key).verify(signature, digest))
    except ValueError:
        return False


class Verifier:
    """Verifies signatures, and remembers the good ones: the same three values are asked once.

    A transaction that was just signed meets its own signatures again in the interpreter, which
    hashes for itself what they sign. As in Bitcoin Core, one that was good for this very key and
    hash is not computed again.
    """

    def __init__(self) -> None:
        self._good: set[tuple[bytes, bytes, bytes]] = set()

    def ecdsa(self, key: bytes, digest: bytes, signature: bytes) -> bool:
        """Whether a DER signature (without its sighash byte) of a 32-byte hash is by `key`."""
        asked = key, digest, signature
        return asked in self._good or self._kept(verify_ecdsa(*asked), asked)

    def schnorr(self, x_only_key: bytes, digest: bytes, signature: bytes) -> bool:
        """Whether a 64-byte BIP-340 signature of a 32-byte hash is by `x_only_key`."""
        asked = x_only_key, digest, signature
        return asked in self._good or self._kept(verify_schnorr(*asked), asked)

    def _kept(self, good: bool, asked: tuple[bytes, bytes, bytes]) -> bool:
        if good:
            self._good.add(asked)
        return good


def recover(digest: bytes, signature: bytes, which: int, *, compressed: bool) -> bytes | None:
    """Return the key that made a 64-byte ECDSA signature, the one of four that `which` names."""
    from coincurve import PublicKey

    try:
        key = PublicKey.from_signature_and_message(signature + bytes([which]), digest, hasher=None)
    except Exception:  # noqa: BLE001  # coincurve raises no other where there is no such key
        return None
    return bytes(key.format(compressed=compressed))
