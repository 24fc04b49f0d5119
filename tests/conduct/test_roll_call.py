"""Everybody in the room is known by the signers file, in roles that go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import CAST, KEYGEN, SIGN, SIGNING_CAST, Player, begin, world
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies.conduct import builtin, ceremony, practice
from ceremonies.conduct.asks import Ask
from ceremonies.conduct.conductor import walk
from ceremonies.conduct.people import Person, Role, fewest, is_manned, objection
from ceremonies.errors import Declined, Refused
from ceremonies.log import facts
from ceremonies.log.chain import read_records


def called(
    folder: Path, cast: Mapping[str, Sequence[str]], *, name: str = KEYGEN, tries: Mapping[str, Any]
) -> tuple[list[tuple[str, str]], list[facts.PersonPresent]]:
    """Hold a roll call in which a field is first answered by its `tries`; return the mistakes
    that were told, and who the log says is present."""
    player = Player(cast=cast)
    left = {field: list(answers) for field, answers in tries.items()}
    mistakes: list[tuple[str, str]] = []

    def answer(asked: Ask[Any]) -> object:
        if asked.mistake:
            mistakes.append((asked.field, asked.mistake))
        if asked.place and asked.place.step not in {"machine", "people"}:
            raise Declined("enough", hint="none")
        return left[asked.field].pop(0) if left.get(asked.field) else player(asked)

    with pytest.raises(Declined):
        begin(folder, name, answer)
    records = [record.fact for record in read_records(folder)]
    return mistakes, [fact for fact in records if isinstance(fact, facts.PersonPresent)]


def test_everybody_is_logged_in_the_order_of_the_roles(tmp_path: Path) -> None:
    _, present = called(tmp_path / "at", CAST, tries={})
    assert [(one.person, one.role) for one in present] == [
        ("alice", "operator"),
        ("bob", "custodian"),
        ("carol", "custodian"),
        ("dave", "custodian"),
        ("erin", "witness"),
        ("frank", "witness"),
    ]


@pytest.mark.parametrize(
    ("field", "raw", "reason"),
    [
        ("people.operator-1", "mallory", "the signers file knows alice, bob"),
        ("people.operator-1", "none", "the signers file knows"),
        ("people.operator-1", "Alice", "the signers file knows"),
        ("people.operator-1", "", "the signers file knows"),
        ("people.operator-1", None, "type a line of text"),
        ("people.operator-1", b"alice", "type a line of text"),
        ("people.custodian-1", "alice", "alice is operator, and one person may not also be"),
        ("people.custodian-2", "bob", "bob is custodian already"),
        ("people.witness-1", "alice", "one of the two roles must be independent"),
        ("people.witness-1", "dave", "one of the two roles must be independent"),
        ("people.witness-2", "none", "the signers file knows"),
        ("people.operator-1.full-name", "", "type a name"),
        ("people.operator-1.full-name", "a" * 101, "type a name"),
        ("people.operator-1.full-name", "Alice\x1b[2J", "type a name"),
        ("people.operator-1.full-name", "Alice \u202e srednA", "type a name"),
        ("people.operator-1.full-name", "Alice\nBob", "type a name"),
        ("people.operator-1.full-name", "\ud800", "type a name"),
    ],
)
def test_who_may_not_take_a_role_is_told_why_and_asked_again(
    tmp_path: Path, field: str, raw: object, reason: str
) -> None:
    mistakes, present = called(tmp_path / "at", CAST, tries={field: [raw]})
    ((where, told),) = mistakes
    assert where == field
    assert reason in told
    assert len(present) == 6


def test_more_people_than_asked_for_may_come(tmp_path: Path) -> None:
    cast = {**CAST, "witness": ("erin", "frank", "grace", "heidi")}
    _, present = called(tmp_path / "at", cast, tries={})
    assert [one.person for one in present if one.role == "witness"] == list(cast["witness"])


def test_a_person_of_two_roles_says_their_name_once(tmp_path: Path) -> None:
    asked: list[str] = []
    cast = {**SIGNING_CAST, "custodian": ("alice", "grace")}
    player = Player(cast=cast)

    def answer(one: Ask[Any]) -> object:
        asked.append(one.field)
        if one.place and one.place.step == "wallet":
            raise Declined("enough", hint="none")
        return player(one)

    with pytest.raises(Declined):
        begin(tmp_path / "at", SIGN, answer)
    assert "people.operator-1.full-name" in asked
    assert "people.custodian-1.full-name" not in asked
    records = [record.fact for record in read_records(tmp_path / "at")]
    present = [fact for fact in records if isinstance(fact, facts.PersonPresent)]
    assert [one.role for one in present if one.person == "alice"] == ["operator", "custodian"]


def test_full_names_are_committed_to_and_not_logged(tmp_path: Path) -> None:
    folder = tmp_path / "at"
    _, present = called(folder, CAST, tries={})
    assert b"Example" not in (folder / "log.jsonl").read_bytes()
    assert b"Alice Example" in (folder / "reveal.jsonl").read_bytes()
    assert len({one.name_commitment for one in present}) == len(present)


def test_nobody_is_asked_before_the_machine_was_checked(tmp_path: Path) -> None:
    folder = tmp_path / "at"
    with ceremony.begun(
        folder,
        builtin.script(KEYGEN),
        signers_file=None,
        world=world(folder),
        rehearsal=True,
    ) as begun:
        steps = walk(begun)
        first = next(steps)
        steps.close()
    assert first.field == "machine.seen"
    assert first.by == Person("", "operator")


ROLE_NAMES = ("a", "b", "c", "d")


@st.composite
def rooms(draw: st.DrawFn) -> tuple[list[Role], list[list[str]]]:
    roles = [
        Role(name=name, least=draw(st.integers(1, 2)), most=None, independent=draw(st.booleans()))
        for name in ROLE_NAMES[: draw(st.integers(1, 4))]
    ]
    names = [role.name for role in roles]
    conflicts = draw(st.lists(st.lists(st.sampled_from(names), min_size=2, max_size=3), max_size=3))
    return roles, conflicts


def filled(roles: list[Role], conflicts: list[list[str]], people: int) -> Iterator[set[str]]:
    """Yield who is in the room, for every way to fill it that the roll call would allow."""
    names = [f"p{number}" for number in range(people)]

    def more(present: list[Person], left: list[Role]) -> Iterator[set[str]]:
        if not left:
            yield {person.name for person in present}
            return
        for chosen in combinations(names, left[0].least):
            beside = list(present)
            for name in chosen:
                person = Person(name, left[0].name)
                if objection(person, beside, roles=roles, conflicts=conflicts):
                    break
                beside.append(person)
            else:
                yield from more(beside, left[1:])

    yield from more([], roles)


@settings(max_examples=60, deadline=None)
@given(rooms())
def test_no_roll_call_is_over_with_fewer_people_than_the_fewest(
    room: tuple[list[Role], list[list[str]]],
) -> None:
    roles, conflicts = room
    least = fewest(roles, conflicts)
    assert next(filled(roles, conflicts, least - 1), None) is None
    if not any(is_manned(roles, conflicts)):
        assert len(roles) > 1
        assert least > 1


def test_nobody_may_be_called_what_ends_the_roll_call(tmp_path: Path) -> None:
    script = builtin.script("sign")
    content = practice.signers_file().replace(b"judy ", b"none ")
    with (
        pytest.raises(Refused, match="ends the roll call"),
        ceremony.begun(
            tmp_path / "c",
            script,
            signers_file=content,
            world=world(tmp_path / "c"),
            rehearsal=True,
        ),
    ):
        pass
    assert not (tmp_path / "c").exists()
