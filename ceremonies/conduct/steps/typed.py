"""A line of public text from whoever acts in a step."""

from __future__ import annotations

from collections.abc import Callable

from ceremonies.conduct.asks import Steps, TypeText, ask
from ceremonies.conduct.context import AnyContext


def typed_line(
    context: AnyContext, name: str, text: str, check: Callable[[str], str]
) -> Steps[str]:
    """Ask for the field `name` until `check` takes what is typed, and return its final form."""
    question = TypeText(field=context.field(name), by=context.actor, text=text, check=check)
    return (yield from ask(question))
