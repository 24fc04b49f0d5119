"""What the records of a step say of each other: one that is left out is missed by another."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from log_material import EXAMPLES, HASH, NOW, plan
from msgspec.structs import replace
from test_log_things import problems

from ceremonies.log import facts
from ceremonies.log.batches import Batches
from ceremonies.log.enrolments import Enrolments
from ceremonies.log.facts import Fact, Plan, PlannedStep
from ceremonies.log.papers import Papers

COURSE = ("read-batch", "review-batch", "approve-batch", "sign-batch", "send-batch")
INTENTS = ("aa" * 32, "bb" * 32)
RESUMED = facts.Resumed(gap_ms=1, same_boot=True, program_sha256=HASH, wall_claimed=NOW)


def steps(*does: str) -> Plan:
    return plan(
        steps=tuple(
            PlannedStep(id=do, do=do, cls="pure", role="operator", attest=(), mandatory=True)
            for do in does
        )
    )


def example(of: type[Fact], /, **changes: object) -> Fact:
    return replace(next(one for one in EXAMPLES if type(one) is of), **changes)


def kept(name: str, kind: str) -> Fact:
    return example(facts.FileKept, name=name, kind=kind)


def step(do: str, told: Sequence[Fact], attempt: int = 1) -> tuple[Fact, ...]:
    return (facts.Begin(step=do, attempt=attempt), *told, facts.End(step=do))


OF_BATCH: dict[str, list[Fact]] = {
    "read-batch": [kept(f"unsigned-{number}.psbt", "psbt") for number in (1, 2)],
    "review-batch": [example(facts.PsbtReviewed, intent=intent) for intent in INTENTS],
    "approve-batch": [example(facts.IntentApproved, intent=intent) for intent in INTENTS],
    "sign-batch": [example(facts.PsbtSigned, intent=intent) for intent in INTENTS],
    "send-batch": [kept(f"signed-{number}.psbt", "psbt") for number in (1, 2)],
}


def batch_without(do: str = "", number: int = 0) -> list[str]:
    told: list[Fact] = []
    for one in COURSE:
        said = OF_BATCH[one]
        told += step(one, said[:number] + said[number + 1 :] if one == do else said)
    return problems(Batches(steps(*COURSE)), told)


def test_a_batch_that_is_whole_is_right() -> None:
    assert batch_without() == []


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize(
    ("do", "told"),
    [
        ("read-batch", ["PSBTs that were read: 1; reviewed: 2"]),
        (
            "review-batch",
            ["PSBTs that were read: 2; reviewed: 1", "PSBTs that were reviewed: 1; approved: 2"],
        ),
        (
            "approve-batch",
            ["PSBTs that were reviewed: 2; approved: 1", "PSBTs that were approved: 1; signed: 2"],
        ),
        (
            "sign-batch",
            ["PSBTs that were approved: 2; signed: 1", "PSBTs that were signed: 1; sent: 2"],
        ),
        ("send-batch", ["PSBTs that were signed: 2; sent: 1"]),
    ],
)
def test_no_psbt_of_a_batch_is_left_out(do: str, told: list[str], number: int) -> None:
    assert batch_without(do, number) == told


def test_a_batch_is_counted_by_its_last_attempts() -> None:
    begun = (facts.Begin(step="read-batch", attempt=1), OF_BATCH["read-batch"][0], RESUMED)
    again = step("read-batch", OF_BATCH["read-batch"], attempt=2)
    reviewed = step("review-batch", OF_BATCH["review-batch"])
    twice = step("review-batch", [*OF_BATCH["review-batch"], OF_BATCH["review-batch"][0]])
    assert problems(Batches(steps(*COURSE)), (*begun, *again, *reviewed, *twice)) == []


LIST = kept("new", "signers")


def enrolled(*people: str) -> list[Fact]:
    statements = [kept(f"new.{person}", "enrolment") for person in people]
    return [*statements, *(example(facts.PersonEnrolled, person=person) for person in people), LIST]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (enrolled("ana", "ben"), []),
        (enrolled("ana", "ben")[:-1], ["people were enrolled, and no list of them was kept"]),
        (
            enrolled("ana", "ben", "cleo")[1:],
            ["ana was enrolled, and no statement of theirs was kept"],
        ),
        (
            [*enrolled("ana", "ben"), kept("new.cleo", "enrolment")],
            ["new.cleo was kept, and nobody was enrolled with it"],
        ),
        (enrolled("ana"), ["it enrols 1 of the 2 people that a seal needs"]),
    ],
)
def test_nobody_is_enrolled_by_halves(told: list[Fact], found: list[str]) -> None:
    rule = Enrolments(steps("enrol-people"))
    interrupted = (
        facts.Begin(step="enrol-people", attempt=1),
        kept("new.dan", "enrolment"),
        RESUMED,
    )
    assert problems(rule, (*interrupted, *step("enrol-people", told, attempt=2))) == found


MADE = example(facts.SeedMade)
PHRASE = example(facts.PhraseShown)
CARD = example(facts.CardShown)
AGREED = example(facts.ExceptionMade)
VOID = example(facts.KeyVoid)
CARDS_VOID = example(facts.SharesVoid)
BEGIN = facts.Begin(step="machine", attempt=1)
OPENED = facts.EntropyOpened(person="ana")
NOT_LISTED = "it does not list what was shown of key-1"
NOT_SAID = "key-1 became void, and no two people had said so"

OF_PAPERS: dict[str, tuple[Sequence[Fact], Sequence[str]]] = {
    "all listed": ((MADE, PHRASE, CARD, RESUMED, AGREED, VOID, BEGIN), ()),
    "listed and never shown": ((MADE, PHRASE, RESUMED, AGREED, VOID, BEGIN), (NOT_LISTED,)),
    "a phrase forgotten": (
        (MADE, PHRASE, CARD, AGREED, replace(VOID, phrases=()), BEGIN),
        (NOT_LISTED,),
    ),
    "somebody else's card": (
        (MADE, PHRASE, replace(CARD, person="ana"), AGREED, VOID, BEGIN),
        (NOT_LISTED,),
    ),
    "a part forgotten": ((OPENED, MADE, PHRASE, CARD, AGREED, VOID, BEGIN), (NOT_LISTED,)),
    "a part": ((OPENED, MADE, PHRASE, CARD, AGREED, replace(VOID, parts=("ana",)), BEGIN), ()),
    "nobody asked": ((MADE, PHRASE, CARD, RESUMED, VOID, BEGIN), (NOT_SAID,)),
    "asked in another session": ((MADE, PHRASE, CARD, AGREED, RESUMED, VOID, BEGIN), (NOT_SAID,)),
    "asked in a step before": ((MADE, AGREED, BEGIN, PHRASE, CARD, VOID, BEGIN), (NOT_SAID,)),
    "nobody asked where it ends": (
        (MADE, PHRASE, CARD, RESUMED, VOID, facts.Aborted(why="", persons=("ana", "ben"))),
        (),
    ),
    "nothing shown": ((MADE, RESUMED, replace(VOID, phrases=(), cards=()), BEGIN), ()),
    "new cards": ((example(facts.SeedBrought), CARD, RESUMED, AGREED, CARDS_VOID, BEGIN), ()),
    "new cards forgotten": (
        (example(facts.SeedBrought), CARD, AGREED, replace(CARDS_VOID, cards=()), BEGIN),
        (NOT_LISTED,),
    ),
    "a key that was brought": (
        (example(facts.SeedBrought), CARD, AGREED, replace(VOID, phrases=()), BEGIN),
        ("key-1 was brought, and only its new cards can become void",),
    ),
    "the cards of a key that was made": (
        (MADE, CARD, AGREED, CARDS_VOID, BEGIN),
        ("key-1 was made here, and becomes void with its cards",),
    ),
    "new cards let go of": ((example(facts.SeedBrought), CARD, CARDS_VOID, BEGIN), (NOT_SAID,)),
}


@pytest.mark.parametrize("name", OF_PAPERS)
def test_papers(name: str) -> None:
    told, found = OF_PAPERS[name]
    assert problems(Papers(steps("make-seed")), told) == [*found]
