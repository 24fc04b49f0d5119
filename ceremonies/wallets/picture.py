"""A wallet drawn as a tree of text: what is needed, and below it the keys that serve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ceremonies.bitcoin.conditions import (
    After,
    All,
    Condition,
    Either,
    Joint,
    KeyHeld,
    Older,
    Preimage,
    Threshold,
)
from ceremonies.frozen import Frozen
from ceremonies.wallets.explained import Explained, NamedKey, delay_words, ways_of
from ceremonies.wallets.wallet import Wallet


class _Node(Frozen):
    text: str
    below: tuple[_Node, ...] = ()


def picture(wallet: Wallet, explained: Explained) -> list[str]:
    """Draw who can spend, one line for each thing that is needed."""
    keys = {key.key: key for key in explained.keys}
    ways = ways_of(wallet.branches[0].conditions)
    nodes = [_node(way, keys) for way in ways]
    title = f"{wallet.name} is spent by" + (" any one of" if len(nodes) > 1 else "")
    return [title, *_lines(nodes)]


def _lines(nodes: Sequence[_Node]) -> Iterator[str]:
    for number, node in enumerate(nodes, start=1):
        last = number == len(nodes)
        yield f"{'└─' if last else '├─'} {node.text}"
        for line in _lines(node.below):
            yield f"{'  ' if last else '│ '} {line}"


def _node(condition: Condition, keys: dict[str, NamedKey]) -> _Node:
    if isinstance(condition, KeyHeld):
        return _Node(_key(keys[condition.key]))
    if isinstance(condition, Joint):
        below = tuple(_Node(_key(keys[key])) for key in condition.keys)
        return _Node("together in one signature (MuSig2)", below)
    if isinstance(condition, Older | After):
        return _Node(delay_words(condition))
    if isinstance(condition, Preimage):
        return _Node(f"knowing what {condition.function} makes {condition.digest}")
    if isinstance(condition, Either):
        return _Node("any one of", tuple(_node(way, keys) for way in ways_of(condition)))
    if isinstance(condition, Threshold):
        return _Node(
            f"{condition.needs} of {len(condition.parts)}",
            tuple(_node(part, keys) for part in condition.parts),
        )
    return _all(condition, keys)


def _all(condition: All, keys: dict[str, NamedKey]) -> _Node:
    delays = [part for part in condition.parts if isinstance(part, Older | After)]
    rest = tuple(_node(p, keys) for p in condition.parts if not isinstance(p, Older | After))
    if not delays:
        return _Node("all of" if rest else "anyone", rest)
    return _Node(" and ".join(map(delay_words, delays)), rest)


def _key(key: NamedKey) -> str:
    where = f"{key.fingerprint}  {key.path}" if key.fingerprint else f"{key.key[:16]}…"
    return f"{key.letter}  {where}{'  in this room' if key.ours else ''}"
