"""Output descriptors (BIP-380 to 390) read by the engine, as plain values."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from btclib_wallet import descriptors as engine
from btclib_wallet.bip32 import BIP32KeyData, fingerprint

from ceremonies.bitcoin import slip132
from ceremonies.bitcoin.bounds import insist_bounded
from ceremonies.bitcoin.derivation import format_path
from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.bitcoin.script import hash160, is_p2tr
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.network import Network

if TYPE_CHECKING:
    from ceremonies.bitcoin.conditions import Condition

_KINDS: dict[type, str] = {
    engine.PkDescriptor: "pk",
    engine.PkhDescriptor: "pkh",
    engine.WpkhDescriptor: "wpkh",
    engine.TrDescriptor: "tr",
    engine.WshDescriptor: "wsh",
}
# at the beginning of a key alone: a public one may spell these letters further on
_PRIVATE = re.compile(r"\b[xyzuvtYZUV]prv")
_BLANK = re.compile(r"[\s\ufeff]")
_LEADING_ZEROS = re.compile(r"(?<=[/<;])0+(?=[0-9])")
_HEXADECIMAL = re.compile(r"(?<=\[)[0-9a-fA-F]{8}\b|\b[0-9a-fA-F]{64,66}\b")


class DescriptorKey(Frozen):
    """One extended key: where it comes from, itself, and the steps between it and the index.

    One that is not `is_ranged` is the same key at every index.
    """

    fingerprint: str
    origin: tuple[int, ...]
    xpub: str
    steps: tuple[int, ...]
    is_ranged: bool

    @property
    def expression(self) -> str:
        """The key with its origin, `[fingerprint/path]xpub` (BIP-380), its own steps left out."""
        return f"[{self.fingerprint}{format_path(self.origin)[1:]}]{self.xpub}"

    @property
    def prefix(self) -> tuple[int, ...]:
        """The path from the master key to the parent of the indexed keys."""
        return self.origin + self.steps

    def steps_at(self, index: int) -> tuple[int, ...]:
        """The path from the extended key to its key at `index`."""
        return self.steps + ((index,) if self.is_ranged else ())


class Multisig(Frozen):
    """An m-of-n and whether its keys are sorted (BIP-67)."""

    threshold: int
    of: int
    sort: bool


class TapTree(Frozen):
    """A taproot output's inside: x-only internal key, Merkle root, and leaf scripts (BIP-341).

    `leaves` are (control block, script, leaf version); the root is empty where there are none.
    """

    internal_key: bytes
    merkle_root: bytes
    leaves: tuple[tuple[bytes, bytes, int], ...]

    def leaves_of(self, key: bytes) -> tuple[tuple[bytes, int], ...]:
        """The (script, version) of each leaf that an x-only key stands in, or its hash (`pkh`).

        The same leaf may stand at two places of the tree, and is named once.
        """
        if not self.leaves:
            return ()
        pushes = b"\x20" + key, b"\x14" + hash160(key)
        different = dict.fromkeys((leaf, version) for _, leaf, version in self.leaves)
        return tuple(one for one in different if any(push in one[0] for push in pushes))


class Derived(Frozen):
    """What a descriptor is at one index.

    `keys` maps each public key (33 bytes) to its master fingerprint and path.
    """

    script: bytes
    keys: dict[bytes, tuple[str, tuple[int, ...]]]
    taproot: TapTree | None

    def is_signed_by(self, key: bytes) -> bool:
        """Whether a signature by this key (33 bytes) alone is one the script asks for.

        None is by a key that others hold too (MuSig2), nor by one that is an output key itself.
        """
        if not is_p2tr(self.script):
            return True
        tree, own = self.taproot, key[1:]
        return tree is not None and (own == tree.internal_key or bool(tree.leaves_of(own)))


class Descriptor(Frozen, dict=True):
    """A descriptor of one branch. `text` carries its checksum; `kind` is such as `sh-wpkh`."""

    text: str
    network: Network
    kind: str
    keys: tuple[DescriptorKey, ...]
    multisig: Multisig | None
    is_ranged: bool
    is_key_path_only: bool
    _engine: engine.Descriptor

    def script_at(self, index: int) -> bytes:
        """Return the output script at `index`."""
        return bytes(self._engine.script_pub_key(index).script)

    @cached_property
    def conditions(self) -> Condition:
        """What spending takes, as keys, thresholds, delays and hashes."""
        from ceremonies.bitcoin.conditions import conditions

        return conditions(self._engine)

    @cached_property
    def is_script_path_only(self) -> bool:
        """Whether it is taproot whose internal key nobody has."""
        from ceremonies.bitcoin.conditions import is_script_path_only

        return is_script_path_only(self._engine)

    def scripts_at(self, index: int) -> tuple[bytes, ...]:
        """Return the redeem and witness scripts inside its output script at `index`, if any."""
        _, provider = self._engine.expand(index)
        return tuple(bytes(inside) for inside in provider.scripts)

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
    """Verify the checksum and write the descriptor in one way; a private key is refused.

    Hardened steps end in `h`, numbers have no leading zeros, fingerprints, keys and hashes are in
    lower case, and extended keys have BIP-32's letters: one wallet has one id, whoever wrote it.

    Raises:
        InputError: white space, no checksum, a wrong one, private key material, a key of another
            script (SLIP-132), or too much of everything.
    """
    insist_bounded(text)
    if _PRIVATE.search(text):
        raise InputError(
            "the descriptor holds a private key", hint="export the wallet's public descriptor"
        )
    if blank := _BLANK.search(text):
        raise InputError(
            f"character {blank.end()} of the descriptor is white space, and it has none",
            hint="copy it as one word, without spaces, line breaks or a byte-order mark",
        )
    body, separator, _ = text.partition("#")
    if not separator:
        raise InputError(
            "the descriptor has no checksum",
            hint="copy it whole, with the # and the eight characters after it",
        )
    try:
        engine.strip_checksum(text)
        body = _LEADING_ZEROS.sub("", body.replace("'", "h"))
        body = slip132.in_bip32(_HEXADECIMAL.sub(lambda found: found[0].lower(), body))
        return str(engine.add_checksum(body))
    except ENGINE_ERRORS as error:
        raise InputError(
            f"the descriptor is damaged: {error}", hint="copy it again, whole, from the coordinator"
        ) from None


def insist_checksum(text: str) -> None:
    """Refuse a text whose checksum is not its own; what it is besides is not asked.

    Raises:
        InputError: the checksum is wrong.
    """
    insist_bounded(text)
    try:
        engine.strip_checksum(text)
    except ENGINE_ERRORS as error:
        raise InputError(
            f"the descriptor is damaged: {error}", hint="copy it again, whole, from the coordinator"
        ) from None


def with_checksum(text: str) -> str:
    """Return a descriptor that has none, our own or one proved otherwise, with its checksum.

    Raises:
        InputError: a character of it is none of a descriptor's, or it is too long or too deep.
    """
    insist_bounded(text)
    try:
        return str(engine.add_checksum(text))
    except ENGINE_ERRORS as error:
        raise InputError(
            f"the descriptor is damaged: {error}", hint="copy it again, whole, from the coordinator"
        ) from None


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
