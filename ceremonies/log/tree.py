"""The root of the tree over all records, RFC 6962 section 2.1, in one pass."""

from __future__ import annotations

import hashlib

_NODE = b"\x01"


class Tree:
    """A Merkle tree that only grows; it keeps one hash for each 1 in the binary `size`."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf by its hash, which is the identity of a record."""
        complete, waiting = leaf, self.size
        while waiting & 1:  # two complete trees of one height are one of the next
            complete = _node(self._peaks.pop(), complete)
            waiting >>= 1
        self._peaks.append(complete)
        self.size += 1

    def root(self) -> bytes:
        """Hash what is there; of no leaves it is the hash of nothing."""
        if not self._peaks:
            return hashlib.sha256().digest()
        *higher, root = self._peaks
        for peak in reversed(higher):
            root = _node(peak, root)
        return root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
