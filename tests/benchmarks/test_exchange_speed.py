"""The air gap: UR beside its published algorithm, codes drawn, and frames of a camera read."""

from __future__ import annotations

import random
import statistics
import sys
import time
import zlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from peeling import Peeler
from peeling import encode as encode_slowly
from timings import Timings

from ceremonies.exchange import fountain, series, ur, video
from ceremonies.exchange.fountain import Decoder, Part
from ceremonies.exchange.payload import Format, Kind, Payload

sys.path.append(str(Path(__file__).parents[1] / "exchange"))

from photographs import Hardship, photographs

COUNT, LENGTH, PARTS = 300, 200, 60
MESSAGE = random.Random(1).randbytes(COUNT * LENGTH)


def parts(seed: int, *, begin: int, loss: float = 0.0) -> list[Part]:
    message, chance = random.Random(seed).randbytes(COUNT * 20), random.Random(seed)
    sent = islice(fountain.parts_of(message, longest=20), begin, begin + 4 * COUNT)
    return [part for part in sent if chance.random() >= loss]


def needed(given: list[Part]) -> float:
    decoder = Decoder(given[0])
    for number, part in enumerate(given, start=1):
        decoder.add(part)
        if decoder.message is not None:
            return number / COUNT
    raise AssertionError("not enough")


def cpu(timings: Timings, work: Callable[[], object], *, rounds: int = 3) -> float:
    """The fewest seconds of processor time: a busy machine does not stretch them."""
    taken: list[float] = []

    def timed() -> None:
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)

    timings.fastest(timed, rounds=rounds)
    return min(taken)


def once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def test_ur_parts_a_second_beside_the_published_algorithm(timings: Timings) -> None:
    payload = Payload(Kind.BYTES, MESSAGE)
    whole = ur.message_of(payload)
    length = fountain.fragment_length(len(whole), longest=LENGTH)
    count = -(-len(whole) // length)
    padded = whole.ljust(count * length, b"\0")
    fragments = [padded[at : at + length] for at in range(0, len(padded), length)]
    codes = ur.encode(payload, longest=LENGTH)
    made = list(islice(codes, count + PARTS))[count:]

    def slowly() -> list[str]:
        checksum = zlib.crc32(whole)
        numbers = range(count + 1, count + PARTS + 1)
        return [encode_slowly(fragments, len(whole), checksum, number) for number in numbers]

    assert made == slowly()
    fast = cpu(timings, lambda: list(islice(codes, PARTS)))
    slow = min(once(slowly) for _ in range(3))
    timings.tell(
        f"{PARTS} mixed ur parts, N = {count}",
        f"{fast * 1e3:.0f} ms",
        f"as published: {slow * 1e3:.0f} ms",
        ratio=slow / fast,
        wanted="at least 5x",
    )


def test_ur_decoding_beside_peeling(timings: Timings) -> None:
    sent = list(islice(fountain.parts_of(MESSAGE, longest=LENGTH), COUNT, 5 * COUNT))

    def eliminating() -> bytes | None:
        decoder = Decoder(sent[0])
        for part in sent:
            decoder.add(part)
            if decoder.message is not None:
                return decoder.message
        return None

    def peeling() -> None:
        peeler = Peeler(COUNT)
        for part in sent:
            peeler.add(part)
            if peeler.is_complete:
                return
        raise AssertionError("not enough")

    assert eliminating() == MESSAGE
    slow = once(peeling)
    fast = cpu(timings, eliminating)
    timings.tell(
        f"ur decoded, N = {COUNT}, joined late",
        f"{fast * 1e3:.0f} ms",
        f"peeling: {slow * 1e3:.0f} ms",
        ratio=slow / fast,
        wanted="at least 20x",
    )


@pytest.mark.parametrize(
    ("name", "begin", "loss", "most"),
    [("joined late", COUNT, 0.0, 1.05), ("30 % lost", 0, 0.3, 1.12)],
)
def test_ur_parts_needed(timings: Timings, name: str, begin: int, loss: float, most: float) -> None:
    found = [needed(parts(seed, begin=begin, loss=loss)) for seed in range(15)]
    timings.fastest(lambda: needed(parts(0, begin=begin, loss=loss)), rounds=1)
    timings.tell(
        f"ur parts needed, {name}",
        f"{max(found):.2f} N",
        "the worst of 15; the median:",
        ratio=statistics.median(found),
        wanted=f"at most {most}",
    )
    assert statistics.median(found) <= most


def test_codes_drawn_a_second(timings: Timings) -> None:
    made = series.make(Payload(Kind.BYTES, MESSAGE[:12_000]), Format.BBQR, max_version=20)
    drawn = made.parts / cpu(timings, lambda: list(made.codes()))
    timings.tell(
        "codes of version 20, read back",
        f"{drawn:.0f} /s",
        "30 a second are wanted",
        ratio=drawn / 30,
        wanted="at least 1x",
    )


@pytest.mark.parametrize("version", [10, 20, 27])
def test_frames_read_a_second(timings: Timings, version: int) -> None:
    made = series.make(Payload(Kind.BYTES, MESSAGE[:20_000]), Format.BBQR, max_version=version)
    codes = list(islice(made.codes(), 12))
    frames = list(photographs(codes, Hardship(lost=0, torn=0), seed=2))

    def read() -> int:
        reader = video.Reader()
        return sum(bool(reader.codes_in(frame)) for frame in frames)

    assert read() >= 11
    done = len(frames) / cpu(timings, read)
    timings.tell(
        f"frames of 1280 x 720, version {version}",
        f"{done:.0f} /s",
        "a camera of 30 a second",
        ratio=done / 30,
        wanted="at least 1x",
    )
