"""Codes in pictures: as people make them, and as somebody makes them who wants to break us."""

from __future__ import annotations

import io
import itertools
import random
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from photographs import Hardship, jpeg, photographs
from PIL import Image

from ceremonies.errors import InputError, MachineError
from ceremonies.exchange import departures, pictures, reading, series, source, video
from ceremonies.exchange.drawing import Code, draw
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.exchange.scan import Scan
from ceremonies.exchange.series import Series

DATA = b"psbt\xff" + random.Random(5).randbytes(2_000)
PAYLOAD = Payload(Kind.PSBT, DATA)


def made(form: Format = Format.BBQR, *, max_version: int = 10) -> Series:
    return series.make(PAYLOAD, form, max_version=max_version)


def png(picture: Image.Image, kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    picture.save(written, kind)
    return written.getvalue()


def picture_of(code: Code, *, scale: int = 4) -> Image.Image:
    side, pixels = code.bitmap(scale=scale)
    return Image.frombytes("L", (side, side), pixels)


def test_a_series_of_40_codes_of_version_27_comes_through_hardship() -> None:
    payload = Payload(Kind.PSBT, random.Random(40).randbytes(40 * 1_320))
    shown = series.make(payload, Format.BBQR, max_version=27)
    assert (shown.parts, shown.version) == (40, 27)
    codes, scan = list(shown.codes()), Scan()
    for loop in range(8):
        for frame in photographs(codes, Hardship(), seed=loop):
            scan.add_frame(reading.read_picture(frame, thoroughly=False))
            if scan.read is not None:
                break
        if scan.read is not None:
            break
    assert scan.result().payload == payload
    assert loop < 7


@pytest.mark.parametrize(
    "how",
    [
        Hardship(turn=180, lost=0, torn=0),
        Hardship(inverted=True, lost=0, torn=0),
        Hardship(light=(0.15, 0.25), noise=5, lost=0, torn=0),
        Hardship(blur=2.2, lost=0, torn=0),
        Hardship(tilt=0.12, lost=0, torn=0),
        Hardship(size=(2_400, 1_800), noise=20, lost=0, torn=0),
        Hardship(size=(480, 360), blur=0.5, lost=0, torn=0),
    ],
    ids=["turned", "inverted", "dark", "blurred", "tilted", "4 megapixels", "small"],
)
def test_a_photo_of_one_code_is_read(how: Hardship) -> None:
    codes = list(made().codes())[: 1 if how.size[0] > 2_000 else 3]
    read = 0
    for photo, code in zip(photographs(codes, how, seed=3), codes, strict=True):
        read += [code.text] in pictures.codes_in(jpeg(photo), pictures.Budget())
    assert read >= max(len(codes) - 1, 1)


def test_a_photographed_screen_with_its_pixels_and_moire_is_read() -> None:
    code = next(made().codes())
    flat = np.asarray(picture_of(code, scale=9)).astype(np.float32)
    grid = 0.8 + 0.2 * np.sin(np.arange(flat.shape[0]) * 2.1)
    lit = np.clip(flat * grid[None, :] * grid[:, None], 0, 255).astype(np.uint8)
    assert [code.text] in pictures.codes_in(jpeg(lit), pictures.Budget())


def strips(code: Code, *, cell: tuple[int, int], gap: int, grey: int) -> np.ndarray:
    """A code as a terminal shows it that leaves a gap of some grey between its lines."""
    side, pixels = code.bitmap(scale=1)
    flat = np.frombuffer(pixels, np.uint8).reshape(side, side)
    drawn = np.kron(flat, np.ones((cell[1], cell[0]), np.uint8))
    between = np.full((gap, drawn.shape[1]), grey, np.uint8)
    lines = np.split(drawn, range(2 * cell[1], drawn.shape[0], 2 * cell[1]))
    return np.vstack([row for line in lines for row in (line, between)])


@pytest.mark.parametrize("grey", [0, 255])
@pytest.mark.parametrize(("cell", "gap"), [((10, 11), 4), ((8, 8), 3), ((20, 20), 7)])
def test_a_terminal_with_gaps_between_its_lines_is_read(
    cell: tuple[int, int], gap: int, grey: int
) -> None:
    code = next(made(max_version=6).codes())
    shot = strips(code, cell=cell, gap=gap, grey=grey)
    assert [code.text] in pictures.codes_in(jpeg(shot), pictures.Budget())


def test_a_video_of_a_terminal_with_gaps_is_read(tmp_path: Path) -> None:
    code = draw(b"bcrt1qexample")
    shot = cv2.copyMakeBorder(
        strips(code, cell=(10, 10), gap=4, grey=255), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255
    )
    assert not reading.read_picture(shot, thoroughly=False)
    write_video(tmp_path / "clip.avi", [shot] * 70)
    assert source.from_path(tmp_path / "clip.avi", what="it").payload.data == b"bcrt1qexample"


def phone(code: Code, *, share: float, moire: float = 0, glare: float = 0) -> np.ndarray:
    """A photo of 12 megapixels by a phone: the code is so large a share of its height."""
    wide, high = 4_032, 3_024
    side, pixels = code.bitmap(scale=9)
    flat = np.frombuffer(pixels, np.uint8).reshape(side, side).astype(np.float32)
    grid = 1 - moire / 2 + moire / 2 * np.sin(np.arange(side) * 1.3)
    flat = flat * grid[None, :] * grid[:, None]
    size = high * share
    corners = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    placed = corners * size / side + [(wide - size) / 2, (high - size) / 2]
    placed += np.array([[0.08, 0.1], [-0.1, 0.03], [0.02, -0.04], [-0.02, 0.03]]) * size
    seen = cv2.warpPerspective(
        flat,
        cv2.getPerspectiveTransform(corners, placed.astype(np.float32)),
        (wide, high),
        flags=cv2.INTER_AREA,
        borderValue=60.0,
    )
    away = np.hypot(*np.ogrid[-high // 2 : high // 2, -wide // 2 : wide // 2])
    seen += glare * np.exp(-((away / (0.3 * size)) ** 2))
    noise = np.random.default_rng(12).normal(0, 6, seen.shape)
    return np.clip(cv2.GaussianBlur(seen, (0, 0), 1.2) + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("version", "how"),
    [
        (10, {"share": 0.25}),
        (20, {"share": 0.6, "moire": 0.6}),
        (27, {"share": 0.8, "glare": 120}),
    ],
    ids=["a fifth of the frame", "moire", "glare"],
)
def test_a_photo_from_a_phone_is_read_however_it_was_held(
    version: int, how: dict[str, float]
) -> None:
    code = next(made(max_version=version).codes())
    photo = Image.fromarray(phone(code, **how))
    turned = Image.Exif()
    turned[0x0112] = 6
    written = io.BytesIO()
    photo.save(written, "JPEG", quality=85, exif=turned)
    assert [code.text] in pictures.codes_in(written.getvalue(), pictures.Budget())


def test_two_codes_in_one_frame_of_a_rolling_shutter_are_one_of_them_or_none() -> None:
    one, other = list(made(max_version=10).codes())[:2]
    plain = Hardship(lost=0, torn=0, turn=0, tilt=0)
    first, second = (
        next(photographs([code], plain, seed=1)).astype(float) for code in (one, other)
    )
    rows = np.arange(first.shape[0])[:, None] / first.shape[0]
    for begins in (0.1, 0.3, 0.5, 0.7, 0.9):
        share = np.clip((rows - begins) / 0.08, 0, 1)
        blended = (first * (1 - share) + second * share).astype(np.uint8)
        for codes in pictures.codes_in(png(Image.fromarray(blended)), pictures.Budget()):
            assert set(codes) <= {one.text, other.text}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM"])
def test_the_kinds_of_pictures_that_are_read(kind: str) -> None:
    code = draw(b"HELLO")
    arrived = source.from_bytes(png(picture_of(code), kind))
    assert (arrived.payload, arrived.format) == (Payload(Kind.TEXT, b"HELLO"), Format.STATIC)
    assert (arrived.frames_read, arrived.frames_used) == (1, 1)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "I;16", "CMYK"])
def test_the_modes_of_pictures_that_are_read(mode: str) -> None:
    plain = picture_of(draw(b"HELLO"))
    if mode == "I;16":
        values = (np.asarray(plain).astype(np.uint16) * 257).tobytes()
        content = png(Image.frombytes("I;16", plain.size, values))
    elif mode == "RGBA":
        # black on nothing, as icons are
        drawn = Image.new("RGBA", plain.size, (0, 0, 0, 0))
        drawn.paste((0, 0, 0, 255), mask=plain.point(lambda value: 255 - value))
        content = png(drawn)
    else:
        content = png(plain.convert(mode), "TIFF" if mode == "CMYK" else "PNG")
    assert source.from_bytes(content).payload.data == b"HELLO"


def test_a_sheet_with_all_codes_on_it_is_read_at_once() -> None:
    codes = list(made().codes())
    tiles = [picture_of(code) for code in codes]
    side = tiles[0].width
    sheet = Image.new("L", (3 * side, -(-len(tiles) // 3) * side), "white")
    for at, tile in enumerate(tiles):
        sheet.paste(tile, (at % 3 * side, at // 3 * side))
    arrived = source.from_bytes(png(sheet))
    assert arrived.payload == PAYLOAD
    assert arrived.frames_read == arrived.frames_used == len(codes)


@pytest.mark.parametrize("form", [Format.BBQR, Format.UR])
@pytest.mark.parametrize("medium", ["gif", "txt", "folder"])
def test_what_is_written_is_read(form: Format, medium: str, tmp_path: Path) -> None:
    shown = made(form)
    departures.write(shown, medium, tmp_path / "out", fps=5)
    arrived = source.from_path(tmp_path / "out", what="it")
    assert (arrived.payload, arrived.format) == (PAYLOAD, form)
    assert arrived.frames_read == len(shown.texts)
    assert arrived.frames_used == shown.parts


def test_a_folder_of_photos_with_a_spoiled_one_and_foreign_ones(tmp_path: Path) -> None:
    codes = list(made().codes())
    for at, photo in enumerate(photographs(codes, Hardship(lost=0, torn=0), seed=9), start=1):
        (tmp_path / f"IMG_{at}.jpg").write_bytes(jpeg(photo))
    (tmp_path / "IMG_99.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    (tmp_path / "menu.png").write_bytes(png(picture_of(draw(b"https://example.org"))))
    (tmp_path / "notes.txt").write_text("nothing of it\n")
    (tmp_path / ".hidden.png").write_bytes(b"")
    (tmp_path / "album").mkdir()
    arrived = source.from_path(tmp_path, what="it")
    assert arrived.payload == PAYLOAD
    (tmp_path / "IMG_3.jpg").unlink()
    with pytest.raises(InputError, match=f"part 3 of {len(codes)} is missing"):
        source.from_path(tmp_path, what="it")


@pytest.mark.parametrize("there", [[], ["notes.txt"]])
def test_a_folder_without_pictures_says_so(there: list[str], tmp_path: Path) -> None:
    for name in there:
        (tmp_path / name).write_text("x")
    with pytest.raises(InputError, match="holds no picture"):
        source.from_path(tmp_path, what="it")


def test_a_folder_of_pictures_none_of_which_is_read_says_why(tmp_path: Path) -> None:
    for name in ("IMG_1.HEIC", "IMG_2.HEIC"):
        (tmp_path / name).write_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
    with pytest.raises(InputError, match=r"of 2 files .* none can be read.*heic") as said:
        source.from_path(tmp_path, what="it")
    assert "jpeg" in said.value.hint


def write_video(path: Path, frames: list[np.ndarray], fourcc: str = "MJPG") -> None:
    high, wide = frames[0].shape
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*fourcc), 10, (wide, high), False)
    assert writer.isOpened()
    for frame in frames:
        writer.write(frame)
    writer.release()


@pytest.mark.parametrize(("name", "fourcc"), [("clip.avi", "MJPG"), ("clip.mp4", "mp4v")])
def test_a_video_is_read_and_no_longer_than_needed(name: str, fourcc: str, tmp_path: Path) -> None:
    codes = list(made(Format.UR, max_version=16).codes())
    frames = list(photographs(codes * 2, Hardship(size=(640, 480), torn=0.05), seed=4))
    write_video(tmp_path / name, frames, fourcc)
    arrived = source.from_path(tmp_path / name, what="it")
    assert arrived.payload == PAYLOAD
    assert arrived.frames_used <= arrived.frames_read < len(frames)


def test_a_folder_may_hold_photos_and_a_video(tmp_path: Path) -> None:
    codes = list(made().codes())
    plain = Hardship(lost=0, torn=0, size=(640, 480))
    frames = list(photographs(codes, plain, seed=9))
    write_video(tmp_path / "MOV_1.avi", frames[2:])
    for at, photo in enumerate(frames[:2], start=1):
        (tmp_path / f"IMG_{at}.jpg").write_bytes(jpeg(photo))
    assert source.from_path(tmp_path, what="it").payload == PAYLOAD
    (tmp_path / "IMG_1.jpg").unlink()
    with pytest.raises(InputError, match=f"part 1 of {len(codes)} is missing"):
        source.from_path(tmp_path, what="it")
    # what is complete already does not hide what a video holds
    departures.write(made(), "folder", tmp_path / "first.qr")
    (tmp_path / "first.qr" / "zz.avi").write_bytes((tmp_path / "MOV_1.avi").read_bytes())
    assert source.from_path(tmp_path / "first.qr", what="it").payload == PAYLOAD
    whole = series.make(Payload(Kind.BYTES, b"other"), Format.UR)
    write_video(
        tmp_path / "first.qr" / "zzz.avi", list(photographs(whole.codes(), plain, seed=1)) * 3
    )
    with pytest.raises(InputError, match="2 different payloads"):
        source.from_path(tmp_path / "first.qr", what="it")


def test_what_could_not_be_read_in_a_folder_is_told_where_something_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    departures.write(made(), "folder", tmp_path / "it.qr")
    folder = tmp_path / "it.qr"
    (folder / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
    assert source.from_path(folder, what="it").payload == PAYLOAD
    next(path for path in folder.iterdir() if path.name.startswith(("1-", "01-"))).unlink()
    with pytest.raises(InputError, match="part 1 of") as caught:
        source.from_path(folder, what="it")
    assert "1 file of the folder could not be read: the picture is in apple's heic" in (
        caught.value.hint or ""
    )
    (folder / "IMG_1.HEIC").unlink()
    (folder / "clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(500))
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    with pytest.raises(InputError, match="part 1 of") as caught:
        source.from_path(folder, what="it")
    assert "opencv" in (caught.value.hint or "")


def test_a_video_of_one_plain_code_is_read(tmp_path: Path) -> None:
    code = draw(b"bcrt1qexample")
    frames = list(photographs([code] * 25, Hardship(size=(640, 480), lost=0, torn=0), seed=4))
    write_video(tmp_path / "clip.avi", frames)
    assert source.from_path(tmp_path / "clip.avi", what="it").payload.data == b"bcrt1qexample"


def test_a_damaged_video_is_one_clear_error(tmp_path: Path) -> None:
    for name, begun in (("a.mp4", b"\0\0\0\x18ftypmp42"), ("b.mkv", b"\x1a\x45\xdf\xa3")):
        (tmp_path / name).write_bytes(begun + bytes(500))
        with pytest.raises(InputError, match="video"):
            source.from_path(tmp_path / name, what="it")
    with pytest.raises(InputError, match="standard input"):
        source.from_bytes(b"\x1a\x45\xdf\xa3" + bytes(500))


def test_a_play_list_is_no_video(tmp_path: Path) -> None:
    for content in (
        b"#EXTM3U\nhttp://example.org/x.ts\n",
        b"ffconcat version 1.0\nfile '/etc/x'\n",
    ):
        assert not video.is_video(content)


def test_without_opencv_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cv2", None)
    for frames in (video.camera(), video.frames(Path("x"), pictures.Budget())):
        with pytest.raises(MachineError) as caught:
            next(iter(frames))
        assert "custody-cli[camera]" in caught.value.hint


def test_without_zxing_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zxingcpp", None)
    with pytest.raises(MachineError, match="zxing-cpp") as caught:
        draw(b"HELLO")
    assert "musl" in caught.value.hint


def test_a_camera_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MachineError, match="no camera 97"):
        next(video.camera(97))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says, and keeps, that it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width // 8 + 1) * min(height, 20_000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(10_000, 10_000), (65_000, 65_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    content = (
        bomb(*size)
        if size[0] < 20_000
        else bomb(10, 10).replace(struct.pack(">II", 10, 10), struct.pack(">II", *size), 1)
    )
    tracemalloc.start()
    begun = time.process_time()
    with pytest.raises(InputError, match=r"pixels|damaged"):
        source.from_bytes(content)
    assert time.process_time() - begun < 1
    assert tracemalloc.get_traced_memory()[1] < 30 << 20
    tracemalloc.stop()


def test_a_large_picture_that_is_decoded_whole_is_refused_and_a_plain_one_is_read_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 300_000)
    large = picture_of(draw(b"HELLO")).resize((1_000, 1_000))
    for progressive in (False, True):
        written = io.BytesIO()
        large.save(written, "JPEG", progressive=progressive)
        if progressive:
            with pytest.raises(InputError, match="1000 x 1000 pixels"):
                source.from_bytes(written.getvalue())
        else:
            assert source.from_bytes(written.getvalue()).payload.data == b"HELLO"


def test_a_gif_with_more_frames_than_anybody_needs_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frames = [Image.new("1", (50, 50), at % 2) for at in range(40)]
    written = io.BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    monkeypatch.setattr(pictures, "MAX_WORK", 50 * 50 * 20)
    with pytest.raises(InputError, match="more frames"):
        source.from_bytes(written.getvalue())
    monkeypatch.setattr(pictures, "MAX_WORK", 50 * 50 * 60)
    with pytest.raises(InputError, match="no qr code"):
        source.from_bytes(written.getvalue())


GOOD = png(picture_of(draw(b"HELLO")))


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_damaged_picture_is_read_rightly_or_refused(data: st.DataObject) -> None:
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(20, len(content))) :]
    try:
        arrived = source.from_bytes(bytes(content))
    except InputError:
        return
    assert arrived.payload.data == b"HELLO"


@pytest.mark.parametrize(
    "begun", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\0"]
)
def test_a_picture_that_only_begins_as_one_is_damaged(begun: bytes) -> None:
    for rest in (b"", bytes(200), random.Random(1).randbytes(500)):
        with pytest.raises(InputError, match=r"damaged|no qr code|pixels"):
            source.from_bytes(begun + rest)


def test_apples_heic_is_refused_with_advice() -> None:
    with pytest.raises(InputError, match="heic") as caught:
        source.from_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
    assert "jpeg" in caught.value.hint


@pytest.mark.parametrize("begun", [b"\0\0\0\x0cJXL \r\n", b"\0\0\0\x0cjP  ", b"8BPS\0\1"])
def test_a_kind_of_picture_that_is_not_read_is_no_payload(begun: bytes) -> None:
    with pytest.raises(InputError, match="of a kind that is not read") as caught:
        source.from_bytes(begun + bytes(range(200)))
    assert "jpeg" in caught.value.hint


def test_nothing_in_a_picture_says_what_to_do() -> None:
    with pytest.raises(InputError, match="no qr code") as caught:
        source.from_bytes(png(Image.new("L", (300, 300), 128)))
    assert "closer" in caught.value.hint


def test_more_or_longer_lines_than_any_series_has_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "MAX_FRAMES", 500)
    line = made(Format.UR).texts[0] + b"\n"
    begun = time.process_time()
    with pytest.raises(InputError, match="more frames"):
        source.from_bytes(line * 501)
    with pytest.raises(InputError, match="no code"):
        source.from_bytes(b"ur:bytes/" + b"ae" * (3 << 20))
    assert time.process_time() - begun < 2


def test_text_lines_may_be_pasted_with_spaces_and_empty_lines() -> None:
    for form, take in itertools.product((Format.BBQR, Format.UR), (str.lower, str.upper)):
        lines = [take(text.decode()) for text in made(form).texts]
        pasted = "\r\n\r\n  " + "  \n\n".join(lines) + "\n"
        arrived = source.from_bytes(pasted.encode())
        assert (arrived.payload, arrived.format) == (PAYLOAD, form)
        assert arrived.frames_read == len(lines)


_HEADING = "The codes of the payment of Tuesday:\n"
_AROUND = {
    "quotes and commas": lambda lines: ",\n".join(f'"{line}"' for line in lines).encode(),
    "a heading": lambda lines: (_HEADING + "\n".join(lines)).encode(),
    "numbers": lambda lines: "\n".join(f"{n}: {line}" for n, line in enumerate(lines)).encode(),
    "one line": lambda lines: " ".join(lines).encode(),
    "a byte order mark": lambda lines: "\r\n".join(lines).encode("utf-8-sig"),
    "utf-16, as a shell of windows writes it": lambda lines: "\r\n".join(lines).encode("utf-16"),
}


@pytest.mark.parametrize("around", _AROUND)
@pytest.mark.parametrize("form", [Format.BBQR, Format.UR])
def test_codes_in_a_text_are_found_among_what_stands_around_them(form: Format, around: str) -> None:
    lines = [text.decode() for text in made(form).texts]
    arrived = source.from_bytes(_AROUND[around](lines))
    assert (arrived.payload, arrived.format) == (PAYLOAD, form)


@pytest.mark.parametrize(
    "text",
    [
        "Dear bank,\nthe account is ur:bytes/geaafyjkbsaajtpfpf as we said.\nYours\n",
        '{"account": "ur:bytes/geaafyjkbsaajtpfpf"}',
        '["ur:bytes/geaafyjkbsaajtpfpf"]',
        "https://your:site/geaafyjkbsaajtpfpf",
    ],
)
def test_a_text_that_mentions_a_code_is_that_text(text: str) -> None:
    arrived = source.from_bytes(text.encode())
    assert (arrived.payload.data, arrived.format) == (text.encode(), Format.FILE)
