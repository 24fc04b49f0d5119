"""The tables of the pages, and whether a record has the fields and forms that they say."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

Data = dict[str, Any]
DOCS = Path(__file__).resolve().parents[3] / "docs"
NUMBERS = {"number": 0, "number from 1": 1, "difference": 1 - 2**53}


def table(page: str, head: str) -> list[list[str]]:
    """Read a table: its cells, without the marks of code around the first."""
    text = (DOCS / page).read_text("utf-8").split(f"| {head} |", 1)[1].split("\n\n", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines()[2:]]
    return [[cell.strip("` ") if not at else cell for at, cell in enumerate(row)] for row in rows]


@cache
def fields(head: str) -> dict[str, dict[str, str]]:
    """The fields of each type of record, or of each part: their forms by their names."""
    cells = {name: re.split(r"; ", said) for name, said, *_ in table("log-records.md", head)}
    return {
        name: {one.split("`")[1]: one.split("` ", 1)[1] for one in said}
        for name, said in cells.items()
    }


@cache
def patterns() -> dict[str, re.Pattern[str]]:
    """What a string of each form matches: the page has an expression of it, or its length."""
    found = {}
    for form, what, *_ in table("log-records.md", "form"):
        written = re.search(r"`([^`]*\[[^`]*)`", what)
        length = re.search(r"(\d+) to (\d+) characters", what)
        any_text = ".{%s,%s}" % (length.groups() if length else (int(form == "some text"), ""))
        found[form] = re.compile(written[1] if written else any_text, re.DOTALL)
    return found


def fits(form: str, value: Any) -> bool:
    """Whether a value has a form."""
    if form.endswith(" or null"):
        return value is None or fits(form.removesuffix(" or null"), value)
    if many := re.fullmatch(r"list of (?:(\d+) (?:or more|to (\d+)) )?(.*)", form):
        least, most = int(many[1] or 0), int(many[2] or 1e9)
        in_bounds = isinstance(value, list) and least <= len(value) <= most
        return in_bounds and all(fits(many[3], one) for one in value)
    if form.startswith('"'):
        return value in [one.strip('"') for one in form.split(" or ")]
    if form in NUMBERS:
        return type(value) is int and NUMBERS[form] <= value < 2**53
    if form in fields("part"):
        return has(fields("part")[form], value)
    if form == "flag":
        return isinstance(value, bool)
    return isinstance(value, str) and bool(patterns()[form].fullmatch(value))


def agrees(kind: str, data: Data) -> bool:
    """Whether the fields of a record go together."""
    if kind == "resumed":
        return data["same_boot"] == (data["gap_ms"] is not None)
    if kind == "key.recovered":
        by_cards = data["way"] == "cards"
        return by_cards == bool(data["set"]) == bool(data["cards"])
    return kind != "shares.split" or data["groups_needed"] <= len(data["groups"])


def has(wanted: dict[str, str], value: Any) -> bool:
    """Whether an object has exactly these fields, in their order."""
    in_order = isinstance(value, dict) and list(value) == list(wanted)
    return in_order and all(fits(form, value[name]) for name, form in wanted.items())
