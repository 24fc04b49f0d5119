"""Prepared answers answer public data; in production they never stand in for a person."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import (
    KEYGEN,
    RECENT_BLOCK,
    SIGN,
    Player,
    begin,
    earnest_signature,
    earnest_signers,
    signing_player,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ceremonies.conduct import asks, builtin, prepared
from ceremonies.conduct.asks import Ask, Mistyped
from ceremonies.conduct.people import Person
from ceremonies.conduct.prepared import Answers, Prepared
from ceremonies.conduct.presence import TypePin
from ceremonies.errors import CeremonyError, Declined, InputError
from ceremonies.log import facts
from ceremonies.log.chain import read_records
from ceremonies.secret import Secret

BOB = Person("bob", "custodian")
PLACE: dict[str, Any] = {"field": "step.field", "by": BOB, "text": "?"}


def taken(_raw: object) -> None:
    """Take everything."""


def text_taken(raw: str) -> str:
    if raw == "wrong":
        raise Mistyped("this is wrong")
    return raw


KINDS: dict[str, Ask[Any]] = {
    ask.kind: ask
    for ask in (
        asks.Acknowledge(**PLACE),
        asks.ShowReview(**PLACE, review=None),  # type: ignore[arg-type]
        asks.Confirm(**PLACE),
        asks.TypeText(**PLACE, check=text_taken),
        asks.Choose(**PLACE, options=("answer", "other")),
        asks.TypeBack(**PLACE, expected="expected", what="it"),
        asks.TypeDice(**PLACE, wanted=1, check=taken),
        asks.ShowSecret(**PLACE, words=Secret(b"secret words"), about="card 1-1"),
        asks.TypeWords(**PLACE, wordlist="slip39", counts=(20,), about="card 1-1", check=taken),
        asks.TypePassphrase(**PLACE),
        TypePin(**PLACE),
        asks.GiveFile(**PLACE, what="the file", limit=100, check=taken),
        asks.SignSeal(**PLACE, seal=b"seal", file="seal", namespace="n", check=taken),
    )
}
PUBLIC = {"type-text", "choose", "give-file"}
SECRET = {"type-words", "type-dice", "type-passphrase", "type-pin"}


def everything(answer: str = "answer") -> Answers:
    return Answers(
        schema="ceremony-answers/1",
        every=dict.fromkeys(KINDS, answer),
        answers={"step.field": answer},
    )


def sentinel(_asked: Ask[Any]) -> object:
    return sentinel


def test_every_kind_of_ask_is_tested_here() -> None:
    def kinds(of: type) -> set[type]:
        return {of, *(kind for below in of.__subclasses__() for kind in kinds(below))}

    assert {kind.kind for kind in kinds(Ask) if hasattr(kind, "kind")} == set(KINDS)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - PUBLIC))
def test_no_file_does_a_persons_act_in_production(kind: str) -> None:
    with_people = Prepared(everything(), rehearsal=False, otherwise=sentinel)
    assert with_people(KINDS[kind]) is sentinel
    with pytest.raises(InputError):
        Prepared(everything(), rehearsal=False)(KINDS[kind])
    with pytest.raises(InputError):
        Prepared(everything(prepared.AS_SHOWN), rehearsal=False)(KINDS[kind])


def test_what_was_shown_is_not_remembered_in_production() -> None:
    player = Prepared(everything(), rehearsal=False, otherwise=sentinel)
    player(KINDS["show-secret"])
    assert not player._shown


@pytest.mark.parametrize("kind", sorted(PUBLIC - {"give-file"}))
def test_public_data_is_answered_in_production(kind: str) -> None:
    assert Prepared(everything(), rehearsal=False, otherwise=sentinel)(KINDS[kind]) == "answer"


def test_a_rehearsal_may_answer_everything() -> None:
    player = Prepared(everything(), rehearsal=True)
    for kind in set(KINDS) - {"give-file", "sign-seal"}:
        raw = player(KINDS[kind])
        assert raw == (Secret(b"answer") if kind in SECRET else "answer")


def test_a_practice_person_signs_with_their_own_key() -> None:
    raw = Prepared(everything("practice"), rehearsal=True)(KINDS["sign-seal"])
    assert isinstance(raw, bytes)
    assert raw.startswith(b"-----BEGIN SSH SIGNATURE-----")


def test_as_shown_types_back_the_words_of_that_card() -> None:
    player = Prepared(everything(prepared.AS_SHOWN), rehearsal=True)
    with pytest.raises(InputError, match="was not shown here"):
        player(KINDS["type-words"])
    player(KINDS["show-secret"])
    assert player(KINDS["type-words"]) == Secret(b"secret words")
    assert player(KINDS["type-back"]) == "expected"
    assert player(KINDS["type-text"]) == "as-shown", "where nothing was shown it is a text"


def test_answers_of_a_list_come_in_turn_and_then_people_are_asked() -> None:
    listed = Answers(schema="ceremony-answers/1", answers={"step.field": ["one", "wrong", "three"]})
    player = Prepared(listed, rehearsal=False, otherwise=sentinel)
    assert [player(KINDS["type-text"]) for _ in range(4)] == ["one", "wrong", "three", sentinel]


def test_a_wrong_prepared_answer_is_told_and_not_repeated() -> None:
    wrong = Answers(schema="ceremony-answers/1", answers={"step.field": "wrong"})
    for rehearsal in (True, False):
        steps = asks.ask(KINDS["type-text"])
        player = Prepared(wrong, rehearsal=rehearsal)
        again = steps.send(player(next(steps)))
        with pytest.raises(InputError, match="not accepted: this is wrong"):
            player(again)
        with_people = Prepared(wrong, rehearsal=rehearsal, otherwise=sentinel)
        assert with_people(again) is sentinel


def test_a_list_of_wrong_answers_comes_to_an_end() -> None:
    listed = Answers(schema="ceremony-answers/1", answers={"step.field": ["wrong"] * 3})
    player = Prepared(listed, rehearsal=True)
    steps = asks.ask(KINDS["type-text"])
    asked = next(steps)
    for _ in range(3):
        asked = steps.send(player(asked))
    with pytest.raises(InputError, match="not accepted"):
        player(asked)


def test_a_field_comes_before_its_kind() -> None:
    answers = Answers(
        schema="ceremony-answers/1", every={"choose": "other"}, answers={"step.field": "answer"}
    )
    assert Prepared(answers, rehearsal=False)(KINDS["choose"]) == "answer"


def test_what_nothing_answers_is_an_error_that_names_the_field() -> None:
    with pytest.raises(InputError, match=r"step\.field \(choose\)") as caught:
        Prepared(prepared.of_fields({}), rehearsal=True)(KINDS["choose"])
    assert caught.value.hint


def test_a_file_is_named_or_written_in_the_answers(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"content")
    asked = KINDS["give-file"]
    named = prepared.of_fields({"step.field": str(path)})
    assert Prepared(named, rehearsal=False)(asked) == b"content"
    inline = prepared.read(
        b'schema = "ceremony-answers/1"\n[answers."step.field"]\ntext = "cont\\u00e9nt"'
    )
    assert Prepared(inline, rehearsal=False)(asked) == "cont\u00e9nt".encode()
    with pytest.raises(InputError, match="no file"):
        Prepared(inline, rehearsal=True)(KINDS["type-text"])


def test_a_named_file_that_is_not_there_or_too_long_is_an_error(tmp_path: Path) -> None:
    missing = prepared.of_fields({"step.field": str(tmp_path / "missing")})
    with pytest.raises(CeremonyError):
        Prepared(missing, rehearsal=False)(KINDS["give-file"])
    (tmp_path / "long").write_bytes(bytes(101))
    long = prepared.of_fields({"step.field": str(tmp_path / "long")})
    with pytest.raises(CeremonyError):
        Prepared(long, rehearsal=False)(KINDS["give-file"])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b'schema = "ceremony-answers/2"',
        b'schema = "ceremony-answers/1"\nsurplus = 1',
        b'schema = "ceremony-answers/1"\n[answers]\n"a.b" = 1',
        b'schema = "ceremony-answers/1"\n[answers]\n"a.b" = [1]',
        b'schema = "ceremony-answers/1"\n[answers]\na.b = "x"',
        b'schema = "ceremony-answers/1"\n[answers]\n"a.b" = "x"\n"a.b" = "y"',
        b'schema = "ceremony-answers/1"\n[answers."a.b"]\nfile = "x"',
        b'schema = "ceremony-answers/1"\n[answers."a.b"]\ntext = "x"\nmore = "y"',
        b'schema = "ceremony-answers/1"\n[every]\nconfirm = ["yes"]',
        b'schema = "ceremony-answers/1"\nx = ' + b"[" * 9_000,
    ],
)
def test_a_malformed_answers_file_is_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError) as caught:
        prepared.read(data)
    assert "the answers file" in caught.value.cause
    assert caught.value.hint


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=100), st.text(alphabet='[]="\n.a1{}', max_size=60)))
def test_any_bytes_are_answers_or_an_input_error(data: bytes | str) -> None:
    text = data.encode() if isinstance(data, str) else data
    with suppress(InputError):
        prepared.read(b'schema = "ceremony-answers/1"\n' + text)


@pytest.mark.parametrize("name", [KEYGEN, SIGN])
def test_the_answers_of_a_built_in_name_fields_that_are_asked(name: str, tmp_path: Path) -> None:
    answers = prepared.read(builtin.answers(name))
    player = Prepared(answers, rehearsal=True)
    heard: set[tuple[str, str]] = set()

    def answer(asked: Ask[Any]) -> object:
        heard.add((asked.field, asked.kind))
        return player(asked)

    begin(tmp_path / "at", name, answer)
    unheard = set(answers.answers) - {field for field, _ in heard}
    # what brings a secret back is asked in another session alone
    regained = {step.id for step in builtin.script(name).steps if step.action.regain}
    assert {field.partition(".")[0] for field in unheard} <= regained
    assert set(answers.every) <= {kind for _, kind in heard}


@pytest.mark.parametrize("people", [Player, signing_player])
def test_in_production_a_full_answers_file_leaves_every_act_to_people(
    tmp_path: Path, people: Callable[[], Player]
) -> None:
    room = people()
    room.signature = earnest_signature

    def otherwise(asked: Ask[Any]) -> object:
        # the cards of a rehearsal give no key in earnest, once people have typed them
        if "practice mark" in asked.text:
            raise Declined(asked.text, hint="bring real ones")
        return room(asked)

    script = KEYGEN if people is Player else SIGN
    given = prepared.read(builtin.answers(script))
    player = Prepared(
        Answers(
            schema="ceremony-answers/1",
            every={**given.every, **dict.fromkeys(set(KINDS) - PUBLIC, "yes")},
            answers={**given.answers, **RECENT_BLOCK},
        ),
        rehearsal=False,
        otherwise=otherwise,
    )
    ends = nullcontext() if script == KEYGEN else pytest.raises(Declined, match="practice mark")
    with ends:
        begin(tmp_path / "at", script, player, signers_file=earnest_signers(), rehearsal=False)
    assert {asked.kind for asked in room.heard}.isdisjoint(PUBLIC)
    dealt = {asked.kind for asked in room.heard}
    assert dealt >= {"acknowledge", "confirm", "type-words"}
    records = [record.fact for record in read_records(tmp_path / "at")]
    assert any(isinstance(fact, facts.PersonPresent) for fact in records)


def test_the_public_kinds_are_declared_as_such() -> None:
    assert {kind for kind, asked in KINDS.items() if asked.public} == PUBLIC


@pytest.mark.parametrize("kind", [asks.GiveFile, asks.GivePayload])
def test_an_answer_that_names_no_file_is_an_error_and_is_not_waited_for(
    tmp_path: Path, kind: type[asks.GiveFile]
) -> None:
    os.mkfifo(tmp_path / "pipe")
    asked = kind(**PLACE, what="the file", limit=100, check=taken)
    for name in ("", "a\0b", str(tmp_path / "pipe"), "/dev/zero", str(tmp_path), "missing"):
        given = Answers(schema="ceremony-answers/1", answers={"step.field": name})
        with pytest.raises(InputError):
            Prepared(given, rehearsal=False)(asked)
