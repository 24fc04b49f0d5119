"""`custody qr` as it is called: which format is chosen, where it goes, and what is said no to."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import program
import pytest
from shared_data import ROOT, corpus

from ceremonies.exchange import bytewords, cbor, series, source, svg
from ceremonies.exchange.drawing import draw
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.network import REGTEST
from ceremonies.wallets import file
from ceremonies.wallets.wallet import register


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wallet that prefers UR, a PSBT of Bitcoin Core's, and its codes."""
    folder = tmp_path_factory.mktemp("codes")
    case = next(case for case in corpus() if case["case"] == "wpkh")
    (folder / "it.psbt").write_bytes(base64.b64decode(case["spends"]["pay-1"]["psbt"]))
    wallet = register("core", [case["descriptor"]], REGTEST)
    shown_as_ur = json.loads(file.write(wallet)) | {"shown_as": "ur"}
    (folder / "ur.json").write_text(json.dumps(shown_as_ur))
    (folder / "bad.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 20)
    (folder / "photos.zip").write_bytes(b"PK\x03\x04" + bytes(60))
    (folder / "page.svg").write_bytes(svg.write(draw(b"HELLO")))
    (folder / "note.txt").write_text("bcrt1qltn44sg5tu0dnh59vdqqffmfgjgvfk2av96j9h")
    return folder


def called(room: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, bytes]:
    done = program.run(
        *arguments,
        stdin=stdin,
        cwd=str(room),
        environment={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    )
    return done.code, done.out, done.err


def answered(room: Path, *arguments: str) -> Any:
    code, out, err = called(room, *arguments, "--json")
    assert code == 0, out + err
    return json.loads(out)


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        ((), b"B$"),
        (("--as", "ur"), b"UR:CRYPTO-PSBT/"),
        (("--as", "ur", "--ur-type", "psbt"), b"UR:PSBT/"),
        (("--as", "static"), b"cHNidP"),
        (("--bbqr-encoding", "H"), b"B$HP"),
        (("--wallet", "ur.json"), b"UR:CRYPTO-PSBT/"),
        (("--wallet", "ur.json", "--as", "bbqr"), b"B$"),
    ],
)
def test_the_format_is_the_one_asked_for_the_wallets_or_bbqr(
    arguments: tuple[str, ...], begins: bytes, room: Path, tmp_path: Path
) -> None:
    out = tmp_path / "codes.txt"
    told = answered(room, "qr", "show", "it.psbt", "--txt", str(out), *arguments)
    written = out.read_bytes()
    assert written.startswith(begins)
    assert told["codes"] == written.count(b"\n")
    assert told["output"] == str(out)
    back = source.from_path(out, what="it")
    assert back.payload.data == (room / "it.psbt").read_bytes()
    assert back.format.value == ("file" if "static" in arguments else told["format"])


def test_a_review_is_made_straight_from_pictures_and_the_answer_is_one(
    room: Path, tmp_path: Path
) -> None:
    gif = tmp_path / "it.gif"
    answered(room, "qr", "show", "it.psbt", "--gif", str(gif), "--max-version", "12")
    call = ("psbt", "show", str(gif), "--wallet", "ur.json")
    direct = answered(room, "psbt", "show", "it.psbt", "--wallet", "ur.json")
    assert answered(room, *call) == direct
    folder = tmp_path / "both.qr"
    answered(room, "psbt", "combine", str(gif), "it.psbt", "-o", str(folder))
    assert all(path.suffix == ".png" for path in folder.iterdir())
    code, out, _ = called(room, "qr", "read", str(folder), "-o", "-")
    assert (code, out) == (0, (room / "it.psbt").read_bytes())


def test_lines_are_piped(room: Path, tmp_path: Path) -> None:
    out = tmp_path / "it.ur.txt"
    answered(room, "qr", "show", "it.psbt", "--as", "ur", "--txt", str(out), "--max-version", "9")
    code, told, err = called(room, "qr", "read", "-", "-o", "-", stdin=out.read_bytes())
    assert (code, told, err) == (0, (room / "it.psbt").read_bytes(), b"")


def test_text_that_was_read_is_printed(room: Path, tmp_path: Path) -> None:
    answered(room, "qr", "show", "note.txt", "--as", "static", "--png", str(tmp_path / "png"))
    code, told, _ = called(room, "qr", "read", str(tmp_path / "png"))
    assert code == 0
    assert b"bcrt1qltn44sg5tu0dnh59vdqqffmfgjgvfk2av96j9h\n" in told


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("qr", "show", "it.psbt", "--gif", "a", "--png", "b"), 2),
        (("qr", "show", "note.txt", "--strip-prevtx", "--gif", "a"), 2),
        (("qr", "show", "it.psbt", "--as", "bbqr", "--ur-type", "psbt", "--gif", "a"), 2),
        (("qr", "show", "it.psbt", "--ur-type", "crypto-psbt", "--gif", "a"), 2),
        (("qr", "show", "note.txt", "--as", "ur", "--ur-type", "psbt", "--gif", "a"), 2),
        (("qr", "show", "it.psbt", "--as", "ur", "--bbqr-encoding", "Z", "--gif", "a"), 2),
        (("qr", "show", "it.psbt", "--wallet", "ur.json", "--bbqr-encoding", "2", "--txt", "a"), 2),
        (("qr", "show", "it.psbt", "--fps", "5", "--png", "a"), 2),
        (("qr", "show", "it.psbt", "--fps", "5", "--txt", "a"), 2),
        (("psbt", "convert", "it.psbt", "--as", "hex", "-o", "a.gif"), 2),
        (("psbt", "finalize", "it.psbt", "--as", "hex", "-o", "a.ur.txt"), 2),
        (("qr", "show", "it.psbt", "--as", "ur", "--max-version", "3", "--gif", "a"), 3),
        (("qr", "show", "it.psbt", "--as", "static", "--max-version", "3", "--gif", "a"), 3),
        (("qr", "read", "it.psbt", "-o", "-", "--json"), 2),
        (("qr", "read", "nothing.png"), 3),
        (("qr", "read", "page.svg", "-o", "a"), 3),
        (("psbt", "show", "page.svg", "--wallet", "ur.json"), 3),
        (("qr", "read", "photos.zip", "-o", "a"), 3),
        (("qr", "read", "bad.mp4"), 3),
        (("qr", "read", "camera"), 2),
        (("qr", "read", "/dev/null", "-o", "a"), 3),
        (("psbt", "combine", "it.psbt", "it.psbt", "-o", "no/a.gif"), 6),
        (("wallet", "create", "--from", "it.psbt", "--name", "a", "-o", "a"), 3),
    ],
)
def test_what_is_said_no_to_leaves_nothing(
    arguments: tuple[str, ...], code: int, room: Path
) -> None:
    before = sorted(path.name for path in room.iterdir())
    ended, out, err = called(room, *arguments)
    assert ended == code, out + err
    assert err.startswith(b"error: ") or out.startswith(b'{"error": ')
    assert "photos.zip" not in arguments or b"unpack it" in err
    assert "page.svg" not in arguments or b"a screenshot" in err
    assert "wallet" not in arguments or b"is a psbt, not a wallet" in err
    assert sorted(path.name for path in room.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("qr", "show", "seed.bin", "--as", "static", "--txt", "a"),
        ("qr", "show", "seed.ur", "--as", "static", "--txt", "a"),
        ("qr", "show", "key.ur", "--txt", "a"),
        ("qr", "read", "key.ur", "-o", "a"),
    ],
)
def test_a_secret_is_refused_in_whatever_carries_it(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    seed = bytes(range(200, 216))
    key = cbor.encode({1: True, 3: bytes(17) + seed, 4: bytes(32)})
    (tmp_path / "seed.bin").write_bytes(seed)
    (tmp_path / "seed.ur").write_text(f"ur:bytes/{bytewords.encode(cbor.encode(seed))}")
    (tmp_path / "key.ur").write_text(f"ur:crypto-hdkey/{bytewords.encode(key)}")
    code, out, err = called(tmp_path, *arguments)
    assert (code, out) == (4, b"")
    assert err.startswith(b"error: it looks like ")
    assert not (tmp_path / "a").exists()


def test_a_name_that_no_file_can_have_is_bad_input(room: Path) -> None:
    code, _, err = called(room, "qr", "read", "a" * 5_000)
    assert (code, err) == (
        3,
        b"error: cannot read the code: file name too long\nhint: check the name and the medium\n",
    )


def test_a_wallet_goes_out_as_codes_and_comes_back_from_pictures_of_them(
    room: Path, tmp_path: Path
) -> None:
    agreed, pictures, again = (str(tmp_path / name) for name in ("w.ur", "codes", "again.json"))
    answered(room, "wallet", "export", "ur.json", "--for", "ur", "-o", agreed)
    told = answered(room, "qr", "show", agreed, "--png", pictures, "--max-version", "5")
    assert (told["kind"], told["format"]) == ("crypto-output", "ur")
    assert told["codes"] > 1
    name = ("--name", "again", "--network", "regtest")
    answered(room, "wallet", "create", "--from", pictures, *name, "-o", again)
    assert answered(room, "wallet", "compare", "ur.json", again)["same"] is True


def test_codes_that_make_no_psbt_write_nothing_unless_a_checksum_vouches_for_them(
    room: Path, tmp_path: Path
) -> None:
    spoiled = Payload(Kind.PSBT, (room / "it.psbt").read_bytes()[:-1])
    for form, code in ((Format.BBQR, 3), (Format.UR, 0)):
        lines = series.make(spoiled, form, max_version=10).texts
        out = tmp_path / f"{form}.psbt"
        said = called(room, "qr", "read", "-", "-o", str(out), stdin=b"\n".join(lines))
        assert said[0] == code
        assert out.exists() is (code == 0)
        assert (b"do not make a psbt" if code else b"none that can be read") in said[2]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("note.txt", "ur"),
        ("some.json", "ur"),
        ("some.bin", "ur"),
        ("some.json", "static"),
        ("some.bin", "static"),
    ],
)
def test_the_kind_comes_out_whatever_the_carrier_says_of_it(
    name: str, form: str, room: Path, tmp_path: Path
) -> None:
    (tmp_path / "some.json").write_text('{"a": "grüße"}')
    (tmp_path / "some.bin").write_bytes(bytes(range(255)))
    file_ = room / name if (room / name).exists() else tmp_path / name
    shown = answered(room, "qr", "show", str(file_), "--as", form, "--txt", str(tmp_path / "t"))
    read = answered(room, "qr", "read", str(tmp_path / "t"), "-o", str(tmp_path / "out"))
    assert read["kind"] == shown["kind"]
    assert (tmp_path / "out").read_bytes() == file_.read_bytes()


def test_an_account_and_an_export_are_written_as_codes_where_the_name_asks_for_them(
    room: Path, tmp_path: Path
) -> None:
    (tmp_path / "phrase.txt").write_text("zoo " * 11 + "wrong")
    key = ("key", "account", "--seed", str(tmp_path / "phrase.txt"), "--script", "wpkh")
    told = answered(room, *key, "--format", "ur", "-o", str(tmp_path / "it.gif"))
    text = answered(room, *key, "--format", "ur", "-o", str(tmp_path / "it.txt"))
    assert told["xpub"] == text["xpub"]
    read = answered(room, "qr", "read", str(tmp_path / "it.gif"), "-o", str(tmp_path / "a"))
    again = answered(room, "qr", "read", str(tmp_path / "it.txt"), "-o", str(tmp_path / "b"))
    assert (read["kind"], read["format"]) == (again["kind"], "ur")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    answered(room, *key, "--format", "descriptor", "-o", str(tmp_path / "it.static.png"))
    arrived = source.from_path(tmp_path / "it.static.png", what="it")
    assert arrived.payload.data.startswith(b"wpkh([")
    answered(room, "wallet", "export", "ur.json", "--for", "core", "-o", str(tmp_path / "c.qr"))
    assert source.from_path(tmp_path / "c.qr", what="it").payload.kind is Kind.JSON
