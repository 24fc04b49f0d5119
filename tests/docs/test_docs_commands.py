"""Commands and JSON in the pages are those of the program and of its contract."""

from __future__ import annotations

import json
import re
import shlex
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from answers import ANSWERS
from cli.contract_check import differences
from doc_pages import DOCS, PAGES, Block, blocks, shown
from shared_data import ROOT

from ceremonies.errors import InputError
from custody_cli import contract
from custody_cli.commands import NOUNS
from custody_cli.main import app

COMMANDS = {"doctor", *(name for name in ANSWERS if " " in name)}
CONTRACT = tuple(DOCS / f"{name}.md" for name in ("commands", "ceremony-commands", "messages"))
"""The pages that are the contract, between them."""


def parsed(line: str) -> str:
    """Parse a command line as the program would, run nothing, and name its command.

    Raises:
        typer.TyperException: the program would not take it.
    """
    words = shlex.split(line, comments=True)
    words = words[: next((n for n, word in enumerate(words) if word in "|;&&||"), len(words))]
    redirected = re.compile(r"\d*[<>].*")
    while any(redirected.fullmatch(word) for word in words):
        at = next(n for n, word in enumerate(words) if redirected.fullmatch(word))
        follows = re.fullmatch(r"\d*[<>]+", words[at]) is not None
        del words[at : at + 1 + follows]
    assert words[0] == "custody"
    command: Any = typer.main.get_command(app)
    context = command.make_context("custody", words[1:], resilient_parsing=True)
    path, rest = [], words[1:]
    while hasattr(command, "resolve_command") and rest and not rest[0].startswith("-"):
        name, command, rest = command.resolve_command(context, rest)
        path.append(name)
        assert command is not None
        if "--help" not in rest:
            lazy = hasattr(command, "resolve_command")
            context = command.make_context(name, list(rest), parent=context, resilient_parsing=lazy)
            rest = rest if not lazy else list(rest)
    return " ".join(path)


def command_lines(page: Path) -> Iterator[str]:
    """Every `custody …` that a page shows: in blocks, and in code within sentences."""
    for block in blocks(page):
        text = block.text.replace("\\\n", " ")
        for line in text.splitlines():
            typed = line.removeprefix("$ ").strip()
            if typed.startswith("custody ") and block.language in ("console", "sh"):
                yield typed
    prose = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for code in re.findall(r"`(custody [^`]*)`", prose.replace("\n  ", " ").replace("\n", " ")):
        if "-" in code.replace("custody-", "") and "…" not in code:
            yield code


def test_every_command_line_in_the_pages_is_one_the_program_takes() -> None:
    seen = set()
    wrong = []
    for page in PAGES:
        for line in command_lines(page):
            try:
                seen.add(parsed(line))
            except InputError:
                # a place-holder, such as HEX, stands where the program looks at the value already
                assert "--expect" in line, line
            except typer.TyperException as error:
                # what stands in a sentence may leave out what is required, and is no usage to show
                if "Missing" not in error.format_message() and "--jsno" not in line:
                    wrong.append(f"{page.name}: {line}: {error.format_message()}")
    assert not wrong, "\n".join(wrong)
    assert seen >= COMMANDS


@pytest.mark.parametrize(
    "line", ["custody keys new", "custody key new --phrase x", "custody key old"]
)
def test_what_the_program_does_not_take_is_noticed(line: str) -> None:
    with pytest.raises((typer.TyperException, AssertionError)):
        parsed(line)


def test_every_command_has_its_help_and_its_contract_on_the_page() -> None:
    found = [
        (block.heading, one)
        for page in CONTRACT
        for block in blocks(page, "console")
        for one in shown(block)
    ]
    asked = {(heading, one.command) for heading, one in found if "--help" in one.command}
    assert asked == {(f"custody {name}", f"custody {name} --help") for name in COMMANDS}


def test_the_commands_of_the_pages_are_all_there_are() -> None:
    found = set()
    group: Any = typer.main.get_command(app)
    context = group.make_context("custody", [], resilient_parsing=True)
    for noun, about in NOUNS.items():
        _, command, _ = group.resolve_command(context, [noun])
        found |= {noun} if about.alone else {f"{noun} {verb}" for verb in command.commands}
    assert found == COMMANDS


def json_shown() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every JSON answer in the pages: where it stands, of what command, and itself."""
    for page in PAGES:
        for block in blocks(page, "json", "console"):
            yield from _answers(page, block)


def _answers(page: Path, block: Block) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if block.language == "json":
        if block.heading.startswith("custody "):
            yield page.name, block.heading.removeprefix("custody "), json.loads(block.text)
        return
    for one in shown(block):
        if "--json" in one.command and "|" not in one.command:
            line = next(line for line in one.output.splitlines() if line.startswith("{"))
            name = " ".join(one.command.split()[1:3]).removesuffix(" --json")
            yield page.name, name, json.loads(line)


def test_json_has_exactly_the_fields_of_the_contract() -> None:
    seen = set()
    for page, name, value in json_shown():
        kind = contract.ErrorAnswer if "error" in value else ANSWERS[name]
        assert not [*differences(value, kind)], f"{page}, {name}"
        seen.add(kind)
    answers = {
        kind
        for name, kind in vars(contract).items()
        if typing.is_typeddict(kind) and name.endswith("Answer")
    }
    assert answers == {*ANSWERS.values(), contract.ErrorAnswer}
    assert seen == answers


def test_the_step_that_the_page_shows_is_that_of_the_script() -> None:
    from ceremonies.conduct import builtin
    from custody_cli.ceremony_answers import shown as answer_of

    (told,) = (one for _, name, one in json_shown() if name == "ceremony show")
    real = answer_of(builtin.script("sign"))
    assert len(real["steps"]) == 14
    assert "of its fourteen steps" in CONTRACT[1].read_text("utf-8")
    assert told == {**real, "steps": [one for one in real["steps"] if one["id"] == "collect"]}


def test_every_state_of_a_ceremony_is_on_the_page() -> None:
    from ceremonies.conduct.progress import State, StepState

    page = CONTRACT[1].read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [state.value for state in State]
    assert all(f"`{state.value}`" in page for state in StepState)


def test_every_exit_code_is_on_the_page() -> None:
    from custody_cli import exits

    rows = re.findall(r"^\| (\d+) \| (?:`(\w+)`)? ?\|", (DOCS / "commands.md").read_text(), re.M)
    told = {(int(code), kind) for code, kind in rows}
    known = {(code, kind) for _, code, kind in exits._EXITS}
    known |= {(0, ""), (exits.BUG, "bug"), (exits.INTERRUPTED, "interrupted")}
    assert told == known


def test_make_knows_what_the_readme_names() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {word for page in PAGES for word in re.findall(r"`?make (\w+)`", page.read_text())}
    named |= set(re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(), re.M))
    assert named >= {"rehearse", "test", "lint"}
    assert not [name for name in named if f"\n{name}:" not in makefile]
