"""What was found in a coordinator's file, before it is registered."""

from __future__ import annotations

from ceremonies.frozen import Frozen


class Found(Frozen, kw_only=True):
    """Descriptors with their checksums, and what else the file claims, to be held against them.

    `network` is the file's own name for it, `first_address` what its first receive address must be.
    """

    peer: str
    descriptors: tuple[str, ...]
    network: str | None = None
    first_address: str | None = None
