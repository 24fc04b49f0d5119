"""Adding tG to a public key P, as BIP-32 and BIP-341 do: tG from a table, and one addition.

libsecp256k1's own call multiplies in general, and takes half as long again. Tests compare both.
"""

from __future__ import annotations

from btclib_secp256k1 import CData, ffi, keys, lib
from btclib_secp256k1.context import ctx


def parsed(key: bytes) -> CData:
    """Return the point of a public key of 33 (or 65) bytes, read once for many tweaks.

    Raises:
        ValueError: it is no key.
    """
    return keys.parse(key)


def plus_generator(point: CData, tweak: bytes) -> bytes:
    """Return P + tG, compressed, for a tweak of 32 bytes.

    Raises:
        ValueError: the tweak is not below the group order, or the sum is no key.
    """
    if tweak == bytes(32):
        return keys.serialize(point)
    added, found = ffi.new("secp256k1_pubkey *"), ffi.new("secp256k1_pubkey *")
    if len(tweak) != 32 or not lib.secp256k1_ec_pubkey_create(ctx, added, tweak):
        raise ValueError("a tweak is 32 bytes below the group order")
    if not lib.secp256k1_ec_pubkey_combine(ctx, found, (point, added), 2):
        raise ValueError("the sum of two points is no key")
    return keys.serialize(found)
