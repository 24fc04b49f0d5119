"""`custody qr`: payloads shown as codes, and read from whatever shows them."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ceremonies import disk
from ceremonies.errors import InputError
from ceremonies.exchange import departures, detect, series
from ceremonies.exchange.payload import Format, Kind, Payload
from custody_cli.answer import answer, note
from custody_cli.arrivals import arrived_from
from custody_cli.commands import example, noun
from custody_cli.exits import WrongUsage
from custody_cli.options import Debug, FormatChoice, Json
from custody_cli.stray_secrets import insist_public

if TYPE_CHECKING:
    from ceremonies.exchange.series import Series
    from custody_cli.contract import QrReadAnswer, QrShowAnswer

app = noun("qr")

_STILL = ("folder", "svg-folder", "txt")


class UrType(StrEnum):
    """The names under which a UR carries a PSBT."""

    CRYPTO_PSBT = "crypto-psbt"
    PSBT = "psbt"


class BbqrEncoding(StrEnum):
    """How BBQr writes bytes: deflate, Base32, hex."""

    Z = "Z"
    BASE32 = "2"
    HEX = "H"


def _medium(flag: str, metavar: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(flag, metavar=metavar, help=what)
    return option


@app.command(
    epilog=example("custody qr show payment.psbt --as ur", "custody qr show reply.psbt --gif r.gif")
)
def show(
    name: Annotated[str, typer.Argument(metavar="FILE", help="A PSBT, or anything public.")],
    form: Annotated[
        FormatChoice | None,
        typer.Option("--as", help="The format; the wallet's, or bbqr, where absent."),
    ] = None,
    png: Annotated[Path | None, _medium("--png", "DIR", "A new folder of PNG pictures.")] = None,
    svg: Annotated[Path | None, _medium("--svg", "DIR", "A new folder of SVG pictures.")] = None,
    gif: Annotated[Path | None, _medium("--gif", "FILE", "A GIF that plays the series.")] = None,
    html: Annotated[Path | None, _medium("--html", "FILE", "A page that plays the series.")] = None,
    txt: Annotated[Path | None, _medium("--txt", "FILE", "The codes as lines of text.")] = None,
    max_version: Annotated[
        int, typer.Option(min=1, max=40, help="The largest version of a code.")
    ] = series.DEFAULT_VERSION,
    fps: Annotated[
        int | None,
        typer.Option(min=1, max=15, help="Codes a second, where they play; 5 where absent."),
    ] = None,
    wallet: Annotated[
        Path | None,
        typer.Option(metavar="WALLET", help="Whose format to use where --as is absent."),
    ] = None,
    strip_prevtx: Annotated[
        bool, typer.Option("--strip-prevtx", help="Leave out witnesses of previous transactions.")
    ] = False,
    ur_type: Annotated[
        UrType | None,
        typer.Option(help="The type under which a UR carries a PSBT; crypto-psbt where absent."),
    ] = None,
    bbqr_encoding: Annotated[
        BbqrEncoding | None, typer.Option(help="How BBQr writes bytes; the shortest where absent.")
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Show a file as QR codes, in the terminal or as pictures."""
    medium, output = _output(png, svg, gif, html, txt)
    if fps is not None and medium in _STILL:
        raise WrongUsage(
            "--fps is for codes that play", hint="leave it out, or use --gif or --html"
        )
    payload = _to_show(name, strip_prevtx=strip_prevtx)
    chosen = _format(form, wallet, payload)
    _insist_apply(payload, chosen, ur_type, bbqr_encoding)
    insist_public(payload, chosen)
    made = series.make(
        payload,
        chosen,
        max_version=max_version,
        type_name=ur_type.value if ur_type else None,
        encoding=bbqr_encoding.value if bbqr_encoding else None,
    )
    if output is None:
        _play(made, max_version=max_version, fps=fps or departures.FPS)
    else:
        departures.write(made, medium, output, fps=fps or departures.FPS)
    found: QrShowAnswer = {
        "kind": payload.kind.value,
        "format": chosen.value,
        "version": made.version,
        "parts": made.parts,
        "codes": len(made.texts),
        "bytes": len(payload.data),
        "output": None if output is None else str(output),
    }
    answer(found, json=json, show=lambda: _draw_shown(found))


@app.command(
    epilog=example(
        "custody qr read photos -o payment.psbt", "custody qr read camera -o payment.psbt"
    )
)
def read(
    name: Annotated[
        str,
        typer.Argument(
            metavar="IMAGE|FOLDER|VIDEO|TEXT|camera",
            help="Pictures, a video, lines of UR or BBQr parts, - or a camera.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write; never overwrites."),
    ] = None,
    json: Json = False,
    debug: Debug = False,
) -> None:
    """Read what QR codes carry, from pictures, a video, text or a camera."""
    if output is not None and str(output) != "-":
        disk.insist_free(output)
    if json and output is not None and str(output) == "-":
        raise WrongUsage("-o - and --json exclude each other", hint="name a file")
    arrived = arrived_from(name, what="the code")
    if not arrived.payload.data:
        raise InputError("there is nothing in it", hint="copy it again: it may have been cut off")
    detect.insist_no_page(arrived.payload)
    insist_public(arrived.payload, arrived.format)
    _insist_whole(arrived.payload, arrived.format)
    found: QrReadAnswer = {
        "kind": arrived.payload.kind.value,
        "format": arrived.format.value,
        "frames_read": arrived.frames_read,
        "frames_used": arrived.frames_used,
        "bytes": len(arrived.payload.data),
        "output": None if output is None else str(output),
    }
    if output is not None and str(output) == "-":
        sys.stdout.buffer.write(arrived.payload.data)
        return
    if output is not None:
        disk.create(output, arrived.payload.data)
    answer(found, json=json, show=lambda: _draw_read(found, arrived.payload))


def _insist_whole(payload: Payload, form: Format) -> None:
    """Refuse a psbt that is none where nothing but itself can tell: only a UR has a checksum."""
    if payload.kind is not Kind.PSBT:
        return
    from ceremonies.bitcoin.psbt import parse

    try:
        parse(payload.data)
    except InputError as error:
        if form is not Format.UR:
            raise InputError(
                f"the codes do not make a psbt that can be read: {error.cause}",
                hint="scan one series alone: parts of two may have been mixed",
            ) from None
        note(f"warning: it says that it is a psbt, and is none that can be read: {error.cause}")


def _output(
    png: Path | None, svg: Path | None, gif: Path | None, html: Path | None, txt: Path | None
) -> tuple[str, Path | None]:
    """Return the one carrier that was asked for, if any."""
    asked = {"folder": png, "svg-folder": svg, "gif": gif, "html": html, "txt": txt}
    given = [(medium, path) for medium, path in asked.items() if path is not None]
    if len(given) > 1:
        raise WrongUsage("codes go to one place at a time", hint="give one of the options alone")
    for _, path in given:
        disk.insist_free(path)
    return given[0] if given else ("", None)


def _insist_apply(
    payload: Payload, form: Format, ur_type: UrType | None, encoding: BbqrEncoding | None
) -> None:
    """Refuse options that would say nothing about what is shown."""
    if ur_type is not None and (form is not Format.UR or payload.kind is not Kind.PSBT):
        raise WrongUsage(
            f"--ur-type is for a psbt as a ur, and this is a {payload.kind.value} as {form.value}",
            hint="leave it out, or add --as ur for a psbt",
        )
    if encoding is not None and form is not Format.BBQR:
        raise WrongUsage(
            f"--bbqr-encoding is for bbqr, and this is shown as {form.value}",
            hint="leave it out, or add --as bbqr",
        )


def _to_show(name: str, *, strip_prevtx: bool) -> Payload:
    arrived = arrived_from(name, what="the file")
    payload = arrived.payload
    insist_public(payload, arrived.format)
    if not strip_prevtx:
        return payload
    if payload.kind is not Kind.PSBT:
        raise WrongUsage("--strip-prevtx is for a psbt", hint="leave it out")
    from ceremonies.bitcoin.previous import without_witnesses

    return Payload(Kind.PSBT, without_witnesses(payload.data))


def _format(form: FormatChoice | None, wallet: Path | None, payload: Payload) -> Format:
    """Return the format: the one asked for, the wallet's, or what suits the payload."""
    if form is not None:
        return Format(form.value)
    if wallet is not None:
        from custody_cli.wallets import read_wallet

        wanted = read_wallet(wallet).shown_as
        if wanted is not None:
            return Format(wanted)
    return series.usual_format(payload)


def _play(made: Series, *, max_version: int, fps: int) -> None:
    from custody_cli.player import Player
    from custody_cli.screen import insist_terminal

    insist_terminal(
        "there is no terminal to show codes in",
        hint="write them with --png, --gif, --svg, --html or --txt",
    )
    Player(made, max_version=max_version, fps=fps).play()


def _draw_shown(found: QrShowAnswer) -> None:
    from custody_cli.show import qr as drawn

    drawn.shown(found)


def _draw_read(found: QrReadAnswer, payload: Payload) -> None:
    from custody_cli.show import qr as drawn

    drawn.read(found, payload)
