"""What a person is asked at the terminal: words, passphrases, dice, yes.

Typing mistakes are asked again with the reason; Ctrl-D declines, Ctrl-C stops. The one door of
prompt_toolkit, which is imported when the first question needs it.
"""

from __future__ import annotations

import math
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from ceremonies.errors import Declined, InputError
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.screen import Tty, alternate_screen, terminal, unechoed

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer

T = TypeVar("T")

_ENOUGH_LETTERS = 4
_AGAIN = "nothing was done; run it again"
_DIE = frozenset("123456 ")
_COLUMNS = 3


def ask_words(
    title: str,
    *,
    wordlist: Sequence[str],
    nearest: Callable[[str], Sequence[str]],
    counts: Sequence[int],
    accept: Callable[[list[str]], T],
) -> T:
    """Ask for a phrase one word at a time, on the alternate screen, until `accept` takes it.

    `counts` are the lengths a phrase may have; an empty line ends a shorter one. Four letters are
    enough where they tell the word, several words may be given on one line, and `<` goes back.
    `accept` raises `InputError` to have the phrase typed again, with its cause shown.

    Raises:
        Declined: Ctrl-D.
        WrongUsage: there is no terminal.
    """
    known = _Words(wordlist, nearest)
    with alternate_screen() as tty:
        session = _session(tty, completer=_completer(known.words))
        mistake = ""
        while True:
            tty.clear()
            tty.say(title)
            tty.say(_how_to_end(counts))
            if mistake:
                tty.say(f"again from word 1: {mistake}")
            try:
                return accept(_phrase(tty, session, known, sorted(counts)))
            except InputError as error:
                mistake = f"{error.cause} ({error.hint})" if error.hint else error.cause


def ask_passphrase(what: str, *, twice: bool = False) -> Secret:
    """Ask for a passphrase, masked; a new one is typed `twice` until both are the same."""
    with terminal() as tty:
        session = _session(tty, masked=True)
        while True:
            typed = _read(session, f"{what}: ")
            if not twice or _read(session, f"{what} again: ") == typed:
                return Secret(typed.encode())
            tty.say("the two differ: type it again")


def ask_dice(title: str, *, bits: int, accept: Callable[[Secret], T]) -> T:
    """Ask for rolls of a six-sided die, counting them, until `accept` takes them.

    `bits` is how many are wanted (a roll is worth log2 6); an empty line ends. The rolls are ASCII
    digits without spaces.
    """
    wanted = math.ceil(bits / math.log2(6))
    with alternate_screen() as tty:
        session = _session(tty)
        tty.say(title)
        tty.say(f"{wanted} rolls give {bits} bits; type the digits 1 to 6, an empty line ends")
        while True:
            rolls = _rolls(tty, session, wanted)
            try:
                return accept(Secret(rolls.encode("ascii")))
            except InputError as error:
                tty.say(f"again from the first roll: {error.cause}")


def ask_yes(question: str, *, shown: str = "") -> None:
    """Show what it is about, and ask until somebody types yes or no in full.

    Raises:
        Declined: no, or Ctrl-D.
        WrongUsage: there is no terminal.
    """
    with terminal() as tty:
        if shown:
            tty.say(shown.rstrip())
        while True:
            typed = tty.line(f"{question} (yes or no): ").lower()
            if typed == "yes":
                return
            if typed == "no":
                raise Declined("the operator said no", hint=_AGAIN)
            tty.say("type yes or no in full")


def show_secret(title: str, words: Sequence[str]) -> None:
    """Show words, numbered, on the alternate screen, and clear it on Enter.

    Raises:
        WrongUsage: standard output is not a terminal.
        Declined: Ctrl-D.
    """
    if not sys.stdout.isatty():
        raise WrongUsage(
            "a secret is shown only on a terminal", hint="use a new file or fd:3 as its sink"
        )
    with alternate_screen() as tty, unechoed(tty):
        tty.say(title)
        tty.say()
        for row in _rows(words):
            tty.say(row)
        tty.say()
        tty.line("write it down, then press Enter: the screen is cleared ")


class _Words:
    """A list of words, found by the whole word or by four letters that tell it."""

    def __init__(self, words: Sequence[str], nearest: Callable[[str], Sequence[str]]) -> None:
        self.words = tuple(words)
        self._nearest = nearest
        self._by_form = {_form(word): word for word in words}

    def find(self, typed: str) -> str | None:
        """Return the word meant, None where there is none or more than one."""
        form = _form(typed)
        if form in self._by_form:
            return self._by_form[form]
        if len(form) < _ENOUGH_LETTERS:
            return None
        begun = [word for known, word in self._by_form.items() if known.startswith(form)]
        return begun[0] if len(begun) == 1 else None

    def near(self, typed: str) -> str:
        """Say which words were perhaps meant."""
        found = ", ".join(self._nearest(_form(typed)))
        return f"; nearest: {found}" if found else ""


def _form(word: str) -> str:
    return unicodedata.normalize("NFKD", word).lower()


def _how_to_end(counts: Sequence[int]) -> str:
    shorter = ", ".join(str(count) for count in sorted(counts)[:-1])
    ending = f"\nan empty line ends after {shorter} words" if shorter else ""
    return f"four letters are enough, < goes back one word, Ctrl-D gives up{ending}"


def _phrase(
    tty: Tty, session: PromptSession[str], known: _Words, counts: Sequence[int]
) -> list[str]:
    words: list[str] = []
    while len(words) < counts[-1]:
        typed = _read(session, f"word {len(words) + 1} of {counts[-1]}: ").split()
        if not typed and len(words) in counts:
            break
        if typed == ["<"]:
            del words[-1:]
        elif len(words) + len(typed) > counts[-1]:
            tty.say(f"those are more than {counts[-1]} words")
        else:
            words.extend(_known(tty, known, typed, len(words)))
    return words


def _known(tty: Tty, known: _Words, typed: Iterable[str], before: int) -> Iterator[str]:
    for position, written in enumerate(typed, start=before + 1):
        word = known.find(written)
        if word is None:
            tty.say(f"word {position} is not in the list{known.near(written)}")
            return
        yield word


def _rolls(tty: Tty, session: PromptSession[str], wanted: int) -> str:
    rolls = ""

    def counted() -> str:
        typed = rolls + session.default_buffer.text.replace(" ", "")
        bits = math.floor(len(typed) * math.log2(6))
        return f"{len(typed)} of {wanted} rolls, {bits} bits: "

    while line := _read(session, counted):
        if set(line) <= _DIE:
            rolls += line.replace(" ", "")
        else:
            tty.say("a roll is a digit from 1 to 6: this line was not taken")
    return rolls


def _rows(words: Sequence[str]) -> Iterator[str]:
    height = math.ceil(len(words) / _COLUMNS)
    width = max((len(word) for word in words), default=0)
    for row in range(height):
        line = range(row, len(words), height)
        yield "   ".join(f"{number + 1:>2} {words[number]:<{width}}" for number in line).rstrip()


def _read(session: PromptSession[str], message: str | Callable[[], str]) -> str:
    try:
        return session.prompt(message).strip("\r\n")
    except EOFError:
        raise Declined("the operator ended the input", hint=_AGAIN) from None


def _session(
    tty: Tty, *, completer: Completer | None = None, masked: bool = False
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
        complete_while_typing=completer is not None,
        reserve_space_for_menu=4,
        is_password=masked,
        erase_when_done=not masked,
    )


def _completer(words: Sequence[str]) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class AfterFourLetters(Completer):
        """Offers the words that begin with what is before the cursor."""

        def get_completions(
            self, document: Document, _event: CompleteEvent
        ) -> Iterator[Completion]:
            begun = document.get_word_before_cursor(WORD=True)
            if len(begun) >= _ENOUGH_LETTERS:
                form = _form(begun)
                for word in words:
                    if _form(word).startswith(form):
                        yield Completion(word, start_position=-len(begun))

    return AfterFourLetters()
