"""Lists in the pages are complete, links lead somewhere, and nothing foreign stands in the text."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from doc_pages import DOCS, PAGES, blocks
from shared_data import ROOT

from ceremonies.errors import Level
from ceremonies.signing.rules import LEVELS as GIVEN
from ceremonies.signing.rules import LOWERABLE, RULES

LEVELS = {"refuse", "warn", "note", "refuse or warn", "warn or note"}


def rows(page: Path) -> list[list[str]]:
    """The cells of every row of every table of a page whose first cell is code."""
    lines = page.read_text("utf-8").splitlines()
    return [[c.strip() for c in line.split("|")[1:-1]] for line in lines if line.startswith("| `")]


def test_the_rules_of_the_page_are_the_rules_of_the_code() -> None:
    listed = rows(DOCS / "review-rules.md")
    names = [row[0].strip("`") for row in listed]
    in_code = [rule.__name__.replace("_", "-") for rule in RULES]
    assert names == ["size", "strict", *in_code, "approvals"]
    lowered = {name for name, row in zip(names, listed, strict=True) if row[1].endswith(" ◦")}
    assert lowered == {rule for rule in LOWERABLE if GIVEN[rule] is Level.REFUSE}
    for _, level, finds, what_to_do in listed:
        assert level.removesuffix(" ◦") in LEVELS
        assert len(finds) > 10
        assert len(what_to_do) > 10


def test_the_levels_of_the_page_are_those_that_rules_give() -> None:
    given: dict[str, set[str]] = {}
    for source in (ROOT / "ceremonies/signing/rules").glob("*.py"):
        for call in ast.walk(ast.parse(source.read_text("utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id in ("refuse", "warn", "note") and call.args:
                rule = call.args[0]
                assert isinstance(rule, ast.Constant)
                given.setdefault(str(rule.value), set()).add(call.func.id)
    told = {
        row[0].strip("`"): set(row[1].removesuffix(" ◦").split(" or "))
        for row in rows(DOCS / "review-rules.md")
    }
    del told["size"], told["strict"], told["approvals"]
    assert told == given


def test_the_readme_counts_the_rules() -> None:
    words = {39: "thirty-nine"}
    assert words[len(RULES) + 3] in (ROOT / "README.md").read_text("utf-8")
    assert words[len(RULES) + 3] in (DOCS / "threat-model.md").read_text("utf-8")


def test_every_refusal_has_its_first_step_in_the_manual() -> None:
    manual = (DOCS / "custodian.md").read_text("utf-8")
    section = manual.split("## What to do about a refusal", 1)[1]
    told = set(re.findall(r"`([a-z0-9-]+)`", section))
    beside = {"size", "strict", "approvals"}
    assert {rule.__name__.replace("_", "-") for rule in RULES} | beside <= told


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.split(r"[\[<>=~! ;]", one)[0] for one in wanted}
    table = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in (DOCS / "dependencies.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| package", "|---"))
    ]
    assert sorted(row[0] for row in table) == sorted(names)
    assert all(len(row) == 4 and all(row) for row in table)


def test_what_is_pulled_in_is_told() -> None:
    page = (DOCS / "dependencies.md").read_text("utf-8")
    for lock in ("requirements.lock", "requirements-dev.lock"):
        locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text("utf-8"), re.M)
        assert len(locked) > 20
        assert not [name for name in locked if not re.search(rf"\b{re.escape(name)}\b", page)]


def test_every_door_of_the_page_is_a_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    doors = {
        module: contract["allowed_importers"]
        for contract in contracts["contracts"]
        if contract["type"] == "protected"
        for module in contract["protected_modules"]
    }
    text = (
        (DOCS / "architecture.md").read_text("utf-8").split("## Doors", 1)[1].split("\n## ", 1)[0]
    )
    told = {}
    for line in text.splitlines():
        if line.startswith("| ") and "package" not in line:
            packages, door = (cell.strip() for cell in line.split("|")[1:3])
            for package in packages.split(" (")[0].split(", "):
                told[package] = door
    assert set(told) == set(doors)
    for package, importers in doors.items():
        path = importers[0].replace(".", "/")
        assert any(f"`{path}{end}`" in told[package] for end in ("", "/", ".py")), package


@pytest.mark.parametrize("wing", ["conduct", "signing", "keys", "wallets", "exchange", "log"])
def test_every_module_of_a_wing_is_in_its_row(wing: str) -> None:
    (row,) = (cells for cells in rows(DOCS / "architecture.md") if cells[0] == f"`{wing}`")
    told = set(re.findall(r"`([\w/]+)`", row[1]))
    found = [path for path in (ROOT / "ceremonies" / wing).iterdir() if path.stem[0] not in "_."]
    assert told == {f"{path.name}/" if path.is_dir() else path.stem for path in found}


def test_every_module_of_the_face_is_told() -> None:
    page = (DOCS / "architecture.md").read_text("utf-8")
    told = set(re.findall(r"`(\w+)`", page.split("In the face:", 1)[1].split("\n\n", 1)[0]))
    found = {path.stem for path in (ROOT / "custody_cli").glob("*.py") if path.stem[0] != "_"}
    assert found <= told


@cache
def known_tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_test_that_is_named_as_evidence_exists() -> None:
    named = [
        found
        for page in PAGES
        for found in re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page.read_text("utf-8"))
    ]
    assert len(named) > 50
    assert len(set(named)) == len(named)
    assert not [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).is_file() or name not in known_tests(ROOT / path)
    ]


def test_every_claim_has_an_argument_and_evidence() -> None:
    claims = re.split(r"^## ", (DOCS / "assurance.md").read_text("utf-8"), flags=re.M)[1:]
    assert len(claims) >= 8
    for claim in claims:
        assert "**Argument.**" in claim, claim.splitlines()[0]
        assert "- `tests/" in claim, claim.splitlines()[0]


def anchors(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.M | re.S)
    titles = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_link_leads_somewhere() -> None:
    count = 0
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
            name, _, anchor = target.partition("#")
            linked = (page.parent / name).resolve() if name else page
            assert linked.is_file(), f"{page.name}: {target}"
            assert linked.is_relative_to(ROOT), f"{page.name}: {target}"
            if anchor:
                assert anchor in anchors(linked), f"{page.name}: {target}"
            count += 1
    assert count > 30


def test_every_page_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    paths = [str(page.relative_to(ROOT)) for page in PAGES[1:]]
    assert not [path for path in paths if f"({path})" not in readme]


def test_every_path_that_is_named_exists() -> None:
    pattern = r"`((?:ceremonies|custody_cli|tests|docs)/[\w/.-]*)`"
    named = [
        (page.name, path) for page in PAGES for path in re.findall(pattern, page.read_text("utf-8"))
    ]
    assert len(named) > 15
    assert not [one for one in named if not (ROOT / one[1]).exists()]


def tracked() -> list[Path]:
    """Every text file that is or may become part of the repository."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip("this is not a git checkout")
    names = [name for name in done.stdout.split("\0") if name]
    return [path for name in names if (path := ROOT / name).is_file()]


FOREIGN = {
    "a path of one machine": r"/(?:work|home|root|Users|mnt|srv|tmp)/\w",
    "a package index": r"\b(?:pypi|pythonhosted|artifactory)[\w-]*\.|--index-url|/simple/",
    "something left to do": r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_nothing_that_is_tracked_holds(what: str) -> None:
    found = []
    for path in tracked():
        if path.suffix == ".lock" and what != "a package index":
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__).resolve():
            found += [f"{path.name}: {hit.group()}" for hit in re.finditer(FOREIGN[what], text)]
    assert not found


def test_pages_are_not_wider_than_a_reader_likes() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        for block in blocks(page):
            text = text.replace(block.text, "")
        long = [line for line in text.splitlines() if len(line) > 120 and not line.startswith("|")]
        assert not long, f"{page.name}: {long[0]}"


def test_what_the_tutorial_breaks_is_broken_and_what_it_cuts_is_not_finished() -> None:
    broken, cut = (
        (DOCS / "tutorial.md")
        .read_text("utf-8")
        .split("Break it on purpose")[1]
        .split("Or cut a copy back")
    )
    assert re.search(r"forged.*\nstate +TAMPERED", broken)
    assert re.search(r"shorter\nstate +INCOMPLETE", cut)
