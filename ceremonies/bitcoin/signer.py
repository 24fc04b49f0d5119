"""Making signatures, by libsecp256k1 alone.

What is made here is not verified here, and must not leave before it is: `coincurve_verify` does so
with another build of the library, which also catches a computation that went wrong.
"""

from __future__ import annotations

from btclib_secp256k1 import dsa, keys, ssa
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
    return dsa.sign(digest, key.reveal(), grind=True, verify=False)


def sign_schnorr(key: Secret, digest: bytes, auxiliary: bytes) -> bytes:
    """Return the 64-byte BIP-340 signature of a 32-byte hash, with 32 auxiliary random bytes."""
    return ssa.sign(digest, key.reveal(), auxiliary, verify=False)


def taproot_key(key: Secret, merkle_root: bytes, *, public: bytes = b"") -> Secret:
    """Return the private key of a taproot output: `key` tweaked by its Merkle root (BIP-341).

    `public` is its compressed public key, where that is known already.
    """
    known = public or keys.pubkey_from_prvkey(key.reveal())
    tweak = tagged_hash("TapTweak", known[1:] + merkle_root)
    even = key.reveal() if known[0] == 0x02 else keys.prvkey_negate(key.reveal())
    return Secret(keys.prvkey_tweak_add(even, tweak))
