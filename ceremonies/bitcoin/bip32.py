"""Extended keys on the first road: the engine, on libsecp256k1 (BIP-32)."""

from __future__ import annotations

from functools import cached_property
from typing import NoReturn

from btclib_wallet.bip32 import (
    BIP32KeyData,
    derive_,
    fingerprint,
    rootxprv_from_seed_,
    xpub_from_xprv_,
)

from ceremonies.bitcoin.child_keys import KeyPair, PublicParent, private_child
from ceremonies.bitcoin.derivation import HARDENED
from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.network import Network
from ceremonies.secret import Secret


class PrivateNode:
    """An extended private key. Shows its public fingerprint only; does not pickle.

    It is never written as text, so no cache of decoded text ever holds it.
    """

    def __init__(self, node: BIP32KeyData) -> None:
        self._node = node

    def at(self, path: tuple[int, ...]) -> PrivateNode:
        """Derive the descendant at `path`, relative to this node."""
        return PrivateNode(derive_(self._node, path)) if path else self

    def pair(self, step: int) -> KeyPair:
        """Return the key pair one step below this node."""
        if step >= HARDENED:
            node = self.at((step,))
            return KeyPair(node.private_key, node.public_key)
        return private_child(self.private_key, self._parent, step)

    @cached_property
    def _public(self) -> BIP32KeyData:
        return xpub_from_xprv_(self._node)

    @cached_property
    def _parent(self) -> PublicParent:
        return PublicParent(self._public.key, self._public.chain_code)

    @property
    def public_key(self) -> bytes:
        """The compressed public key, 33 bytes."""
        return self._public.key

    @property
    def private_key(self) -> Secret:
        """The private key, 32 bytes."""
        return Secret(self._node.key[1:])

    @property
    def fingerprint(self) -> str:
        """The first four bytes of the public key's HASH160, as 8 hex digits."""
        return fingerprint(self._public).hex()

    @property
    def xpub(self) -> str:
        """The extended public key in Base58Check."""
        return self._public.b58encode()

    def __repr__(self) -> str:
        return f"PrivateNode({self.fingerprint})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not pickled or copied")


class PublicNode(Frozen):
    """What an extended public key holds: depth, parent, index, chain code, key, own fingerprint."""

    depth: int
    parent_fingerprint: bytes
    index: int
    chain_code: bytes
    key: bytes
    fingerprint: bytes


def public_node(xpub: str) -> PublicNode:
    """Take apart an extended public key.

    Raises:
        InputError: it is none.
    """
    try:
        read = BIP32KeyData.b58decode(xpub)
    except ENGINE_ERRORS:
        read = None
    if read is None or read.is_private:
        raise InputError("this is not an extended public key", hint="copy it again, whole")
    return PublicNode(
        read.depth,
        bytes(read.parent_fingerprint),
        read.index,
        bytes(read.chain_code),
        bytes(read.key),
        bytes(fingerprint(read)),
    )


def xpub_at(
    path: tuple[int, ...],
    *,
    key: bytes,
    chain_code: bytes,
    parent_fingerprint: bytes,
    network: Network,
) -> str:
    """Put the extended public key at a path together, of its key (33 bytes) and chain code (32).

    Raises:
        InputError: its key is no point of the curve, or a master key has a parent.
    """
    try:
        return BIP32KeyData(
            network.xpub_version,
            len(path),
            parent_fingerprint,
            path[-1] if path else 0,
            chain_code,
            key,
        ).b58encode()
    except ENGINE_ERRORS:
        raise InputError("this is not an extended public key", hint="export it again") from None


def master(seed: Secret, network: Network) -> PrivateNode:
    """Return the master key of a BIP-32 seed of 16 to 64 bytes.

    Raises:
        InputError: the seed has another length, or (with a chance of 2^-127) no key.
    """
    try:
        return PrivateNode(rootxprv_from_seed_(seed.reveal(), network.xprv_version))
    except ENGINE_ERRORS:
        raise InputError(
            "the seed makes no BIP-32 master key", hint="use a seed of 16 to 64 bytes"
        ) from None
