"""Every PSBT that Bitcoin Core made, through every carrier, byte for byte; carriers by name."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from shared_data import corpus
from signing.wallets_made import PAYEE, make_psbt, make_wallet, signer

from ceremonies.bitcoin import keymaps, transaction
from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.previous import without_witnesses
from ceremonies.errors import InputError
from ceremonies.exchange import bbqr, departures, page, series, source, svg, ur
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.exchange.scan import Scan
from ceremonies.frozen import replace
from ceremonies.signing import finish
from ceremonies.signing.finish import trimmed
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign
from ceremonies.wallets.wallet import Place

LARGE = 5_000
"""Above it, codes are not drawn here but carried as their text."""


@cache
def core_psbts() -> dict[str, bytes]:
    return {
        f"{case['case']} {name}": base64.b64decode(spend["psbt"])
        for case in corpus()
        for name, spend in case["spends"].items()
    }


def scanned(codes: list[bytes]) -> Payload:
    made = Scan()
    for code in codes:
        made.add(code)
    return made.result().payload


def test_every_psbt_of_core_comes_through_every_format() -> None:
    chance = random.Random(3)
    assert len(core_psbts()) > 30
    for name, data in core_psbts().items():
        payload = Payload(Kind.PSBT, data)
        text = base64.b64encode(data).decode()
        parts = [text[at : at + 700] for at in range(0, len(text), 700)]
        forms = {
            "bbqr": [code.encode() for code in bbqr.encode(payload, longest=1_000)],
            "ur": [code.encode() for code in ur.series(payload, longest=500)],
        }
        if len(parts) < 1_000:
            forms["pmofn"] = [
                f"p{n}of{len(parts)} {part}".encode() for n, part in enumerate(parts, start=1)
            ]
        for form, codes in forms.items():
            chance.shuffle(codes)
            assert scanned(codes) == payload, f"{name} as {form}"


@pytest.mark.parametrize("medium", ["gif", "folder", "txt", "png"])
def test_psbts_of_core_come_through_every_medium(medium: str, tmp_path: Path) -> None:
    small = sorted((data for data in core_psbts().values() if len(data) < LARGE), key=len)
    for number, data in enumerate(small[:: len(small) // 2]):
        payload = Payload(Kind.PSBT, data)
        form = (Format.BBQR, Format.UR)[number % 2]
        made = series.make(payload, form, max_version=40 if medium == "png" else 20)
        if medium == "png" and made.parts > 1:
            with pytest.raises(InputError, match="one picture holds one"):
                departures.write(made, medium, tmp_path / str(number))
            assert not (tmp_path / str(number)).exists()
            continue
        departures.write(made, medium, tmp_path / str(number))
        arrived = source.from_path(tmp_path / str(number), what="it")
        assert (arrived.payload, arrived.format) == (payload, form)


def with_witnesses(data: bytes) -> bytes:
    """The PSBT with a witness on every input of its previous transactions, which no txid sees."""
    maps, parts, done = keymaps.read(data), [], 0
    for record in (one for given in maps.inputs for one in given.records if one.key == b"\x00"):
        plain = transaction.parse(record.value)
        inputs = tuple(replace(one, witness=(bytes(72), bytes(33))) for one in plain.inputs)
        larger = replace(plain, inputs=inputs).serialize(witness=True)
        parts += [data[done : record.start], blob(record.key) + blob(larger)]
        done = record.end
    return b"".join([*parts, data[done:]])


def test_previous_transactions_without_witnesses_prove_the_same() -> None:
    changed = 0
    for name, data in core_psbts().items():
        if len(data) > 50_000:
            continue
        larger = with_witnesses(data)
        assert without_witnesses(larger) == without_witnesses(data) == data, name
        before, after = psbts.reread(larger), psbts.reread(data)
        for one, other in zip(before.inputs, after.inputs, strict=True):
            assert one.previous_output == other.previous_output
        changed += len(larger) > len(data)
    assert changed > 10


@pytest.mark.parametrize("data", [b"", b"psbt\xff", b"psbt\xff\x01", b"x" * 40])
def test_what_is_no_psbt_has_nothing_to_strip(data: bytes) -> None:
    with pytest.raises(InputError):
        without_witnesses(data)


def names() -> Iterator[tuple[str, str | None, Format | None]]:
    yield from (
        ("reply.gif", "gif", None),
        ("reply.html", "html", None),
        ("reply.png", "png", None),
        ("reply.svg", "svg", None),
        ("reply.qr", "folder", None),
        ("reply.ur.txt", "txt", Format.UR),
        ("reply.bbqr.txt", "txt", Format.BBQR),
        ("reply.ur.gif", "gif", Format.UR),
        ("reply.bbqr.qr", "folder", Format.BBQR),
        ("reply.static.png", "png", Format.STATIC),
        ("REPLY.GIF", "gif", None),
        ("Reply.UR.Gif", "gif", Format.UR),
        ("reply.BBQR.TXT", "txt", Format.BBQR),
        ("reply.signed.gif", "gif", None),
        ("reply.psbt", None, None),
        ("reply.txt", None, None),
        ("reply", None, None),
        ("gif", None, None),
    )


@pytest.mark.parametrize(("name", "medium", "form"), [*names()])
def test_a_name_chooses_the_carrier(name: str, medium: str | None, form: Format | None) -> None:
    found = departures.departure_of(Path("a.gif") / name)
    if medium is None:
        assert found is None
    else:
        assert found is not None
        assert (found.medium, found.format) == (medium, form)


def test_the_wallets_format_is_used_where_the_name_says_none(tmp_path: Path) -> None:
    payload = Payload(Kind.PSBT, next(iter(core_psbts().values())))
    for name, default, wanted in (
        ("a.gif", None, Format.BBQR),
        ("b.gif", Format.UR, Format.UR),
        ("c.bbqr.gif", Format.UR, Format.BBQR),
    ):
        departure = departures.departure_of(tmp_path / name)
        assert departure is not None
        departures.depart(payload, departure, default=default)
        assert source.from_path(tmp_path / name, what="it").format is wanted


def test_a_page_plays_its_codes_and_fetches_nothing() -> None:
    made = series.make(Payload(Kind.TEXT, b"<script>" * 60), Format.BBQR, max_version=8)
    codes = list(made.codes())
    written = page.write(codes, fps=5, title='<b>"x"</b>').decode()
    assert "default-src 'none'" in written
    assert "http" not in written.replace('http-equiv="Content-Security-Policy"', "")
    assert "src=" not in written.replace("-src", "")
    assert "<b>" not in written
    for code in codes:
        bits = "".join(str(module) for row in code.rows for module in row)
        packed = bits.ljust(-(-len(bits) // 8) * 8, "0")
        assert base64.b64encode(int(packed, 2).to_bytes(len(packed) // 8)).decode() in written


def test_an_svg_has_the_modules_of_its_code() -> None:
    (code,) = series.make(Payload(Kind.TEXT, b"HELLO"), Format.STATIC).codes()
    written = svg.write(code).decode()
    side = code.side + 8
    seen = [[0] * side for _ in range(side)]
    for run in written.split('d="', 1)[1].split('"', 1)[0].split("M")[1:]:
        x, rest = run.split(" ", 1)
        y, length = rest.split("h", 1)[0], rest.split("h", 1)[1].split("v", 1)[0]
        for column in range(int(x), int(x) + int(length)):
            seen[int(y)][column] = 1
    assert [bytes(row[4:-4]) for row in seen[4:-4]] == list(code.rows)


def test_a_ur_that_never_ends_begins_with_the_finite_one() -> None:
    payload = Payload(Kind.PSBT, core_psbts()["wpkh pay-3-inputs"])
    made = series.make(payload, Format.UR, max_version=10)
    assert tuple(islice(made.endless(), len(made.texts))) == made.texts


def test_a_trimmed_reply_of_100_inputs_crosses_in_eleven_codes() -> None:
    wallet = make_wallet("wsh")
    coins = [(Place(0, index), 100_000) for index in range(100)]
    given = make_psbt(wallet, inputs=coins, payments=[(PAYEE, 9_900_000)], change=None)
    reviewed = review(psbts.parse(given), wallet, signer=signer(1))
    assert reviewed.intent is not None
    signed = sign(reviewed, approved=reviewed.intent)
    reply = trimmed(psbts.reread(signed.data))
    sizes = []
    for data in (signed.data, reply):
        made = series.make(Payload(Kind.PSBT, data), Format.BBQR, max_version=27)
        assert scanned(list(made.texts)) == Payload(Kind.PSBT, data)
        sizes.append(made.parts)
    assert sizes[1] <= 11 < sizes[0]
    assert len(finish.combine([psbts.parse(given), psbts.reread(reply)])) > len(given)
