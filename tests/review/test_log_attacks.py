"""Logs that somebody re-made, chain, seals and signatures and all, still have to make sense."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import (
    KEYGEN,
    SIGN,
    begin,
    earnest_signature,
    earnest_signers,
    keygen_player,
    play,
)
from msgspec.structs import replace

from ceremonies.conduct import practice
from ceremonies.conduct.plan import planned
from ceremonies.conduct.steps import ACTIONS
from ceremonies.log import facts, reading
from ceremonies.log import seal as seals
from ceremonies.log.evidence import Seals
from ceremonies.log.facts import Fact
from ceremonies.log.people import People
from ceremonies.log.promises import FACTS_OF
from ceremonies.log.reading import Reading
from ceremonies.log.records import NO_RECORD, decode, encode
from ceremonies.log.tree import Tree
from ceremonies.log.verify import State, Verdict, verify

Told = list[Fact]
OTHER = "00" * 32
NOW = "2026-11-22T12:00:00Z"


@pytest.fixture(scope="module")
def keygen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key made in earnest, with the keys of all who sign at hand."""
    folder = tmp_path_factory.mktemp("attacked") / "keygen"
    people = keygen_player(signature=earnest_signature)
    begin(folder, KEYGEN, people, signers_file=earnest_signers(), rehearsal=False)
    return folder


@pytest.fixture(scope="module")
def sign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transaction signed in a rehearsal."""
    folder = tmp_path_factory.mktemp("attacked") / "sign"
    play(folder, SIGN)
    return folder


def judged(folder: Path) -> Verdict:
    return verify(folder, signers=(folder / "allowed_signers").read_bytes(), planned=planned)


def told_by(folder: Path) -> Told:
    lines = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    return [decode(line).fact for line in lines]


def remade(original: Path, to: Path, edit: Callable[[Told], Told]) -> Verdict:
    """Make a log of other facts, sealed and signed anew by those who signed, and judge it."""
    folder = Path(shutil.copytree(original, to / "remade"))
    for path in (folder / "seals").iterdir():
        path.unlink()
    told = told_by(original)
    lines: list[bytes] = []
    before, prev = seals.NO_SEAL, NO_RECORD
    for seq, fact in enumerate(edit(told)):
        if isinstance(fact, facts.Sealed):
            sealed = _seal(folder, lines, before, fact.persons)
            before = sealed.id
            fact = replace(fact, size=sealed.size, seal_sha256=sealed.id)
        lines.append(encode(fact, seq=seq, prev=prev, boot="00" * 8, mono_ms=seq))
        prev = decode(lines[-1]).id
    _seal(folder, lines, before, ("alice", "bob"))
    (folder / "log.jsonl").write_bytes(b"".join(lines))
    return judged(folder)


def _seal(folder: Path, lines: list[bytes], before: str, names: Sequence[str]) -> seals.Seal:
    tree, data = Tree(), b"".join(lines)
    for line in lines:
        tree.append(decode(line).id)
    genesis = decode(lines[0]).fact
    assert isinstance(genesis, facts.Genesis)
    made = seals.Seal(
        log=genesis.log,
        size=len(lines),
        root=tree.root(),
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        prev_seal=before,
    )
    path = seals.path_of(folder, made.size)
    path.write_bytes(made.text())
    signs = earnest_signature if genesis.mode == "production" else practice.signature
    for name in names:
        path.with_name(f"{path.name}.{name}.sig").write_bytes(signs(name, made.text()))
    return made


def without(kind: type[Fact]) -> Callable[[Told], Told]:
    return lambda told: [fact for fact in told if not isinstance(fact, kind)]


def changed(kind: type[Fact], **changes: Any) -> Callable[[Told], Told]:
    """Change every fact of a kind."""
    return lambda told: [
        replace(fact, **changes) if isinstance(fact, kind) else fact for fact in told
    ]


def followed(kind: type[Fact], *others: Fact) -> Callable[[Told], Told]:
    """Put facts after the first of a kind."""

    def edit(told: Told) -> Told:
        at = next(number for number, fact in enumerate(told) if isinstance(fact, kind)) + 1
        return [*told[:at], *others, *told[at:]]

    return edit


def test_what_is_remade_unchanged_is_complete(keygen: Path, sign: Path, tmp_path: Path) -> None:
    for original in (keygen, sign):
        found = remade(original, tmp_path / original.name, lambda told: told)
        assert (found.state, found.problems) == (State.COMPLETE, ())


PROMISED = sorted({(do, kind.type) for do, kinds in FACTS_OF.items() for kind in kinds})


@pytest.mark.parametrize(("do", "name"), PROMISED)
def test_a_step_without_what_it_promises_has_not_ended(
    do: str, name: str, keygen: Path, sign: Path, tmp_path: Path
) -> None:
    for original in (keygen, sign):
        plan = told_by(original)[1]
        assert isinstance(plan, facts.Plan)
        steps = [step.id for step in plan.steps if step.do == do]
        if not steps:
            continue
        found = remade(original, tmp_path / original.name, without(facts.FACTS[name]))
        assert found.state is State.TAMPERED
        sentence = f"the step {steps[0]} ends without a record {name}"
        assert any(sentence in problem for problem in found.problems), found.problems


def test_every_action_promises_facts_but_those_known_not_to() -> None:
    silent = {"wipe", "close", "collect-shares", "destroy", "set-destination", "exception"}
    by_policy = {"sign-approval", "sign-batch-approval"}  # a policy may ask for none
    assert set(FACTS_OF) == set(ACTIONS) - silent - by_policy


SECOND = facts.SeedMade(key="key-2", scheme="bip39", words=24, fingerprint="00000000")
VOID = facts.KeyVoid(key="key-1", why="lost", phrases=(), cards=())
REFUSED = facts.LoggedFinding(rule="fee-share", level="refuse", places=1)

OF_KEYGEN: dict[str, tuple[Callable[[Told], Told], str]] = {
    "a second key while the first is not void": (
        followed(facts.SeedMade, SECOND),
        "key-1 is not void, and another key is made",
    ),
    "a void key recovered": (followed(facts.SharesSplit, VOID), "key-1 is void, and is used"),
    "a set of another key": (
        changed(facts.SharesSplit, fingerprint="00000000"),
        "the fingerprint is not that of key-1",
    ),
    "a card that was not split": (
        changed(facts.CardShown, set="0000"),
        "key-1 was not split into this set",
    ),
    "a card typed back by somebody else": (
        changed(facts.CardVerified, person="dave"),
        "dave was not shown this card",
    ),
    "every card for one person": (
        lambda told: changed(facts.CardVerified, person="bob")(
            changed(facts.CardShown, person="bob")(told)
        ),
        "somebody holds two of the cards",
    ),
    "more cards than were handed out": (
        changed(facts.SharesSplit, groups=("2of4",)),
        "3 of 4 cards were verified",
    ),
    "a key from too few cards": (
        changed(facts.KeyRecovered, cards=("1-1",)),
        "these cards are no quorum of key-1",
    ),
    "a key from one card twice": (
        changed(facts.KeyRecovered, cards=("1-1", "1-1")),
        "it names a card twice",
    ),
    "a key from another set": (
        changed(facts.KeyRecovered, set="0000"),
        "these cards are no quorum of key-1",
    ),
    "cards that give another key": (
        lambda told: [
            replace(fact, fingerprint=OTHER[:8])
            if isinstance(
                fact, facts.KeyRecovered | facts.FingerprintConfirmed | facts.AccountDerived
            )
            else replace(fact, ours=(OTHER[:8],))
            if isinstance(fact, facts.WalletRegistered)
            else fact
            for fact in told
        ],
        "it is not the key that was made or brought here",
    ),
    "an account of a key that is not there": (
        changed(facts.AccountDerived, fingerprint="00000000"),
        "the key 00000000 was not made or recovered in this session",
    ),
    "a fingerprint of another key": (
        changed(facts.FingerprintConfirmed, fingerprint="00000000"),
        "the key 00000000 was not made or recovered in this session",
    ),
    "a fingerprint that one of three confirmed": (
        changed(facts.FingerprintConfirmed, person="bob"),
        "the step fingerprint ends without carol",
    ),
    "a fingerprint confirmed by the operator for a custodian": (
        lambda told: [
            replace(fact, person="alice")
            if isinstance(fact, facts.FingerprintConfirmed) and fact.person == "bob"
            else fact
            for fact in told
        ],
        "the step fingerprint ends without bob",
    ),
    "a phrase confirmed by somebody else": (
        changed(facts.PhraseConfirmed, person="bob"),
        "bob was not shown this phrase",
    ),
    "a machine that was not fit": (
        changed(facts.MachineChecked, fit=False),
        "the machine was not fit, and the step ends",
    ),
    "a ceremony that was paused and went on": (
        followed(facts.SeedMade, facts.Paused(step="key", why="signal")),
        "the ceremony was paused, and nothing was resumed",
    ),
    "the same person twice": (
        followed(
            facts.PersonPresent,
            facts.PersonPresent(person="alice", role="operator", name_commitment=OTHER),
        ),
        "alice is operator already",
    ),
    "a step attested before it ended": (
        lambda told: _attested_early(told),
        "had not ended, or another has begun since",
    ),
    "less chance than the script asks for": (
        changed(facts.EntropyCollected, bits=127),
        "the step chance ends without 128 bits of dice",
    ),
    "chance of another source": (
        lambda told: [
            replace(fact, kind="coins") if getattr(fact, "kind", "") == "dice" else fact
            for fact in told
        ],
        "the step chance ends without 128 bits of dice",
    ),
    "a shorter key": (
        changed(facts.SeedMade, words=12),
        "the step key ends without a key of 24 words for bip39",
    ),
    "a split that one card recovers": (
        changed(facts.SharesSplit, groups=("1of3",)),
        "the step split ends without a split into 2of3, of which 1 recover the key",
    ),
    "cards that the split does not have": (
        lambda told: [
            replace(fact, card="9-9") if getattr(fact, "card", "") == "1-3" else fact
            for fact in told
        ],
        "2 of 3 cards were verified",
    ),
    "another account": (
        changed(facts.AccountDerived, path="m/84h/0h/1h"),
        "the step account ends without account 0 for wpkh",
    ),
    "a wallet of another network": (
        changed(facts.WalletRegistered, network="testnet4"),
        "the step wallet ends without the wallet vault on mainnet",
    ),
    "a wallet whose own key is another": (
        changed(facts.WalletRegistered, ours=("0badc0de",)),
        "its own key is not the one whose account was derived",
    ),
    "a wallet that does not say which key is its own": (
        changed(facts.WalletRegistered, ours=()),
        "its own key is not the one whose account was derived",
    ),
    "a room that nobody looked at": (
        without(facts.RoomChecked),
        "the step machine ends without a room that is as the script demands",
    ),
    "a machine with a network that is called fit": (
        changed(facts.MachineChecked, probes=(facts.ProbeResult(name="network", ok=False),)),
        "the step machine ends without a machine that passes network, swap",
    ),
    "a witness who attested nothing": (
        lambda told: [
            fact for fact in told if not isinstance(fact, facts.Attested) or fact.person != "frank"
        ],
        "frank (witness) did not attest the step hand-out before it",
    ),
    "an item without its bag": (
        lambda told: [fact for fact in told if getattr(fact, "item", "").find("1-2") < 0],
        "the step inventory ends without a bag for card 1-2",
    ),
    "secrets that were not wiped": (
        lambda told: [fact for fact in told if getattr(fact, "step", "") != "wipe"],
        "the mandatory step wipe has not ended",
    ),
    "a session without a look at machine and room": (
        followed(
            facts.SeedMade,
            facts.Paused(step="key", why="signal"),
            facts.Resumed(gap_ms=1, same_boot=True, program_sha256=OTHER, wall_claimed=NOW),
            facts.Begin(step="key", attempt=2),
        ),
        "a room that is as the script demands is missing in this session",
    ),
    "a seal by fewer than the quorum": (
        changed(facts.Sealed, persons=("alice",)),
        "it names 1 of the 2 people that a seal needs",
    ),
    "a quorum of one": (
        lambda told: changed(facts.Plan, quorum=1)(changed(facts.Genesis, quorum=1)(told)),
        "the plan in the log is not that of the script",
    ),
    "the name of a rehearsal": (
        changed(facts.Genesis, log="REHEARSAL/keygen"),
        "the log of a rehearsal, and no other, has a name with REHEARSAL/",
    ),
}

OF_SIGN: dict[str, tuple[Callable[[Told], Told], str]] = {
    "an approval in a role that does not approve": (
        changed(facts.IntentApproved, person="alice", role="operator"),
        "nobody approved it as approver",
    ),
    "an approval of what was refused": (
        changed(facts.PsbtReviewed, findings=(REFUSED,)),
        "an intent was approved that nobody had reviewed",
    ),
    "coins of another transaction": (
        changed(facts.PsbtSpends, txid=OTHER),
        "it is of a transaction that nobody reviewed",
    ),
    "a signature of a key that is not there": (
        changed(facts.PsbtSigned, fingerprint="00000000"),
        "the key 00000000 was not made or recovered in this session",
    ),
    "a rehearsal under another name": (
        changed(facts.Genesis, log="vault.example/2026-0007"),
        "the log of a rehearsal, and no other, has a name with REHEARSAL/",
    ),
}


def _attested_early(told: Told) -> Told:
    at = next(number for number, fact in enumerate(told) if isinstance(fact, facts.Attested))
    return [*told[: at - 1], told[at], told[at - 1], *told[at + 1 :]]


@pytest.mark.parametrize("name", OF_KEYGEN)
def test_no_key_is_made_with(name: str, keygen: Path, tmp_path: Path) -> None:
    _insist_found(OF_KEYGEN[name], keygen, tmp_path)


@pytest.mark.parametrize("name", OF_SIGN)
def test_nothing_is_signed_with(name: str, sign: Path, tmp_path: Path) -> None:
    _insist_found(OF_SIGN[name], sign, tmp_path)


def _insist_found(attack: tuple[Callable[[Told], Told], str], original: Path, folder: Path) -> None:
    edit, sentence = attack
    found = remade(original, folder, edit)
    assert found.state is State.TAMPERED
    assert any(sentence in problem for problem in found.problems), found.problems


def test_a_seal_of_an_earlier_step_is_not_named_once_more(keygen: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(keygen, tmp_path / "again"))
    told = told_by(folder)
    (sealed,) = (fact for fact in told if isinstance(fact, facts.Sealed))
    lines, prev = [], NO_RECORD
    for seq, fact in enumerate(followed(facts.Sealed, sealed)(told)):
        lines.append(encode(fact, seq=seq, prev=prev, boot="00" * 8, mono_ms=seq))
        prev = decode(lines[-1]).id
    (folder / "log.jsonl").write_bytes(b"".join(lines))
    at = sealed.size + 1
    sentence = f"record {at} (sealed): it names a seal of {at - 1} records, and {at} came before it"
    assert sentence in judged(folder).problems


def test_a_record_of_an_unknown_type_after_the_end_is_tampering(
    keygen: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(keygen, tmp_path / "longer"))
    lines = (folder / "log.jsonl").read_bytes().splitlines(keepends=True)
    line = lines[-1].replace(b'"seq":81', b'"seq":82').replace(b'"closed"', b'"reopened"')
    line = line.replace(decode(lines[-1]).prev.hex().encode(), decode(lines[-1]).id.hex().encode())
    (folder / "log.jsonl").write_bytes(b"".join((*lines, line)))
    found = judged(folder)
    assert found.state is State.TAMPERED
    assert "record 82: nothing may follow the end of a log" in found.problems


def test_a_link_to_other_seals_is_no_folder_of_seals(keygen: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(keygen, tmp_path / "linked"))
    (folder / "seals").rename(tmp_path / "elsewhere")
    (folder / "seals").symlink_to(tmp_path / "elsewhere")
    found = judged(folder)
    assert found.state is State.TAMPERED
    assert "the folder seals cannot be read: it is a link" in found.problems


def test_a_log_that_is_sealed_while_it_is_read_is_not_tampered(
    keygen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(keygen, tmp_path / "running"))
    (folder / "seals").rename(tmp_path / "to-come")
    follow = Reading.follow

    def sealed_meanwhile(self: Reading, path: Path) -> None:
        if not (folder / "seals").exists():
            shutil.copytree(tmp_path / "to-come", folder / "seals")
        follow(self, path)

    monkeypatch.setattr(Reading, "follow", sealed_meanwhile)
    assert Seals(folder).sizes == ()
    assert judged(folder).state is State.COMPLETE


def test_of_a_log_with_many_faults_few_are_kept_and_all_are_counted(
    keygen: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(keygen, tmp_path / "many"))
    with (folder / "log.jsonl").open("ab") as log:
        log.write(b"\n" * 3000)
    read = Reading(())
    read.follow(folder)
    assert len(read.problems) == reading.MOST_PROBLEMS
    assert len(read.problems) + read.unsaid == 3000
    assert judged(folder).problems[-1] == "and at least 2950 more like these"


def test_a_file_that_many_records_name_is_read_once(
    sign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    digest = hashlib.file_digest

    def counted(stream: Any, name: str) -> Any:
        read.append(os.fstat(stream.fileno()).st_ino)
        return digest(stream, name)

    monkeypatch.setattr(hashlib, "file_digest", counted)
    kept = next(fact for fact in told_by(sign) if isinstance(fact, facts.FileKept))
    remade(sign, tmp_path, followed(facts.FileKept, *[kept] * 20))
    assert len(read) == len(set(read))


def test_many_people_are_counted_in_one_pass(sign: Path, tmp_path: Path) -> None:
    crowd = [
        facts.PersonPresent(person=f"guest-{number}", role="witness", name_commitment=OTHER)
        for number in range(3000)
    ]
    asked = 0

    class Counted(str):
        def __eq__(self, other: object) -> bool:
            nonlocal asked
            asked += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    plan = told_by(sign)[1]
    assert isinstance(plan, facts.Plan)
    people = People(plan)
    for fact in crowd:
        assert list(people.takes[facts.PersonPresent](replace(fact, role=Counted("witness")))) == []
    assert asked < 20 * len(crowd)
