"""Codes as people photograph them: turned, tilted, blurred, dim, noisy, torn, or not at all."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from PIL import Image

from ceremonies.exchange.drawing import Code


@dataclass(frozen=True, kw_only=True)
class Hardship:
    """How bad it is: degrees, pixels, shares of one."""

    turn: float = 8
    tilt: float = 0.06
    blur: float = 0.8
    light: tuple[float, float] = (0.45, 1.0)
    noise: float = 8
    torn: float = 0.1
    lost: float = 0.3
    size: tuple[int, int] = (1280, 720)
    inverted: bool = False


def photographs(codes: Iterable[Code], how: Hardship, seed: int) -> Iterator[np.ndarray[Any, Any]]:
    """One picture a code that is not lost: greys, of the size of a frame."""
    chance = random.Random(seed)
    noise = np.random.default_rng(seed)
    before: np.ndarray[Any, Any] | None = None
    for code in codes:
        flat = _flat(code, how)
        if chance.random() < how.lost:
            before = flat
            continue
        seen = flat
        if before is not None and chance.random() < how.torn:
            # the screen changed while the shutter was open
            row = chance.randrange(flat.shape[0] // 3, 2 * flat.shape[0] // 3)
            seen = np.vstack([before[:row], flat[row:]])
        before = flat
        yield _photograph(seen, how, chance, noise)


def _flat(code: Code, how: Hardship) -> np.ndarray[Any, Any]:
    scale = max(int(how.size[1] * 0.92) // (code.side + 8), 2)
    side, pixels = code.bitmap(scale=scale)
    flat = np.frombuffer(pixels, np.uint8).reshape(side, side)
    return 255 - flat if how.inverted else flat


def _photograph(
    flat: np.ndarray[Any, Any],
    how: Hardship,
    chance: random.Random,
    noise: np.random.Generator,
) -> np.ndarray[Any, Any]:
    wide, high = how.size
    side = flat.shape[0]
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    turned = cv2.getRotationMatrix2D((side / 2, side / 2), chance.uniform(-how.turn, how.turn), 1.0)
    placed = np.array([turned @ [x, y, 1] for x, y in corners], np.float32)
    placed += [(wide - side) / 2, (high - side) / 2]
    tilt = how.tilt * side
    placed += np.array([[chance.uniform(-tilt, tilt) for _ in "xy"] for _ in range(4)], np.float32)
    # nearer or farther, so that all of it is in the picture
    middle = placed.mean(axis=0)
    reach = np.abs(placed - middle).max(axis=0)
    fit = min(1.0, wide / 2 / reach[0], high / 2 / reach[1])
    placed = (placed - middle) * fit + [wide / 2, high / 2]
    seen = cv2.warpPerspective(
        flat,
        cv2.getPerspectiveTransform(corners, placed.astype(np.float32)),
        (wide, high),
        flags=cv2.INTER_AREA,
        borderValue=90.0,
    )
    seen = cv2.GaussianBlur(seen, (0, 0), max(chance.uniform(0.5, 1) * how.blur, 0.01))
    light = chance.uniform(*how.light)
    shade = np.linspace(light, light * chance.uniform(0.7, 1.0), wide)[None, :]
    dimmed = seen.astype(np.float32) * shade + noise.normal(20, how.noise, seen.shape)
    return np.clip(dimmed, 0, 255).astype(np.uint8)


def jpeg(picture: np.ndarray[Any, Any], *, quality: int = 80) -> bytes:
    """A picture as a phone stores it."""
    written = io.BytesIO()
    Image.fromarray(picture).convert("RGB").save(written, "JPEG", quality=quality)
    return written.getvalue()
