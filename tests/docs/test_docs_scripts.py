"""The page about scripts lists what the reader of scripts, the registry and `check` know."""

from __future__ import annotations

import re

import msgspec
from doc_pages import DOCS, blocks

from ceremonies.conduct import asks, check, prepared, presence, script, script_file
from ceremonies.conduct.asks import Ask
from ceremonies.conduct.slots import EVERY_SLOT
from ceremonies.conduct.steps import ACTIONS

PAGE = DOCS / "scripts.md"


def section(title: str) -> str:
    return PAGE.read_text("utf-8").split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(title: str) -> list[list[str]]:
    """The rows of a section's tables whose first cell is code, without the quotes."""
    lines = [line for line in section(title).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def keys(form: type[msgspec.Struct]) -> list[str]:
    return [one.encode_name for one in msgspec.structs.fields(form)]


def test_every_key_of_a_script_is_on_the_page() -> None:
    told = rows("The script")
    assert [code(row[0])[0] for row in told if len(row) == 2] == keys(script_file._ScriptForm)
    forms: dict[str, type[msgspec.Struct]] = {
        "roles": script_file._RoleForm,
        "rules": script_file._RulesForm,
        "seed": script.SeedForm,
        "entropy": script.EntropyForm,
        "shares": script.SharesForm,
        "material": script.MaterialForm,
        "environment": script.EnvironmentForm,
        "step": script_file._StepForm,
    }
    inner = [(code(row[0])[0], code(row[1])[0]) for row in told if len(row) == 3]
    assert inner == [(name, key) for name, form in forms.items() for key in keys(form)]


def test_every_action_is_on_the_page_with_what_it_declares() -> None:
    told = rows("Actions")
    assert [code(row[0])[0] for row in told] == list(ACTIONS)
    for row, action in zip(told, ACTIONS.values(), strict=True):
        assert row[1] == action.cls.value
        assert code(row[2]) == [slot.name for slot in action.needs], action.name
        assert code(row[3]) == [slot.name for slot in action.gives], action.name
        assert re.findall(r"`([\w-]+)`:", row[4]) == keys(action.params), action.name
        for one in msgspec.structs.fields(action.params):
            if isinstance(one.default, str):
                assert f"; `{one.default}`" in row[4], action.name


def test_the_secret_gifts_are_named() -> None:
    sentence = next(line for line in section("Actions").split(". ") if "are secret" in line)
    assert set(code(sentence)) - {"wipe"} == {slot.name for slot in EVERY_SLOT if slot.secret}


def test_every_check_is_on_the_page() -> None:
    assert [code(row[0])[0] for row in rows("What is checked")] == list(check.RULES)


def test_every_kind_of_question_is_on_the_page_with_who_answers_it_in_production() -> None:
    told = {code(row[0])[0]: row[1] for row in rows("Answers files") if len(row) == 3}
    kinds = [
        one
        for one in (*vars(asks).values(), presence.TypePin)
        if isinstance(one, type) and issubclass(one, Ask) and one is not Ask
    ]
    assert told == {one.kind: "the file may" if one.public else "people" for one in kinds}


def test_the_answers_file_of_the_page_is_one_and_its_keys_are_listed() -> None:
    (shown,) = blocks(PAGE, "toml")
    assert prepared.read(shown.text.encode()).every == {"acknowledge": "read"}
    assert [code(row[0])[0] for row in rows("Answers files") if len(row) == 2] == keys(
        prepared.Answers
    )
