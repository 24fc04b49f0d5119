"""One unhardened step of BIP-32, public and private, without an object of the engine for each key.

A wallet of a thousand coins takes this step thousands of times; the engine's own costs ten times as
much. Tests compare both.
"""

from __future__ import annotations

import hmac
from functools import cached_property

from btclib_secp256k1 import CData, keys

from ceremonies.bitcoin import tweaking
from ceremonies.bitcoin.derivation import HARDENED
from ceremonies.frozen import Frozen
from ceremonies.secret import Secret


class PublicParent(Frozen, dict=True):
    """An extended public key: the compressed key (33 bytes) and its chain code (32 bytes)."""

    key: bytes
    chain_code: bytes

    def child(self, index: int) -> bytes:
        """Return the compressed public key at an index below 2^31."""
        return tweaking.plus_generator(self._point, self._derived(index)[:32])

    def step(self, index: int) -> PublicParent:
        """Return the extended public key at an index below 2^31."""
        derived = self._derived(index)
        return PublicParent(tweaking.plus_generator(self._point, derived[:32]), derived[32:])

    @cached_property
    def _point(self) -> CData:
        return tweaking.parsed(self.key)

    def _derived(self, index: int) -> bytes:
        assert 0 <= index < HARDENED, "a public key has no hardened children"
        return hmac.digest(self.chain_code, self.key + index.to_bytes(4, "big"), "sha512")

    def tweak(self, index: int) -> bytes:
        """Return what is added to this key's private key for the one at `index`."""
        return self._derived(index)[:32]


class KeyPair(Frozen):
    """A private key, hidden, and its compressed public key."""

    private_key: Secret
    public_key: bytes


def private_child(private_key: Secret, public: PublicParent, index: int) -> KeyPair:
    """Return the key pair at an index below 2^31 under an extended private key.

    The public key is computed from the private one, not by the public step.
    """
    child = Secret(keys.prvkey_tweak_add(private_key.reveal(), public.tweak(index)))
    return KeyPair(child, keys.pubkey_from_prvkey(child.reveal()))
