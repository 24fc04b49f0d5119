"""The one place that prints results: one JSON object, or what `show` draws."""

from __future__ import annotations

import json as _json
import sys
from collections.abc import Callable, Mapping

import typer

from ceremonies.errors import MachineError
from ceremonies.spoken import visible


def answer(
    value: Mapping[str, object],
    *,
    json: bool,
    show: Callable[[], None],
    exit_code: int = 0,
) -> None:
    """Print a result of `custody_cli.contract` on stdout, as JSON or for people.

    A command whose refusal has an object of its own passes `exit_code`; the program then ends
    there without an `error` object.

    Raises:
        MachineError: stdout did not take it.
        BrokenPipeError: nobody reads it; `custody_cli.main` ends quietly.
    """
    try:
        if json:
            print(_json.dumps(value))
        else:
            show()
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise MachineError(
            f"cannot write to standard output: {reason}", hint="nothing else was lost"
        ) from None
    if exit_code:
        raise typer.Exit(exit_code)


def note(text: str) -> None:
    """Tell the operator something on stderr, foreign characters escaped."""
    print(visible(text), file=sys.stderr, flush=True)
