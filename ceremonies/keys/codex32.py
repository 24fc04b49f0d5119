"""codex32 strings (BIP-93): a BIP-32 seed, or a share of one, in 48 to 127 characters."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.keys.bch import LONG, SHORT, Code
from ceremonies.keys.wordlist import in_a_row, read_text
from ceremonies.secret import Secret

CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
"""The characters, each at the place of its value (BIP-173)."""

OF_SEED = "s"
"""The index of the seed itself."""

INDICES = "acdefghjklmnpqrtuvwxyz023456789"
"""The indices that shares may have, in the order in which they are dealt."""

_PREFIX = "ms1"
_HEADER = 6
_LEAST, _MOST = 48, 127
_MOST_SHORT, _LEAST_LONG = 93, 96
_LEAST_BYTES, _MOST_BYTES = 16, 64


class Codex32(Frozen, kw_only=True):
    """One string, and what it says of itself.

    `words` is the string in lower case, UTF-8. `needs` shares of the `identifier` recover the
    seed; `index` is one character, `s` for the seed itself, of which `needs` then says nothing.
    """

    words: Secret
    identifier: str
    index: str
    needs: int
    secret_bytes: int

    @property
    def is_secret(self) -> bool:
        """Whether this is the seed itself, and no share of it."""
        return self.index == OF_SEED

    @property
    def member(self) -> int:
        """The number of a share in the order of dealing, from 1."""
        return INDICES.index(self.index) + 1

    def values(self) -> tuple[int, ...]:
        """The values of everything after `ms1`, checksum included: as secret as the string."""
        return _values(self.words.reveal().decode("ascii"))

    def seed(self) -> Secret:
        """Return the BIP-32 seed that the string of a secret is."""
        if not self.is_secret:
            raise ValueError("a share is no seed")
        return Secret(_bytes(self._payload()))

    def _payload(self) -> tuple[int, ...]:
        values = self.values()
        return values[_HEADER : -_code(len(values)).check]


def read(written: Secret) -> Codex32:
    """Read one string, in either case; white space within it does not matter.

    Raises:
        InputError: it is no codex32 string; characters are named by position, `ms1` counted.
    """
    text = _text(written)
    values = _values(text)
    code = _code(len(values))
    if code.remainder(values):
        raise _misread([position + len(_PREFIX) + 1 for position in code.wrong(values)])
    needs, index = text[len(_PREFIX)], text[len(_PREFIX) + _HEADER - 1]
    if needs not in "023456789":
        raise InputError(
            "the threshold of the codex32 string is no digit", hint="character 4 is 0, or 2 to 9"
        )
    if needs == "0" and index != OF_SEED:
        raise InputError(
            "the codex32 string is of no set and still a share", hint="bring a share of a set"
        )
    payload = values[_HEADER : -code.check]
    if len(payload) * 5 % 8 > 4:
        raise InputError(
            f"a codex32 string is not {len(text)} characters long",
            hint="check that no character is missing or written twice",
        )
    return Codex32(
        words=Secret(text.encode("ascii")),
        identifier=text[len(_PREFIX) + 1 : len(_PREFIX) + 5],
        index=index,
        needs=int(needs),
        secret_bytes=len(payload) * 5 // 8,
    )


def write_seed(seed: Secret, *, needs: int, identifier: str) -> Codex32:
    """Write a BIP-32 seed of 16 to 64 bytes as the string of a secret, padded with zeros."""
    data = seed.reveal()
    if not _LEAST_BYTES <= len(data) <= _MOST_BYTES:
        raise InputError(
            f"codex32 has no strings for {len(data)} bytes", hint="a BIP-32 seed has 16 to 64"
        )
    payload = -(-len(data) * 8 // 5)
    bits = int.from_bytes(data, "big") << payload * 5 - len(data) * 8
    values = [bits >> 5 * place & 31 for place in reversed(range(payload))]
    return write(values, needs=needs, identifier=identifier, index=OF_SEED)


def write(payload: Sequence[int], *, needs: int, identifier: str, index: str) -> Codex32:
    """Write a payload of values from 0 to 31 with its header and checksum, and read it back."""
    header = [CHARACTERS.index(sign) for sign in f"{needs}{identifier}{index}"]
    values = [*header, *payload]
    code = SHORT if len(values) + SHORT.check <= _MOST_SHORT else LONG
    return spell([*values, *code.checksum(values)])


def spell(values: Sequence[int]) -> Codex32:
    """Write values that have their checksum already as a string, and read it back."""
    text = _PREFIX + "".join(CHARACTERS[value] for value in values)
    return read(Secret(text.encode("ascii")))


def _text(written: Secret) -> str:
    text = "".join(read_text(written, what="the codex32 string").split())
    if text not in (text.lower(), text.upper()):
        raise InputError(
            "the codex32 string mixes capital and small letters", hint="write all of it in one case"
        )
    text = text.lower()
    if not text.startswith(_PREFIX):
        raise InputError("this is no codex32 string", hint="it begins with ms1")
    if not _LEAST <= len(text) <= _MOST or _MOST_SHORT < len(text) - len(_PREFIX) < _LEAST_LONG:
        raise InputError(
            f"a codex32 string is not {len(text)} characters long",
            hint="a seed of 16 bytes takes 48 characters, one of 32 bytes 74",
        )
    foreign = [
        str(position)
        for position, sign in enumerate(text[len(_PREFIX) :], start=len(_PREFIX) + 1)
        if sign not in CHARACTERS
    ]
    if foreign:
        raise InputError(
            f"{_characters(foreign)} of the codex32 string cannot be there",
            hint="codex32 has no 1, b, i and o after ms1: look for a 7, l, 8, 6 or 0",
        )
    return text


def _misread(positions: Sequence[int]) -> InputError:
    if not positions:
        return InputError(
            "the checksum of the codex32 string does not match, and more than four of its "
            "characters are wrong",
            hint="read all of it again; one character may be missing and another doubled",
        )
    verb = "is" if len(positions) == 1 else "are"
    return InputError(
        "the checksum of the codex32 string does not match: "
        f"{_characters([str(position) for position in positions])} {verb} wrong",
        hint="positions count ms1; read these characters again",
    )


def _characters(positions: Sequence[str]) -> str:
    return f"character{'s' * (len(positions) > 1)} {in_a_row(positions)}"


def _values(text: str) -> tuple[int, ...]:
    return tuple(CHARACTERS.index(sign) for sign in text[len(_PREFIX) :])


def _code(length: int) -> Code:
    return SHORT if length <= _MOST_SHORT else LONG


def _bytes(payload: Sequence[int]) -> bytes:
    bits = 0
    for value in payload:
        bits = bits << 5 | value
    left = len(payload) * 5 % 8
    return (bits >> left).to_bytes(len(payload) * 5 // 8, "big")
