"""Whether a JSON value is exactly what a `TypedDict` of the contract says."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict


def differences(value: object, kind: Any, where: str = "") -> Iterator[str]:
    """Yield what is missing, unknown or of another type, by its place."""
    if is_typeddict(kind):
        yield from _in_object(value, kind, where)
    elif get_origin(kind) is list:
        if not isinstance(value, list):
            yield f"{where} is no list"
            return
        for number, item in enumerate(value):
            yield from differences(item, get_args(kind)[0], f"{where}[{number}]")
    elif get_origin(kind) is types.UnionType:
        if all([*differences(value, choice, where)] for choice in get_args(kind)):
            yield f"{where} is none of {kind}"
    elif get_origin(kind) is dict:
        if not isinstance(value, dict):
            yield f"{where} is no object"
    # exactly: a bool is no int here
    elif type(value) is not kind:
        yield f"{where} is {type(value).__name__}, not {kind.__name__}"


def _in_object(value: object, kind: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is no object"
        return
    hints = get_type_hints(kind, include_extras=True)
    optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
    yield from (f"{where}.{name} is unknown" for name in value.keys() - hints.keys())
    yield from (f"{where}.{name} is missing" for name in hints.keys() - optional - value.keys())
    for name in value.keys() & hints.keys():
        hint = get_args(hints[name])[0] if name in optional else hints[name]
        yield from differences(value[name], hint, f"{where}.{name}")
