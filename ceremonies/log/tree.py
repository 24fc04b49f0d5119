"""The root of the tree over all records, RFC 6962 section 2.1, in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256

_NODE = b"\x01"


class Tree:
    """A Merkle tree that only grows; it keeps one hash for each 1 in the binary `size`."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: dict[int, bytes] = {}

    def append(self, leaf: bytes) -> None:
        """Add one leaf."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves by their hashes, which are the identities of records."""
        nodes = [*leaves]
        self.size += len(nodes)
        height = 0
        while nodes:  # two complete trees of one height are one of the next
            waiting = self._peaks.pop(height, None)
            if waiting is not None:
                nodes.insert(0, waiting)
            if len(nodes) & 1:
                self._peaks[height] = nodes.pop()
            nodes = [*_parents(nodes)]
            height += 1

    def root(self) -> bytes:
        """Hash what is there; of no leaves it is the hash of nothing."""
        if not self._peaks:
            return sha256().digest()
        root, *higher = (self._peaks[height] for height in sorted(self._peaks))
        for peak in higher:
            root = sha256(_NODE + peak + root).digest()
        return root


def _parents(nodes: list[bytes]) -> Iterator[bytes]:
    """Hash two and two of nodes, which are even in number."""
    begun = sha256(_NODE)
    for left, right in zip(nodes[::2], nodes[1::2], strict=True):
        parent = begun.copy()
        parent.update(left + right)
        yield parent.digest()
