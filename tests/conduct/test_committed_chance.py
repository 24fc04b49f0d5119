"""A ceremony whose machine commits to its part, and chance of every kind that people make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import DICE, KEYGEN, Player, begin, go_on
from conduct.test_actions_declared import assert_declared

from ceremonies.conduct import builtin, check
from ceremonies.conduct.asks import Acknowledge, Ask, ShowSecret, TypeDice, TypeWords
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.keys import by_hand, commitment, entropy
from ceremonies.keys.account import fingerprint_of
from ceremonies.keys.by_hand import Method
from ceremonies.keys.deck import Deck
from ceremonies.keys.seed import draw_seed
from ceremonies.log import facts
from ceremonies.log.chain import read_records
from ceremonies.log.facts import Fact, PlannedStep
from ceremonies.log.promises import Promises
from ceremonies.log.verify import State, verify
from ceremonies.secret import Secret

SOURCES = """\
[[entropy]]
kind = "dice"
sides = 20
bits = 100
[[entropy]]
kind = "coins"
bits = 40
[[entropy]]
kind = "cards"
bits = 132
[[entropy]]
kind = "hex"
bits = 100
[[entropy]]
kind = "system"
bits = 256
"""
MADE: dict[str, tuple[Method, str]] = {
    "d20": (by_hand.die(20), "17 3 20 8 11 5 14 1 9 19 6 2 13 16 4 18 10 7 12 15 20 5 9 3 17"),
    "coins": (by_hand.COINS, "hthhtththhthtthhhtththtthhhththttthhhthhtht"),
    "cards": (Deck(), "AS4D9CKH2SJD7HTC3DQS8H5CAD6SKC2H9D4SJC8D3HQD7CTS5H"),
    "hex": (by_hand.HEX, "c0ffee5eed1e55a17b0a7d09f1e2d3c4"),
    "dice": (by_hand.DICE, DICE),
}
DICE_AND_SYSTEM = """\
[[entropy]]
kind = "dice"
bits = 128
[[entropy]]
kind = "system"
bits = 256
"""
COLLECT = 'do   = "collect-entropy"'


def script_of(*changes: tuple[str, str]) -> Script:
    text = builtin.script(KEYGEN).data.decode()
    for old, new in ((COLLECT, f"{COLLECT}\ncommit = true"), *changes):
        assert old in text, old
        text = text.replace(old, new, 1)
    script = read(text.encode())
    check.insist(script)
    return script


class Maker(Player):
    """A player who makes whatever kind of chance is asked for, and looks at the log meanwhile."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.logged: dict[str, list[str]] = {}

    def right(self, asked: Ask[Any]) -> object:
        self.logged[asked.field] = [record.type for record in read_records(self.folder)]
        if isinstance(asked, TypeDice):
            return Secret(MADE[asked.method.kind][1].encode())
        return super().right(asked)


@pytest.fixture(scope="module", params=["dice", "everything"])
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Maker:
    folder = tmp_path_factory.mktemp("committed") / "at"
    player = Maker(folder)
    changes = () if request.param == "dice" else ((DICE_AND_SYSTEM, SOURCES),)
    begin(folder, script_of(*changes), player)
    return player


def told(player: Maker, kind: type[Fact]) -> list[Any]:
    records = read_records(player.folder)
    return [record.fact for record in records if isinstance(record.fact, kind)]


def test_it_asks_what_it_declares(played: Maker) -> None:
    is_small = len(told(played, facts.EntropyCollected)) == 2
    changes = () if is_small else ((DICE_AND_SYSTEM, SOURCES),)
    assert_declared(played.heard, script_of(*changes))


def test_the_commitment_is_logged_and_shown_before_anything_is_made(played: Maker) -> None:
    (committed,) = told(played, facts.EntropyCommitted)
    first = next(asked for asked in played.heard if isinstance(asked, TypeDice))
    shown = next(asked for asked in played.heard if asked.field == "chance.commitment")
    assert isinstance(shown, Acknowledge)
    assert "".join(shown.shown.split()[1:]) == committed.commitment
    assert "entropy.committed" in played.logged[shown.field]
    assert "entropy.collected" not in played.logged[first.field]
    assert played.heard.index(shown) < played.heard.index(first)


def test_the_opening_is_logged_as_shown_and_never_itself(played: Maker) -> None:
    shown = next(asked for asked in played.heard if asked.field == "chance.opening.shown")
    assert isinstance(shown, ShowSecret)
    assert played.logged[shown.field][-1] == "entropy.opened"
    assert [fact.person for fact in told(played, facts.EntropyOpened)] == ["alice"]
    words = played.papers["opening of the machine's part"]
    part = commitment.read_opening(Secret(words)).data.reveal()
    for file in played.folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert part not in data
            assert part.hex().encode() not in data
            assert b" ".join(words.split()[:3]) not in data


def test_the_papers_make_the_key_once_more(played: Maker) -> None:
    (committed,) = told(played, facts.EntropyCommitted)
    part = commitment.read_opening(Secret(played.papers["opening of the machine's part"]))
    commitment.insist_committed(part, committed.commitment)
    kinds = [fact.kind for fact in told(played, facts.EntropyCollected) if fact.kind != "system"]
    made = [by_hand.source(method, Secret(text.encode())) for method, text in map(MADE.get, kinds)]  # type: ignore[misc]
    seed = draw_seed(entropy.draw([part, *made]), words=24, rehearsal=True)
    (logged,) = told(played, facts.SeedMade)
    assert fingerprint_of(seed, None) == logged.fingerprint
    other = commitment.draw_part()
    assert (
        fingerprint_of(draw_seed(entropy.draw([other, *made]), words=24, rehearsal=True), None)
        != logged.fingerprint
    )


def test_its_log_is_complete(played: Maker) -> None:
    verdict = verify(played.folder)
    assert (verdict.state, verdict.problems) == (State.COMPLETE, ())


class Stopped(Maker):
    """Stops once at a field."""

    def __init__(self, folder: Path, at: str) -> None:
        super().__init__(folder)
        self.at = at

    def right(self, asked: Ask[Any]) -> object:
        if asked.field == self.at:
            self.at = ""
            raise KeyboardInterrupt
        return super().right(asked)


@pytest.mark.parametrize("at", ["chance.commitment", "chance.dice", "chance.opening.typed"])
def test_stopped_it_commits_to_another_part(tmp_path: Path, at: str) -> None:
    player = Stopped(tmp_path / "at", at)
    with pytest.raises(KeyboardInterrupt):
        begin(player.folder, script_of(), player)
    go_on(player.folder, player)
    first, second = told(player, facts.EntropyCommitted)
    assert first != second
    assert verify(player.folder).state is State.COMPLETE
    part = commitment.read_opening(Secret(player.papers["opening of the machine's part"]))
    commitment.insist_committed(part, second.commitment)


class StoppedAtWords(Maker):
    """Stops once, when words that are no machine's part are shown."""

    has_stopped = False

    def right(self, asked: Ask[Any]) -> object:
        is_part = asked.field == "chance.opening.shown"
        if isinstance(asked, ShowSecret) and not is_part and not self.has_stopped:
            self.has_stopped = True
            raise KeyboardInterrupt
        return super().right(asked)


def test_the_paper_with_the_part_of_a_void_key_is_to_be_destroyed(tmp_path: Path) -> None:
    player = StoppedAtWords(tmp_path / "at")
    with pytest.raises(KeyboardInterrupt):
        begin(player.folder, script_of(), player)
    go_on(player.folder, player)
    (void,) = told(player, facts.KeyVoid)
    assert void.parts == ("alice",)
    listed = "destroy   the words of the machine's part of key-1 that alice wrote down"
    assert any(listed in getattr(asked, "shown", "") for asked in player.heard)
    assert verify(player.folder).state is State.COMPLETE


class Careless(Maker):
    """Types the machine's part wrongly, twice."""

    mistakes = 0

    def right(self, asked: Ask[Any]) -> object:
        if asked.field == "chance.opening.typed" and self.mistakes < 2:
            self.mistakes += 1
            if self.mistakes == 1:
                return Secret(b"abandon " * 23 + b"abandon")
            return commitment.opening(commitment.draw_part())
        return super().right(asked)


def test_words_that_are_others_are_typed_again(tmp_path: Path) -> None:
    player = Careless(tmp_path / "at")
    begin(player.folder, script_of(), player)
    said = [asked.mistake for asked in player.heard if isinstance(asked, TypeWords)]
    assert "the checksum of the phrase does not match" in "\n".join(said)
    assert "these are other words than those that were shown" in said
    assert verify(player.folder).state is State.COMPLETE


COMMITTED = facts.EntropyCommitted(commitment="5a" * 32)
OPENED = facts.EntropyOpened(person="alice")
SYSTEM = facts.EntropyCollected(kind="system", bits=256)
ROLLED = facts.EntropyCollected(kind="dice", bits=129)
PLAN = facts.Plan(
    ceremony="c",
    title="t",
    network="regtest",
    steps=(
        PlannedStep(
            id="chance", do="collect-entropy", role="r", cls="pure", attest=(), mandatory=True
        ),
    ),
    roles=(),
    conflicts=(),
    quorum=1,
)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ((COMMITTED, ROLLED, SYSTEM, OPENED), ""),
        ((ROLLED, SYSTEM), ""),
        ((ROLLED, COMMITTED, SYSTEM, OPENED), "committed to its part after chance was collected"),
        ((COMMITTED, OPENED, ROLLED, SYSTEM), "collected after the machine's part was opened"),
        ((COMMITTED, ROLLED, SYSTEM), "nobody was shown it"),
        ((ROLLED, SYSTEM, OPENED), "nothing was committed to"),
    ],
)
def test_a_log_in_another_order_was_not_written_by_this_program(
    said: tuple[Fact, ...], problem: str
) -> None:
    seen: set[type[Fact]] = set()
    promises = Promises(PLAN, None, seen=seen)
    found: list[str] = []
    for fact in (facts.Begin(step="chance", attempt=1), *said, facts.End(step="chance")):
        seen.add(type(fact))
        take = promises.takes.get(type(fact))
        found += take(fact) if take else ()
    assert bool(found) is bool(problem)
    assert problem in "".join(found)
