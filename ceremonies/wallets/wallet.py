"""A registered wallet: one descriptor on one network, and what is ours under it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from ceremonies.bitcoin import common_scripts
from ceremonies.bitcoin import descriptor as descriptors
from ceremonies.bitcoin.derivation import HARDENED, format_path
from ceremonies.bitcoin.descriptor import Derived, Descriptor
from ceremonies.bitcoin.psbt import KeyClaim
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.network import Network
from ceremonies.wallets import soundness

RECEIVE, CHANGE = 0, 1


class Place(Frozen, order=True):
    """Where a script lies in a wallet: the branch (0 receive, 1 change) and the index on it."""

    branch: int
    index: int


class Wallet(Frozen, kw_only=True, dict=True):
    """A wallet file's content. `descriptor` is normalised, with checksum, both branches in one.

    `ours` are the key expressions of the descriptor that are said to be in this room.
    `policy_sha256` is the hash of the policy without which nothing is signed, None where there is
    none; `last_index` the highest index that was recorded as in use.
    `shown_as` is the format in which its PSBTs are shown as codes, where one is preferred.
    """

    name: str
    network: Network
    descriptor: str
    branches: tuple[Descriptor, ...]
    ours: tuple[str, ...] = ()
    policy_sha256: str | None = None
    last_index: int | None = None
    shown_as: str | None = None

    @property
    def checksum(self) -> str:
        """The descriptor's own eight characters."""
        return self.descriptor.rpartition("#")[2]

    @property
    def id(self) -> str:
        """What tells this wallet from every other: SHA-256 over descriptor and network, in hex.

        The two lines `DESCRIPTOR#CHECKSUM` and `NETWORK`, each ended by LF, so that `sha256sum`
        computes it too. The name is not part of it.
        """
        return hashlib.sha256(f"{self.descriptor}\n{self.network.name}\n".encode()).hexdigest()

    @property
    def threshold(self) -> int | None:
        """How many signatures a spend needs, where that is one number."""
        first = self.branches[0]
        if first.multisig is not None:
            return first.multisig.threshold
        return 1 if first.kind in ("pkh", "wpkh", "sh-wpkh", "pk") or self.is_single_tr else None

    @property
    def signers(self) -> tuple[str, ...]:
        """The master fingerprints of its keys, in the descriptor's order, each once."""
        return tuple(dict.fromkeys(key.fingerprint for key in self.branches[0].keys))

    @property
    def is_single_tr(self) -> bool:
        """Whether it is a taproot wallet of one key with no scripts."""
        return self.branches[0].is_key_path_only

    def derive(self, place: Place) -> Derived:
        """Return the script and keys at a place, as the descriptor says they are."""
        return self._deriving[place.branch](place.index)

    @cached_property
    def _deriving(self) -> tuple[common_scripts.Deriving, ...]:
        return tuple(common_scripts.deriving(branch) for branch in self.branches)

    def path(self, place: Place) -> str:
        """Write the full path of the first key at a place, such as `m/84h/1h/0h/0/5`."""
        key = self.branches[place.branch].keys[0]
        return format_path(key.origin + key.steps_at(place.index))

    def places(self, claims: Iterable[KeyClaim]) -> Iterator[Place]:
        """Yield the places that key claims point to, each once; what lies there is not said."""
        seen: set[Place] = set()
        for claim in claims:
            for number, branch in enumerate(self.branches):
                index = _index_on(branch, claim)
                if index is not None and (place := Place(number, index)) not in seen:
                    seen.add(place)
                    yield place

    def claims_us(self, claim: KeyClaim) -> bool:
        """Whether a claim names an account of this wallet, on whatever branch."""
        return any(
            claim.fingerprint == key.fingerprint and claim.path[: len(key.origin)] == key.origin
            for branch in self.branches
            for key in branch.keys
        )


def _index_on(branch: Descriptor, claim: KeyClaim) -> int | None:
    for key in branch.keys:
        depth = len(key.prefix)
        if claim.fingerprint != key.fingerprint or claim.path[:depth] != key.prefix:
            continue
        rest = claim.path[depth:]
        if not branch.is_ranged:
            return None if rest else 0
        if key.is_ranged and len(rest) == 1 and rest[0] < HARDENED:
            return rest[0]
    return None


def register(name: str, texts: Sequence[str], network: Network) -> Wallet:
    """Make a wallet of a descriptor, or of its receive and change descriptors.

    Raises:
        InputError: a descriptor is damaged, unreadable, unsound, or not a wallet's.
    """
    insist_on_name(name)
    given = [descriptors.normalised(text) for text in texts]
    for text in given:
        soundness.insist_sound(text, network)
    if len(given) == 2:
        text = descriptors.merged(*given)
    elif len(given) == 1:
        text = given[0]
    else:
        raise InputError(
            f"{len(given)} descriptors were given",
            hint="a wallet has one descriptor, or a receive and a change descriptor",
        )
    parts = descriptors.branches(text)
    if len(parts) > 2:
        raise InputError(
            f"the descriptor has {len(parts)} branches",
            hint="a wallet has a receive and a change branch, such as <0;1>",
        )
    branches = tuple(descriptors.parse(part, network) for part in parts)
    return Wallet(name=name, network=network, descriptor=text, branches=branches)


def insist_on_name(name: str) -> None:
    """Refuse a name that could be mistaken on a screen or in a file name.

    Raises:
        InputError: it is not 1 to 64 of the letters, digits, dots, dashes and underscores of ASCII.
    """
    plain = name.isascii() and all(c.isalnum() or c in "._-" for c in name)
    if not plain or not 1 <= len(name) <= 64 or name[0] in ".-":
        raise InputError(
            "the wallet's name is not plain",
            hint="use up to 64 letters, digits, dots, dashes and underscores",
        )
