"""The one place that prints results: one JSON object, or what `show` draws."""

from __future__ import annotations

import json as _json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

import typer

from ceremonies.errors import MachineError
from ceremonies.spoken import visible
from custody_cli.exits import Stopped


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
            _line(_json.dumps(value))
        else:
            show()
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _not_written(error) from None
    if exit_code:
        raise typer.Exit(exit_code)


def stream(
    values: Iterable[object],
    *,
    key: str,
    about: Mapping[str, object] | None = None,
    lines: bool,
    exit_code: int = 0,
) -> None:
    """Print many values one after the other, none of them kept: text, or JSON.

    As `lines` each is a line of its own; else all are one object, `about` and the list `key`.
    """
    try:
        for one in values if lines else _object(values, key=key, about=about or {}):
            text = one if isinstance(one, str) else _json.dumps(one)
            if lines:
                _line(text)
            else:
                print(text, end="")
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _not_written(error) from None
    raise typer.Exit(exit_code)


def _line(text: str) -> None:
    """Print a line; where a signal breaks it off, because nobody reads, it ends there all the same.

    The error that is told then is a line of its own.
    """
    try:
        print(text)
    except (KeyboardInterrupt, Stopped):
        print()
        raise


def _object(values: Iterable[object], *, key: str, about: Mapping[str, object]) -> Iterator[str]:
    yield f"{_json.dumps(about)[:-1]}{', ' if about else ''}{_json.dumps(key)}: ["
    for number, value in enumerate(values):
        yield f"{', ' if number else ''}{_json.dumps(value)}"
    yield "]}\n"


def _not_written(error: OSError) -> MachineError:
    reason = (error.strerror or "unknown error").lower()
    return MachineError(f"cannot write to standard output: {reason}", hint="nothing else was lost")


def notes(texts: Iterable[str]) -> None:
    """Tell the operator several things on stderr, a line each."""
    for text in texts:
        note(text)


def note(text: str) -> None:
    """Tell the operator something on stderr, foreign characters escaped."""
    print(visible(text), file=sys.stderr, flush=True)
