"""Codes written as pictures: PNG, and a GIF that plays the series.

With `pictures`, the one door of pillow.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ceremonies.exchange.drawing import Code

if TYPE_CHECKING:
    from PIL.Image import Image

_LARGE = 900
"""About how many pixels a side has: large enough for any screen, small enough to send."""


def png(code: Code) -> bytes:
    """Write one code as a PNG of one bit a pixel."""
    written = io.BytesIO()
    _picture(code).save(written, "PNG", optimize=False)
    return written.getvalue()


def gif(codes: Iterable[Code], *, fps: float) -> bytes:
    """Write a series as a GIF that plays for ever.

    GIF counts hundredths of a second, and players slow down what is shorter than two.
    """
    first, *others = [_picture(code).convert("L") for code in codes]
    written = io.BytesIO()
    first.save(
        written,
        "GIF",
        save_all=True,
        append_images=others,
        duration=max(round(100 / fps), 2) * 10,
        loop=0,
        optimize=False,
    )
    return written.getvalue()


def _picture(code: Code) -> Image:
    from PIL import Image

    scale = max(_LARGE // (code.side + 8), 2)
    side, pixels = code.bitmap(scale=scale)
    return Image.frombytes("L", (side, side), pixels).convert("1")
