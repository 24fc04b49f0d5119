"""`Secret`: bytes that do not show themselves."""

from __future__ import annotations

import hmac
from typing import NoReturn, Self


class Secret:
    """Bytes whose `repr` and `str` say only how many there are; `reveal()` is the one way out.

    Does not pickle, copy, hash or become JSON, compares in constant time, and wipes its own
    buffer on leaving a `with` block. Python keeps copies nobody can reach: `docs/threat-model.md`
    says what that means.
    """

    __slots__ = ("_buffer",)

    def __init__(self, value: bytes | bytearray) -> None:
        self._buffer = bytearray(value)

    def reveal(self) -> bytes:
        """Return the bytes themselves. Every call site is a place to audit."""
        return bytes(self._buffer)

    def wipe(self) -> None:
        """Overwrite the buffer with zeros; the secret is then empty."""
        for position in range(len(self._buffer)):
            self._buffer[position] = 0
        self._buffer.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def __len__(self) -> int:
        return len(self._buffer)

    def __repr__(self) -> str:
        return f"Secret({len(self._buffer)} bytes)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._buffer, other._buffer)

    __hash__ = None  # type: ignore[assignment]  # a secret is no dictionary key

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled or copied")
