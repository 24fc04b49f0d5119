"""The one door for reading JSON, TOML, hex and Base64: exactly what is expected, or an error."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
from typing import Any, TypeVar

import msgspec

from ceremonies.errors import InputError
from ceremonies.spoken import visible

T = TypeVar("T")

_ANOTHER_COPY = "check that this is the right file, and use another copy"
_CORRECT_IT = "correct it and check it again; the manual names every key"
_TOO_DOTTED = re.compile(rb"(?:\.[^.\n]+){33}")
_PATTERN = re.compile(r"`str` matching regex '.*'", re.DOTALL)
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")


def json_value(data: bytes, kind: type[T], *, what: str) -> T:
    """Read one JSON document into `kind`, a `msgspec.Struct`.

    Refuses what JSON readers disagree about: duplicate keys, a byte-order mark, numbers with a
    fraction, anything after the document; and, by `kind`, unknown keys and wrong types.

    Raises:
        InputError: it is not that.
    """
    if data.startswith(codecs.BOM_UTF8):
        raise InputError(
            f"{what} begins with a byte-order mark", hint="save it as plain UTF-8, without a mark"
        )
    try:
        plain = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_float=_no_fraction,
            parse_constant=_no_fraction,
        )
        return msgspec.convert(plain, kind, strict=True)
    except UnicodeDecodeError:
        raise InputError(f"{what} is not UTF-8 text", hint=_ANOTHER_COPY) from None
    except RecursionError:
        raise InputError(f"{what} is nested too deeply", hint=_ANOTHER_COPY) from None
    except msgspec.ValidationError as error:
        raise InputError(
            f"{what} does not have the expected form: {error}", hint=_ANOTHER_COPY
        ) from None
    except ValueError as error:
        raise InputError(f"{what} is not strict JSON: {error}", hint=_ANOTHER_COPY) from None


def toml_value(data: bytes, kind: type[T], *, what: str) -> T:
    """Read one TOML 1.0 document into `kind`, a `msgspec.Struct`.

    TOML itself forbids duplicate keys; unknown keys, wrong types and fractions are refused by
    `kind`. A line with more than 32 parts between dots is refused: reading a dotted key takes the
    square of its length.

    Raises:
        InputError: it is not that.
    """
    import tomllib

    if _TOO_DOTTED.search(data):
        raise InputError(f"{what} is nested too deeply", hint=_ANOTHER_COPY)
    try:
        plain = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError(f"{what} is not UTF-8 text", hint=_ANOTHER_COPY) from None
    except RecursionError:
        raise InputError(f"{what} is nested too deeply", hint=_ANOTHER_COPY) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{what} is not TOML: {_lowered(error)}", hint=_CORRECT_IT) from None
    except ValueError:
        raise InputError(f"{what} has a number of too many digits", hint=_CORRECT_IT) from None
    return converted(plain, kind, what=what)


def converted(plain: object, kind: type[T], *, what: str) -> T:
    """Turn plain values into `kind`, a `msgspec.Struct`, with nothing left over or missing.

    Raises:
        InputError: they do not have its form.
    """
    try:
        return msgspec.convert(plain, kind, strict=True)
    except msgspec.ValidationError as error:
        raise InputError(
            f"{what} does not have the expected form: {_lowered(error)}", hint=_CORRECT_IT
        ) from None


def _lowered(error: Exception) -> str:
    text = _PATTERN.sub("`str` of another form", str(error))
    return visible(text[:1].lower() + text[1:])


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found


def _no_fraction(text: str) -> Any:
    raise ValueError("a number with a fraction")


def text_lines(data: bytes, *, what: str) -> list[str]:
    """Read UTF-8 text as its lines, ended by LF or CRLF, without white space at their ends.

    Raises:
        InputError: it is not UTF-8, begins with a byte-order mark, or holds control characters.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{what} is not UTF-8 text", hint=_ANOTHER_COPY) from None
    if text.startswith("\ufeff"):
        raise InputError(
            f"{what} begins with a byte-order mark", hint="save it as plain UTF-8, without a mark"
        )
    lines = [line.strip(" \t") for line in text.replace("\r\n", "\n").split("\n")]
    for number, line in enumerate(lines, start=1):
        if visible(line) != line.replace("\\", "\\\\"):
            raise InputError(
                f"line {number} of {what} holds characters that do not show", hint=_ANOTHER_COPY
            )
    return lines


def hex_bytes(text: str, *, what: str, size: int | None = None) -> bytes:
    """Read hexadecimal without spaces or prefix, of exactly `size` bytes where it is given."""
    if not set(text) <= _HEX_DIGITS or len(text) % 2:
        raise InputError(f"{what} is not hexadecimal", hint="use the digits 0 to 9 and a to f")
    value = bytes.fromhex(text)
    if size is not None and len(value) != size:
        raise InputError(
            f"{what} must be {size * 2} hexadecimal digits, not {len(text)}",
            hint="copy it whole",
        )
    return value


def base64_bytes(text: str, *, what: str) -> bytes:
    """Read canonical, padded Base64 (RFC 4648 section 4)."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(f"{what} is not Base64", hint=_ANOTHER_COPY) from None
    if base64.b64encode(value).decode() != text:
        raise InputError(f"{what} is not canonical Base64", hint=_ANOTHER_COPY)
    return value
