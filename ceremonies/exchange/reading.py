"""QR codes read from pixels; the one door of zxing-cpp."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from ceremonies.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Iterable


def read_drawn(pixels: bytes, side: int) -> bytes | None:
    """Read a code that fills a clean square picture, such as one that was just drawn."""
    zxing = _zxing()
    view = memoryview(pixels).cast("B", (side, side))
    for pure in (True, False):
        found = zxing.read_barcodes(view, formats=zxing.BarcodeFormat.QRCode, is_pure=pure)
        if found:
            return bytes(found[0].bytes)
    return None


def read_picture(picture: Any, *, thoroughly: bool) -> list[bytes]:
    """Read every code in a picture: a PIL image, or an array of rows of grey or of colours.

    Any angle, mirrored and inverted codes included. `thoroughly` looks once more with other
    thresholds where nothing was found, which is for photos and not for the frames of a camera.
    """
    zxing = _zxing()
    thresholds = [zxing.Binarizer.LocalAverage]
    if thoroughly:
        thresholds += [zxing.Binarizer.GlobalHistogram, zxing.Binarizer.FixedThreshold]
    for binarizer in thresholds:
        found = _contents(
            zxing.read_barcodes(picture, formats=zxing.BarcodeFormat.QRCode, binarizer=binarizer)
        )
        if found:
            return found
    return []


def _contents(found: Iterable[Any]) -> list[bytes]:
    return list(dict.fromkeys(bytes(code.bytes) for code in found))


def insist_installed() -> None:
    """Insist that codes can be read here, before something depends on it.

    Raises:
        MachineError: they cannot.
    """
    _zxing()


def _zxing() -> ModuleType:
    try:
        import zxingcpp
    except ImportError:
        raise MachineError(
            "zxing-cpp, which reads codes, is not installed here",
            hint="install it with pip; it has no wheel for musl, so use a system with glibc",
        ) from None
    return zxingcpp
