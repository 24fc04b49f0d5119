"""The codes of one payload: one, or a series of equal size, finite for files or without end."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import cycle

from ceremonies.errors import InputError
from ceremonies.exchange import bbqr, ur
from ceremonies.exchange.drawing import Code, capacity, draw, smallest_version
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.frozen import Frozen

DEFAULT_VERSION = 20
"""The largest version that is shown where nothing is said: what a simple camera still reads."""

_NUMBERS_GROW = 12
"""How much longer a part of a UR becomes by the time its number is in the thousands."""
_TYPED_KINDS = (Kind.OUTPUT, Kind.ACCOUNT, Kind.HDKEY, Kind.DESCRIPTOR)
_CBOR_KINDS = (Kind.CBOR, *_TYPED_KINDS)


class Series(Frozen, kw_only=True):
    """The codes of a payload: `texts` are shown in a loop, `parts` of them at least are needed."""

    payload: Payload
    format: Format
    version: int
    parts: int
    texts: tuple[bytes, ...]
    longest: int = 0
    type_name: str | None = None
    encoding: str | None = None

    def endless(self) -> Iterator[bytes]:
        """Yield codes for ever: of a UR always new ones, else the same again."""
        if self.format is Format.UR and self.parts > 1:
            codes = ur.encode(self.payload, longest=self.longest, type_name=self.type_name)
            return (text.encode() for text in codes)
        return cycle(self.texts)

    def codes(self) -> Iterator[Code]:
        """Draw each code of the loop, read back as it is drawn."""
        return (draw(text, version=self.version) for text in self.texts)


def make(
    payload: Payload,
    form: Format,
    *,
    max_version: int = DEFAULT_VERSION,
    type_name: str | None = None,
    encoding: str | None = None,
) -> Series:
    """Make the codes of a payload, none larger than `max_version`.

    The number of codes is the smallest that this allows, and their version the smallest that this
    number allows. `type_name` is another name of a UR's type, `encoding` BBQr's (`Z`, `2`, `H`).

    Raises:
        InputError: it does not fit the format.
    """
    if not payload.data:
        raise InputError("there is nothing to show", hint="name a file that is not empty")
    if form is Format.BBQR:
        texts = [
            text.encode()
            for text in bbqr.encode(
                payload, longest=capacity(max_version, alphanumeric=True), encoding=encoding
            )
        ]
        version = max(map(smallest_version, texts))
        return Series(
            payload=payload,
            format=form,
            version=version,
            parts=len(texts),
            texts=tuple(texts),
            encoding=encoding,
        )
    if form is Format.UR:
        return _ur(payload, max_version, type_name)
    return _static(payload, max_version)


def usual_format(payload: Payload) -> Format:
    """Return the format of a payload where nobody says one: a UR is told what it is by its type."""
    return Format.UR if payload.kind in _TYPED_KINDS else Format.BBQR


def again(series: Series, *, max_version: int) -> Series:
    """Make a series once more, of the same payload and format, in other codes.

    Raises:
        InputError: it does not fit.
    """
    return make(
        series.payload,
        series.format,
        max_version=max_version,
        type_name=series.type_name,
        encoding=series.encoding,
    )


def _ur(payload: Payload, max_version: int, type_name: str | None) -> Series:
    if payload.kind is Kind.CBOR:
        raise InputError("this cbor has no type of its own as a ur", hint="show it with --as bbqr")
    longest = ur.longest_fragment(
        capacity(max_version, alphanumeric=True), payload, type_name=type_name
    )
    texts = [text.encode() for text in ur.series(payload, longest=longest, type_name=type_name)]
    slack = _NUMBERS_GROW if len(texts) > 1 else 0
    return Series(
        payload=payload,
        format=Format.UR,
        version=min(smallest_version(texts[0] + b"0" * slack), max_version),
        parts=max(len(texts) // 2, 1),
        texts=tuple(texts),
        longest=longest,
        type_name=type_name,
    )


def _static(payload: Payload, max_version: int) -> Series:
    text = static_text(payload)
    version = smallest_version(text)
    if version > max_version:
        raise InputError(
            f"it takes a code of version {version}, which is above {max_version}",
            hint="show it with --as bbqr or --as ur, or allow it with --max-version",
        )
    return Series(payload=payload, format=Format.STATIC, version=version, parts=1, texts=(text,))


def static_text(payload: Payload) -> bytes:
    """Return what a single plain code holds: text as it is, a PSBT in Base64, hex, or a UR."""
    if payload.kind is Kind.PSBT:
        return base64.b64encode(payload.data)
    if payload.kind is Kind.TRANSACTION:
        return payload.data.hex().upper().encode()
    if payload.kind in _CBOR_KINDS:
        raise InputError("this kind has no plain form", hint="show it with --as ur or --as bbqr")
    return payload.data
