"""Verifying signatures with coincurve: another build of libsecp256k1 than the one that signs."""

from __future__ import annotations

from coincurve import PublicKey, PublicKeyXOnly


def verify_ecdsa(key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether a DER signature (without its sighash byte) of a 32-byte hash is by `key`."""
    try:
        return bool(PublicKey(key).verify(signature, digest, hasher=None))
    except ValueError:
        return False


def verify_schnorr(x_only_key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether a 64-byte BIP-340 signature of a 32-byte hash is by `x_only_key`."""
    try:
        return bool(PublicKeyXOnly(x_only_key).verify(signature, digest))
    except ValueError:
        return False
