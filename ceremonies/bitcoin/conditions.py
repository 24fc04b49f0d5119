"""What a descriptor asks for, as plain values: keys, thresholds, delays, hashes."""

from __future__ import annotations

from collections.abc import Iterator

from btclib_wallet import descriptors as engine
from btclib_wallet.bip32 import BIP32KeyData
from btclib_wallet.descriptors.descriptors import DescriptorTree, MultiA
from btclib_wallet.descriptors.miniscript import Miniscript

from ceremonies.frozen import Frozen

NUMS = "50929b74c1a04954b78b4b6035e97a5e078a5a0f28ec96d547bfee9ace803ac0"
"""The x-only key whose private key nobody knows (BIP-341)."""

_BINARY_AND = ("and_v", "and_b")
_BINARY_OR = ("or_b", "or_c", "or_d", "or_i")
_HASHES = ("sha256", "hash256", "ripemd160", "hash160")


class KeyHeld(Frozen):
    """A signature by a key: its expression without its own steps, or a written-out key in hex."""

    key: str


class Joint(Frozen):
    """One signature that several keys make together (MuSig2, BIP-390)."""

    keys: tuple[str, ...]


class Older(Frozen):
    """So long since the coin arrived: blocks, or units of 512 seconds (BIP-68)."""

    value: int

    @property
    def blocks(self) -> int | None:
        """Blocks to wait, where it is blocks."""
        return None if self.value & (1 << 22) else self.value & 0xFFFF

    @property
    def seconds(self) -> int | None:
        """Seconds to wait, where it is time."""
        return (self.value & 0xFFFF) * 512 if self.value & (1 << 22) else None


class After(Frozen):
    """From a block height on, or from a time in seconds since 1970 (BIP-65)."""

    value: int

    @property
    def is_time(self) -> bool:
        """Whether it is a time."""
        return self.value >= 500_000_000


class Preimage(Frozen):
    """Knowing what hashes to a digest, under a function such as `sha256`."""

    function: str
    digest: str


class Threshold(Frozen):
    """So many of these, as `multi` and `thresh` ask for."""

    needs: int
    parts: tuple[Condition, ...]


class All(Frozen):
    """Every one of these; of nothing it is always met."""

    parts: tuple[Condition, ...]


class Either(Frozen):
    """Any one of these; of nothing it is never met."""

    parts: tuple[Condition, ...]


Condition = KeyHeld | Joint | Older | After | Preimage | Threshold | All | Either

ALWAYS = All(())
NEVER = Either(())


def conditions(read: engine.Descriptor) -> Condition:
    """Return what spending from a descriptor takes; a key path that is nobody's is left out.

    The keys of a taproot tree follow the internal key, leaf by leaf from left to right.
    """
    while isinstance(read, engine.ShDescriptor | engine.WshDescriptor):
        read = read.inner
    if isinstance(read, engine.MiniscriptDescriptor):
        return _of_miniscript(read.node)
    if isinstance(read, engine.MultiDescriptor):
        return Threshold(read.threshold, tuple(_held(key) for key in read.keys))
    if isinstance(read, engine.TrDescriptor):
        ways = [] if is_script_path_only(read) else [_held(read.internal_key)]
        if read.tree is not None:
            ways += [_of_leaf(leaf) for leaf in _leaves(read.tree)]
        return ways[0] if len(ways) == 1 else Either(tuple(ways))
    (key,) = read.key_expressions
    return _held(key)


def is_script_path_only(read: engine.Descriptor) -> bool:
    """Whether it is taproot, and its internal key is nobody's: NUMS, or an extended key made of it.

    Who knew a key below that one, whose steps are public, would know NUMS's own.
    """
    if not isinstance(read, engine.TrDescriptor):
        return False
    key = read.internal_key
    if not key.xkey:
        return str(key) == NUMS
    return BIP32KeyData.b58decode(key.xkey).key[1:].hex() == NUMS


def _leaves(tree: DescriptorTree) -> Iterator[engine.KeyExpression | MultiA | Miniscript]:
    # a loop and not a recursion: a tree may be 128 deep, and Python's stack is shared
    left: list[DescriptorTree] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, tuple):
            left += reversed(node)
        else:
            yield node


def _of_leaf(leaf: engine.KeyExpression | MultiA | Miniscript) -> Condition:
    if isinstance(leaf, MultiA):
        return Threshold(leaf.threshold, tuple(_held(key) for key in leaf.keys))
    if isinstance(leaf, Miniscript):
        return _of_miniscript(leaf)
    return _held(leaf)


def _held(key: engine.KeyExpression) -> Condition:
    if key.participants:
        return Joint(tuple(_name(one) for one in key.participants))
    return KeyHeld(_name(key))


def _name(key: engine.KeyExpression) -> str:
    """The key without its own steps: whoever holds it holds it on every branch."""
    text = str(key)
    origin, bracket, rest = text.rpartition("]")
    return f"{origin}{bracket}{rest.partition('/')[0]}"


def _of_miniscript(root: Miniscript) -> Condition:
    # bottom up on a stack of our own: an expression nests as deep as its script is long
    ordered: list[Miniscript] = []
    left = [root]
    while left:
        node = left.pop()
        ordered.append(node)
        left += node.subs
    made: dict[int, Condition] = {}
    for node in reversed(ordered):
        made[id(node)] = _of_node(node, [made[id(sub)] for sub in node.subs])
    return made[id(root)]


def _of_node(node: Miniscript, subs: list[Condition]) -> Condition:
    name = node.fragment
    if name in ("pk_k", "pk_h"):
        return _held(node.keys[0])
    if name in ("multi", "multi_a"):
        return Threshold(node.threshold, tuple(_held(key) for key in node.keys))
    if name in ("older", "after"):
        return Older(node.threshold) if name == "older" else After(node.threshold)
    if name in _HASHES:
        return Preimage(name, node.data.hex())
    if name == "thresh":
        return Threshold(node.threshold, tuple(subs))
    if name in ("0", "1"):
        return NEVER if name == "0" else ALWAYS
    if name in _BINARY_AND:
        return _both(*subs)
    if name in _BINARY_OR:
        return _either(*subs)
    if name == "andor":
        return _either(_both(subs[0], subs[1]), subs[2])
    (inner,) = subs  # a wrapper changes the script and not what is asked for
    return inner


def _both(first: Condition, second: Condition) -> Condition:
    if NEVER in (first, second):
        return NEVER
    parts: list[Condition] = []
    for part in (first, second):
        parts += part.parts if isinstance(part, All) else (part,)
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _either(first: Condition, second: Condition) -> Condition:
    if ALWAYS in (first, second):
        return ALWAYS
    parts: list[Condition] = []
    for part in (first, second):
        parts += part.parts if isinstance(part, Either) else (part,)
    return parts[0] if len(parts) == 1 else Either(tuple(parts))
