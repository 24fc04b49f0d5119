"""How a failure leaves: exit codes, kinds, and the two ways an error is told.

Exit codes are a contract (`docs/commands.md`): 0 done, 1 a bug here, 2 wrong usage, 3 input,
4 refused, 5 integrity, 6 machine, 7 declined, 130 stopped by the operator.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ceremonies.errors import (
    CeremonyError,
    Declined,
    Finding,
    InputError,
    IntegrityError,
    MachineError,
    Refused,
)
from ceremonies.spoken import visible

if TYPE_CHECKING:
    from custody_cli.contract import ErrorAnswer, FindingJson

BUG = 1
USAGE = 2
UNREAD = 6
INTERRUPTED = 130


class WrongUsage(CeremonyError):
    """The command was called in a way it cannot be: exit 2, like a wrong option."""


class Stopped(SystemExit):
    """A signal ends the program; the stack unwinds first, so that nothing is left behind.

    A `SystemExit` because that is what an event loop lets through.
    """

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.number = code


_EXITS: tuple[tuple[type[CeremonyError], int, str], ...] = (
    (WrongUsage, USAGE, "usage"),
    (InputError, 3, "input"),
    (Refused, 4, "refused"),
    (IntegrityError, 5, "integrity"),
    (MachineError, 6, "machine"),
    (Declined, 7, "declined"),
)


_WORST_FIRST = (BUG, 5, 6, 3, 4, 7)


def worst(codes: Iterable[int]) -> int:
    """Return the exit code of many: a bug, then 5, 6, 3, 4, 7; 0 where all went well."""
    found = set(codes)
    return next((code for code in _WORST_FIRST if code in found), max(found, default=0))


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One failure as the outside sees it."""

    code: int
    kind: str
    cause: str
    hint: str = ""
    findings: tuple[Finding, ...] = ()


def failure_of(error: BaseException) -> Failure:
    """State an error for the outside; of one nobody foresaw, only the name of its type."""
    for kind_of_error, code, kind in _EXITS:
        if isinstance(error, kind_of_error):
            return Failure(
                code=code, kind=kind, cause=error.cause, hint=error.hint, findings=error.findings
            )
    if isinstance(error, KeyboardInterrupt | Stopped):
        code = error.number if isinstance(error, Stopped) else INTERRUPTED
        return Failure(code=code, kind="interrupted", cause="stopped by the operator")
    if isinstance(error, EOFError):
        return Failure(code=7, kind="declined", cause="the operator ended the input")
    if isinstance(error, OSError):
        # the name of a file may be a secret typed in the wrong place: only the reason is told
        reason = (error.strerror or "unknown error").lower()
        return Failure(
            code=6,
            kind="machine",
            cause=f"the machine failed: {reason}",
            hint="check the space and the media, and run it again",
        )
    # the message of a foreign exception may hold a secret: its type is all that is told
    return Failure(
        code=BUG,
        kind="bug",
        cause=f"this program failed, and it should not have ({type(error).__name__})",
        hint="we are sorry; run it again with --debug and report what it prints",
    )


def tell(failure: Failure, *, as_json: bool) -> None:
    """Tell a failure: one JSON object on stdout, or `error:` and `hint:` lines on stderr."""
    if as_json:
        try:
            print(json.dumps(error_answer(failure)), flush=True)
        except OSError:
            as_json = False
    if not as_json:
        for line in _lines(failure):
            print(line, file=sys.stderr)


def tell_where(error: BaseException) -> None:
    """Print where an error came from: file, line and function, no values and no message."""
    import traceback

    print("traceback (most recent call last):", file=sys.stderr)
    print("".join(traceback.format_tb(error.__traceback__)), end="", file=sys.stderr)
    print(type(error).__name__, file=sys.stderr)


def findings_json(findings: Iterable[Finding]) -> list[FindingJson]:
    """Put findings into the form that scripts read."""
    return [
        {
            "rule": finding.rule,
            "level": finding.level.value,
            "where": finding.where,
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in findings
    ]


def error_answer(failure: Failure) -> ErrorAnswer:
    """Put a failure into the form that scripts read."""
    return {
        "error": {
            "code": failure.code,
            "kind": failure.kind,
            "cause": failure.cause,
            "hint": failure.hint,
            "findings": findings_json(failure.findings),
        }
    }


def _lines(failure: Failure) -> Iterable[str]:
    # causes were made visible where foreign text went in; a line break must not forge a line
    yield f"error: {_one_line(failure.cause)}"
    # a failure that is one finding and nothing else has said it already
    others = [finding for finding in failure.findings if finding.message != failure.cause]
    for finding in others:
        where = f" at {visible(finding.where)}" if finding.where else ""
        yield f"  {finding.level}: {finding.rule}{where}: {_one_line(finding.message)}"
        if finding.hint:
            yield f"    hint: {_one_line(finding.hint)}"
    if failure.hint:
        yield f"hint: {_one_line(failure.hint)}"


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
