"""What a script must be so that its key is neither lost, nor on paper that nobody checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ceremonies.conduct.script import Script
from ceremonies.conduct.slots import ENTROPY, SEED, SHARES
from ceremonies.keys import by_hand
from ceremonies.keys.card import MOST_OF_ANYTHING

_ONCE = ("make-seed", "bring-seed", "show-phrase", "split-shares", "hand-out-shares")
_FOLLOWED = (
    ("make-seed", ("show-phrase", "split-shares")),
    ("show-phrase", ("confirm-phrase",)),
    ("split-shares", ("hand-out-shares",)),
    ("hand-out-shares", ("recover-seed",)),
)
_READERS = {
    "confirm-phrase": ("show-phrase",),
    "confirm-fingerprint": ("show-phrase", "hand-out-shares", "collect-shares"),
}
_RELEASING = ("export-account", "register-wallet")

_Problems = Iterator[tuple[str, str]]
"""Where, and what is wrong."""


def entropy(script: Script) -> _Problems:
    """Every source once, and enough chance for the words."""
    names = _names(script)
    kinds = Counter(form.kind for form in script.entropy)
    if "collect-entropy" in names and not script.entropy:
        yield "[[entropy]]", "is missing, and collect-entropy needs it"
    for kind, count in kinds.items():
        if count > 1:
            yield "[[entropy]]", f"names {kind} twice"
    for form in script.entropy:
        if form.kind != "dice" and form.sides != by_hand.D6:
            yield "[[entropy]]", f"gives {form.kind} sides, which dice alone have"
    for step in script.steps:
        if step.action.name == "collect-entropy" and step.params.commit:
            if "system" not in kinds:
                yield f"step {step.id}", "commits the machine, which gives nothing"
            if not kinds.keys() - {"system"}:
                yield f"step {step.id}", "commits the machine, and people give nothing"
    if "make-seed" not in names:
        return
    if script.seed is None:
        yield "[seed]", "is missing, and make-seed needs it"
        return
    if script.seed.scheme != "bip39":
        yield "[seed]", "make-seed makes bip39 keys only"
    wanted = script.seed.words * 32 // 3
    total = sum(form.bits for form in script.entropy)
    if total < wanted:
        yield "[[entropy]]", f"gives {total} bits, and {script.seed.words} words have {wanted}"


def shares(script: Script) -> _Problems:
    """Cards that SLIP-39 can make, and exactly as many holders."""
    if "split-shares" not in _names(script):
        return
    if script.shares is None:
        yield "[shares]", "is missing, and split-shares needs it"
        return
    cards = sum(group.of for group in script.groups)
    if len(script.groups) > MOST_OF_ANYTHING:
        yield "[shares]", f"has {len(script.groups)} groups, and a set has at most 16"
    if not 1 <= script.shares.groups_needed <= len(script.groups):
        yield "[shares]", f"needs {script.shares.groups_needed} of {len(script.groups)} groups"
    roles = {role.name: role for role in script.roles}
    for step in script.steps:
        role = roles.get(step.role)
        if role is None or step.action.name != "hand-out-shares":
            continue
        if not role.least == role.most == cards:
            yield f"step {step.id}", f"hands out {cards} cards, and the script asks for {role}"


def once(script: Script) -> _Problems:
    """One key, and each of its papers shown once."""
    for name, count in Counter(_names(script)).items():
        if name in _ONCE and count > 1:
            yield f"action {name}", f"is done {count} times"
    if {"make-seed", "bring-seed"} <= set(_names(script)):
        yield "action bring-seed", "brings a key to a ceremony that makes one"
    if "make-seed" not in _names(script):
        return
    made = _names(script).index("make-seed")
    for index, step in enumerate(script.steps):
        name = step.action.name
        if index < made and name in ("collect-shares", "recover-seed"):
            yield f"step {step.id}", "brings another key than the one that is made after it"
        if name == "collect-shares" and step.params.passphrase:
            yield f"step {step.id}", "asks for a passphrase, and the key that is made has none"


def verified(script: Script) -> _Problems:
    """A key that is made is on paper, and whatever is on paper was typed back."""
    names = _names(script)
    for first, then in _FOLLOWED:
        if first in names and not set(then) & set(names[names.index(first) :]):
            yield f"action {first}", f"must be followed by {' or '.join(then)}"


def papers(script: Script) -> _Problems:
    """Nobody is asked to read from a paper that they did not write or bring."""
    for index, step in enumerate(script.steps):
        wrote = _READERS.get(step.action.name)
        if wrote is None:
            continue
        holders = [other.role for other in script.steps[:index] if other.action.name in wrote]
        if step.role not in holders:
            yield f"step {step.id}", f"asks the {step.role}, who has no paper to read from"


def codes(script: Script) -> _Problems:
    """A SeedQR is of 12 or 24 words."""
    words = script.seed.words if script.seed is not None else 0
    for step in script.steps:
        if step.action.name == "show-phrase" and step.params.seedqr and words not in (12, 24):
            yield f"step {step.id}", f"shows a SeedQR, and the phrase has {words} words"


def released(script: Script) -> _Problems:
    """Nothing that could still make the key void comes after its first address may be known."""
    is_released = False
    for step in script.steps:
        touched = {*step.action.needs, *step.action.gives} & {ENTROPY, SEED, SHARES}
        if is_released and touched:
            yield f"step {step.id}", "comes after the account is known, and may still lose the key"
        is_released = is_released or step.action.name in _RELEASING


def network(script: Script) -> _Problems:
    """An account has a network, and a wallet of one key an account of one key."""
    names = _names(script)
    if script.network is None and set(names) & {"export-account", "register-wallet"}:
        yield "the script", "must name the network of the account it exports"
    kinds = {step.params.script for step in script.steps if step.action.name == "export-account"}
    if "register-wallet" in names and kinds & {"wsh", "sh-wsh"}:
        yield "register-wallet", "makes a wallet of one key, and the account is one of several"


def _names(script: Script) -> list[str]:
    return [step.action.name for step in script.steps]
