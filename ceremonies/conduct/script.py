"""A ceremony script, `ceremony/1`: one TOML file, the only input of a ceremony."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec

from ceremonies import strict
from ceremonies.conduct import positions
from ceremonies.conduct.actions import Action, action_named
from ceremonies.conduct.people import Role
from ceremonies.errors import InputError
from ceremonies.keys import by_hand
from ceremonies.keys.by_hand import Method
from ceremonies.keys.card import Group
from ceremonies.keys.deck import Deck
from ceremonies.network import Network, network_named

MAX_SIZE = 256 * 1024
"""The longest script that is read, in bytes."""

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


class _Form(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """A table of the script; a key it does not have is an error."""


class _RoleForm(_Form, frozen=True, kw_only=True, rename="kebab"):
    at_least: Count
    at_most: Count | None = None
    independent: bool = False


class _RulesForm(_Form, frozen=True, kw_only=True):
    conflicts: tuple[tuple[Name, ...], ...] = ()
    quorum: Count
    presence: Literal["name", "pin", "key"] = "name"


class SeedForm(_Form, frozen=True, kw_only=True):
    """`[seed]`: the scheme of the key, and how many words its phrase has."""

    scheme: Literal["bip39", "slip39"]
    words: Literal[12, 15, 18, 21, 24] = 24


class EntropyForm(_Form, frozen=True, kw_only=True):
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


class SharesForm(_Form, frozen=True, kw_only=True, rename="kebab"):
    """`[shares]`: the groups of cards and how many of them recover the key."""

    groups: tuple[str, ...]
    groups_needed: Count = 1
    sites: tuple[Name, ...] = ()
    no_site_reaches_threshold: bool = False


class MaterialForm(_Form, frozen=True, kw_only=True):
    """`[[material]]`: what lies ready, how many of it, and whether each has a serial number."""

    name: Line
    count: Count = 1
    serial: bool = False


class EnvironmentForm(_Form, frozen=True, kw_only=True):
    """`[environment]`: what must be so of the room, said anew in every session."""

    room: Annotated[tuple[Line, ...], msgspec.Meta(max_length=16)] = ()


OnFail = Literal["pause", "exception", "abort"]
"""What a step that fails leaves: a pause, a choice for two people, or only the end."""


class _ScriptForm(_Form, frozen=True, kw_only=True):
    schema: Literal["ceremony/1"]
    id: Name
    title: Line
    network: Literal["mainnet", "testnet4", "signet", "regtest"] | None = None
    roles: Annotated[dict[Name, Count | _RoleForm], msgspec.Meta(max_length=16)]
    rules: _RulesForm
    seed: SeedForm | None = None
    entropy: tuple[EntropyForm, ...] = ()
    shares: SharesForm | None = None
    policy: Sha256 | None = None
    sites: Annotated[dict[Name, Line], msgspec.Meta(max_length=32)] = {}
    material: Annotated[tuple[MaterialForm, ...], msgspec.Meta(max_length=64)] = ()
    environment: EnvironmentForm = EnvironmentForm()
    step: tuple[dict[str, Any], ...]


class _StepForm(_Form, frozen=True, kw_only=True, rename="kebab"):
    """What every step may say, whatever its action."""

    id: Name
    do: str
    role: Name
    say: Line | None = None
    needs: tuple[str, ...] | None = None
    gives: tuple[str, ...] | None = None
    attest: tuple[Name, ...] = ()
    maps: tuple[Requirement, ...] = ()
    on_fail: OnFail = "pause"


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


def read(data: bytes) -> Script:
    """Read a script strictly; whether it makes sense is for `check`.

    Raises:
        InputError: it is not a script; steps are named by their number and id.
    """
    if len(data) > MAX_SIZE:
        raise InputError(
            f"the script is longer than {MAX_SIZE} bytes", hint="check that this is the right file"
        )
    form = strict.toml_value(data, _ScriptForm, what="the script")
    script = Script(
        id=form.id,
        title=form.title,
        network=network_named(form.network) if form.network else None,
        roles=tuple(_roles(form.roles)),
        conflicts=form.rules.conflicts,
        quorum=form.rules.quorum,
        presence=form.rules.presence,
        seed=form.seed,
        entropy=form.entropy,
        shares=form.shares,
        policy=form.policy,
        sites=form.sites,
        material=form.material,
        room=form.environment.room,
        steps=tuple(
            _step(number, plain, line)
            for number, (plain, line) in enumerate(_with_lines(form.step, data), start=1)
        ),
        data=data,
    )
    _ = script.groups  # a group that SLIP-39 does not have is an error of form
    return script


def _roles(forms: dict[str, int | _RoleForm]) -> Iterator[Role]:
    for name, form in forms.items():
        if isinstance(form, int):
            yield Role(name=name, least=form, most=form)
        else:
            yield Role(
                name=name, least=form.at_least, most=form.at_most, independent=form.independent
            )


def _with_lines(
    steps: tuple[dict[str, Any], ...], data: bytes
) -> Iterator[tuple[dict[str, Any], str]]:
    lines = positions.lines_of(data)
    for number, plain in enumerate(steps, start=1):
        line = lines.get(f"[[step]] {number}")
        yield plain, f" at line {line}" if line else ""


def _step(number: int, plain: dict[str, Any], line: str) -> Step:
    keys = {field.encode_name for field in msgspec.structs.fields(_StepForm)}
    common = {key: value for key, value in plain.items() if key in keys}
    form = strict.converted(common, _StepForm, what=f"step {number}{line}")
    what = f"step {number} ({form.id}){line}"
    action = action_named(form.do, what=what)
    own = {key: value for key, value in plain.items() if key not in common}
    return Step(
        id=form.id,
        action=action,
        params=strict.converted(own, action.params, what=what),
        role=form.role,
        say=form.say or action.about,
        needs=form.needs,
        gives=form.gives,
        attest=form.attest,
        maps=form.maps,
        on_fail=form.on_fail,
    )
