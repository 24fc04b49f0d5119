"""What tests of carriers share: screens read back as pixels."""

from __future__ import annotations

from ceremonies.exchange import halfblocks

DARK = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}


def modules_on_screen(lines: list[str], size: tuple[int, int]) -> tuple[int, bytes]:
    """The pixels, 3 by 3 a module, of rows of half blocks with their colours."""
    scale, columns = 3, size[0]
    rows = []
    for line in lines:
        text = line.removeprefix(halfblocks.BLACK_ON_WHITE).removesuffix(halfblocks.RESET)
        assert len(text) == columns
        for half in (0, 1):
            row = b"".join(bytes([0 if DARK[c][half] else 255]) * scale for c in text)
            rows.append(row * scale)
    pixels = b"".join(rows)[: (columns * scale) ** 2]
    return columns * scale, pixels
