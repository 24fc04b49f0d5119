"""Making signatures, by libsecp256k1 alone."""

from __future__ import annotations

from btclib_secp256k1 import dsa, ssa, xonly
from ecc.curves import is_libsecp256k1_serving

from ceremonies.bitcoin.transaction import tagged_hash
from ceremonies.errors import MachineError
from ceremonies.secret import Secret


def insist_on_libsecp256k1() -> None:
    """Refuse to touch a key where the engine would compute with it in variable-time Python.

    Raises:
        MachineError: libsecp256k1 is not serving.
    """
    if not is_libsecp256k1_serving():
        raise MachineError(
            "libsecp256k1 is not serving, and nothing else signs here",
            hint="unset ECC_NO_LIBSECP256K1, or reinstall the pinned packages",
        )


def sign_ecdsa(key: Secret, digest: bytes) -> bytes:
    """Return the DER signature of a 32-byte hash: RFC 6979, low S, low R as Bitcoin Core grinds."""
    return dsa.sign(digest, key.reveal(), grind=True)


def sign_schnorr(key: Secret, digest: bytes, auxiliary: bytes) -> bytes:
    """Return the 64-byte BIP-340 signature of a 32-byte hash, with 32 auxiliary random bytes."""
    return ssa.sign(digest, key.reveal(), auxiliary)


def taproot_key(key: Secret, merkle_root: bytes) -> Secret:
    """Return the private key of a taproot output: `key` tweaked by its Merkle root (BIP-341)."""
    internal, _ = xonly.from_prvkey(key.reveal())
    tweak = tagged_hash("TapTweak", internal + merkle_root)
    return Secret(xonly.prvkey_tweak_add(key.reveal(), tweak))
