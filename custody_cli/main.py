"""The entry point: close the doors, find the command, tell how it ended."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Sequence
from copy import copy
from importlib import import_module
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_name
from typer.models import CommandInfo

from ceremonies.errors import CeremonyError, MachineError
from ceremonies.machine import guard, lockdown
from custody_cli import exits
from custody_cli.commands import CONTEXT, NOUNS, example

_GRACE = 10
"""Seconds for what a signal ended to be put in order."""

_ABOUT = "Offline Bitcoin custody: keys, cards, wallets and signatures that prove themselves."


class Commands(TyperGroup):
    """The nouns by their help alone; the one that is called is imported then."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        for name, about in NOUNS.items():
            self.add_command(TyperCommand(name=name, help=about.help, callback=None))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Import the module of the noun that was called, and only that."""
        if args and args[0] in NOUNS:
            noun = import_module(f"custody_cli.commands.{args[0]}").app
            build = typer.main.get_command if NOUNS[args[0]].alone else typer.main.get_group
            self.add_command(build(_of_verb(noun, args[1:])), args[0])
        _loaded()
        return super().resolve_command(ctx, args)


def _loaded() -> None:
    """Look for garbage from here on, and never in what has been loaded."""
    gc.freeze()
    gc.enable()


def _of_verb(noun: typer.Typer, rest: Sequence[str]) -> typer.Typer:
    """Return a noun with the verb alone that follows it, or whole where none does.

    Typer looks into the signature of every command it is given.
    """
    called = [one for one in noun.registered_commands if _named(one) == next(iter(rest), None)]
    if not called:
        return noun
    alone = copy(noun)
    alone.registered_commands = called
    return alone


def _named(command: CommandInfo) -> str | None:
    return command.name or (command.callback and get_command_name(command.callback.__name__))


app = typer.Typer(
    name="custody",
    cls=Commands,
    help=_ABOUT,
    epilog=example("custody doctor", "custody key new --secret-to phrase.txt"),
    add_completion=False,
    context_settings=CONTEXT,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"custody {version('custody-cli')}")
        raise typer.Exit


@app.callback()
def custody(
    told: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_tell_version, help="Say which this is."),
    ] = False,
) -> None:
    """Carry the options that come before a noun."""


def run() -> NoReturn:
    """Be `custody`: what the console script calls."""
    # none of what a start loads is garbage, and looking for it there takes a tenth of the start
    gc.disable()
    arguments = sys.argv[1:]
    as_json = "--json" in arguments or "--jsonl" in arguments
    try:
        _close_doors()
        code = _call(arguments or ["--help"])
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read us has gone: nobody is left to tell, and Python must not try at exit
        code = _unread()
    except (Exception, KeyboardInterrupt, exits.Stopped) as error:  # noqa: BLE001
        signal.setitimer(signal.ITIMER_REAL, 0)
        code = _told(error, as_json=as_json, debug="--debug" in arguments)
    gc.freeze()  # the end looks through everything as well
    sys.exit(code)


def _close_doors() -> None:
    if None in (sys.stdin, sys.stdout, sys.stderr):
        # the next file that is opened, a secret's perhaps, would take its place
        raise MachineError("a standard descriptor is closed", hint="redirect it to /dev/null")
    guard.install()
    lockdown.lock_down()
    # Ctrl-\ too: words on the screen would stay there
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, _stop)
    # whoever started us may have had it ignored, and then Ctrl-C would do nothing
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop(number: int, _frame: FrameType | None) -> None:
    # Python drops an exception that meets a destructor at work: the alarm then brings it once more
    signal.signal(signal.SIGALRM, lambda _alarm, frame: _stop(number, frame))
    signal.setitimer(signal.ITIMER_REAL, _GRACE, _GRACE)
    raise exits.Stopped(128 + number)


def _call(arguments: Sequence[str]) -> int:
    """Parse and run one command, and return its exit code."""
    command = typer.main.get_command(app)
    try:
        with command.make_context("custody", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort as aborted:
        # Typer says Abort for Ctrl-C and Ctrl-D alike; what it was raised from tells which
        if isinstance(aborted.__cause__ or aborted.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise EOFError from None
    except typer.TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            print(error.format_message())
            return 0
        raise _usage(error) from None
    return 0


def _usage(error: typer.TyperException) -> CeremonyError:
    context = getattr(error, "ctx", None)
    message = _without_what_was_typed(error.format_message().strip().removesuffix("."))
    path = context.command_path if context is not None else "custody"
    cause = message[:1].lower() + message[1:]
    return exits.WrongUsage(cause, hint=f"see `{path} --help`")


def _without_what_was_typed(message: str) -> str:
    # it may be a phrase that belongs elsewhere
    if "extra argument" in message:
        return "there are more arguments than this command takes"
    if message.startswith("No such command"):
        return "there is no such command"
    if message.startswith("Invalid value"):
        where, _, typed = message.partition(": ")
        _, known, why = typed.rpartition(" is not ")
        return f"{where}: not {why}" if known else where
    return message


def _told(error: BaseException, *, as_json: bool, debug: bool) -> int:
    failure = exits.failure_of(error)
    with contextlib.suppress(OSError):
        exits.tell(failure, as_json=as_json)
        if debug:
            exits.tell_where(error)
    return failure.code


def _unread() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exits.UNREAD
