"""Nothing that holds a secret shows it: in text, in a pickle, in a copy."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import json
import pkgutil
import re
from functools import cache
from inspect import get_annotations
from typing import Any

import msgspec
import pytest
from keys_material import ROLLS, known_pool, quotes, refuses_to_pickle, rolled

import ceremonies
import custody_cli
from ceremonies.keys import bip85, by_hand, commitment, dice_only, shares
from ceremonies.keys.card import Group
from ceremonies.keys.deck import Deck
from ceremonies.keys.entropy import system
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.set_record import Form
from ceremonies.keys.slip39 import split
from ceremonies.network import REGTEST
from ceremonies.secret import Secret

SEED = Seed(Scheme.BIP39, Secret(b"canarycanarycana"))
CARDS = split(SEED, [Group(2, 3)], groups_needed=1, pool=known_pool())
MASTER = Seed(Scheme.SLIP39, Secret(b"canarycanarycana"))
CODEX32 = shares.deal(Form.CODEX32, MASTER, [Group(2, 3)], pool=known_pool())
XOR = shares.deal(Form.XOR, SEED, [Group(2, 2)], pool=known_pool())
HOLDERS = {
    "seed": SEED,
    "master secret": MASTER,
    "codex32 set": CODEX32,
    "codex32 share": shares.read(CODEX32.rows[0][0]),
    "seed xor": XOR,
    "part": shares.read(XOR.rows[0][0], Form.XOR),
    "child": bip85.words(SEED.bip32_seed(), REGTEST, count=12),
    "source": rolled(ROLLS),
    "sides": by_hand.source(by_hand.die(20), Secret(b"17-3-20-8-11")),
    "flips": by_hand.source(by_hand.COINS, Secret(b"hthhtththh")),
    "shuffle": by_hand.source(Deck(), Secret(b"AS4D9CKH2SJD7H")),
    "seed of dice alone": dice_only.seed_of(rolled(ROLLS[:50]), words=12),
    "committed part": commitment.draw_part(),
    "system": system(),
    "pool": known_pool(),
    "card": CARDS.cards[0][0],
    "set": CARDS,
}
REAL = {type(holder): holder for holder in HOLDERS.values()}

MADE = (ROLLS.decode(), ROLLS[:50].decode(), "17-3-20-8-11", "1011010011", "AS4D9CKH2SJD7H")
PHRASES = [
    SEED.written(),
    *(card.words for row in CARDS.cards for card in row),
    *XOR.rows[0],
    bip85.words(SEED.bip32_seed(), REGTEST, count=12).written,
]


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=list(HOLDERS))
def test_a_holder_of_a_secret_shows_nothing(holder: object) -> None:
    for shown in (repr(holder), str(holder), f"{holder}", f"{holder!r:>400}"):
        assert "Secret(" in shown
        assert not any(quotes(shown, words.reveal().decode().split()) for words in PHRASES)
        assert not any(text in shown for text in ("canary", b"canary".hex(), *MADE))
        assert not any(words.reveal().decode()[9:] in shown for words in CODEX32.rows[0])


def test_the_check_for_quotes_sees_a_quote() -> None:
    words = PHRASES[0].reveal().decode().split()
    assert quotes(f"Invalid: '{words[3]} {words[4]} ...'", words)
    assert not quotes(f"{words[4]} {words[3]}", words)


@pytest.mark.parametrize("holder", HOLDERS.values(), ids=list(HOLDERS))
def test_a_holder_of_a_secret_is_not_pickled_copied_or_serialised(holder: object) -> None:
    assert refuses_to_pickle(holder)
    with pytest.raises(TypeError):
        copy.deepcopy(holder)
    with pytest.raises(TypeError):
        dataclasses.asdict(holder)  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        json.dumps(holder)
    for write in (msgspec.json.encode, msgspec.msgpack.encode, msgspec.to_builtins):
        with pytest.raises(TypeError, match="Secret"):
            write(holder)


def fields(kind: type) -> dict[str, str]:
    """The fields of a class of values, and their types as they are written; empty of another."""
    if issubclass(kind, msgspec.Struct):
        written = {k: v for base in kind.__mro__ for k, v in get_annotations(base).items()}
        return {name: str(written[name]) for name in kind.__struct_fields__}
    if dataclasses.is_dataclass(kind):
        return {field.name: str(field.type) for field in dataclasses.fields(kind)}
    return {}


@cache
def classes() -> dict[str, Any]:
    """Every class of values of the project, by its name."""
    found = {}
    for package in (ceremonies, custody_cli):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            for value in vars(importlib.import_module(module.name)).values():
                is_here = getattr(value, "__module__", "") == module.name
                if is_here and isinstance(value, type) and fields(value):
                    found[value.__name__] = value
    return found


@cache
def holders() -> tuple[str, ...]:
    """The names of those that hold a secret, themselves or in something they hold."""
    known = {"Secret"}
    while True:
        more = {
            name
            for name, kind in classes().items()
            if any(set(re.findall(r"\w+", written)) & known for written in fields(kind).values())
        }
        if more <= known:
            return tuple(sorted(known - {"Secret"}))
        known |= more


def made_up(kind: Any) -> Any:
    """A real instance, or one that holds a canary wherever it may hold a secret."""
    if kind in REAL:
        return REAL[kind]
    held: dict[str, Any] = {}
    others = set(holders()) - {kind.__name__}
    for name, written in fields(kind).items():
        named = re.findall(r"\w+", written)
        inner = [made_up(classes()[one]) for one in named if one in others]
        held[name] = Secret(b"canarycanarycana") if "Secret" in named else (*inner[:1],)
    if issubclass(kind, msgspec.Struct):
        return kind(**held)
    made = object.__new__(kind)
    for name, value in held.items():
        object.__setattr__(made, name, value)
    return made


@pytest.mark.parametrize("name", holders())
def test_no_class_that_can_hold_a_secret_shows_or_pickles_it(name: str) -> None:
    made = made_up(classes()[name])
    shown = f"{made!r}{made}"
    assert not any(text in shown for text in ("canary", b"canary".hex()))
    assert refuses_to_pickle(made)


def test_the_search_for_classes_finds_them() -> None:
    found = set(holders())
    assert {"Seed", "Card", "CardSet", "Codex32", "Part", "Dealt", "Child", "Pool", "Key"} <= found
    assert {type(holder).__name__ for holder in HOLDERS.values()} <= found
