"""Codes as they come, from whatever source, put together into one payload.

Streams are kept apart by all that their parts say of themselves; duplicates cost nothing; codes of
something else are passed over where a series is there. What is not sure is not returned.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from ceremonies.errors import InputError
from ceremonies.exchange import bbqr, detect, pmofn, ur
from ceremonies.exchange.fountain import Contradiction, Decoder, Part
from ceremonies.exchange.numbered import Conflict, Numbered
from ceremonies.exchange.payload import Format, Payload
from ceremonies.frozen import Frozen

MAX_STREAMS = 32
"""How many half-read series are kept; beyond it the one that is least complete is forgotten."""

MAX_CODE = 4 * 1024 * 1024
"""The longest code that is read, in characters: a whole message as one line of text."""

_MAX_STATIC = 64
_Key: TypeAlias = tuple[object, ...]


class Read(Frozen, kw_only=True):
    """A payload, what carried it, and how many codes it took."""

    payload: Payload
    format: Format
    used: int


class Progress(Frozen, kw_only=True):
    """How far the best series is; `missing` says in words what is not there yet."""

    format: Format
    have: int
    of: int
    missing: str


class Fountain:
    """A UR that is being read."""

    def __init__(self, type_name: str, first: Part) -> None:
        self._type, self._decoder = type_name, Decoder(first)
        self._payload: Payload | None = None
        self.used = 0

    def add(self, part: Part) -> None:
        """Take a part, raising `Contradiction` where it cannot be of this message."""
        self.used += self._decoder.add(part)

    @property
    def have(self) -> int:
        """How many fragments' worth there is."""
        return self._decoder.rank

    @property
    def of(self) -> int:
        """How many fragments there are."""
        return self._decoder.count

    @property
    def progress(self) -> Progress:
        """How far it is, and how much is missing."""
        have, of = self.have, self.of
        verb = "is" if of - have == 1 else "are"
        missing = f"any {of - have} more of {of} parts {verb} missing" if have < of else ""
        return Progress(format=Format.UR, have=have, of=of, missing=missing)

    @property
    def payload(self) -> Payload | None:
        """The payload, once it is there."""
        message = self._decoder.message
        if self._payload is None and message is not None:
            self._payload = ur.payload_of(self._type, message)
        return self._payload


class Series:
    """Numbered parts, of BBQr or of a text, that are being read."""

    def __init__(self, form: Format, count: int, *, careful: bool = False) -> None:
        self._format = form
        self._parts: Numbered[bbqr.Piece | pmofn.Piece] = Numbered(count, careful=careful)
        self._payload: Payload | None = None
        self.used = 0

    def add(self, piece: bbqr.Piece | pmofn.Piece) -> None:
        """Take a part, raising `Conflict` where another one has its number."""
        self.used += self._parts.add(piece.index, piece)

    @property
    def have(self) -> int:
        """How many parts there are."""
        return self._parts.have

    @property
    def of(self) -> int:
        """How many parts there should be."""
        return self._parts.count

    @property
    def progress(self) -> Progress:
        """How far it is, and which parts are missing."""
        missing = self._parts.missing_in_words()
        return Progress(format=self._format, have=self.have, of=self.of, missing=missing)

    @property
    def payload(self) -> Payload | None:
        """The payload, once all parts are there."""
        if self._payload is None:
            # once: a short series may inflate to a long payload, and its parts come again and again
            pieces = self._parts.complete()
            self._payload = None if pieces is None else self._joined(pieces)
        return self._payload

    def _joined(self, pieces: list[bbqr.Piece | pmofn.Piece]) -> Payload:
        if self._format is Format.BBQR:
            return bbqr.join([piece for piece in pieces if isinstance(piece, bbqr.Piece)])
        text = pmofn.join([piece for piece in pieces if isinstance(piece, pmofn.Piece)])
        return detect.payload_in(text.encode("latin-1")).payload


class Scan:
    """What was read so far.

    `live` is a source that goes on, such as a camera: there a series that contradicts itself is
    begun anew, while in files it is an error.
    """

    def __init__(self, *, live: bool = False) -> None:
        self._live = live
        self.frames = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything that was read."""
        self._streams: dict[_Key, Fountain | Series] = {}
        self._done: dict[Payload, Read] = {}
        self._static: dict[Payload, Read] = {}
        self._failed: InputError | None = None
        self._damaged: InputError | None = None

    def add_frame(self, codes: Iterable[bytes]) -> None:
        """Take the codes of one picture, or one line of text; none is a frame as well."""
        found = list(codes)
        self.frames += max(len(found), 1)
        for code in found:
            self.add(code)

    def add(self, code: bytes) -> None:
        """Take the content of one code. Nothing is raised: what is wrong is told at the end."""
        if self.is_hopeless:
            return
        try:
            self._take(code)
        except (Contradiction, Conflict) as error:
            self._failed = error
        except InputError as error:
            self._damaged = error

    @property
    def is_hopeless(self) -> bool:
        """Whether `result` is an error already, whatever else comes."""
        return self._failed is not None or len(self._done) > 1

    @property
    def read(self) -> Read | None:
        """The payload, once a series is complete; plain codes are told at the end."""
        return next(iter(self._done.values())) if len(self._done) == 1 else None

    @property
    def progress(self) -> Progress | None:
        """How far the best series is."""
        best = max(self._streams.values(), key=lambda one: one.have / one.of, default=None)
        return best.progress if best else None

    @property
    def plain(self) -> Read | None:
        """What a plain code said, where it is the only thing that was read."""
        return self._only_static() if not (self._streams or self._done) else None

    def result(self) -> Read:
        """Return the one payload that was read.

        Raises:
            InputError: none, more than one, or parts that contradict each other.
        """
        if len(self._done) > 1:
            raise _several(len(self._done))
        if self._failed is not None:
            raise self._failed
        if self._done:
            return next(iter(self._done.values()))
        progress = self.progress
        if progress is not None:
            raise InputError(progress.missing, hint="show or photograph the series once more")
        if self._damaged is not None:
            raise self._damaged
        plain = self._only_static()
        if plain is None:
            raise (
                _several(len(self._static))
                if self._static
                else InputError(
                    "there is no qr code that can be read",
                    hint="closer, sharper, in even light, and the whole code with its white edge",
                )
            )
        return plain

    def _only_static(self) -> Read | None:
        known = [one for one in self._static.values() if one.payload.kind in detect.STRUCTURED]
        choice = known or list(self._static.values())
        return choice[0] if len(choice) == 1 else None

    def _take(self, code: bytes) -> None:
        if len(code) > MAX_CODE:
            raise InputError(
                f"a line of {len(code)} characters is no code", hint="carry it as a file"
            )
        text = code.decode("latin-1").strip()
        if ur.is_ur(text):
            self._take_ur(ur.parse(text))
        elif bbqr.is_bbqr(text):
            piece = bbqr.parse(text)
            self._take_numbered(("bbqr", *piece.stream), Format.BBQR, piece)
        elif pmofn.is_pmofn(text):
            part = pmofn.parse(text)
            self._take_numbered(("pmofn", *part.stream), Format.PMOFN, part)
        elif len(self._static) < _MAX_STATIC:
            payload = detect.payload_in(code).payload
            self._static[payload] = Read(payload=payload, format=Format.STATIC, used=1)

    def _take_ur(self, piece: ur.Piece) -> None:
        if isinstance(piece.content, bytes):
            payload = ur.payload_of(piece.type, piece.content)
            self._done[payload] = Read(payload=payload, format=Format.UR, used=1)
            return
        key = ("ur", piece.type, *piece.content.stream)
        stream = self._streams.get(key)
        if not isinstance(stream, Fountain):
            stream = Fountain(piece.type, piece.content)
        try:
            stream.add(piece.content)
        except Contradiction:
            self._streams.pop(key, None)
            if not self._live:
                raise
            return
        self._keep(key, stream)
        self._finish(key, stream, Format.UR)

    def _take_numbered(self, key: _Key, form: Format, piece: bbqr.Piece | pmofn.Piece) -> None:
        stream = self._streams.get(key)
        if not isinstance(stream, Series):
            stream = Series(form, piece.count)
        try:
            stream.add(piece)
        except Conflict:
            if not self._live:
                raise
            # another message has come before the camera: each part must now be seen twice alike
            stream = Series(form, piece.count, careful=True)
            stream.add(piece)
        self._keep(key, stream)
        self._finish(key, stream, form)

    def _keep(self, key: _Key, stream: Fountain | Series) -> None:
        self._streams[key] = stream
        if len(self._streams) > MAX_STREAMS:
            others = [other for other in self._streams if other != key]
            worst = min(others, key=lambda other: self._streams[other].have)
            del self._streams[worst]

    def _finish(self, key: _Key, stream: Fountain | Series, form: Format) -> None:
        try:
            payload = stream.payload
        except InputError as error:
            # it would stay at 100 % for ever
            del self._streams[key]
            if not self._live:
                self._failed = error
            return
        if payload is not None:
            self._done[payload] = Read(payload=payload, format=form, used=stream.used)


def _several(count: int) -> InputError:
    return InputError(
        f"there are {count} different payloads", hint="read one at a time, and keep others out"
    )
