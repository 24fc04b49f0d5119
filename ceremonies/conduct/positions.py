"""Where in its file a table of a script stands: what TOML readers do not say."""

from __future__ import annotations

import re
import tomllib
from collections import Counter

_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_-]+)\s*\]\]?\s*(?:#.*)?")


def lines_of(data: bytes) -> dict[str, int]:
    """Return the line of each table, as `[roles]` or, for one of several, `[[step]] 3`.

    Where a text of several lines looks like a header nothing is said of that table, for a wrong
    line is worse than none.
    """
    text = data.decode("utf-8", "replace")
    plain = tomllib.loads(text)
    found: dict[str, int] = {}
    counts: Counter[str] = Counter()
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.fullmatch(line.rstrip("\r"))
        if header is None:
            continue
        name = header[2]
        counts[name] += 1
        is_one_of_several = header[1] == "[["
        found[f"[[{name}]] {counts[name]}" if is_one_of_several else f"[{name}]"] = number
    doubtful = {name for name, count in counts.items() if count != _tables(plain.get(name))}
    return {at: line for at, line in found.items() if at.strip("[] 0123456789") not in doubtful}


def _tables(value: object) -> int:
    return len(value) if isinstance(value, list) else 1
