"""One line from a person, edited and completed as it is typed.

The one door of prompt_toolkit, which is imported when the first question needs it.
"""

from __future__ import annotations

import contextlib
import termios
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ceremonies.errors import Declined
from ceremonies.spoken import visible
from custody_cli.screen import Tty, unechoed
from custody_cli.vocabulary import ENOUGH_LETTERS, form

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer

Message = str | Callable[[str], str]
"""What stands before the cursor; a callable is given the line as far as it is typed."""


class Prompt:
    """Reads lines at a terminal.

    `fresh` discards what was typed before a line was asked for. `plain` sends nothing but the
    message, for terminals without a movable cursor: such a line has no completion.
    """

    def __init__(
        self,
        tty: Tty,
        *,
        completer: Callable[[], Completer] | None = None,
        while_typing: bool = True,
        masked: bool = False,
        fresh: bool = False,
        plain: bool = False,
    ) -> None:
        self._tty, self._masked, self._fresh = tty, masked, fresh
        self.is_plain = plain
        self._session: PromptSession[str] | None = None
        if not plain:
            completing = completer() if completer else None
            self._session = _session(tty, completing, masked=masked, while_typing=while_typing)

    def read(self, message: Message, *, redraw: Callable[[], None] | None = None) -> str:
        """Return a line as it was typed, without its end.

        `redraw` draws what stands above a line that can be edited, once the window has another
        size.

        Raises:
            Declined: Ctrl-D.
        """
        if self._fresh:
            self._discard()
        if self._session is None:
            return self._read_plainly(message)
        buffer = self._session.default_buffer
        told = (lambda: message(buffer.text)) if callable(message) else message
        resized = _when_resized(self._session.app.output.get_size, redraw or (lambda: None))
        self._session.app.before_render += resized
        try:
            return self._session.prompt(told, pre_run=self._discard_late).strip("\r\n")
        except EOFError:
            raise _ended() from None
        finally:
            self._session.app.before_render -= resized

    def _discard_late(self) -> None:
        """Discard once more just before the message shows: making ready takes its time."""
        if not self._fresh or self._session is None:
            return
        ready = self._session.app.before_render

        def once(_app: object) -> None:
            ready.remove_handler(once)
            self._discard()

        ready.add_handler(once)

    def show(self, message: Message) -> None:
        """Write what stands before a plain line."""
        told = message("") if callable(message) else message
        print(told, end="", file=self._tty.writer, flush=True)

    def _read_plainly(self, message: Message) -> str:
        with unechoed(self._tty) if self._masked else contextlib.nullcontext():
            self.show(message)
            typed = self._tty.reader.readline()
            if self._masked or not typed:
                self._tty.say()
        if not typed:
            raise _ended()
        return typed.rstrip("\r\n")

    def _discard(self) -> None:
        termios.tcflush(self._tty.reader.fileno(), termios.TCIFLUSH)
        if self._session is not None:
            from prompt_toolkit.input.typeahead import clear_typeahead

            # it keeps keys that were read beyond the end of the last line, another person's perhaps
            clear_typeahead(self._session.input)


def _when_resized(size: Callable[[], object], redraw: Callable[[], None]) -> Callable[..., None]:
    """Return what draws again before a line is drawn in a window of another size than before."""
    last = size()

    def look(_app: object) -> None:
        nonlocal last
        if (now := size()) != last:
            last = now
            redraw()

    return look


def _ended() -> Declined:
    return Declined("the operator ended the input", hint="nothing was done; run it again")


def _session(
    tty: Tty, completer: Completer | None, *, masked: bool, while_typing: bool
) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import DummyHistory
    from prompt_toolkit.input import create_input
    from prompt_toolkit.output import ColorDepth
    from prompt_toolkit.output.vt100 import Vt100_Output

    output = Vt100_Output.from_pty(tty.writer, default_color_depth=ColorDepth.DEPTH_1_BIT)
    # asking where the cursor is stalls on terminals that do not answer
    output.enable_cpr = False
    return PromptSession(
        input=create_input(tty.reader),
        output=output,
        # the default history keeps every word in memory and offers it to the next person
        history=DummyHistory(),
        completer=completer,
        complete_while_typing=completer is not None and while_typing,
        reserve_space_for_menu=4,
        is_password=masked,
        erase_when_done=not masked,
    )


def of_words(words: Sequence[str]) -> Completer:
    """Complete words once four letters of one are typed."""
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class AfterFourLetters(Completer):
        """Offers the words that begin with what is before the cursor."""

        def get_completions(
            self, document: Document, _event: CompleteEvent
        ) -> Iterator[Completion]:
            begun = document.get_word_before_cursor(WORD=True)
            if len(begun) >= ENOUGH_LETTERS:
                sought = form(begun)
                for word in words:
                    if form(word).startswith(sought):
                        yield Completion(word, start_position=-len(begun))

    return AfterFourLetters()


def of_files() -> Completer:
    """Complete the names of files, save those that would not show as they are."""
    from prompt_toolkit.completion import PathCompleter

    return PathCompleter(expanduser=True, file_filter=lambda name: visible(name) == name)
