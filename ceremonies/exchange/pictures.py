"""Pictures of codes, as files: opened within limits, looked at more than once.

With `picture_files`, the one door of pillow. Whoever sends a picture may have made it to break us,
so sizes are known before anything is decoded, and work is counted in pixels.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ceremonies.errors import InputError
from ceremonies.exchange import reading

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 64_000_000
"""The largest picture that is decoded; a plain JPEG beyond it is, at a fraction of its size."""
MAX_WORK = 2_000_000_000
"""How many pixels all frames of one source may have together."""
MAX_FRAMES = 20_000

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "MPO", "AVIF")
_MAGICS = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"P5\n",
    b"P6\n",
)
_BRANDS = (b"avif", b"avis")
_FOREIGN_BRANDS = (
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"),
    *(b"mif1", b"msf1", b"heif"),
)
_FOREIGN_MAGICS = (
    b"\0\0\0\x0cJXL ",
    b"\0\0\0\x0cjP  ",  # JPEG 2000
    b"8BPS\0\1",
)
_COMFORTABLE = 1_600
"""Pixels of a side at which codes in photos are found best."""
_SMALL = 700
_GAPS = (3, 5, 7)
"""Pixels between the lines of a terminal that cut a code into strips."""


class Budget:
    """How much more may be looked at."""

    def __init__(self) -> None:
        self._pixels, self._frames = MAX_WORK, MAX_FRAMES

    def spend(self, pixels: int) -> None:
        """Count a frame, before it is decoded.

        Raises:
            InputError: it is one too many.
        """
        self._pixels -= pixels
        self._frames -= 1
        if self._pixels < 0 or self._frames < 0:
            raise InputError(
                "there are more frames than anybody needs for a series",
                hint="name fewer or smaller ones",
            )


def is_picture(content: bytes) -> bool:
    """Whether a file begins as a picture does."""
    is_webp = content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    is_known = content.startswith((*_MAGICS, *_FOREIGN_MAGICS))
    return is_known or is_webp or _brand(content) in (*_BRANDS, *_FOREIGN_BRANDS)


def codes_in(content: bytes, budget: Budget) -> Iterator[list[bytes]]:
    """Yield the codes of each frame of a picture.

    Raises:
        InputError: it is damaged, too large, or of a format that is not read.
    """
    if _brand(content) in _FOREIGN_BRANDS:
        raise InputError(
            "the picture is in apple's heic format", hint="send or export it as jpeg or png"
        )
    if content.startswith(_FOREIGN_MAGICS):
        raise InputError(
            "the picture is of a kind that is not read", hint="send or export it as jpeg or png"
        )
    frames = _frames(content, budget)
    while True:
        try:
            with warnings.catch_warnings():
                # what they warn of is refused here anyway
                warnings.simplefilter("ignore")
                frame = next(frames, None)
        except InputError:
            raise
        except Exception:  # noqa: BLE001 - decoders of damaged pictures raise whatever they met
            raise InputError(
                "the picture is damaged", hint="take it again, or copy it again"
            ) from None
        if frame is None:
            return
        yield read_photo(frame)


def read_photo(picture: Image) -> list[bytes]:
    """Read the codes of a grey picture: as it is, and if there are none, as photos want it."""
    for variant in _variants(picture):
        found = reading.read_picture(_view(variant), thoroughly=True)
        if found:
            return found
    return []


def _frames(content: bytes, budget: Budget) -> Iterator[Image]:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
        if _is_read_smaller(picture):
            picture.draft("L", (picture.width // 4, picture.height // 4))
        if _pixels(picture) > MAX_PIXELS:
            raise InputError(
                f"the picture has {picture.width} x {picture.height} pixels",
                hint="a code needs no more than a few million: make it smaller, or cut it out",
            )
        number = 0
        while True:
            budget.spend(_pixels(picture))
            yield _grey(picture)
            number += 1
            try:
                picture.seek(number)
            except EOFError:
                return


def _is_read_smaller(picture: Image) -> bool:
    """Whether it can be decoded at a fraction of its size, in little memory."""
    # all of a progressive one is held before any of it is decoded
    is_plain = picture.format == "JPEG" and "progressive" not in picture.info
    return is_plain and _pixels(picture) > MAX_PIXELS


def _grey(picture: Image) -> Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        from PIL import Image

        # what shows through is white, as it is on the pages that such pictures are for
        seen = picture.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(paper, seen).convert("L")
    if picture.mode.startswith("I") or picture.mode == "F":
        return picture.convert("I").point(lambda value: value / 256).convert("L")
    return picture.convert("L")


def _variants(picture: Image) -> Iterator[Image]:
    from PIL import ImageFilter, ImageOps

    longest = max(picture.size)
    yield picture
    smaller = picture
    if longest > _COMFORTABLE:
        smaller = picture.copy()
        smaller.thumbnail((_COMFORTABLE, _COMFORTABLE))
        yield smaller
    contrast = ImageOps.autocontrast(smaller, cutoff=1)
    # a photographed screen shows its own pixels: blurring loses them; a soft lens wants the reverse
    yield contrast.filter(ImageFilter.GaussianBlur(1.2))
    yield contrast.filter(ImageFilter.UnsharpMask(radius=3, percent=200, threshold=0))
    if longest < _SMALL:
        yield contrast.resize((2 * picture.width, 2 * picture.height))
    yield from _closed(contrast)


def _closed(picture: Image) -> Iterator[Image]:
    """Yield it with what is dark, or what is light, grown over gaps between its parts."""
    from PIL import ImageChops

    for gap in _GAPS:
        for grow in (ImageChops.darker, ImageChops.lighter):
            grown = picture
            for across, down in ((gap, 0), (0, gap)):
                grown = grow(grown, ImageChops.offset(grown, across, down))
            yield grown


def _view(picture: Image) -> memoryview:
    return memoryview(picture.tobytes()).cast("B", (picture.height, picture.width))


def _pixels(picture: Image) -> int:
    return picture.width * picture.height


def _brand(content: bytes) -> bytes:
    return content[8:12] if content[4:8] == b"ftyp" else b""
