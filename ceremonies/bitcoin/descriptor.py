"""Output descriptors (BIP-380 to 390) read by the engine, as plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from btclib_wallet import descriptors as engine
from btclib_wallet.bip32 import BIP32KeyData, fingerprint

from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.errors import InputError
from ceremonies.network import Network

_KINDS: dict[type, str] = {
    engine.PkDescriptor: "pk",
    engine.PkhDescriptor: "pkh",
    engine.WpkhDescriptor: "wpkh",
    engine.TrDescriptor: "tr",
    engine.WshDescriptor: "wsh",
}
_PRIVATE = re.compile(r"[xyzuvtYZUV]prv")


@dataclass(frozen=True)
class DescriptorKey:
    """One extended key: where it comes from, itself, and the steps between it and the index.

    One that is not `is_ranged` is the same key at every index.
    """

    fingerprint: str
    origin: tuple[int, ...]
    xpub: str
    steps: tuple[int, ...]
    is_ranged: bool

    @property
    def prefix(self) -> tuple[int, ...]:
        """The path from the master key to the parent of the indexed keys."""
        return self.origin + self.steps

    def steps_at(self, index: int) -> tuple[int, ...]:
        """The path from the extended key to its key at `index`."""
        return self.steps + ((index,) if self.is_ranged else ())


@dataclass(frozen=True)
class Multisig:
    """An m-of-n and whether its keys are sorted (BIP-67)."""

    threshold: int
    of: int
    sort: bool


@dataclass(frozen=True)
class TapTree:
    """A taproot output's inside: x-only internal key, Merkle root, and leaf scripts (BIP-341).

    `leaves` are (control block, script, leaf version); the root is empty where there are none.
    """

    internal_key: bytes
    merkle_root: bytes
    leaves: tuple[tuple[bytes, bytes, int], ...]


@dataclass(frozen=True)
class Derived:
    """What a descriptor is at one index.

    `keys` maps each public key (33 bytes) to its master fingerprint and path.
    """

    script: bytes
    keys: dict[bytes, tuple[str, tuple[int, ...]]]
    taproot: TapTree | None


@dataclass(frozen=True)
class Descriptor:
    """A descriptor of one branch. `text` carries its checksum; `kind` is such as `sh-wpkh`."""

    text: str
    network: Network
    kind: str
    keys: tuple[DescriptorKey, ...]
    multisig: Multisig | None
    is_ranged: bool
    is_key_path_only: bool
    _engine: engine.Descriptor = field(repr=False, compare=False)

    def script_at(self, index: int) -> bytes:
        """Return the output script at `index`."""
        return bytes(self._engine.script_pub_key(index).script)

    def at(self, index: int) -> Derived:
        """Return its script, its keys and its taproot tree at `index`."""
        (script,), provider = self._engine.expand(index)
        keys = {
            key: (origin.master_fingerprint.hex(), tuple(origin.der_path))
            for key, origin in provider.keys.items()
            if origin is not None
        }
        trees = [
            TapTree(internal, root, tuple((control, *leaf) for control, leaf in leaves.items()))
            for internal, root, leaves in provider.trees.values()
        ]
        return Derived(bytes(script.script), keys, trees[0] if trees else None)


def normalised(text: str) -> str:
    """Verify the checksum and write hardened steps with `h`; a private key is refused.

    Raises:
        InputError: no checksum, a wrong one, or private key material.
    """
    if _PRIVATE.search(text):
        raise InputError(
            "the descriptor holds a private key", hint="export the wallet's public descriptor"
        )
    body, separator, _ = text.partition("#")
    if not separator:
        raise InputError(
            "the descriptor has no checksum",
            hint="copy it whole, with the # and the eight characters after it",
        )
    try:
        engine.strip_checksum(text)
        return str(engine.add_checksum(body.replace("'", "h")))
    except ENGINE_ERRORS as error:
        raise InputError(
            f"the descriptor is damaged: {error}", hint="copy it again, whole, from the coordinator"
        ) from None


def with_checksum(text: str) -> str:
    """Return a descriptor we wrote ourselves with its checksum."""
    return str(engine.add_checksum(text))


def branches(text: str) -> tuple[str, ...]:
    """Split a multipath descriptor (BIP-389) into one descriptor a branch, each with checksum."""
    try:
        return tuple(engine.multipath_descriptors(text))
    except ENGINE_ERRORS as error:
        raise _unreadable(error) from None


def merged(receive: str, change: str) -> str:
    """Write a receive and a change descriptor that differ in one step a key as one (BIP-389).

    Raises:
        InputError: they differ in anything else.
    """
    last_step = re.compile(r"(?<=/)(\d+)(?=/\*)")
    one = last_step.split(receive.partition("#")[0])
    two = last_step.split(change.partition("#")[0])
    if len(one) == len(two):
        steps = zip(one, two, strict=True)
        text = "".join(a if a == b else f"<{a};{b}>" for a, b in steps)
        try:
            joined = str(engine.add_checksum(text))
            if branches(joined) == (receive, change):
                return joined
        except (*ENGINE_ERRORS, InputError):
            pass
    raise InputError(
        "the two descriptors are not the receive and change branch of one wallet",
        hint="they may differ only in the step before /*",
    )


def parse(text: str, network: Network) -> Descriptor:
    """Read one branch's descriptor, already `normalised`.

    Raises:
        InputError: the engine does not read it, or it is not a wallet: no keys, several scripts.
    """
    try:
        read = engine.parse(text, network=network.name)
        keys = tuple(_key(expression) for expression in _expressions(read))
        read.script_pub_key(0)
    except ENGINE_ERRORS as error:
        raise _unreadable(error) from None
    if not keys:
        raise InputError(
            "the descriptor has no extended key", hint="a wallet is described by its account keys"
        )
    multisig = _multisig(read)
    return Descriptor(
        text=text,
        network=network,
        kind=_kind(read),
        keys=keys,
        multisig=multisig,
        is_ranged=read.is_ranged,
        is_key_path_only=_is_key_path_only(read),
        _engine=read,
    )


def _unreadable(error: Exception) -> InputError:
    return InputError(
        f"the descriptor cannot be read: {error}", hint="compare it with the coordinator's"
    )


def _expressions(read: engine.Descriptor) -> list[engine.KeyExpression]:
    found: list[engine.KeyExpression] = []
    for expression in read.key_expressions:
        found += expression.participants or (expression,)
    if any(expression.wif_prefix for expression in found):
        raise InputError(
            "the descriptor holds a private key", hint="export the wallet's public descriptor"
        )
    return [expression for expression in found if expression.xkey]


def _key(expression: engine.KeyExpression) -> DescriptorKey:
    xkey, origin = expression.xkey, expression.origin
    master = origin.master_fingerprint if origin else fingerprint(BIP32KeyData.b58decode(xkey))
    return DescriptorKey(
        fingerprint=master.hex(),
        origin=tuple(origin.der_path) if origin else (),
        xpub=xkey,
        steps=tuple(expression.der_path),
        is_ranged=expression.wildcard is not None,
    )


def _kind(read: engine.Descriptor) -> str:
    if isinstance(read, engine.ShDescriptor):
        inner = _KINDS.get(type(read.inner), "")
        return f"sh-{inner}" if inner in ("wpkh", "wsh") else "sh"
    return _KINDS.get(type(read), "other")


def _multisig(read: engine.Descriptor) -> Multisig | None:
    inner = read
    while isinstance(inner, engine.ShDescriptor | engine.WshDescriptor):
        inner = inner.inner
    if isinstance(inner, engine.MultiDescriptor):
        return Multisig(inner.threshold, len(inner.key_expressions), inner.sort)
    return None


def _is_key_path_only(read: engine.Descriptor) -> bool:
    # an internal key that several hold together (BIP-390) is not one key of the descriptor
    if not isinstance(read, engine.TrDescriptor):
        return False
    return read.tree is None and not read.internal_key.participants
