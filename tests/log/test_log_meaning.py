"""A log whose chain is right can still not say what no ceremony would have written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from forgeries import chained
from log_material import HASH, NOW, genesis, plan, prepare

from ceremonies.log import facts
from ceremonies.log.facts import Fact, PlannedRole, PlannedStep
from ceremonies.log.records import decode
from ceremonies.log.verify import State, Verdict, verify

OTHER = hashlib.sha256(b"another").hexdigest()


def begin(step: str, attempt: int = 1) -> Fact:
    return facts.Begin(step=step, attempt=attempt)


def end(step: str) -> Fact:
    return facts.End(step=step)


def present(person: str, role: str) -> Fact:
    return facts.PersonPresent(person=person, role=role, name_commitment=HASH)


def attested(step: str = "machine", role: str = "operator", person: str = "ana") -> Fact:
    return facts.Attested(step=step, role=role, person=person)


def resumed(program: str = HASH) -> Fact:
    return facts.Resumed(gap_ms=5, same_boot=True, program_sha256=program, wall_claimed=NOW)


def paused(step: str = "") -> Fact:
    return facts.Paused(step=step, why="interrupt")


def made(key: str = "key-1") -> Fact:
    return facts.SeedMade(key=key, scheme="bip39", words=24, fingerprint="05d027a5")


def void(*phrases: str) -> Fact:
    return facts.KeyVoid(key="key-1", why="power", phrases=phrases, cards=())


def excepted(*persons: str) -> Fact:
    return facts.ExceptionMade(step="machine", why="power", persons=persons)


def shown(person: str = "ana", key: str = "key-1") -> Fact:
    return facts.PhraseShown(key=key, person=person)


def coded(person: str) -> Fact:
    return facts.SeedQrShown(key="key-1", person=person, form="standard")


def reviewed(intent: str | None = HASH, txid: str = HASH, inputs: int = 1) -> Fact:
    return facts.PsbtReviewed(
        wallet="vault",
        psbt_sha256=HASH,
        txid=txid,
        intent=intent,
        inputs=inputs,
        outputs=1,
        fee_commitment=HASH,
        payments_commitment=HASH,
        findings=(),
    )


def spends(*coins: str, txid: str = HASH) -> Fact:
    return facts.PsbtSpends(txid=txid, outpoints=coins or (f"{HASH}:0",))


def approved(intent: str = HASH, person: str = "ana", role: str = "operator") -> Fact:
    return facts.IntentApproved(intent=intent, person=person, role=role)


def signed(intent: str = HASH, txid: str = HASH) -> Fact:
    return facts.PsbtSigned(
        txid=txid,
        intent=intent,
        fingerprint="05d027a5",
        signatures=1,
        complete=True,
        psbt_sha256=HASH,
    )


def confirmed(fingerprint: str) -> Fact:
    return facts.FingerprintConfirmed(fingerprint=fingerprint, person="ana")


def card(name: str, person: str) -> Fact:
    return facts.CardShown(key="key-1", set="1a2b", card=name, person=person)


def closed(steps: int = 3) -> Fact:
    return facts.Closed(steps=steps, wall_claimed=NOW)


def aborted(*persons: str) -> Fact:
    return facts.Aborted(why="no quorum", persons=persons)


SPLIT = facts.SharesSplit(
    key="key-1", set="1a2b", groups=("2of3",), groups_needed=1, fingerprint="05d027a5"
)
RECOVERED = facts.KeyRecovered(
    way="cards",
    set=SPLIT.set,
    cards=("1-1", "1-2", "1-4"),
    persons=("ana",),
    fingerprint=SPLIT.fingerprint,
)
MESSAGE = facts.MessageSigned(message_sha256=HASH, address_commitment=HASH, fingerprint="73c5da0a")
WALLET = facts.WalletRegistered(name="vault", wallet=HASH, network="regtest", ours=())
CHECKED = facts.MachineChecked(probes=(), fit=True)
ANA, BEN, CLEO = (
    present("ana", "operator"),
    present("ben", "witness"),
    present("cleo", "witness"),
)
HEAD: tuple[Fact, ...] = (genesis(), plan())
PEOPLE: tuple[Fact, ...] = (begin("people"), ANA, BEN, CLEO, end("people"))
MACHINE: tuple[Fact, ...] = (begin("machine"), CHECKED, end("machine"), attested())
WHOLE: tuple[Fact, ...] = (*HEAD, *PEOPLE, *MACHINE, begin("close"), closed())
ROOM: tuple[Fact, ...] = (ANA, BEN, CLEO)
"""The room as a resumed session finds it again."""


def judged(folder: Path, told: Sequence[Fact]) -> Verdict:
    prepare(folder)
    (folder / "log.jsonl").write_bytes(b"".join(chained(told)))
    return verify(folder)


IN_MACHINE = (*HEAD, *PEOPLE, begin("machine"))

HONEST: dict[str, tuple[State, tuple[Fact, ...]]] = {
    "closed": (State.UNSEALED, WHOLE),
    "begun": (State.INCOMPLETE, HEAD[:1]),
    "planned": (State.INCOMPLETE, HEAD),
    "paused in a step": (State.INCOMPLETE, (*IN_MACHINE, paused("machine"))),
    "paused between steps": (State.INCOMPLETE, (*HEAD, *PEOPLE, paused())),
    "a step done again after an interruption": (
        State.UNSEALED,
        (
            *IN_MACHINE,
            CHECKED,
            paused("machine"),
            resumed(),
            *ROOM,
            begin("machine", 2),
            CHECKED,
            end("machine"),
            attested(),
            begin("close"),
            closed(),
        ),
    ),
    "interrupted once more before anything was done again": (
        State.INCOMPLETE,
        (*IN_MACHINE, resumed(), ANA, paused("machine"), resumed(), *ROOM, begin("machine", 2)),
    ),
    "a step attested after an interruption": (
        State.UNSEALED,
        (
            *HEAD,
            *PEOPLE,
            *MACHINE[:-1],
            resumed(),
            CHECKED,
            *ROOM,
            attested(),
            begin("close"),
            closed(),
        ),
    ),
    "a roll call done again as a step": (
        State.UNSEALED,
        (
            *HEAD,
            begin("people"),
            ANA,
            resumed(),
            begin("people", 2),
            *PEOPLE[1:],
            *MACHINE,
            begin("close"),
            closed(),
        ),
    ),
    "the roll call done again with other people": (
        State.INCOMPLETE,
        (
            *HEAD,
            *PEOPLE,
            resumed(),
            *ROOM,
            begin("people", 2),
            present("ben", "operator"),
            present("ana", "witness"),
            CLEO,
            end("people"),
        ),
    ),
    "other people after an interruption": (
        State.UNSEALED,
        (
            *IN_MACHINE,
            resumed(),
            present("ben", "operator"),
            present("ana", "witness"),
            CLEO,
            begin("machine", 2),
            CHECKED,
            end("machine"),
            attested(person="ben"),
            begin("close"),
            closed(),
        ),
    ),
    "an exception by two roles": (State.INCOMPLETE, (*IN_MACHINE, excepted("ana", "ben"))),
    "a key lost and another made": (
        State.UNSEALED,
        (
            *IN_MACHINE,
            CHECKED,
            made(),
            shown(),
            end("machine"),
            resumed(),
            *ROOM,
            attested(),
            excepted("ana", "ben"),
            void("ana"),
            begin("machine", 2),
            CHECKED,
            made("key-2"),
            shown(key="key-2"),
            end("machine"),
            attested(),
            begin("close"),
            closed(),
        ),
    ),
    "given up": (State.ABORTED, (*HEAD, *PEOPLE, aborted("ana", "ben"))),
    "given up with a key": (State.ABORTED, (*IN_MACHINE, made(), aborted("ana", "ben"))),
    "given up after a key was lost": (
        State.VOID,
        (*IN_MACHINE, made(), resumed(), *ROOM, void(), aborted("ana", "ben")),
    ),
    "given up after a key was lost and another made": (
        State.ABORTED,
        (
            *IN_MACHINE,
            made(),
            resumed(),
            *ROOM,
            void(),
            begin("machine", 2),
            made("key-2"),
            aborted("ana"),
        ),
    ),
    "a transaction reviewed, approved and signed": (
        State.INCOMPLETE,
        (*IN_MACHINE, reviewed(), spends(), approved(), signed()),
    ),
    "cards shown once more to those who hold them": (
        State.INCOMPLETE,
        (
            *IN_MACHINE,
            made(),
            SPLIT,
            *(card(f"1-{at}", "ben" if at == 1 else "cleo") for at in (1, 2, 3, 3)),
            confirmed("05d027a5"),
        ),
    ),
    "a transaction refused": (State.INCOMPLETE, (*IN_MACHINE, reviewed(None))),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_log_is(name: str, tmp_path: Path) -> None:
    state, told = HONEST[name]
    found = judged(tmp_path, told)
    assert found.state is state, found.problems


TWO_OPERATORS = present("ben", "operator")

IMPOSSIBLE: dict[str, tuple[tuple[Fact, ...], str]] = {
    "no genesis": (WHOLE[1:], "record 0 (plan): genesis is the first record, and no other"),
    "genesis twice": ((*HEAD, genesis()), "record 2 (genesis): genesis is the first record"),
    "no plan": (
        (HEAD[0], *PEOPLE),
        "record 1 (begin): the plan comes first, after genesis",
    ),
    "a plan twice": ((*HEAD, plan()), "record 2 (plan): there was a plan already"),
    "a plan without steps": ((HEAD[0], plan(steps=())), "do not each have a name of their own"),
    "a plan with a step twice": (
        (HEAD[0], plan(steps=plan().steps[:1] * 2)),
        "do not each have a name of their own",
    ),
    "a plan with a role there is not": (
        (HEAD[0], plan(conflicts=(("operator", "king"),))),
        "the plan names a role that it does not have",
    ),
    "something after the end": ((*WHOLE, paused()), "nothing may follow the record closed"),
    "something after giving up": (
        (*HEAD, *PEOPLE, aborted("ana"), resumed()),
        "nothing may follow the record aborted",
    ),
    "closed twice": ((*WHOLE, closed()), "nothing may follow the record closed"),
    "a step there is not": ((*HEAD, begin("fly")), "the plan has no step fly"),
    "a step within another": (
        (*HEAD, begin("people"), begin("machine")),
        "the step people had not ended",
    ),
    "a step before its turn": ((*HEAD, begin("machine")), "the step people comes before it"),
    "a step done again for no reason": (
        (*HEAD, *PEOPLE, begin("people", 2)),
        "the step people is past, and nothing was resumed since",
    ),
    "an attempt left out": (
        (*IN_MACHINE, resumed(), *ROOM, begin("machine", 3)),
        "it is attempt 2 at this step, and says 3",
    ),
    "a first attempt twice": (
        (*IN_MACHINE, resumed(), *ROOM, begin("machine", 1)),
        "it is attempt 2 at this step, and says 1",
    ),
    "a step ended that is not under way": ((*HEAD, end("people")), "people is not under way"),
    "another step ended": ((*HEAD, begin("people"), end("machine")), "machine is not under way"),
    "a step ended after an interruption": (
        (*IN_MACHINE, resumed(), end("machine")),
        "the step machine is not under way",
    ),
    "a fact outside of any step": ((*HEAD, *PEOPLE, made()), "it stands outside of any step"),
    "people outside of any step": ((*HEAD, ANA), "it stands outside of any step"),
    "a fact after an interruption and before any step": (
        (*IN_MACHINE, resumed(), *ROOM, made()),
        "it stands outside of any step",
    ),
    "another step paused": (
        (*IN_MACHINE, paused("people")),
        "it pauses the step people, and the step machine is under way",
    ),
    "no step paused": ((*IN_MACHINE, paused()), "it pauses no step, and the step machine is"),
    "attested before it began": ((*HEAD, *PEOPLE, attested()), "the step machine had not begun"),
    "resumed by another program": ((*IN_MACHINE, resumed(OTHER)), "by another program"),
    "closed outside of the last step": (
        (*HEAD, *PEOPLE, *MACHINE, closed()),
        "the last step of the plan is not under way",
    ),
    "closed in another step": ((*IN_MACHINE, closed()), "the last step of the plan is not"),
    "closed without a step": (
        (*HEAD, *PEOPLE, begin("close"), closed()),
        "the mandatory step machine has not ended",
    ),
    "closed with another number of steps": (
        (*WHOLE[:-1], closed(4)),
        "it counts 4 steps, and the plan has 3",
    ),
    "closed without attestation": (
        (*HEAD, *PEOPLE, *MACHINE[:-1], begin("close"), closed()),
        "no operator attested the step machine",
    ),
    "closed with the attestation of an earlier attempt": (
        (
            *HEAD,
            *PEOPLE,
            *MACHINE,
            resumed(),
            *ROOM,
            begin("machine", 2),
            CHECKED,
            end("machine"),
            begin("close"),
            closed(),
        ),
        "no operator attested the step machine",
    ),
    "closed without a witness": (
        (*HEAD, *PEOPLE[:3], PEOPLE[-1], *MACHINE, begin("close"), closed()),
        "1 people were witness, and 2 are needed",
    ),
    "closed on a step that was done before one that was done again": (
        (
            *HEAD,
            *PEOPLE,
            *MACHINE,
            resumed(),
            *ROOM,
            begin("machine", 2),
            resumed(),
            *ROOM,
            begin("close"),
            closed(),
        ),
        "the step machine comes before it and had not ended",
    ),
    "closed with a key that is void": (
        (
            *IN_MACHINE,
            made(),
            end("machine"),
            attested(),
            resumed(),
            *ROOM,
            void(),
            begin("close"),
            closed(),
        ),
        "the step machine comes before it and had not ended",
    ),
    "a role there is not": ((*HEAD, begin("people"), present("ana", "king")), "no role king"),
    "too many of a role": (
        (*HEAD, begin("people"), ANA, TWO_OPERATORS),
        "2 people are operator, and 1 may be",
    ),
    "roles in conflict": (
        (*HEAD, begin("people"), ANA, present("ana", "witness")),
        "ana may not be both operator and witness",
    ),
    "an independent person in another role": (
        (HEAD[0], plan(conflicts=()), begin("people"), ANA, present("ana", "witness")),
        "ana is in an independent role, and in another one",
    ),
    "somebody who is not there": ((*IN_MACHINE, made(), shown("eve")), "eve is not present"),
    "a code for somebody who is not there": (
        (*IN_MACHINE, made(), coded("eve")),
        "eve is not present",
    ),
    "a code for somebody who was not shown the words": (
        (*IN_MACHINE, made(), coded("ana")),
        "ana was not shown this phrase",
    ),
    "somebody who was there before the interruption": (
        (*IN_MACHINE, resumed(), ANA, begin("machine", 2), end("machine"), attested(person="ben")),
        "ben is not present in this session",
    ),
    "somebody in another role": (
        (*HEAD, *PEOPLE, *MACHINE[:-1], attested(person="ben")),
        "ben is not present as operator",
    ),
    "an approval in another role": (
        (*IN_MACHINE, reviewed(), spends(), approved(role="witness")),
        "ana is not present as witness",
    ),
    "given up by nobody who is there": ((*HEAD, aborted("eve")), "eve is not present"),
    "an exception by one person": ((*IN_MACHINE, excepted("ana", "ana")), "needs two people"),
    "an exception by one role": ((*IN_MACHINE, excepted("ben", "cleo")), "needs two people"),
    "an exception by one, twice": ((*IN_MACHINE, excepted("ana", "ana")), "needs two people"),
    "a key made twice": ((*IN_MACHINE, made(), made()), "key-1 was made before"),
    "a key never made": ((*IN_MACHINE, shown()), "key-1 was never made"),
    "a key that is void": (
        (*IN_MACHINE, made(), resumed(), *ROOM, void(), begin("machine", 2), shown()),
        "key-1 is void",
    ),
    "a key void that was never made": ((*IN_MACHINE, void()), "key-1 was never made"),
    "an approval without a review": ((*IN_MACHINE, approved()), "that nobody had reviewed"),
    "an approval of another intent": (
        (*IN_MACHINE, reviewed(), spends(), approved(OTHER)),
        "that nobody had reviewed",
    ),
    "a signature without an approval": (
        (*IN_MACHINE, reviewed(), spends(), signed()),
        "that nobody had approved",
    ),
    "a signature on another transaction": (
        (*IN_MACHINE, reviewed(), spends(), reviewed(OTHER, OTHER), approved(), signed(txid=OTHER)),
        "that nobody had approved",
    ),
    "an approval before all coins were named": (
        (*IN_MACHINE, reviewed(), approved()),
        "an intent was approved, and no records name all coins that it spends",
    ),
    "a review that names no coins": (
        (*IN_MACHINE, reviewed(), end("machine")),
        "the step ends, and no records name all coins that were reviewed",
    ),
    "more coins than the transaction has": (
        (*IN_MACHINE, reviewed(), spends(), spends(), approved()),
        "an intent was approved, and no records name all coins that it spends",
    ),
    "one coin for two": (
        (*IN_MACHINE, reviewed(inputs=2), spends(), spends(), approved()),
        "it names a coin twice",
    ),
    "one coin for two in one record": (
        (*IN_MACHINE, reviewed(inputs=2), spends(f"{HASH}:0", f"{HASH}:0"), approved()),
        "it names a coin twice",
    ),
    "coins of a transaction that another step reviewed": (
        (*HEAD, begin("people"), ANA, BEN, CLEO, reviewed(), end("people"), *MACHINE[:2], spends()),
        "it is of a transaction that nobody reviewed",
    ),
    "another key than the one that was made": (
        (*IN_MACHINE, made(), confirmed("73c5da0a")),
        "the key 73c5da0a was not made or recovered in this session",
    ),
    "a key that was made before the interruption": (
        (*IN_MACHINE, made(), resumed(), *ROOM, begin("machine", 2), confirmed("05d027a5")),
        "the key 05d027a5 was not made or recovered in this session",
    ),
    "a message signed by another key than the one that was made": (
        (*IN_MACHINE, made(), MESSAGE),
        "the key 73c5da0a was not made or recovered in this session",
    ),
    "a key recovered from a card that its set does not have too": (
        (*IN_MACHINE, made(), SPLIT, RECOVERED),
        "these cards are no quorum of key-1",
    ),
    "a review of another wallet than the one that was registered": (
        (*IN_MACHINE, WALLET, reviewed()),
        "record 9 (psbt.reviewed): it is of a wallet that was not registered",
    ),
    "a card that is none of its set": (
        (*IN_MACHINE, made(), SPLIT, card("2-1", "ben")),
        "its set has no card 2-1",
    ),
    "a card shown to two people": (
        (*IN_MACHINE, made(), SPLIT, card("1-1", "ben"), card("1-1", "cleo")),
        "card 1-1 was shown to ben already",
    ),
    "a seal there is not": (
        (*HEAD, *PEOPLE, facts.Sealed(size=2, seal_sha256=HASH, persons=("ana", "ben"))),
        "record 7 (sealed): there is no such seal of 2 records",
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_no_ceremony_writes(name: str, tmp_path: Path) -> None:
    told, sentence = IMPOSSIBLE[name]
    found = judged(tmp_path, told)
    assert found.state is State.TAMPERED
    assert any(sentence in problem for problem in found.problems), found.problems


def test_a_plan_may_come_after_the_torn_bytes_of_one(tmp_path: Path) -> None:
    data = b'{"v":1'
    (tmp_path / "torn-00000001.bytes").write_bytes(data)
    torn = facts.Recovered(
        bytes=len(data), sha256=hashlib.sha256(data).hexdigest(), kept_as="torn-00000001.bytes"
    )
    assert judged(tmp_path, (HEAD[0], torn, *WHOLE[1:])).state is State.UNSEALED


def test_a_step_that_is_not_mandatory_may_be_left_out_and_not_made_up_for(tmp_path: Path) -> None:
    machine, fan = (
        PlannedStep(id=n, do=n, cls="pure", role="operator", attest=(), mandatory=False)
        for n in ("machine", "fan")
    )
    people, _, close = plan().steps
    head = (HEAD[0], plan(steps=(people, machine, fan, close)), *PEOPLE)
    assert judged(tmp_path, (*head, begin("close"), closed(4))).state is State.UNSEALED
    found = judged(tmp_path, (*head, begin("fan"), end("fan"), begin("machine")))
    assert found.problems == (
        "record 9 (begin): the step machine is past, and nothing was resumed since",
    )


def test_text_of_a_log_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    role = PlannedRole(role="\x1b[2Jking", least=1, most=1, independent=False)
    found = judged(tmp_path, (HEAD[0], plan(roles=(*plan().roles, role)), begin("\x1b]0;\u202e")))
    assert found.state is State.TAMPERED
    assert all(problem.isprintable() for problem in found.problems)
    assert "the plan has no step \\x1b]0;\\u{202e}" in found.problems[0]


# the files that a log names

CONTENT = b"{}\n"
KEPT = facts.FileKept(
    name="wallet.json",
    kind="wallet",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    bytes=len(CONTENT),
)
TORN = facts.Recovered(bytes=3, sha256=KEPT.sha256, kept_as="torn-00000009.bytes")


def naming(folder: Path, *named: Fact) -> Verdict:
    return judged(folder, (*IN_MACHINE, *named))


def test_a_file_that_a_record_names_is_what_it_was(tmp_path: Path) -> None:
    (tmp_path / "wallet.json").write_bytes(CONTENT)
    (tmp_path / "torn-00000009.bytes").write_bytes(CONTENT)
    assert naming(tmp_path, KEPT, TORN).state is State.INCOMPLETE
    for content in (b"[]\n", b"{}", b"{}\n\n", b""):
        (tmp_path / "wallet.json").write_bytes(content)
        found = naming(tmp_path, KEPT, TORN)
        assert found.state is State.TAMPERED
        assert found.problems[0].startswith("wallet.json: it is not the file that record 8 (file.")


def test_torn_bytes_are_kept(tmp_path: Path) -> None:
    assert naming(tmp_path, TORN).state is State.TAMPERED
    (tmp_path / "torn-00000009.bytes").write_bytes(b"[]\n")
    assert naming(tmp_path, TORN).state is State.TAMPERED


def test_a_file_that_was_taken_away_is_told_and_no_tampering(tmp_path: Path) -> None:
    found = naming(tmp_path, KEPT)
    assert found.state is State.INCOMPLETE
    assert "wallet.json: record 8 kept it, and it is not in the folder" in found.problems


@pytest.mark.parametrize("name", ["../wallet.json", "a/wallet.json", "..", "", "."])
def test_a_file_outside_of_the_folder_is_not_looked_at(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "wallet.json").write_bytes(CONTENT)
    outside = facts.FileKept(name=name, kind="wallet", sha256=KEPT.sha256, bytes=len(CONTENT))
    found = naming(tmp_path / "in", outside)
    assert found.state is State.TAMPERED
    assert found.problems[0] == "record 8 (file.kept): it names a file outside of the folder"


def test_a_link_is_not_the_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(CONTENT)
    (tmp_path / "wallet.json").symlink_to(tmp_path / "elsewhere")
    assert naming(tmp_path, KEPT).state is State.TAMPERED


def test_the_facts_of_these_tests_are_records() -> None:
    for told in (
        *(told for _, told in HONEST.values()),
        *(told for told, _ in IMPOSSIBLE.values()),
    ):
        assert [decode(line).fact for line in chained(told)] == list(told)
