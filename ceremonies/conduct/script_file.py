"""A ceremony script as a file, `ceremony/1`: read strictly, its actions found by their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec

from ceremonies import strict
from ceremonies.conduct import positions
from ceremonies.conduct.actions import Action
from ceremonies.conduct.people import Role
from ceremonies.conduct.script import (
    Count,
    EntropyForm,
    EnvironmentForm,
    Form,
    Line,
    MaterialForm,
    Name,
    OnFail,
    Requirement,
    Script,
    SeedForm,
    Sha256,
    SharesForm,
    Step,
)
from ceremonies.conduct.steps import ACTIONS
from ceremonies.errors import InputError
from ceremonies.network import network_named
from ceremonies.spoken import visible

MAX_SIZE = 256 * 1024
"""The longest script that is read, in bytes."""


class _RoleForm(Form, frozen=True, kw_only=True, rename="kebab"):
    at_least: Count
    at_most: Count | None = None
    independent: bool = False


class _RulesForm(Form, frozen=True, kw_only=True):
    conflicts: tuple[tuple[Name, ...], ...] = ()
    quorum: Count
    presence: Literal["name", "pin", "key"] = "name"


class _ScriptForm(Form, frozen=True, kw_only=True):
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
    sites: Annotated[dict[Name, Line], msgspec.Meta(max_length=32)] = msgspec.field(
        default_factory=dict
    )
    material: Annotated[tuple[MaterialForm, ...], msgspec.Meta(max_length=64)] = ()
    environment: EnvironmentForm = EnvironmentForm()
    step: tuple[dict[str, Any], ...]


class _StepForm(Form, frozen=True, kw_only=True, rename="kebab"):
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
    action = _action(form.do, what=what)
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


def _action(name: str, *, what: str) -> Action[Any]:
    """Find an action by the name that scripts give it.

    Raises:
        InputError: there is none.
    """
    if name not in ACTIONS:
        raise InputError(
            f"{what}: there is no action {visible(name)}",
            hint=f"the actions are {', '.join(sorted(ACTIONS))}",
        )
    return ACTIONS[name]
