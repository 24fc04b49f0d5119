"""What values are made of: fields that never change, and two values of a class compare by them.

A frozen dataclass writes its methods as text and compiles them: most of a millisecond for each
class at every start, and an instance takes ten times as long to make.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, dataclass_transform

from msgspec import Struct, field
from msgspec.structs import replace

__all__ = ["Frozen", "field", "parts", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Frozen(Struct, frozen=True):
    """A value. Its types are for readers and for mypy: nothing checks them when it is made.

    A class with a `cached_property` says `dict=True`.
    """


def parts(value: Frozen) -> Iterator[Any]:
    """Yield what lies in the fields of a value."""
    return (getattr(value, name) for name in value.__struct_fields__)
