"""Rules about keys that were brought, cards that became void, steps that failed, and things."""

from __future__ import annotations

from collections.abc import Sequence

import peak
from log_material import HASH, plan

from ceremonies.log import cards, facts
from ceremonies.log.approvals import Approvals
from ceremonies.log.facts import Fact, PlannedStep
from ceremonies.log.key_life import Keys
from ceremonies.log.meaning import Rule
from ceremonies.log.order import Order
from ceremonies.log.promised import Demand
from ceremonies.log.promises import Promises

RECOVERED = facts.KeyRecovered(
    way="cards", set="1a2b", cards=("1-1", "1-2"), persons=("ana",), fingerprint="05d027a5"
)
BROUGHT = facts.SeedBrought(key="key-1", set="1a2b", fingerprint="05d027a5")
SPLIT = facts.SharesSplit(
    key="key-1", set="3c4d", groups=("2of3",), groups_needed=1, fingerprint="05d027a5"
)
SHOWN = facts.CardShown(key="key-1", set="3c4d", card="1-1", person="ben")
VOID = facts.SharesVoid(key="key-1", why="the power failed", cards=())


def problems(rule: Rule, told: Sequence[Fact]) -> list[str]:
    takes = [(rule.takes[type(fact)], fact) for fact in told if type(fact) in rule.takes]
    return [problem for take, fact in takes for problem in take(fact)]


def test_a_key_is_brought_split_void_and_brought_again() -> None:
    again = (facts.Resumed(gap_ms=1, same_boot=True, program_sha256=HASH, wall_claimed=""),)
    assert problems(Keys(), (RECOVERED, BROUGHT, SPLIT, SHOWN, VOID)) == []
    assert problems(Keys(), (RECOVERED, BROUGHT, SPLIT, VOID, *again, RECOVERED, BROUGHT)) == []


def test_a_key_that_nobody_recovered_is_not_brought() -> None:
    assert problems(Keys(), (BROUGHT,)) == ["the key 05d027a5 was not recovered in this session"]


def test_void_cards_are_not_shown_and_a_key_is_brought_once() -> None:
    assert problems(Keys(), (RECOVERED, BROUGHT, SPLIT, VOID, SHOWN))[0] == (
        "the new cards of key-1 are void"
    )
    assert problems(Keys(), (RECOVERED, BROUGHT, BROUGHT)) == ["key-1 is here already"]


def test_too_few_new_cards_recover_no_brought_key() -> None:
    one = facts.KeyRecovered(
        way="cards", set="3c4d", cards=("1-1",), persons=("ben",), fingerprint="05d027a5"
    )
    told = problems(Keys(), (RECOVERED, BROUGHT, SPLIT, SHOWN, one))
    assert told == ["these cards are no quorum of key-1"]


def test_cards_are_counted_without_being_made_up() -> None:
    handing = PlannedStep(
        id="out", do="hand-out-shares", cls="pure", role="operator", attest=(), mandatory=True
    )
    many = facts.SharesSplit(
        key="key-1", set="3c4d", groups=("1of999",) * 6_000, groups_needed=1, fingerprint="05d027a5"
    )
    told = (facts.Begin(step="out", attempt=1), many, facts.End(step="out"))
    before = peak.resident()
    found = problems(Promises(plan(steps=(handing,)), None, seen=set()), told)
    assert "0 of 5994000 cards were verified" in found
    assert peak.resident() - before < 16 * 1024 * 1024
    assert cards.count(many) == 5_994_000
    assert [cards.is_of(name, many) for name in ("1-1", "6000-999", "6001-1", "1-1000", "1-0")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def steps(*, mandatory: bool) -> facts.Plan:
    def one(name: str, do: str, needed: bool = True) -> PlannedStep:
        return PlannedStep(id=name, do=do, cls="pure", role="operator", attest=(), mandatory=needed)

    return plan(steps=(one("time", "bind-time", mandatory), one("close", "close")))


FAILED = (facts.Begin(step="time", attempt=1), facts.Failed(step="time", why="refused"))
EXCUSED = facts.ExceptionMade(step="time", why="not done", persons=("ana", "ben"))
CLOSE = facts.Begin(step="close", attempt=1)


def test_a_step_that_failed_is_gone_on_without_only_where_it_may_and_two_people_said_so() -> None:
    may, must = steps(mandatory=False), steps(mandatory=True)
    assert problems(Order(may, None), (*FAILED, EXCUSED, CLOSE)) == []
    missing = ["the step time comes before it and had not ended"]
    assert problems(Order(may, None), (*FAILED, CLOSE)) == missing
    assert problems(Order(must, None), (*FAILED, EXCUSED, CLOSE)) == missing


def test_a_mandatory_step_that_failed_is_not_tried_again_in_any_session() -> None:
    again = facts.Resumed(gap_ms=0, same_boot=True, program_sha256="", wall_claimed="")
    told = (*FAILED, again, facts.Begin(step="time", attempt=2))
    assert problems(Order(steps(mandatory=False), None), told) == []
    assert problems(Order(steps(mandatory=True), None), told) == [
        "a mandatory step failed, and the ceremony can only be ended"
    ]


def test_an_approval_follows_a_signature_of_its_own_attempt() -> None:
    sign = PlannedStep(
        id="sign", do="sign-approval", cls="idempotent", role="boss", attest=(), mandatory=True
    )
    rule = Approvals(plan(steps=(sign,)), Demand(needed=1, people=frozenset()))
    approved = facts.IntentApproved(intent=HASH, person="ana", role="boss")
    kept = [
        facts.FileKept(name=name, kind="approval", sha256=HASH, bytes=1)
        for name in ("approval.txt", "approval.txt.ana.sig")
    ]
    first = (facts.Begin(step="sign", attempt=1), *kept, approved)
    again = (facts.Begin(step="sign", attempt=2), approved)
    assert problems(rule, first) == []
    assert problems(rule, again) == ["no signature of ana was kept before it"]


def test_only_a_step_that_is_under_way_fails() -> None:
    assert problems(Order(steps(mandatory=False), None), FAILED[1:]) == [
        "the step time is not under way"
    ]


def test_a_destruction_names_what_was_destroyed() -> None:
    destroy, again = (
        PlannedStep(id=name, do="destroy", cls="probe", role="witness", attest=(), mandatory=True)
        for name in ("destroy", "again")
    )
    begun, ended = facts.Begin(step="destroy", attempt=1), facts.End(step="destroy")
    item = facts.ItemDestroyed(
        item="a disk", method="shredded", serial_commitment=HASH, persons=("ben", "cleo")
    )
    of = plan(steps=(destroy, again))
    assert problems(Promises(of, None, seen=set()), (begun, ended)) == [
        "the step destroy ends, and nothing was destroyed"
    ]
    # what was destroyed before an interruption counts
    assert problems(Promises(of, None, seen=set()), (begun, item, begun, ended)) == []
    # what another step destroyed does not
    later = (facts.Begin(step="again", attempt=1), facts.End(step="again"))
    assert problems(Promises(of, None, seen=set()), (begun, item, ended, *later)) == [
        "the step again ends, and nothing was destroyed"
    ]
