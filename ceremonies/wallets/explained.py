"""What a wallet's descriptor means, in words: who can spend, when, with which keys."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import product
from math import prod

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
from ceremonies.bitcoin.derivation import format_path
from ceremonies.frozen import Frozen
from ceremonies.wallets.wallet import Wallet

_BLOCKS_A_DAY = 144
_SECONDS_A_DAY = 86_400
_MOST_WAYS = 16
"""As many ways are listed one by one; beyond that choices stand in brackets."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class NamedKey(Frozen, kw_only=True):
    """A key and its letter. One that is written out has no origin; its `key` is in hex."""

    letter: str
    fingerprint: str | None
    path: str | None
    key: str
    ours: bool


class Way(Frozen):
    """One way to spend, in words, and whether the keys in this room are enough for it."""

    words: str
    is_ours: bool


class Explained(Frozen, kw_only=True):
    """A wallet in words; each of the `ways` alone is enough. `notes` are what else to know."""

    ways: tuple[Way, ...]
    keys: tuple[NamedKey, ...]
    notes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """All ways in one sentence: `2 of A, B, C; or after 6 blocks D alone`."""
        return "; or ".join(way.words for way in self.ways)

    @property
    def room(self) -> str:
        """What the keys in this room can do by themselves."""
        if not any(key.ours for key in self.keys):
            return "none of its keys is said to be in this room"
        letters = ", ".join(key.letter for key in self.keys if key.ours)
        able = [way.words for way in self.ways if way.is_ours]
        if not able:
            return f"{letters} in this room, not enough to spend alone"
        return f"{letters} in this room, enough to spend alone: {'; or '.join(able)}"


def explain(wallet: Wallet) -> Explained:
    """Say what a wallet means; its keys get letters in the order of its descriptor."""
    condition = wallet.branches[0].conditions
    keys = _named(wallet, condition)
    letters = {key.key: key.letter for key in keys}
    ours = frozenset(key.key for key in keys if key.ours)
    ways = tuple(Way(_Words(letters).way(way), _is_met(way, ours)) for way in ways_of(condition))
    return Explained(ways=ways, keys=keys, notes=tuple(_notes(wallet)))


def ways_of(condition: Condition) -> list[Condition]:
    """The ways to meet a condition, each without an `or` at its top where there are few.

    A threshold of keys and delays, as a decaying multisig is written, becomes one way a delay:
    each that has passed stands for a key that is no longer needed.
    """
    if isinstance(condition, Either):
        return [way for part in condition.parts for way in ways_of(part)]
    if isinstance(condition, Threshold):
        decayed = _decayed(condition)
        if decayed:
            return decayed
    if isinstance(condition, All):
        choices = [ways_of(part) for part in condition.parts]
        if prod(map(len, choices)) <= _MOST_WAYS:
            return [_all(chosen) for chosen in product(*choices)]
    return [condition]


def _all(parts: Sequence[Condition]) -> Condition:
    flat: list[Condition] = []
    for part in parts:
        flat += part.parts if isinstance(part, All) else (part,)
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def _decayed(condition: Threshold) -> list[Condition]:
    keys = tuple(part for part in condition.parts if isinstance(part, KeyHeld | Joint))
    delays = [part for part in condition.parts if isinstance(part, Older | After)]
    kinds = {(type(one), _unit(one)) for one in delays}
    if len(kinds) != 1 or len(keys) + len(delays) != len(condition.parts):
        return []
    found: list[Condition] = []
    if condition.needs <= len(keys):
        found.append(Threshold(condition.needs, keys))
    delays.sort(key=lambda one: one.value)
    for passed, delay in enumerate(delays, start=1):
        left = condition.needs - passed
        if left <= 0:
            return [*found, delay]
        if left <= len(keys):
            found.append(All((delay, Threshold(left, keys))))
    return found


def _unit(delay: Older | After) -> bool:
    return delay.is_time if isinstance(delay, After) else delay.blocks is None


def _is_met(condition: Condition, ours: frozenset[str]) -> bool:
    """Whether our keys are enough, once every delay has passed; preimages count as unknown."""
    if isinstance(condition, KeyHeld):
        return condition.key in ours
    if isinstance(condition, Joint):
        return set(condition.keys) <= ours
    if isinstance(condition, Older | After):
        return True
    if isinstance(condition, Preimage):
        return False
    met = sum(_is_met(part, ours) for part in condition.parts)
    if isinstance(condition, All):
        return met == len(condition.parts)
    return met >= (condition.needs if isinstance(condition, Threshold) else 1)


class _Words(Frozen):
    letters: dict[str, str]

    def way(self, condition: Condition, *, nested: bool = False) -> str:
        parts = condition.parts if isinstance(condition, All) else (condition,)
        delays = [delay_words(part) for part in parts if isinstance(part, Older | After)]
        hashes = [part for part in parts if isinstance(part, Preimage)]
        asked = [p for p in parts if not isinstance(p, Older | After | Preimage)]
        words = " and ".join(self.term(part) for part in asked)
        if not asked:
            words = "" if nested and parts else "anyone"
        if len(asked) == 1 and isinstance(asked[0], KeyHeld):
            words += " alone"
        for one in hashes:
            words += f"{', ' if words else ''}knowing what {one.function} makes {one.digest}"
        return " ".join(filter(None, (" and ".join(delays), words)))

    def term(self, condition: Condition) -> str:
        if isinstance(condition, KeyHeld):
            return self.letters[condition.key]
        if isinstance(condition, Joint):
            names = ", ".join(self.letters[key] for key in condition.keys)
            return f"{names} together in one signature (MuSig2)"
        if isinstance(condition, Threshold) and _are_keys(condition.parts):
            return f"{condition.needs} of {', '.join(map(self.term, condition.parts))}"
        if isinstance(condition, Threshold):
            inner = "; ".join(f"({self.way(part, nested=True)})" for part in condition.parts)
            return f"{condition.needs} of these: {inner}"
        if isinstance(condition, Either):
            ways = (self.way(way, nested=True) for way in ways_of(condition))
            return f"({'; or '.join(ways)})"
        return self.way(condition, nested=True)


def _are_keys(parts: Sequence[Condition]) -> bool:
    return all(isinstance(part, KeyHeld | Joint) for part in parts)


def delay_words(delay: Older | After) -> str:
    """Say a delay: `after 6 blocks`, `after 90 days`, `from block 900000 on`, `from DATE on`."""
    if isinstance(delay, After):
        if not delay.is_time:
            return f"from block {delay.value} on"
        return time.strftime("from %Y-%m-%d %H:%M UTC on", time.gmtime(delay.value))
    blocks, seconds = delay.blocks, delay.seconds
    if blocks is not None:
        days = round(blocks / _BLOCKS_A_DAY)
        about = f" (about {days} {'day' if days == 1 else 'days'})" if days else ""
        return f"after {blocks} {'block' if blocks == 1 else 'blocks'}{about}"
    assert seconds is not None
    days, rest = divmod(seconds, _SECONDS_A_DAY)
    hours, rest = divmod(rest, 3600)
    return f"after {days} d {hours} h {rest // 60} min"


def keys_of(condition: Condition) -> Iterator[str]:
    """Yield the keys of a condition, from left to right, as often as they stand there."""
    if isinstance(condition, KeyHeld):
        yield condition.key
    elif isinstance(condition, Joint):
        yield from condition.keys
    elif isinstance(condition, Threshold | All | Either):
        for part in condition.parts:
            yield from keys_of(part)


def _named(wallet: Wallet, condition: Condition) -> tuple[NamedKey, ...]:
    extended = {key.expression: key for key in wallet.branches[0].keys}
    # a key without an origin of its own is its own origin, and the descriptor does not say so
    bare = {key.xpub: key for key in wallet.branches[0].keys}
    found = []
    for number, name in enumerate(dict.fromkeys(keys_of(condition))):
        key = extended.get(name) or bare.get(name)
        found.append(
            NamedKey(
                letter=letter(number),
                fingerprint=key.fingerprint if key else None,
                path=format_path(key.origin) if key else None,
                key=name,
                ours=key is not None and key.expression in wallet.ours,
            )
        )
    return tuple(found)


def letter(number: int) -> str:
    """The name of the key at `number`: A to Z, then A2 to Z2, and so on."""
    again, place = divmod(number, len(_LETTERS))
    return _LETTERS[place] + (str(again + 1) if again else "")


def _notes(wallet: Wallet) -> Iterator[str]:
    first = wallet.branches[0]
    if first.multisig is not None and not first.multisig.sort:
        yield "the keys are not sorted: their order is part of every address"
    if first.is_script_path_only:
        yield "nobody has the internal key: coins move by the scripts alone"
    if len(wallet.branches) == 1:
        yield "there is no change branch"
    if not first.is_ranged:
        yield "it has one address, at index 0"
