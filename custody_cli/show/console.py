"""Where results are drawn for people: rich on stdout, without markup, emoji or guesses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ceremonies.spoken import visible


def console() -> Console:
    """Make a console on stdout that obeys `NO_COLOR` and takes no text for markup."""
    return Console(markup=False, highlight=False, emoji=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> Table:
    """Lay out rows under column names; every cell is shown with foreign characters escaped."""
    drawn = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(visible(cell)) for cell in row))
    return drawn


def facts(pairs: Iterable[tuple[str, str]]) -> Table:
    """Lay out names and values in two columns, without lines."""
    drawn = Table.grid(padding=(0, 2))
    drawn.add_column(style="bold")
    drawn.add_column(overflow="fold")
    for name, value in pairs:
        drawn.add_row(Text(name), Text(visible(value)))
    return drawn
