"""A small log of two steps and three people, its folder, and an example of every fact."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ceremonies.log import facts, sealing, signers, sshkey, sshsig
from ceremonies.log.chain import read_chain
from ceremonies.log.commitment import Opening
from ceremonies.log.facts import Fact, Genesis, Plan, PlannedRole, PlannedStep
from ceremonies.log.journal import Clock, Journal
from ceremonies.log.seal import Seal

LOG = "vault.example/2026-0007"
SCRIPT = b'schema = "ceremony/1"\nid = "small"\n'
NOW = "2026-11-22T12:00:00Z"
HASH = hashlib.sha256(b"anything").hexdigest()

PRIVATE_KEYS = {name: hashlib.sha256(name.encode()).digest() for name in ("ana", "ben", "cleo")}
"""Practice signers; anyone can make their keys again from their names."""

ALLOWED_SIGNERS = "".join(
    f"{name} {sshkey.public_key_of(private).line}\n" for name, private in PRIVATE_KEYS.items()
).encode()
SIGNERS = signers.read(ALLOWED_SIGNERS)


def clock(*, boot_id: str = "boot-one", start_ms: int = 1000) -> Clock:
    """A clock that goes on by 10 ms whenever it is read."""
    ticks = itertools.count(start_ms, 10)
    return Clock(boot_id=lambda: boot_id, mono_ms=lambda: next(ticks), wall=lambda: NOW)


def chance() -> Callable[[int], bytes]:
    """Random bytes that are the same in every run."""
    number = itertools.count()
    return lambda size: hashlib.shake_256(next(number).to_bytes(8, "big")).digest(size)


def genesis(**changes: Any) -> Genesis:
    said: dict[str, Any] = {
        "log": LOG,
        "script_sha256": hashlib.sha256(SCRIPT).hexdigest(),
        "signers_sha256": SIGNERS.sha256,
        "quorum": 2,
        "nonce": "0123456789abcdef0123456789abcdef",
        "mode": "production",
        "program": "custody-cli 0.1.0",
        "program_sha256": HASH,
        "wall_claimed": NOW,
    }
    return Genesis(**said | changes)


def plan(**changes: Any) -> Plan:
    step: dict[str, Any] = {
        "cls": "idempotent",
        "role": "operator",
        "attest": (),
        "mandatory": True,
    }
    said: dict[str, Any] = {
        "ceremony": "small",
        "title": "Check a machine",
        "network": "regtest",
        "steps": (
            PlannedStep(**step | {"id": "people", "do": "roll-call"}),
            PlannedStep(**step | {"id": "machine", "do": "check-machine", "attest": ("operator",)}),
            PlannedStep(**step | {"id": "close", "do": "close"}),
        ),
        "roles": (
            PlannedRole(role="operator", least=1, most=1, independent=False),
            PlannedRole(role="witness", least=2, most=None, independent=True),
        ),
        "conflicts": (("operator", "witness"),),
        "quorum": 2,
    }
    return Plan(**said | changes)


def prepare(folder: Path) -> None:
    """Put into a folder what genesis names."""
    (folder / "script.toml").write_bytes(SCRIPT)
    (folder / "allowed_signers").write_bytes(ALLOWED_SIGNERS)


def begin(folder: Path, **changes: Any) -> Journal:
    """Begin the small log, its plan included."""
    prepare(folder)
    journal = Journal.begin(folder, genesis(**changes), clock=clock(), os_random=chance())
    journal.append(plan())
    return journal


def reopen(folder: Path, *, boot_id: str = "boot-one") -> Journal:
    return Journal.reopen(folder, clock=clock(boot_id=boot_id, start_ms=50_000), os_random=chance())


def happenings(journal: Journal) -> Iterator[Fact]:
    """What happens between plan and `closed`; each is to be appended before the next is asked."""
    yield facts.Begin(step="people", attempt=1)
    for person, role in (("ana", "operator"), ("ben", "witness"), ("cleo", "witness")):
        full_name = journal.withhold("name", f"{person.capitalize()} Example")
        yield facts.PersonPresent(person=person, role=role, name_commitment=full_name)
    yield facts.End(step="people")
    yield facts.Begin(step="machine", attempt=1)
    probes = (facts.ProbeResult(name="no-network", ok=True),)
    yield facts.MachineChecked(probes=probes, fit=True)
    yield facts.End(step="machine")
    yield facts.Attested(step="machine", role="operator", person="ana")


def sign(folder: Path, seal: Seal, names: Sequence[str]) -> None:
    for name in names:
        armored = sshsig.sign_ed25519(PRIVATE_KEYS[name], seal.text())
        sealing.import_signature(folder, seal, name, armored, SIGNERS)


def complete(folder: Path, *, names: Sequence[str] = ("ana", "ben"), **changes: Any) -> Seal:
    """Write the small log whole: sealed and signed before its last step, and again at its end."""
    with begin(folder, **changes) as journal:
        for fact in happenings(journal):
            journal.append(fact)
        interim = sealing.make(journal)
        sign(folder, interim, names)
        journal.append(
            facts.Sealed(size=interim.size, seal_sha256=interim.id, persons=tuple(names))
        )
        journal.append(facts.Begin(step="close", attempt=1))
        journal.append(facts.Closed(steps=3, wall_claimed=NOW))
        final = sealing.make(journal)
        sign(folder, final, names)
        return final


def log_of(folder: Path) -> bytes:
    return (folder / "log.jsonl").read_bytes()


def openings(folder: Path) -> list[Opening]:
    """Read the reveal file of a log, as whoever keeps it would."""
    lines = (folder / "reveal.jsonl").read_bytes().splitlines(keepends=True)
    assert all(line.endswith(b"\n") for line in lines)
    return [Opening(log=LOG, **json.loads(line)) for line in lines]


def insist_sound(folder: Path) -> None:
    """Every record follows, and every file of torn bytes is told of, with its hash."""
    found = read_chain(folder)
    assert found.tail == b""
    told = [record.fact for record in found.records if isinstance(record.fact, facts.Recovered)]
    for fact in told:
        data = (folder / fact.kept_as).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (fact.bytes, fact.sha256)
    torn = sorted(path.name for path in folder.glob("torn-*"))
    assert sorted(fact.kept_as for fact in told) == torn


EXAMPLES: tuple[Fact, ...] = (
    genesis(),
    plan(),
    facts.Begin(step="machine", attempt=1),
    facts.End(step="machine"),
    facts.Attested(step="machine", role="witness", person="ben"),
    facts.Resumed(gap_ms=-5, same_boot=True, program_sha256=HASH, wall_claimed=NOW),
    facts.Recovered(bytes=17, sha256=HASH, kept_as="torn-00000007.bytes"),
    facts.Paused(step="", why="interrupt"),
    facts.ExceptionMade(step="machine", why="a fan failed", persons=("ana", "ben")),
    facts.MachineChecked(probes=(facts.ProbeResult(name="swap", ok=False),), fit=False),
    facts.PersonPresent(person="ana", role="operator", name_commitment=HASH),
    facts.EntropyCommitted(commitment=HASH),
    facts.EntropyCollected(kind="dice", bits=128),
    facts.EntropyOpened(person="ana"),
    facts.SeedMade(key="key-1", scheme="bip39", words=24, fingerprint="05d027a5"),
    facts.PhraseShown(key="key-1", person="ana"),
    facts.PhraseConfirmed(key="key-1", person="ana"),
    facts.SharesSplit(
        key="key-1", set="1a2b", groups=("2of3",), groups_needed=1, fingerprint="05d027a5"
    ),
    facts.CardShown(key="key-1", set="1a2b", card="1-2", person="ben"),
    facts.CardVerified(key="key-1", set="1a2b", card="1-2", person="ben"),
    facts.KeyRecovered(
        way="cards",
        set="1a2b",
        cards=("1-1", "1-2"),
        persons=("ana", "ben"),
        fingerprint="05d027a5",
    ),
    facts.FingerprintConfirmed(fingerprint="05d027a5", person="ana"),
    facts.KeyVoid(
        key="key-1",
        why="the power failed",
        phrases=("ana",),
        cards=(facts.VoidCard(set="1a2b", card="1-2", person="ben"),),
    ),
    facts.AccountDerived(
        fingerprint="05d027a5", path="m/48h/1h/0h/2h", script="wsh", agreed_by=("one", "other")
    ),
    facts.WalletRegistered(name="vault", wallet=HASH, network="regtest", ours=("05d027a5",)),
    facts.FileKept(name="wallet.json", kind="wallet", sha256=HASH, bytes=1234),
    facts.HeightClaimed(height=850_000),
    facts.PsbtReviewed(
        wallet="vault",
        psbt_sha256=HASH,
        txid=HASH,
        intent=HASH,
        inputs=1,
        outputs=2,
        fee_commitment=HASH,
        payments_commitment=HASH,
        findings=(facts.LoggedFinding(rule="fee-share", level="warn", places=1),),
    ),
    facts.PsbtSpends(txid=HASH, outpoints=(f"{HASH}:0",)),
    facts.IntentApproved(intent=HASH, person="ana", role="operator"),
    facts.PsbtSigned(
        txid=HASH,
        intent=HASH,
        fingerprint="05d027a5",
        signatures=3,
        complete=False,
        psbt_sha256=HASH,
    ),
    facts.Sealed(size=7, seal_sha256=HASH, persons=("ana", "ben")),
    facts.Aborted(why="no quorum", persons=("ana", "ben")),
    facts.Closed(steps=3, wall_claimed=NOW),
    facts.Failed(step="machine", why="refused"),
    facts.RoomChecked(demands=("the door is locked",)),
    facts.ProgramChecked(
        program_sha256=HASH,
        libraries=(facts.CheckedLibrary(name="rich", version="14.0", sha256=HASH),),
    ),
    facts.TimeBound(chain="mainnet", height=900_000, block=HASH),
    facts.Acknowledged(text="old cards stay secret", person="ana", role="operator"),
    facts.ItemStored(
        item="card 1-1 of set 1a2b",
        holder="ben",
        sealed_by="ana",
        bag_commitment=HASH,
        seal_commitment=HASH,
        site_commitment=HASH,
    ),
    facts.ItemDestroyed(
        item="the laptop", method="shredded", serial_commitment=HASH, persons=("ana", "ben")
    ),
    facts.CardAudited(set="1a2b", card="1-2", person="ben"),
    facts.SeedBrought(key="key-1", set="1a2b", fingerprint="05d027a5"),
    facts.SharesVoid(
        key="key-1",
        why="the power failed",
        cards=(facts.VoidCard(set="1a2b", card="1-2", person="ben"),),
    ),
    facts.PersonEnrolled(person="ana", key_sha256=HASH),
    facts.MachineEnrolled(name="signer-1", serial_commitment=HASH, program_sha256=HASH),
    facts.KeyProved(wallet="vault", fingerprint="05d027a5", person="ana"),
    facts.AddressConfirmed(
        wallet="vault", path="m/84h/1h/0h/0/0", address_commitment=HASH, person="ana"
    ),
    facts.TransactionFinalized(txid=HASH, verified_by=("interpreter", "kernel")),
    facts.MessageSigned(message_sha256=HASH, address_commitment=HASH, fingerprint="05d027a5"),
    facts.PeerSeal(log="vault.example/2026-0008", size=7, seal_sha256=HASH),
    facts.SeedQrShown(key="key-1", person="ana", form="compact"),
)
"""One of each type that a log knows."""
