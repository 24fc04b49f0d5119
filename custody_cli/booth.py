"""The booth: one person alone reads or types a secret, on a screen cleared before and after.

A typing mistake is asked again within, so that nobody has to leave and come back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ceremonies.conduct.asks import (
    Ask,
    Mistyped,
    ShowSecret,
    TypeDice,
    TypePassphrase,
    TypeWords,
)
from ceremonies.conduct.presence import TypePin
from ceremonies.errors import CeremonyError
from ceremonies.secret import Secret
from custody_cli import spelling, tally
from custody_cli.prompt import Prompt, of_words
from custody_cli.screen import alternate_screen, unechoed
from custody_cli.show.place import Sheet
from custody_cli.stage import Stage
from custody_cli.vocabulary import Vocabulary

_MENU = 5
"""The lines under a sheet that a prompt and the words it offers take."""

_UNREADABLE = "the terminal sent letters that are no UTF-8: type it again"


@dataclass(frozen=True, kw_only=True)
class Booth:
    """A place at the terminal of the ceremony called `title`."""

    title: str
    rehearsal: bool

    def show(self, ask: ShowSecret) -> None:
        """Show words until they are written down, or a code until it is scanned."""
        if ask.is_code:
            self._show_code(ask)
            return
        sheet = self._sheet(
            ask,
            "Enter, when everything is on paper; the screen is then cleared",
            body="\n".join(ask.beside),
            words=ask.words.reveal().decode().split(),
        )
        with self._alone() as stage, unechoed(stage.tty):
            stage.ask(sheet, "Enter clears the screen: ")

    def _show_code(self, ask: ShowSecret) -> None:
        from ceremonies.exchange.drawing import draw

        typing = "Enter, when the device shows a fingerprint; the screen is cleared"
        sheet = self._sheet(ask, typing, code=draw(ask.words.reveal()), below=1)
        is_seen = False
        with self._alone() as stage, unechoed(stage.tty):

            def message(_typed: str) -> str:
                # of what was drawn before Enter was pressed: the window may change meanwhile
                nonlocal is_seen
                is_seen = sheet.shows_code(stage.size)
                what = " clears the screen" if is_seen else ", when the window is larger"
                return f"Enter{what}: "

            while not is_seen:
                stage.ask(sheet, message)

    def words(self, ask: TypeWords, *, shown: Secret | None = None) -> Secret:
        """Ask for a phrase or a card; `=` stands for the rest of what was `shown`."""
        known = _vocabulary(ask)
        as_shown = shown.reveal().decode().split() if shown is not None else ()
        words = spelling.Words(known, ask.counts, shown=as_shown)
        words.mistake = ask.mistake
        with self._alone() as stage:
            prompt = Prompt(
                stage.tty, completer=lambda: of_words(known.words), fresh=True, plain=stage.is_dumb
            )
            while True:
                while not words.is_complete:
                    sheet = self._sheet(
                        ask, words.how_to, mistake=words.mistake, words=words.typed, below=_MENU
                    )
                    message = f"word {len(words.typed) + 1} of {words.most}: "
                    words.take(stage.ask(sheet, message, prompt=prompt, at_end=True))
                answer = Secret(" ".join(words.typed).encode())
                why = _objection(ask, answer)
                if not why:
                    return answer
                words.start_again(why)

    def dice(self, ask: TypeDice) -> Secret:
        """Ask for what is made by hand, counted as it comes; the answer is ASCII."""
        rolls = tally.Tally(ask.method, ask.wanted)
        rolls.mistake = ask.mistake
        with self._alone() as stage:
            prompt = Prompt(stage.tty, fresh=True, plain=stage.is_dumb)
            while True:
                while not rolls.is_complete:
                    sheet = self._sheet(
                        ask, rolls.how_to, mistake=rolls.mistake, body=rolls.drawn()
                    )
                    rolls.take(stage.ask(sheet, rolls.count, prompt=prompt, at_end=True))
                answer = rolls.answer
                why = _objection(ask, answer)
                if not why:
                    return answer
                rolls.start_again(why)

    def passphrase(self, ask: TypePassphrase) -> Secret:
        """Ask for a passphrase, masked; the answer is UTF-8, as it was typed."""
        mistake = ask.mistake
        with self._alone() as stage:
            prompt = Prompt(stage.tty, masked=True, fresh=True, plain=stage.is_dumb)
            while True:
                is_pin = isinstance(ask, TypePin)
                what = "PIN" if is_pin else "passphrase"
                none = "" if is_pin else "; Enter alone for none"
                sheet = self._sheet(ask, f"the {what}, which does not show{none}", mistake=mistake)
                typed = stage.ask(sheet, f"{what}: ", prompt=prompt)
                with contextlib.suppress(UnicodeEncodeError):
                    if "\N{REPLACEMENT CHARACTER}" not in typed:
                        return Secret(typed.encode())
                mistake = _UNREADABLE

    @contextlib.contextmanager
    def _alone(self) -> Iterator[Stage]:
        with alternate_screen(rehearsal=self.rehearsal) as tty:
            stage = Stage(tty, secret=True)
            # a line that can be edited shows itself; keys between two such lines show nowhere
            with contextlib.nullcontext() if stage.is_dumb else unechoed(tty):
                try:
                    yield stage
                finally:
                    stage.push_off()

    def _sheet(self, ask: Ask[Any], typing: str, **more: Any) -> Sheet:
        drawn = {"mistake": ask.mistake, **more}
        return Sheet(
            ask=ask, title=self.title, rehearsal=self.rehearsal, typing=typing, brief=True, **drawn
        )


def _vocabulary(ask: TypeWords) -> Vocabulary:
    from ceremonies.keys import bip39, slip39

    if ask.wordlist == "bip39":
        return Vocabulary(bip39.wordlist(), bip39.nearest)
    return Vocabulary(slip39.wordlist(), slip39.nearest)


def _objection(ask: Ask[Any], answer: Secret) -> str:
    """Say why an answer would be asked for again; empty where it would not.

    What is more than a typing mistake is left to the ceremony, which checks the answer itself.
    """
    with contextlib.suppress(CeremonyError):
        try:
            ask.accept(answer)
        except Mistyped as why:
            return str(why) or "it is not acceptable"
    return ""
