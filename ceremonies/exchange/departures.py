"""Files that are carriers of codes, by how their names end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.errors import InputError
from ceremonies.exchange.payload import Format, Payload
from ceremonies.frozen import Frozen

if TYPE_CHECKING:
    from ceremonies.exchange.series import Series

FPS = 5
ENDINGS = {".gif": "gif", ".html": "html", ".png": "png", ".svg": "svg", ".qr": "folder"}
"""What a name ends in, and what is written under it."""

_OF_ONE_CODE = ("png", "svg")
_TEXTS = {".ur.txt": Format.UR, ".bbqr.txt": Format.BBQR}


class Departure(Frozen, kw_only=True):
    """A file of codes to be: what it is, and the format where its name says one."""

    path: Path
    medium: str
    format: Format | None = None


def departure_of(path: Path) -> Departure | None:
    """Say what carrier a name asks for; None for a plain file.

    `.gif`, `.html`, `.png`, `.svg`, `.qr` (a folder of pictures), `.ur.txt` and `.bbqr.txt`; a
    format before the ending, as in `reply.ur.gif`, chooses it. Capital letters do as well.
    """
    name = PurePath(path.name.lower())
    for ending, form in _TEXTS.items():
        if name.name.endswith(ending):
            return Departure(path=path, medium="txt", format=form)
    medium = ENDINGS.get(name.suffix)
    if medium is None:
        return None
    said = name.with_suffix("").suffix.removeprefix(".")
    known = {Format.UR.value, Format.BBQR.value, Format.STATIC.value}
    return Departure(path=path, medium=medium, format=Format(said) if said in known else None)


def depart(payload: Payload, departure: Departure, *, default: Format | None = None) -> None:
    """Write a payload as codes under a name that asks for them.

    Raises:
        InputError: it does not fit.
        MachineError: the name is taken.
    """
    write(_series(payload, departure, default), departure.medium, departure.path)


def insist_fits(payload: Payload, departure: Departure, *, default: Format | None = None) -> None:
    """Refuse what does not fit, before the work is done that makes it longer still.

    Raises:
        InputError: it does not.
    """
    series = _series(payload, departure, default)
    if departure.medium in _OF_ONE_CODE:
        _insist_one(series)


def _series(payload: Payload, departure: Departure, default: Format | None) -> Series:
    # most names ask for a plain file, and then nothing that makes codes is loaded
    from ceremonies.exchange.series import make, usual_format

    return make(payload, departure.format or default or usual_format(payload))


def _insist_one(series: Series) -> None:
    if len(series.texts) > 1:
        raise InputError(
            f"it takes {series.parts} codes, and one picture holds one",
            hint="use a name that ends in .gif, .html or .qr",
        )


def write(series: Series, medium: str, path: Path, *, fps: float = FPS) -> None:
    """Write a series: every code is drawn and read back before anything is written.

    `medium` is `gif`, `html`, `txt`, `png` or `svg` (one code), `folder` or `svg-folder`.
    """
    from ceremonies.exchange import page, picture_files, svg

    disk.insist_free(path)
    if medium == "gif":
        disk.create(path, picture_files.gif(series.codes(), fps=fps))
    elif medium == "html":
        disk.create(path, page.write(series.codes(), fps=fps, title=path.stem))
    elif medium == "txt":
        list(series.codes())
        # what is no text of our making stays as it is, to its last byte
        is_as_it_was = series.texts == (series.payload.data,)
        lines = series.texts if is_as_it_was else [text + b"\n" for text in series.texts]
        disk.create(path, b"".join(lines))
    elif medium in _OF_ONE_CODE:
        _insist_one(series)
        (code,) = series.codes()
        disk.create(path, picture_files.png(code) if medium == "png" else svg.write(code))
    else:
        is_svg = medium == "svg-folder"
        drawn = [svg.write(code) if is_svg else picture_files.png(code) for code in series.codes()]
        _write_folder(path, drawn, ".svg" if is_svg else ".png")


def _write_folder(path: Path, drawn: Iterable[bytes], ending: str) -> None:
    pictures = list(drawn)
    disk.make_folder(path)
    digits = len(str(len(pictures)))
    made: list[Path] = []
    try:
        for number, content in enumerate(pictures, start=1):
            name = path / f"{number:0{digits}}-of-{len(pictures)}{ending}"
            disk.create(name, content)
            made.append(name)
    except BaseException:
        for name in made:
            name.unlink(missing_ok=True)
        path.rmdir()
        raise
