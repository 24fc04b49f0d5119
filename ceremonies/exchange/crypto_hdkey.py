"""The registry's `crypto-hdkey`: an extended public key, whence it comes, and which of its children
are meant, with its parts `crypto-keypath` and `crypto-coin-info` (BCR-2020-007).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeGuard

from ceremonies.errors import InputError
from ceremonies.exchange.cbor import Tagged, Value
from ceremonies.frozen import Frozen

HDKEY = 303
_KEYPATH, _COIN_INFO = 304, 305
_HARDENED = 0x80000000
_BITCOIN = 0
_NEWER = 40_000
"""What the second version of the registry adds to a tag; what is under it says the same."""


class HdKey(Frozen, kw_only=True):
    """A public key (33 bytes) and chain code (32), and its path from a master key.

    `source` is that master's fingerprint, where it is said here and not beside the key. `children`
    are what is derived from it, as in a descriptor: `/0/*`, `/<0;1>/*`, or nothing said.
    """

    key: bytes
    chain_code: bytes
    path: tuple[int, ...]
    parent_fingerprint: bytes
    is_mainnet: bool
    source: bytes | None = None
    children: str = ""


def tagged(key: HdKey) -> Tagged:
    """Write a key that says nothing of its children; `use-info` is left out for mainnet."""
    steps: list[Value] = []
    for step in key.path:
        steps += [step & ~_HARDENED, step >= _HARDENED]
    origin: dict[int | str, Value] = {1: steps}
    if key.source is not None:
        origin[2] = int.from_bytes(key.source, "big")
    fields: dict[int | str, Value] = {3: key.key, 4: key.chain_code}
    if not key.is_mainnet:
        fields[5] = Tagged(_COIN_INFO, {2: 1})
    fields[6] = Tagged(_KEYPATH, origin)
    fields[8] = int.from_bytes(key.parent_fingerprint, "big")
    return Tagged(HDKEY, fields)


def read(value: Value) -> HdKey:
    """Read a key of Bitcoin that others can be derived from.

    Raises:
        InputError: it is private, of another coin, or of a form that no wallet needs.
    """
    fields = _fields(value, HDKEY, "is none")
    if fields.get(1) or fields.get(2):
        raise _unknown("is a private one, which belongs into no file")
    key, chain = fields.get(3), fields.get(4)
    if not isinstance(key, bytes) or len(key) != 33 or key[0] not in (2, 3):
        raise _unknown("is no compressed public key")
    if not isinstance(chain, bytes) or len(chain) != 32:
        raise _unknown("has no chain code, so nothing can be derived from it")
    path, source = _origin(fields.get(6))
    return HdKey(
        key=key,
        chain_code=chain,
        path=path,
        parent_fingerprint=_parent(fields.get(8), path, source),
        is_mainnet=_is_mainnet(fields.get(5)),
        source=source,
        children=_children(fields.get(7)),
    )


def _fields(value: Value, tag: int, how: str) -> Mapping[int | str, Value]:
    tags = (tag, tag + _NEWER)
    if isinstance(value, Tagged) and value.tag in tags and isinstance(value.value, Mapping):
        return value.value
    raise _unknown(how)


def _is_mainnet(info: Value) -> bool:
    if info is None:
        return True
    said = _fields(info, _COIN_INFO, "is for a use that is not said")
    network = said.get(2, 0)
    if said.get(1, _BITCOIN) != _BITCOIN or network not in (0, 1):
        raise _unknown("is of another coin than bitcoin")
    return network == 0


def _origin(origin: Value) -> tuple[tuple[int, ...], bytes | None]:
    if origin is None:
        return (), None
    said = _fields(origin, _KEYPATH, "comes from no path")
    source = said.get(2)
    return _path(_listed(said.get(1))), None if source is None else _fingerprint(source)


def _parent(said: Value, path: tuple[int, ...], source: bytes | None) -> bytes:
    if said is None and source is not None and len(path) == 1:
        # one step from where the path begins: what is said twice may be left out
        return source
    return bytes(4) if said is None else _fingerprint(said)


def _listed(components: Value) -> Sequence[Value]:
    if not isinstance(components, list):
        raise _unknown("has a path without steps")
    return components


def _path(steps: Sequence[Value]) -> tuple[int, ...]:
    found: list[int] = []
    for number, hardened in _pairs(steps):
        if not _is_index(number):
            raise _unknown("comes from a path with a step that is none")
        found.append(number + _HARDENED * hardened)
    return tuple(found)


def _children(children: Value) -> str:
    if children is None:
        return ""
    said = _fields(children, _KEYPATH, "has children by no path")
    return "".join(f"/{_child(step)}" for step in _components(_listed(said.get(1))))


def _components(steps: Sequence[Value]) -> list[Value]:
    """Take steps apart: a pair of branches is one value, everything else a value and a flag."""
    found: list[Value] = []
    left = list(steps)
    while left:
        step = left.pop(0)
        is_pair = isinstance(step, list) and len(step) == 4
        if not is_pair and (not left or left.pop(0) is not False):
            raise _unknown("has hardened children, which nobody can derive")
        found.append(step)
    return found


def _child(step: Value) -> str:
    match step:
        case []:
            return "*"
        case [receive, False, change, False] if _is_index(receive) and _is_index(change):
            return f"<{receive};{change}>"
        case _ if _is_index(step):
            return str(step)
    raise _unknown("has children that no descriptor can name")


def _is_index(step: Value) -> TypeGuard[int]:
    return isinstance(step, int) and not isinstance(step, bool) and 0 <= step < _HARDENED


def _pairs(steps: Sequence[Value]) -> list[tuple[Value, bool]]:
    found: list[tuple[Value, bool]] = []
    for at in range(0, len(steps), 2):
        flag = steps[at + 1] if at + 1 < len(steps) else None
        if not isinstance(flag, bool):
            raise _unknown("comes from a path that is not written as one")
        found.append((steps[at], flag))
    return found


def _fingerprint(value: Value) -> bytes:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 0xFFFFFFFF:
        raise _unknown("has a fingerprint that is none")
    return value.to_bytes(4, "big")


def _unknown(how: str) -> InputError:
    return InputError(f"a key of the ur {how}", hint="export it again, as public keys of bitcoin")
