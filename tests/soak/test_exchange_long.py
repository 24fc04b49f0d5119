"""Hours of scanning in minutes: many sizes, much loss, damaged pictures, worse light."""

from __future__ import annotations

import random
import statistics
import sys
from itertools import islice
from pathlib import Path

import pytest

from ceremonies.errors import InputError
from ceremonies.exchange import bbqr, fountain, reading, series, source, ur
from ceremonies.exchange.drawing import draw
from ceremonies.exchange.fountain import Decoder
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.exchange.picture_files import png
from ceremonies.exchange.scan import Scan

sys.path.append(str(Path(__file__).parents[1] / "exchange"))

from photographs import Hardship, photographs

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("count", [2, 10, 50, 100, 300, 1_000, 3_000])
@pytest.mark.parametrize("loss", [0.0, 0.3, 0.6])
def test_parts_needed_for_messages_of_any_length(count: int, loss: float) -> None:
    found = []
    for seed in range(9 if count > 500 else 40):
        message, chance = random.Random(seed).randbytes(count * 12), random.Random(seed)
        taken, decoder = 0, None
        begin = chance.randrange(3 * count)
        for part in islice(fountain.parts_of(message, longest=12), begin, None):
            if chance.random() < loss:
                continue
            taken += 1
            decoder = decoder or Decoder(part)
            decoder.add(part)
            if decoder.message is not None:
                break
        assert decoder is not None
        assert decoder.message == message
        found.append(taken / count)
    assert statistics.median(found) <= (1.12 if count >= 100 else 2.5)


@pytest.mark.parametrize("seed", range(40))
def test_payloads_of_any_size_in_codes_of_any_version(seed: int) -> None:
    chance = random.Random(seed)
    kind = chance.choice([Kind.PSBT, Kind.BYTES])
    payload = Payload(kind, chance.randbytes(chance.randrange(1, 30_000)))
    for form in (Format.BBQR, Format.UR):
        made = series.make(payload, form, max_version=chance.randrange(6, 41))
        codes = list(made.texts)
        chance.shuffle(codes)
        scan = Scan()
        for code in codes:
            scan.add(code)
        assert scan.result().payload == payload
        assert draw(codes[0], version=made.version).version == made.version


@pytest.mark.parametrize("seed", range(10))
def test_a_series_through_worse_and_worse_light(seed: int) -> None:
    payload = Payload(Kind.PSBT, random.Random(seed).randbytes(12_000))
    made = series.make(payload, Format.UR, max_version=20)
    codes, scan = list(made.codes()), Scan()
    how = Hardship(blur=1.4, light=(0.15, 0.8), noise=16, torn=0.3, tilt=0.1, turn=180)
    for loop in range(12):
        for frame in photographs(codes, how, seed=100 * seed + loop):
            scan.add_frame(reading.read_picture(frame, thoroughly=False))
        if scan.read is not None:
            break
    assert scan.result().payload == payload


def test_thousands_of_damaged_pictures_and_lines_are_read_rightly_or_refused() -> None:
    chance, good = random.Random(1), png(draw(b"HELLO"))
    lines = {
        "ur": next(ur.encode(Payload(Kind.BYTES, b"x" * 300), longest=100)).encode(),
        "bbqr": bbqr.encode(Payload(Kind.BYTES, b"x" * 300), longest=60)[0].encode(),
    }
    for _ in range(3_000):
        content = bytearray(good)
        for _ in range(chance.randrange(1, 12)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        del content[chance.randrange(30, len(content) + 1) :]
        try:
            arrived = source.from_bytes(bytes(content))
        except InputError:
            continue
        assert arrived.payload.data == b"HELLO" or arrived.format is Format.FILE
    for form, line in lines.items():
        for _ in range(3_000):
            damaged = bytearray(line)
            damaged[chance.randrange(len(damaged))] = chance.randrange(32, 127)
            scan = Scan()
            scan.add(bytes(damaged))
            # a bbqr code has no checksum but the QR code's own
            assert scan.read is None or form == "bbqr"
