"""A ceremony script, `ceremony/1`: what the only input of a ceremony says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec

from ceremonies.conduct.actions import Action
from ceremonies.conduct.people import Role
from ceremonies.keys import by_hand
from ceremonies.keys.by_hand import Method
from ceremonies.keys.card import Group
from ceremonies.keys.deck import Deck
from ceremonies.network import Network

Name = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?\Z")]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\A[^\x00-\x1f\x7f]*\Z")]
FileName = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
WalletName = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,50}\Z")]
WalletId = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Sha256 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Requirement = Annotated[
    str, msgspec.Meta(pattern=r"\A[a-z0-9][a-z0-9.-]{0,31}:[A-Za-z0-9][A-Za-z0-9.()/_-]{0,63}\Z")
]
"""A requirement of a standard, such as `ccss-9:1.03.2.1`."""
Count = Annotated[int, msgspec.Meta(ge=1, le=100)]


class Form(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A table of the script; a key it does not have is an error."""


class SeedForm(Form, frozen=True, kw_only=True):
    """`[seed]`: the scheme of the key, and how many words its phrase has."""

    scheme: Literal["bip39", "slip39"]
    words: Literal[12, 15, 18, 21, 24] = 24


class EntropyForm(Form, frozen=True, kw_only=True):
    """`[[entropy]]`: a source, and the bits it must be worth; `sides` are those of dice."""

    kind: Literal["dice", "coins", "cards", "hex", "system"]
    bits: Annotated[int, msgspec.Meta(ge=1, le=256)]
    sides: Annotated[int, msgspec.Meta(ge=by_hand.FEWEST_SIDES, le=by_hand.MOST_SIDES)] = by_hand.D6

    @property
    def method(self) -> Method:
        """How people make it; the system's has none."""
        if self.kind == "dice":
            return by_hand.die(self.sides)
        return {"coins": by_hand.COINS, "cards": Deck(), "hex": by_hand.HEX}[self.kind]

    @property
    def source(self) -> str:
        """The kind of source it becomes: `dice` of 20 sides are `d20`."""
        return self.kind if self.kind == "system" else self.method.kind


class SharesForm(Form, frozen=True, kw_only=True, rename="kebab"):
    """`[shares]`: the groups of cards and how many of them recover the key."""

    groups: tuple[str, ...]
    groups_needed: Count = 1
    sites: tuple[Name, ...] = ()
    no_site_reaches_threshold: bool = False


class MaterialForm(Form, frozen=True, kw_only=True):
    """`[[material]]`: what lies ready, how many of it, and whether each has a serial number."""

    name: Line
    count: Count = 1
    serial: bool = False


class EnvironmentForm(Form, frozen=True, kw_only=True):
    """`[environment]`: what must be so of the room, said anew in every session."""

    room: Annotated[tuple[Line, ...], msgspec.Meta(max_length=16)] = ()


OnFail = Literal["pause", "exception", "abort"]
"""What a step that fails leaves: a pause, a choice for two people, or only the end."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step: its action with the parameters the script gives it, and who acts and attests."""

    id: str
    action: Action[Any]
    params: Any
    role: str
    say: str
    needs: tuple[str, ...] | None
    gives: tuple[str, ...] | None
    attest: tuple[str, ...]
    maps: tuple[str, ...]
    on_fail: OnFail = "pause"

    @property
    def is_mandatory(self) -> bool:
        """Whether the ceremony cannot be complete without it."""
        return self.on_fail != "exception"

    @property
    def parameters(self) -> dict[str, object]:
        """What the script asks of the action, defaults included, by the names scripts use."""
        plain: dict[str, object] = msgspec.to_builtins(self.params)
        return plain


@dataclass(frozen=True, kw_only=True)
class Script:
    """A script as it was read; `data` are its exact bytes, which every log names by their hash."""

    id: str
    title: str
    network: Network | None
    roles: tuple[Role, ...]
    conflicts: tuple[tuple[str, ...], ...]
    quorum: int
    presence: Literal["name", "pin", "key"]
    seed: SeedForm | None
    entropy: tuple[EntropyForm, ...]
    shares: SharesForm | None
    policy: str | None
    sites: Mapping[str, str]
    material: tuple[MaterialForm, ...]
    room: tuple[str, ...]
    steps: tuple[Step, ...]
    data: bytes

    @cached_property
    def sha256(self) -> str:
        """The hash of the file, in hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of cards; none where nothing is split."""
        return tuple(map(Group.parse, self.shares.groups)) if self.shares else ()

    def step(self, name: str) -> Step:
        """Return the step of a name."""
        return self.steps[self.index(name)]

    def index(self, step: str) -> int:
        """Return the position of a step, counted from 0."""
        return [one.id for one in self.steps].index(step)
