"""The ways a wallet can be spent, and which of them a transaction opens (BIP-65, BIP-68)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
from ceremonies.bitcoin.transaction import Transaction
from ceremonies.frozen import Frozen
from ceremonies.signing.facts import Facts
from ceremonies.wallets.explained import delay_words, keys_of, ways_of
from ceremonies.wallets.wallet import Wallet

_FINAL = 0xFFFFFFFF
_NO_RELATIVE = 1 << 31
_IN_TIME = 1 << 22
_UNITS = 0xFFFF


class Branch(Frozen, kw_only=True):
    """One way to spend: who signs, in words and by fingerprints, and when it opens.

    `is_open` says whether this transaction's locktime and sequences open it on every input of ours.
    """

    words: str
    opens: str
    is_open: bool
    signers: tuple[str, ...]


def branches(facts: Facts) -> tuple[Branch, ...]:
    """State each way to spend what a PSBT spends, in the order of the descriptor."""
    names = _fingerprints(facts.wallet)
    sequences = {fact.given.sequence for fact in facts.inputs if fact.place is not None}
    return tuple(
        _branch(way, names, facts.psbt.transaction, sequences)
        for way in ways_of(facts.wallet.branches[0].conditions)
    )


def _branch(
    way: Condition, names: dict[str, str], unsigned: Transaction, sequences: set[int]
) -> Branch:
    delays = [delay_words(delay) for delay in _delays(way)]
    return Branch(
        words=_said(way, names),
        opens=" and ".join(dict.fromkeys(delays)) or "at once",
        is_open=all(_is_open(way, unsigned, sequence) for sequence in sequences),
        signers=tuple(dict.fromkeys(names.get(key, key) for key in keys_of(way))),
    )


def _fingerprints(wallet: Wallet) -> dict[str, str]:
    named = {key.expression: key.fingerprint for key in wallet.branches[0].keys}
    return named | {key.xpub: key.fingerprint for key in wallet.branches[0].keys}


def _delays(condition: Condition) -> Iterator[Older | After]:
    if isinstance(condition, Older | After):
        yield condition
    elif isinstance(condition, Threshold | All | Either):
        for part in condition.parts:
            yield from _delays(part)


def _is_open(condition: Condition, unsigned: Transaction, sequence: int) -> bool:
    """Whether it can be met once everybody who is named in it has signed."""
    if isinstance(condition, Older):
        return _has_waited(condition, unsigned.version, sequence)
    if isinstance(condition, After):
        same_kind = condition.is_time == (unsigned.locktime >= 500_000_000)
        return same_kind and condition.value <= unsigned.locktime and sequence != _FINAL
    if isinstance(condition, KeyHeld | Joint | Preimage):
        return True
    met = sum(_is_open(part, unsigned, sequence) for part in condition.parts)
    if isinstance(condition, All):
        return met == len(condition.parts)
    return met >= (condition.needs if isinstance(condition, Threshold) else 1)


def _has_waited(delay: Older, version: int, sequence: int) -> bool:
    if version < 2 or sequence & _NO_RELATIVE or (delay.value ^ sequence) & _IN_TIME:
        return False
    return delay.value & _UNITS <= sequence & _UNITS


def _said(condition: Condition, names: dict[str, str]) -> str:
    parts = condition.parts if isinstance(condition, All) else (condition,)
    asked = [part for part in parts if not isinstance(part, Older | After)]
    return " and ".join(_term(part, names) for part in asked) or "anyone"


def _term(condition: Condition, names: dict[str, str]) -> str:
    if isinstance(condition, KeyHeld):
        return names.get(condition.key, f"key {condition.key[:8]}")
    if isinstance(condition, Joint):
        return f"{_listed(condition.keys, names)} together (MuSig2)"
    if isinstance(condition, Threshold):
        if all(isinstance(part, KeyHeld) for part in condition.parts):
            return f"{condition.needs} of {_listed(keys_of(condition), names)}"
        inner = "; ".join(_said(part, names) for part in condition.parts)
        return f"{condition.needs} of ({inner})"
    if isinstance(condition, Either):
        return f"({' or '.join(_said(part, names) for part in condition.parts)})"
    if isinstance(condition, Preimage):
        return f"whoever knows what {condition.function} makes {condition.digest[:16]}…"
    return _said(condition, names)


def _listed(keys: Iterable[str], names: dict[str, str]) -> str:
    return ", ".join(names.get(key, f"key {key[:8]}") for key in keys)
