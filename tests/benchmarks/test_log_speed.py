"""How fast logs are verified, beside hashing the same bytes and understanding nothing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import long_logs
import peak
import pytest
from timings import Timings

from ceremonies.log import facts
from ceremonies.log.facts import Fact
from ceremonies.log.reading import Reading

RECORDS = 100_000
UNSIGNED = "0" * 64


def repeated() -> Iterator[Fact]:
    """One step that checks the machine without end: records that are alike."""
    yield from long_logs.head(UNSIGNED, name="long", quorum=2)
    begin, check, *_ = long_logs.session(0)
    yield begin
    yield from itertools.repeat(check)


def spending() -> Iterator[Fact]:
    """One transaction with coins without end: records that all differ."""
    yield from long_logs.head(UNSIGNED, name="long", quorum=2)
    for fact in long_logs.session(0):
        yield fact
        if isinstance(fact, facts.PsbtReviewed):
            for number in itertools.count():
                yield facts.PsbtSpends(
                    txid=fact.txid, outpoints=(f"{number:064x}:0", f"{number:064x}:1")
                )


def sessions() -> Iterator[Fact]:
    """Whole sessions again and again, a fifth of it brackets of steps."""
    return long_logs.told(UNSIGNED)


@pytest.mark.parametrize("kind", [repeated, spending, sessions])
def test_verifying_beside_hashing(kind: object, timings: Timings, tmp_path: Path) -> None:
    assert callable(kind)
    log = tmp_path / "log.jsonl"
    long_logs.write(log, kind(), records=RECORDS)

    def read() -> None:
        found = Reading((RECORDS,))
        found.follow(tmp_path)
        assert (found.records, found.problems) == (RECORDS, [])

    verified, hashed = timings.fastest(read, lambda: long_logs.unparsed(log), rounds=5)
    name = f"verify, {kind.__name__}"
    each = f"{RECORDS / verified:,.0f}/s"
    timings.tell(name, each, "hashing alone", ratio=hashed / verified, wanted=">= 0.50x")


def test_a_log_ten_times_as_long_takes_ten_times_as_long_and_no_more_memory(
    timings: Timings, tmp_path: Path
) -> None:
    taken = []
    for number, records in enumerate((RECORDS, 10 * RECORDS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        long_logs.write(folder / "log.jsonl", sessions(), records=records)
        before = peak.resident()
        began = time.process_time()
        found = Reading((records,))
        found.follow(folder)
        taken.append(time.process_time() - began)
        assert not found.problems
    grown = peak.resident() - before
    assert grown < 8 * 1024 * 1024
    timings.fastest(lambda: None, rounds=1)
    timings.tell(
        "verify 1,000,000 records",
        f"{taken[1]:.1f} s",
        "ten times 100,000",
        ratio=taken[1] / (10 * taken[0]),
        wanted="about 1x",
    )
