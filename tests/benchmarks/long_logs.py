"""Logs as long as one likes that say what ceremonies say, and the work that nobody can save."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec

from ceremonies.conduct.plan import planned
from ceremonies.log import facts
from ceremonies.log.facts import Fact

SCRIPT = b"""\
schema = "ceremony/1"
id = "long"
title = "Sign again and again"
network = "regtest"
[roles]
operator = 1
approver = 1
witness = { at-least = 1, independent = true }
[rules]
quorum = 2
conflicts = [["operator", "approver"]]
[[step]]
id = "machine"
do = "check-machine"
role = "operator"
[[step]]
id = "people"
do = "roll-call"
role = "operator"
[[step]]
id = "read"
do = "read-payload"
role = "operator"
[[step]]
id = "review"
do = "review-psbt"
role = "operator"
[[step]]
id = "approve"
do = "approve-intent"
role = "approver"
[[step]]
id = "sign"
do = "sign-psbt"
role = "operator"
[[step]]
id = "close"
do = "close"
role = "operator"
"""
NOW = "2026-11-22T12:00:00Z"
PROGRAM = hashlib.sha256(b"program").hexdigest()


def head(signers_sha256: str, *, name: str, quorum: int) -> tuple[Fact, Fact]:
    """The genesis and the plan of a signing that is interrupted whenever it was signed."""
    genesis = facts.Genesis(
        log=name,
        script_sha256=hashlib.sha256(SCRIPT).hexdigest(),
        signers_sha256=signers_sha256,
        quorum=quorum,
        nonce="0123456789abcdef0123456789abcdef",
        mode="production",
        program="custody-cli 0.1.0",
        program_sha256=PROGRAM,
        wall_claimed=NOW,
    )
    return genesis, planned(SCRIPT, rehearsal=False).plan


def session(number: int) -> Iterator[Fact]:
    """A room that opens, signs four large transactions and is interrupted again."""
    probes = tuple(
        facts.ProbeResult(name=name, ok=True)
        for name in ("network", "swap", "core-dumps", "clock", "entropy")
    )
    checked = facts.MachineChecked(probes=probes, fit=True)
    if number:
        yield facts.Resumed(gap_ms=number, same_boot=True, program_sha256=PROGRAM, wall_claimed=NOW)
        yield checked
    yield facts.Begin(step="machine", attempt=number + 1)
    yield checked
    yield facts.End(step="machine")
    yield facts.Begin(step="people", attempt=number + 1)
    for person, role in (("ana", "operator"), ("ben", "approver"), ("cleo", "witness")):
        name = _digest("name", person, number)
        yield facts.PersonPresent(person=person, role=role, name_commitment=name)
    yield facts.End(step="people")
    yield from _signed(number)


def _signed(number: int) -> Iterator[Fact]:
    txids = [_digest("tx", number, which) for which in range(4)]
    yield facts.Begin(step="read", attempt=number + 1)
    yield facts.FileKept(name="payment.psbt", kind="psbt", sha256=PROGRAM, bytes=1234)
    yield facts.End(step="read")
    yield facts.Begin(step="review", attempt=number + 1)
    for txid in txids:
        yield _review(txid)
        for part in range(6):
            coins = tuple(f"{_digest(txid, part, coin)}:0" for coin in range(3))
            yield facts.PsbtSpends(txid=txid, outpoints=coins)
    yield facts.End(step="review")
    yield facts.Begin(step="approve", attempt=number + 1)
    for txid in txids:
        yield facts.IntentApproved(intent=_digest("intent", txid), person="ben", role="approver")
    yield facts.End(step="approve")
    yield facts.Begin(step="sign", attempt=number + 1)
    for txid in txids:
        yield facts.PsbtSigned(
            txid=txid,
            intent=_digest("intent", txid),
            fingerprint="05d027a5",
            signatures=3,
            complete=False,
            psbt_sha256=_digest("signed", txid),
        )
    yield facts.End(step="sign")


def _review(txid: str) -> Fact:
    return facts.PsbtReviewed(
        wallet="vault",
        psbt_sha256=_digest("psbt", txid),
        txid=txid,
        intent=_digest("intent", txid),
        inputs=18,
        outputs=2,
        fee_commitment=_digest("fee", txid),
        payments_commitment=_digest("payments", txid),
        findings=(facts.LoggedFinding(rule="fee-share", level="warn", places=1),),
    )


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def told(signers_sha256: str, *, name: str = "long", quorum: int = 2) -> Iterator[Fact]:
    """Facts without end, each of which may stand where it does."""
    yield from head(signers_sha256, name=name, quorum=quorum)
    for number in itertools.count():
        yield from session(number)


def write(path: Path, facts_: Iterator[Fact], *, records: int) -> None:
    """Write a chain as other writers might, without the time that a disk takes."""
    encoder, prev = msgspec.json.Encoder(), b"0" * 64
    with path.open("wb") as stream:
        for seq, fact in enumerate(itertools.islice(facts_, records)):
            place = b'"seq":%d,"prev":"%b","type":"%b"' % (seq, prev, fact.type.encode())
            time = b'"boot":"0b83c90aa53c9ab3","mono_ms":%d' % (seq * 17)
            line = b'{"v":1,%b,%b,"data":%b}\n' % (place, time, encoder.encode(fact))
            stream.write(line)
            prev = hashlib.sha256(b"\0" + line).hexdigest().encode()


def unparsed(path: Path) -> str:
    """Hash leaves, root and file, and understand nothing: what a verifier does at least."""
    flat, peaks, size = hashlib.sha256(), [], 0
    with path.open("rb") as stream:
        for line in stream:
            flat.update(line)
            node, waiting = hashlib.sha256(b"\0" + line).digest(), size
            while waiting & 1:
                node = hashlib.sha256(b"\1" + peaks.pop() + node).digest()
                waiting >>= 1
            peaks.append(node)
            size += 1
    root = peaks.pop()
    while peaks:
        root = hashlib.sha256(b"\1" + peaks.pop() + root).digest()
    return root.hex() + flat.hexdigest()
