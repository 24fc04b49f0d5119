"""The key at hand: which of a wallet's keys it is, and the private keys behind them."""

from __future__ import annotations

from functools import cached_property

from ceremonies.bitcoin.bip32 import PrivateNode, master
from ceremonies.bitcoin.child_keys import KeyPair
from ceremonies.bitcoin.descriptor import Derived
from ceremonies.network import Network
from ceremonies.secret import Secret


class Signer:
    """One master key. Private keys are derived when they are asked for, parents once."""

    def __init__(self, bip32_seed: Secret, network: Network) -> None:
        self._master = master(bip32_seed, network)
        self._parents: dict[tuple[int, ...], PrivateNode] = {}

    def __repr__(self) -> str:
        return f"Signer({self.fingerprint})"

    @cached_property
    def fingerprint(self) -> str:
        """The master fingerprint, 8 hex digits."""
        return self._master.fingerprint

    def nodes(self, derived: Derived) -> list[KeyPair]:
        """Return the key pairs of the keys that are ours, and sign, at one place of a wallet.

        A key is ours when the path its fingerprint and origin name leads this master key to
        exactly that public key; an equal fingerprint alone is a coincidence or a lie.
        """
        found = []
        for key, (fingerprint, path) in derived.keys.items():
            if fingerprint == self.fingerprint:
                node = self._at(path)
                if node.public_key[-32:] == key[-32:] and derived.is_signed_by(node.public_key):
                    found.append(node)
        return found

    def _at(self, path: tuple[int, ...]) -> KeyPair:
        if not path:
            return KeyPair(self._master.private_key, self._master.public_key)
        parent = path[:-1]
        if parent not in self._parents:
            self._parents[parent] = self._master.at(parent)
        return self._parents[parent].pair(path[-1])
