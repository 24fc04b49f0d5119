"""The room: people at one terminal, who answer what a ceremony asks, one clear screen an ask."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from ceremonies.conduct.asks import (
    Acknowledge,
    Ask,
    Choose,
    Confirm,
    GiveFile,
    GivePayload,
    ShowReview,
    ShowSecret,
    SignSeal,
    TypeBack,
    TypeDice,
    TypePassphrase,
    TypeText,
    TypeWords,
)
from ceremonies.conduct.handed import content_of
from ceremonies.errors import Declined, InputError
from ceremonies.secret import Secret
from ceremonies.spoken import visible
from custody_cli.booth import Booth
from custody_cli.counter import Counter
from custody_cli.prompt import Prompt, of_files
from custody_cli.screen import terminal
from custody_cli.show.place import Sheet
from custody_cli.stage import Stage

_DUMB = (
    "This terminal calls itself dumb: what it shows may stay on it.\n"
    "Before anybody else comes, {name} clears its memory, or takes its paper away."
)
_SIGN = """\
{seal}

{name} copies {file} to a machine of their own, and runs there
  {command}"""


class Room:
    """Answers asks from the terminal.

    In a `rehearsal` every screen says so, and `=` types words as they were shown. `signature` is
    what a practice signer answers; without one people sign on machines of their own.
    """

    def __init__(
        self, rehearsal: bool, title: str, signature: Callable[[SignSeal], bytes] | None
    ) -> None:
        self._rehearsal, self._title = rehearsal, title
        self._signature = signature if rehearsal else None
        self._booth = Booth(title=title, rehearsal=rehearsal)
        self._shown: dict[str, Secret] = {}

    def remember(self, about: str, words: Secret) -> None:
        """Let `=` stand for these words when they are asked for; in earnest nothing is kept."""
        if self._rehearsal:
            self._shown[about] = Secret(words.reveal())

    def __call__(self, ask: Ask[Any]) -> object:
        """Ask, and return the raw answer, which `ask.accept` has yet to take.

        Raises:
            Declined: Ctrl-D.
            KeyboardInterrupt: Ctrl-C.
            MachineError: a secret would be shown, and the terminal is recorded.
            TypeError: this is no ask that a room knows.
            WrongUsage: there is no terminal.
        """
        try:
            return self._answer(ask)
        except Declined:
            raise Declined(
                f"{visible(ask.by.name or ask.by.role)} ended the input",
                hint="resume when everybody is ready",
            ) from None

    def _answer(self, ask: Ask[Any]) -> object:
        match ask:
            case ShowSecret() | TypeWords() | TypeDice() | TypePassphrase():
                return self._alone(ask)
            case GiveFile():
                return self._file(ask, f"the name of the file with {ask.what}")
            case SignSeal():
                return self._signed(ask)
            case _:
                typing, message, body = _line_of(ask)
                typed = self._line(self._sheet(ask, typing, body=body), message)
                return _raw(ask, typed)

    def _alone(self, ask: Ask[Any]) -> object:
        name = visible(ask.by.name)
        with terminal() as tty:
            stage = Stage(tty)
            stage.ask(
                self._sheet(
                    ask,
                    f"Enter, when {name} is alone at the screen and everybody else has turned away",
                    body=_DUMB.format(name=ask.by.name) if stage.is_dumb else "",
                ),
                f"{name} alone at the screen; everybody else turns away; press Enter: ",
            )
        match ask:
            case ShowSecret():
                self.remember(ask.about, ask.words)
                self._booth.show(ask)
                return None
            case TypeWords():
                return self._booth.words(ask, shown=self._shown.get(ask.about))
            case TypeDice():
                return self._booth.dice(ask)
            case TypePassphrase():
                return self._booth.passphrase(ask)
        raise TypeError(f"nobody is alone for {ask.kind}")

    def _file(self, ask: Ask[Any], typing: str, *, body: str = "") -> bytes:
        mistake = ask.mistake
        while True:
            with terminal() as tty:
                stage = Stage(tty)
                prompt = Prompt(
                    tty, completer=of_files, while_typing=False, fresh=True, plain=stage.is_dumb
                )
                told = typing if stage.is_dumb else f"{typing}; Tab completes"
                sheet = self._sheet(ask, told, mistake=mistake, body=body)
                typed = stage.ask(sheet, "file: ", prompt=prompt, at_end=bool(mistake)).strip()
            try:
                return _content(ask, typed)
            except InputError as error:
                mistake = f"{error.cause}; {error.hint}"

    def _signed(self, ask: SignSeal) -> bytes:
        name = visible(ask.by.name)
        if self._signature is not None:
            seal = ask.seal.decode("ascii", "replace")
            sheet = self._sheet(ask, f"Enter, to sign as {name}", body=f"{ask.file}\n\n{seal}")
            self._line(sheet, f"Enter signs as {name}: ")
            return self._signature(ask)
        file = PurePosixPath(ask.file).name
        command = f"ssh-keygen -Y sign -n {shlex.quote(ask.namespace)} -f KEY {shlex.quote(file)}"
        seal = ask.seal.decode("ascii", "replace").rstrip("\n")
        body = _SIGN.format(name=ask.by.name, file=ask.file, command=command, seal=seal)
        typing = f"the name of {visible(file)}.sig, where it was brought back to"
        return self._file(ask, typing, body=body)

    def _line(self, sheet: Sheet, message: str) -> str:
        with terminal() as tty:
            return Stage(tty).ask(sheet, message, at_end=bool(sheet.mistake)).strip()

    def _sheet(self, ask: Ask[Any], typing: str, **more: Any) -> Sheet:
        drawn = {"mistake": ask.mistake, **more}
        return Sheet(ask=ask, title=self._title, rehearsal=self._rehearsal, typing=typing, **drawn)


def _line_of(ask: Ask[Any]) -> tuple[str, str, str]:
    """Return what to type, what stands before it, and what is shown above, for a line of text."""
    match ask:
        case Acknowledge():
            return "Enter", "Enter goes on: ", ask.shown
        case ShowReview():
            return "Enter, when it is read to its end", "Enter goes on: ", _review(ask)
        case Confirm():
            return "yes or no, in full", "yes or no: ", ask.shown
        case Choose():
            return f"one of: {', '.join(ask.options)}", "choice: ", ""
        case TypeBack():
            again = f"; or {ask.again}" if ask.again else ""
            return f"{ask.what}, read off {ask.source}{again}", "read off: ", ""
        case TypeText():
            known = f", for example {', '.join(ask.offered)}" if ask.offered else ""
            return f"a line of text{known}", "text: ", ""
    raise TypeError(f"a room cannot ask for {type(ask).__name__} ({ask.kind})")


def _raw(ask: Ask[Any], typed: str) -> str | None:
    if isinstance(ask, Acknowledge | ShowReview):
        return None
    return typed.lower() if isinstance(ask, Confirm) else typed


def _review(ask: ShowReview) -> str:
    from custody_cli.reviews import review_answer
    from custody_cli.show import psbt

    return psbt.text(review_answer(ask.review))


def _content(ask: Ask[Any], name: str) -> bytes:
    if not isinstance(ask, GivePayload):
        return content_of(ask, name)
    from custody_cli.show.scan import in_words

    with Counter(in_words) as counter:
        return content_of(ask, name, watch=counter)
