"""A key that was interrupted before all its cards were verified is void, and two people say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conduct.aftermath import insist_complete, insist_outputs, insist_verified
from conduct.conduct_material import CAST, KEYGEN, begin, go_on, world
from conduct.interruption import (
    People,
    all_of,
    facts_of,
    killed,
    killed_again,
    lines_of,
    people,
)

from ceremonies.conduct import builtin, ceremony
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.asks import Acknowledge, Confirm, TypeWords
from ceremonies.conduct.conductor import hold
from ceremonies.conduct.left_behind import LEFT_BEHIND
from ceremonies.conduct.progress import Progress
from ceremonies.conduct.script_file import read
from ceremonies.errors import Declined, IntegrityError
from ceremonies.frozen import replace
from ceremonies.keys import slip39
from ceremonies.keys.card import CardSet
from ceremonies.keys.seed import Seed
from ceremonies.log import facts
from ceremonies.log.verify import State
from ceremonies.secret import Secret
from custody_cli.ceremony_answers import status

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

WHO_SAYS_SO = ["exception.operator", "exception.custodian"]

MADE, PHRASE_SHOWN, SPLIT, RECORD_BEGUN = 26, 29, 36, 37
CARD_SHOWN = {1: 41, 2: 43, 3: 45}
ALL_VERIFIED, HANDED_OUT = 46, 47


def asked_to(here: People, field: str) -> list[Confirm]:
    return [a for a in here.player.heard if isinstance(a, Confirm) and a.field == field]


PHRASE = "destroy   the phrase of key-1 that alice wrote down"


def card(number: int, holder: str) -> str:
    return f"destroy   card 1-{number} of set SET that {holder} wrote down"


@pytest.mark.parametrize(
    ("number", "to_destroy"),
    [
        (PHRASE_SHOWN, [PHRASE]),
        (SPLIT, [PHRASE]),
        (CARD_SHOWN[1], [PHRASE, card(1, "bob")]),
        (CARD_SHOWN[2], [PHRASE, card(1, "bob"), card(2, "carol")]),
        (CARD_SHOWN[3], [PHRASE, card(1, "bob"), card(2, "carol"), card(3, "dave")]),
        (ALL_VERIFIED, [PHRASE, card(1, "bob"), card(2, "carol"), card(3, "dave")]),
    ],
)
def test_two_people_of_different_roles_are_shown_what_is_to_be_destroyed(
    tmp_path: Path, number: int, to_destroy: list[str]
) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, number)
    go_on(folder, here)
    first, second = (asked_to(here, field) for field in WHO_SAYS_SO)
    assert len(first) == len(second) == 1
    assert (first[0].by.name, first[0].by.role) == ("alice", "operator")
    assert (second[0].by.name, second[0].by.role) == ("bob", "custodian")
    sets = {fact.set for fact in all_of(folder, facts.SharesSplit) if fact.key == "key-1"}
    listed = "\n".join(to_destroy).replace("SET", "".join(sets))
    assert first[0].shown == second[0].shown == listed
    assert "key-1 must never be used" in first[0].text


@pytest.mark.parametrize("number", [MADE, MADE + 1, MADE + 2])
def test_a_key_that_nobody_was_shown_is_void_without_asking(tmp_path: Path, number: int) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, number)
    go_on(folder, here)
    assert not set(WHO_SAYS_SO) & set(here.heard)
    assert all_of(folder, facts.KeyVoid) == [
        facts.KeyVoid(
            key="key-1",
            why="interrupted before every card of it was verified",
            phrases=(),
            cards=(),
        )
    ]
    insist_complete(folder, papers=here.papers, before=())


@pytest.mark.parametrize("field", WHO_SAYS_SO)
@pytest.mark.parametrize("number", [PHRASE_SHOWN, CARD_SHOWN[2], ALL_VERIFIED])
def test_whoever_says_no_leaves_it_paused_and_it_can_be_gone_on_with(
    tmp_path: Path, number: int, field: str
) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, number)
    here.says = {field: ["no"]}
    with pytest.raises(Declined, match="said no"):
        go_on(folder, here)
    assert not all_of(folder, facts.KeyVoid)
    assert not all_of(folder, facts.ExceptionMade)
    last = facts_of(folder)[-1]
    assert isinstance(last, facts.Paused)
    assert last.why == "declined"
    insist_verified(folder, State.INCOMPLETE)
    assert (status(folder)["state"], status(folder)["key"]) == ("paused", "key-1")
    before, again = lines_of(folder), people(KEYGEN, folder)
    go_on(folder, again)
    insist_complete(folder, papers=again.papers, before=before)


EXCEPTION = 10
"""Records of a new session to its exception: resumed, the machine, six people, and itself."""


@pytest.mark.parametrize("more", [EXCEPTION, EXCEPTION + 1, EXCEPTION + 2, EXCEPTION + 6])
def test_killed_between_saying_so_and_the_next_key_nothing_is_forgotten(
    tmp_path: Path, more: int
) -> None:
    folder = tmp_path / "c"
    number = CARD_SHOWN[2]
    killed_again(folder, killed(KEYGEN, folder, number), number + more)
    before = lines_of(folder)
    assert len(all_of(folder, facts.ExceptionMade)) == 1
    assert len(all_of(folder, facts.KeyVoid)) == (more > EXCEPTION)
    here = people(KEYGEN, folder)
    go_on(folder, here)
    insist_complete(folder, papers=here.papers, before=before)
    voided = [fact.key for fact in all_of(folder, facts.KeyVoid)]
    assert len(set(voided)) == len(voided)
    assert len(all_of(folder, facts.ExceptionMade)) == (2 if more == EXCEPTION else 1)


def test_every_key_that_is_lost_gets_a_name_a_set_and_a_void_record_of_its_own(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "c"
    killed(KEYGEN, folder, CARD_SHOWN[2])
    for _ in range(3):
        here = people(KEYGEN, folder)
        here.says = {"hand-out.card-1-3.typed": [KeyboardInterrupt()]}
        with pytest.raises(KeyboardInterrupt):
            go_on(folder, here)
    here = people(KEYGEN, folder)
    go_on(folder, here)
    insist_complete(folder, papers=here.papers, before=())
    assert [fact.key for fact in all_of(folder, facts.KeyVoid)] == [
        "key-1",
        "key-2",
        "key-3",
        "key-4",
    ]
    assert len({fact.fingerprint for fact in all_of(folder, facts.SeedMade)}) == 5


# once every card was typed back, the key is with the people


@pytest.mark.parametrize("number", range(HANDED_OUT, 60, 3))
def test_a_key_that_was_handed_out_is_asked_for_again_and_not_void(
    tmp_path: Path, number: int
) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, number)
    go_on(folder, here)
    insist_complete(folder, papers=here.papers, before=())
    assert not all_of(folder, facts.KeyVoid)
    assert len(all_of(folder, facts.SeedMade)) == 1
    typed = [a for a in here.player.heard if isinstance(a, TypeWords)]
    assert [(a.field, a.by.name) for a in typed] == [
        ("hand-out.card-1", "bob"),
        ("hand-out.card-2", "carol"),
    ]
    assert len(all_of(folder, facts.CardShown)) == 3


def test_the_cards_of_the_void_key_are_told_so_and_asked_for_again(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    killed(KEYGEN, folder, ALL_VERIFIED)
    old = {paper.by: Secret(paper.words.encode()) for paper in people(KEYGEN, folder).papers}
    here = people(KEYGEN, folder)
    here.says = {"fingerprint.custodian-1": [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        go_on(folder, here)
    before, again = lines_of(folder), people(KEYGEN, folder)
    new = {name: Secret(words) for name, words in again.player.cards.items()}
    again.says = {
        "hand-out.card-1": [old["bob"], new["bob"], new["bob"]],
        "hand-out.card-2": [old["carol"], old["carol"], new["carol"]],
    }
    go_on(folder, again)
    told = [a for a in again.player.heard if a.field == "hand-out.another-key"]
    assert all(isinstance(a, Acknowledge) and a.by.name == "bob" for a in told)
    first, second = (fact.fingerprint for fact in all_of(folder, facts.SeedMade))
    assert [a.text.partition(" Check")[0] for a in told] == [
        f"This gives the key {first}, and {second} is needed.",
        # the sets of rehearsals all have one number, so only the words tell
        (
            "This gives no key to use here: the cards do not belong together, though each is "
            "well-formed."
        ),
    ]
    insist_complete(folder, papers=again.papers, before=before)
    assert [fact.key for fact in all_of(folder, facts.KeyVoid)] == ["key-1"]
    assert all_of(folder, facts.KeyRecovered)[-1].fingerprint == second


def test_one_card_typed_twice_is_told_so_and_asked_for_again(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, HANDED_OUT)
    here.says = {"hand-out.card-2": [Secret(here.player.cards["bob"])]}
    go_on(folder, here)
    mistakes = [a.mistake for a in here.player.heard if a.field == "hand-out.card-2"]
    assert len(mistakes) == 2
    assert mistakes[1].startswith("this card was typed already")
    insist_complete(folder, papers=here.papers, before=())


def test_a_quorum_of_other_holders_may_come(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, HANDED_OUT)
    # whoever acts as first custodian now holds card 1-3
    here.says = {
        "people.custodian-1": ["dave"],
        "people.custodian-2": ["bob"],
        "people.custodian-3": ["carol"],
    }
    go_on(folder, here)
    recovered = all_of(folder, facts.KeyRecovered)[-1]
    assert recovered.persons == ("dave", "bob")
    assert set(recovered.cards) == {"1-1", "1-3"}
    insist_verified(folder, State.COMPLETE)


def test_cards_that_give_another_key_than_was_made_stop_the_ceremony(tmp_path: Path) -> None:
    """Every quorum of them agrees with every other, and none with the key: the split was wrong."""
    folder = tmp_path / "c"
    real = slip39.split

    def wrong(seed: Seed, *args: Any, **options: Any) -> CardSet:
        other = bytes(byte ^ (at == 31) for at, byte in enumerate(seed.secret.reveal()))
        return real(replace(seed, secret=Secret(other)), *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(slip39, "split", wrong)
        with pytest.raises(IntegrityError, match=r"the cards give the key \w+, and \w+ was made"):
            begin(folder, KEYGEN, people(KEYGEN, folder))
    assert not all_of(folder, facts.KeyRecovered)
    assert not (folder / "account.json").exists()
    assert status(folder)["state"] == "paused"


def test_who_holds_two_roles_does_not_say_so_twice(tmp_path: Path) -> None:
    """The operator may be a custodian too, in a script that lets them: another person is asked."""
    folder = tmp_path / "c"
    text = builtin.script(KEYGEN).data.decode()
    script = read(text.replace('["operator", "custodian"]', '["operator", "witness"]').encode())
    here = people(KEYGEN, folder)
    here.player.cast = {**CAST, "custodian": ("alice", "bob", "carol")}
    here.says = {"hand-out.card-1-2.typed": [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        begin(folder, script, here)
    again = people(KEYGEN, folder)
    again.player.cast = here.player.cast
    go_on(folder, again)
    insist_verified(folder, State.COMPLETE)
    (exception,) = all_of(folder, facts.ExceptionMade)
    assert exception.persons == ("alice", "bob")


def test_two_custodians_cannot_say_so_between_them(tmp_path: Path) -> None:
    """Whoever was called first says so, and then somebody of another role, not their neighbour."""
    folder = tmp_path / "c"
    text = builtin.script(KEYGEN).data.decode()
    operator, custodian = "operator  = 1\n", "custodian = 3\n"
    script = read(text.replace(operator + custodian, custodian + operator).encode())
    here = people(KEYGEN, folder)
    here.says = {"hand-out.card-1-2.typed": [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        begin(folder, script, here)
    go_on(folder, people(KEYGEN, folder))
    insist_verified(folder, State.COMPLETE)
    assert [fact.person for fact in all_of(folder, facts.PersonPresent)][:2] == ["bob", "carol"]
    (exception,) = all_of(folder, facts.ExceptionMade)
    assert exception.persons == ("bob", "alice")


def test_progress_forgets_a_void_key_and_what_was_done_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    killed(KEYGEN, folder, CARD_SHOWN[2])
    said = facts_of(folder)
    plan = next(fact for fact in said if isinstance(fact, facts.Plan))
    progress = Progress.of(plan, [])
    for fact in said:
        progress.add(fact)
    assert progress.key is not None
    assert progress.key.was_shown
    assert len(progress.key.cards) == 2
    progress.add(facts.KeyVoid(key="key-1", why="lost", phrases=(), cards=()))
    assert progress.key is None
    assert progress.was_void
    assert not progress.is_given_up
    progress.add(facts.Begin(step="chance", attempt=2))
    states = [progress.state_of(step) for step in ("people", "chance", "split", "hand-out")]
    assert states == ["verified", "begun", "pending", "pending"]
    assert progress.next_step == "chance"


def left_unlogged(folder: Path) -> People:
    """Killed after the record of the set was written, and before the log could name it."""
    here = killed(KEYGEN, folder, RECORD_BEGUN)
    assert facts_of(folder)[-1] == facts.Begin(step="record", attempt=1)
    (folder / "set.json").write_bytes(b"{}")
    return here


def test_what_a_kill_left_in_the_folder_is_logged_before_anything_else(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = left_unlogged(folder)
    go_on(folder, here)
    kept = {fact.name: fact.kind for fact in all_of(folder, facts.FileKept)}
    assert (kept["set.json"], kept["set-2.json"]) == (LEFT_BEHIND, "set-record")
    insist_complete(folder, papers=here.papers, before=())


def test_what_a_kill_left_in_the_folder_is_logged_when_the_ceremony_is_ended(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "c"
    here = left_unlogged(folder)
    with ceremony.reopened(folder, world=world(folder)) as again:
        hold(again, aborted(again), here)
    assert [fact.kind for fact in all_of(folder, facts.FileKept)] == [LEFT_BEHIND]
    assert "never use set.json" in asked_to(here, WHO_SAYS_SO[0])[-1].shown
    insist_outputs(folder)
