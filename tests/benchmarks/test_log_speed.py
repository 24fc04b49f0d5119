"""How fast logs are verified, beside hashing the same bytes and understanding nothing."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

import long_logs
import many_logs
import peak
import pytest
from timings import CPU, Timings

from ceremonies.conduct.plan import planned
from ceremonies.log import facts
from ceremonies.log.evidence import Seals
from ceremonies.log.facts import Fact
from ceremonies.log.journal import Clock, Journal
from ceremonies.log.reading import Reading
from ceremonies.log.verify import State, verify
from custody_cli.crew import spread

RECORDS = 100_000
LOGS = 100
APPENDS = 100
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


@pytest.mark.benchmark(timer=CPU)
@pytest.mark.parametrize("kind", [repeated, spending, sessions])
def test_verifying_beside_hashing(kind: object, timings: Timings, tmp_path: Path) -> None:
    assert callable(kind)
    log = tmp_path / "log.jsonl"
    long_logs.write(log, kind(), records=RECORDS)

    def read() -> None:
        found = Reading((RECORDS,))
        found.follow(tmp_path)
        assert (found.records, found.problems) == (RECORDS, [])

    verified, hashed = timings.fastest(read, lambda: long_logs.unparsed(log), rounds=5, timer=CPU)
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


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return [*many_logs.write(tmp_path_factory.mktemp("many"), count=LOGS)]


@pytest.mark.benchmark(timer=CPU)
def test_many_logs_on_one_core(timings: Timings, many: list[Path]) -> None:
    def verified() -> None:
        for folder in many:
            found = verify(folder, signers=many_logs.ALLOWED_SIGNERS, planned=planned)
            assert found.state is State.COMPLETE

    def read_alone() -> None:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Seals, "judge_signatures", lambda *_: None)
            for folder in many:
                verify(folder, signers=many_logs.ALLOWED_SIGNERS, planned=planned)

    whole, unsigned = timings.fastest(verified, read_alone, rounds=3, timer=CPU)
    timings.tell(
        "logs of 273 records, 3 signatures",
        f"{LOGS / whole:,.0f}/s",
        f"without signatures, {LOGS / unsigned:,.0f}/s",
        ratio=unsigned / whole,
        wanted=">= 800/s without",
    )


def test_many_logs_on_two_cores(timings: Timings, many: list[Path]) -> None:
    def verified(jobs: int) -> None:
        for place in spread(lambda at: _judged(many[at]), len(many), jobs=jobs):
            assert place == "complete"

    two, one = timings.fastest(lambda: verified(2), lambda: verified(1), rounds=3)
    timings.tell(
        "the same by two processes", f"{LOGS / two:,.0f}/s", "one process", ratio=one / two
    )


def _judged(folder: Path) -> str:
    return verify(folder, signers=many_logs.ALLOWED_SIGNERS, planned=planned).state.value


def test_appending_beside_the_disk_itself(timings: Timings, tmp_path: Path) -> None:
    genesis, plan = long_logs.head(UNSIGNED, name="long", quorum=2)
    assert isinstance(genesis, facts.Genesis)
    clock = Clock(boot_id=lambda: "boot", mono_ms=lambda: 1, wall=lambda: long_logs.NOW)
    line = b"x" * 399 + b"\n"
    plain = os.open(tmp_path / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    review = next(one for one in long_logs.session(0) if isinstance(one, facts.PsbtSpends))
    with Journal.begin(tmp_path, genesis, clock=clock) as journal:
        journal.append(plan)

        def append() -> None:
            for _ in range(APPENDS):
                journal.append(review)

        def write() -> None:
            for _ in range(APPENDS):
                os.write(plain, line)
                os.fsync(plain)

        ours, disk = timings.fastest(append, write, rounds=5)
    os.close(plain)
    timings.tell(
        "append and fsync",
        f"{APPENDS / ours:,.0f}/s",
        "write and fsync of 400 bytes",
        ratio=disk / ours,
        wanted=">= 0.50x",
    )
