"""SeedQR and CompactSeedQR in pictures: taken where a secret is asked for, and nowhere else."""

from __future__ import annotations

import io
import os
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import program
import pytest
import zxingcpp
from keys.seedqr_vectors import VECTORS
from photographs import Hardship, jpeg, photographs
from PIL import Image
from shared_data import ROOT

from ceremonies.errors import InputError
from ceremonies.exchange import source
from ceremonies.exchange.drawing import draw
from ceremonies.keys import seedqr
from ceremonies.keys.account import fingerprint_of
from ceremonies.keys.seed import read_seed
from ceremonies.secret import Secret
from custody_cli.phrases import seed_from

WORDS, DIGITS, COMPACT = VECTORS[3]
FINGERPRINT = fingerprint_of(read_seed(Secret(WORDS.encode())), None)


def foreign(content: bytes | str) -> bytes:
    """A picture of a code as another library draws it: digits as digits, bytes as bytes."""
    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    return png(np.asarray(code.to_image(scale=6)))


def png(pixels: np.ndarray) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


def called(folder: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    done = program.run(*arguments, stdin=stdin, cwd=str(folder), environment=environment)
    return done.code, done.out, done.err


def insist_silent(said: bytes) -> None:
    text = said.decode("utf-8", "replace").lower()
    for start in range(0, 44, 4):
        assert DIGITS[start : start + 8] not in text
    assert COMPACT.hex()[:8] not in text
    assert not {"forum undo", "fragile fade"} & {" ".join(pair) for pair in _pairs(text)}


def _pairs(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return list(pairwise(words))


@pytest.mark.parametrize(("words", "digits", "data"), VECTORS)
def test_a_published_vector_in_a_picture_is_its_phrase(
    words: str, digits: str, data: bytes
) -> None:
    for content in (digits, data):
        (code,) = source.codes_in(foreign(content))
        assert seedqr.text_in(Secret(code)) == Secret(words.encode())


def test_photos_videos_folders_and_pipes_are_sources_of_a_phrase(tmp_path: Path) -> None:
    how = Hardship(lost=0, torn=0, size=(640, 480))
    (photo,) = photographs([draw(COMPACT)], how, seed=2)
    (tmp_path / "photo.jpg").write_bytes(jpeg(photo))
    (tmp_path / "photos").mkdir()
    for number in (1, 2):
        (tmp_path / "photos" / f"IMG_{number}.jpg").write_bytes(jpeg(photo))
    writer = cv2.VideoWriter(
        str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480), False
    )
    for _ in range(3):
        writer.write(photo)
    writer.release()
    for name in ("photo.jpg", "photos", "clip.avi", "-"):
        code, out, err = called(
            tmp_path, "key", "check", "--seed", name, "--expect", FINGERPRINT, stdin=jpeg(photo)
        )
        assert code == 0, out + err
        insist_silent(out + err)


def test_the_digits_in_a_text_file_are_a_phrase_too(tmp_path: Path) -> None:
    (tmp_path / "digits.txt").write_text(f"{DIGITS}\n")
    code, out, err = called(
        tmp_path, "key", "check", "--seed", "digits.txt", "--expect", FINGERPRINT
    )
    assert code == 0, out + err


def test_a_part_of_a_seed_xor_may_be_a_picture(tmp_path: Path) -> None:
    parts = [data for _, _, data in VECTORS[3:5]]
    for number, data in enumerate(parts):
        (tmp_path / f"{number}.png").write_bytes(foreign(data))
    together = bytes(one ^ other for one, other in zip(*parts, strict=True))
    expected = fingerprint_of(seedqr.read_compact(Secret(together)), None)
    code, out, err = called(
        tmp_path,
        *("share", "recover", "--as", "xor", "--share", "0.png", "--share", "1.png"),
        *("--expect", expected, "--secret-to", "secret.txt"),
    )
    assert code == 0, out + err


@pytest.mark.parametrize(
    ("written_as", "content"),
    [("seedqr", DIGITS), ("compact-seedqr", COMPACT), ("phrase", COMPACT)],
)
def test_a_picture_is_converted_as_what_it_is_said_to_be(
    written_as: str, content: bytes | str, tmp_path: Path
) -> None:
    (tmp_path / "it.png").write_bytes(foreign(content))
    code, out, err = called(
        tmp_path,
        *("key", "convert", "--seed", "it.png", "--from", written_as, "--to", "phrase"),
        *("--secret-to", "phrase.txt"),
    )
    assert code == 0, out + err
    assert (tmp_path / "phrase.txt").read_text().split() == WORDS.split()


@pytest.mark.parametrize(
    ("content", "output"),
    [(DIGITS, ("-o", "out.bin")), (COMPACT, ("-o", "-")), (WORDS, ("--json",))],
)
def test_qr_read_says_what_it_is_and_lets_no_secret_out(
    content: bytes | str, output: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "it.png").write_bytes(foreign(content))
    code, out, err = called(tmp_path, "qr", "read", "it.png", *output)
    assert code == 4
    said = (out + err).decode()
    assert "SeedQR" in said.partition("hint")[0] or "words of a key" in said
    assert "--seed" in said
    insist_silent(out + err)
    assert not (tmp_path / "out.bin").exists()


@pytest.mark.parametrize(
    ("pictures", "why"),
    [
        ([], "no picture"),
        ([None], "no qr code that can be read"),
        ([DIGITS, VECTORS[4][1]], "2 different codes"),
        ([COMPACT, DIGITS], "2 different codes"),
        ([bytes(range(128, 148))], "20 bytes, which are neither words nor a SeedQR"),
        (["0000" * 12], "checksum"),
        (["https://example.org/x"], "word"),
        (["UR:BYTES/GEAAFYJKBSAAJTPFPF"], "word"),
        # text of as many characters as a seed has bytes is no seed
        (["it is 16 letters"], "word"),
        (["bcrt1qltn44sg5tu0dnh59vdqqffmfgj"], "word"),
    ],
)
def test_what_is_no_one_secret_is_refused_and_not_repeated(
    pictures: list[bytes | str | None], why: str, tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, content in enumerate(pictures):
        made = png(np.full((90, 90), 255, np.uint8)) if content is None else foreign(content)
        (folder / f"{number}.png").write_bytes(made)
    named = folder / "0.png" if len(pictures) == 1 else folder
    with pytest.raises(InputError, match=why) as caught:
        seed_from(str(named), known=True)
    said = f"{caught.value.cause} {caught.value.hint}"
    insist_silent(said.encode())
    assert "example.org" not in said


def test_bytes_of_a_seed_are_a_seed_in_a_picture_only(tmp_path: Path) -> None:
    (tmp_path / "raw.bin").write_bytes(COMPACT)
    code, out, err = called(tmp_path, "key", "check", "--seed", "raw.bin", "--expect", FINGERPRINT)
    assert code == 3
    insist_silent(out + err)


def test_a_passphrase_is_never_taken_from_a_picture(tmp_path: Path) -> None:
    (tmp_path / "phrase.txt").write_text(WORDS)
    (tmp_path / "it.png").write_bytes(foreign("a passphrase"))
    code, _, err = called(
        tmp_path,
        *("key", "check", "--seed", "phrase.txt", "--passphrase", "it.png"),
        *("--expect", FINGERPRINT),
    )
    assert code == 3, err
