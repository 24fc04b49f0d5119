"""QR codes drawn as modules, each read back by another library before anybody sees it.

The one door of qrcode. Series use error correction L: a code that is missed comes round again, and
fewer codes are worth more than sturdier ones.
"""

from __future__ import annotations

import re
from functools import cache

from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import Frozen

LARGEST = 40
QUIET = 4
"""White modules that belong around a code (ISO/IEC 18004)."""

_ALPHANUMERIC = re.compile(rb"[0-9A-Z $%*+\-./:]*")
_MASK = 4
"""The mask of a series: choosing the best of eight takes eight times as long a code."""


class Code(Frozen):
    """A drawn code: its version, and rows of modules, 1 for dark, without the quiet zone.

    What it holds may be a secret, and is not in its `repr`.
    """

    text: bytes
    version: int
    rows: tuple[bytes, ...]

    def __repr__(self) -> str:
        return f"Code(version={self.version})"

    @property
    def side(self) -> int:
        """How many modules a side has."""
        return len(self.rows)

    def bitmap(self, *, scale: int, quiet: int = QUIET) -> tuple[int, bytes]:
        """Return how many pixels a side has, and the pixels, 0 for black and 255 for white."""
        side = (self.side + 2 * quiet) * scale
        dark, light, edge = b"\0" * scale, b"\xff" * scale, b"\xff" * (quiet * scale)
        lines = [b"\xff" * side * (quiet * scale)]
        for row in self.rows:
            letters = row.translate(_LETTERS)
            line = letters.replace(b"d", dark).replace(b"w", light)
            lines.append((edge + line + edge) * scale)
        lines.append(lines[0])
        return side, b"".join(lines)


_LETTERS = bytes.maketrans(b"\0\1", b"wd")


def draw(text: bytes, *, version: int | None = None) -> Code:
    """Draw a code, of the smallest version or the one that a series has, and read it back.

    Raises:
        InputError: it does not fit.
        IntegrityError: what is read back is not what was drawn.
    """
    from ceremonies.exchange import reading

    code = _drawn(text, version or smallest_version(text), mask=_MASK if version else None)
    side, pixels = code.bitmap(scale=2)
    if reading.read_drawn(pixels, side) != text:
        raise IntegrityError(
            "a code that was drawn is read back as something else",
            hint="show nothing of it, and report this",
        )
    return code


def smallest_version(text: bytes) -> int:
    """Return the smallest version that holds a text.

    Raises:
        InputError: none does.
    """
    for version in range(1, LARGEST + 1):
        if len(text) <= _room(text, version):
            return version
    raise InputError(
        f"{len(text)} characters do not fit in one code",
        hint="show them as a series, with --as bbqr or --as ur",
    )


def is_alphanumeric(text: bytes) -> bool:
    """Whether a text has only the characters that QR codes write in five and a half bits."""
    return _ALPHANUMERIC.fullmatch(text) is not None


@cache
def capacity(version: int, *, alphanumeric: bool) -> int:
    """Return how many characters or bytes a version holds at error correction L."""
    bits = _bits(version)
    if not alphanumeric:
        return (bits - (8 if version < 10 else 16)) // 8
    bits -= 9 if version < 10 else 11 if version < 27 else 13
    return bits // 11 * 2 + (bits % 11 >= 6)


@cache
def digits_in(version: int) -> int:
    """Return how many decimal digits a version holds at error correction L."""
    bits = _bits(version) - (10 if version < 10 else 12 if version < 27 else 14)
    return bits // 10 * 3 + (bits % 10 >= 4) + (bits % 10 >= 7)


def _bits(version: int) -> int:
    """Return how many bits are left once the mode of a segment is said."""
    from qrcode.base import rs_blocks
    from qrcode.constants import ERROR_CORRECT_L

    bits: int = 8 * sum(block.data_count for block in rs_blocks(version, ERROR_CORRECT_L)) - 4
    return bits


def _room(text: bytes, version: int) -> int:
    if text.isdigit():
        return digits_in(version)
    return capacity(version, alphanumeric=is_alphanumeric(text))


def _drawn(text: bytes, version: int, *, mask: int | None) -> Code:
    from qrcode.constants import ERROR_CORRECT_L
    from qrcode.main import QRCode
    from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, MODE_NUMBER, QRData

    if len(text) > _room(text, version):
        raise InputError(f"a code of version {version} does not hold it", hint="use a larger one")
    mode = MODE_ALPHA_NUM if is_alphanumeric(text) else MODE_8BIT_BYTE
    mode = MODE_NUMBER if text.isdigit() else mode
    drawn = QRCode(version=version, error_correction=ERROR_CORRECT_L, border=0, mask_pattern=mask)
    drawn.add_data(QRData(text, mode=mode, check_data=False), optimize=0)
    drawn.make(fit=False)
    return Code(text, version, tuple(bytes(map(bool, row)) for row in drawn.modules))
