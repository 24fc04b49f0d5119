"""What a person is asked at the terminal: words, passphrases, dice, yes.

Typing mistakes are asked again with the reason; Ctrl-D declines, Ctrl-C stops.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, TypeVar

from ceremonies.errors import Declined, InputError
from ceremonies.secret import Secret
from custody_cli.exits import WrongUsage
from custody_cli.prompt import Prompt, of_words
from custody_cli.screen import Tty, alternate_screen, terminal, unechoed
from custody_cli.tally import Tally
from custody_cli.vocabulary import Vocabulary

if TYPE_CHECKING:
    from ceremonies.keys.by_hand import Method

T = TypeVar("T")


class WentBack(Exception):
    """`<` before anything was typed: what was asked before this is to be asked anew."""


_AGAIN = "nothing was done; run it again"
_COLUMNS = 3
_WIDTH = 79


def ask_words(
    title: str,
    *,
    wordlist: Sequence[str],
    nearest: Callable[[str], Sequence[str]],
    counts: Sequence[int],
    accept: Callable[[list[str]], T],
    rehearsal: bool = False,
    mistake: str = "",
    back: str = "",
) -> T:
    """Ask for a phrase one word at a time, on the alternate screen, until `accept` takes it.

    `counts` are the lengths a phrase may have; an empty line ends a shorter one. Four letters are
    enough where they tell the word, several words may be given on one line, and `<` goes back.
    `accept` raises `InputError` to have the phrase typed again, with its cause shown; `mistake` is
    one that was made before. `back` names what `<` at word 1 takes back, if there is anything.
    Words show while they are typed: only a `rehearsal`'s may be typed at a recorded terminal.

    Raises:
        WentBack: `<` at word 1.
        Declined: Ctrl-D.
        MachineError: the terminal is recorded.
        WrongUsage: there is no terminal.
    """
    known = Vocabulary(wordlist, nearest)
    with alternate_screen(rehearsal=rehearsal) as tty:
        prompt = Prompt(tty, completer=lambda: of_words(known.words))
        while True:
            tty.clear()
            tty.say(title)
            tty.say(_how_to_end(counts))
            if back:
                tty.say(f"< at word 1 takes {back} back, to type it anew")
            if mistake:
                tty.say(f"again from word 1: {mistake}")
            try:
                return accept(_phrase(tty, prompt, known, sorted(counts), leaves=bool(back)))
            except InputError as error:
                mistake = f"{error.cause} ({error.hint})" if error.hint else error.cause


def ask_line(
    title: str, *, accept: Callable[[Secret], T], rehearsal: bool = False, back: str = ""
) -> T:
    """Ask for a secret of one line, on the alternate screen, until `accept` takes it.

    It may be parted by spaces, and shows while it is typed; `accept` raises `InputError` to have it
    typed again. `back` names what `<` alone takes back, if there is anything.

    Raises:
        WentBack: `<` alone.
        Declined: Ctrl-D.
        MachineError: the terminal is recorded, and this is no `rehearsal`.
        WrongUsage: there is no terminal.
    """
    with alternate_screen(rehearsal=rehearsal) as tty:
        prompt = Prompt(tty)
        tty.say(title)
        tty.say("spaces do not matter, Ctrl-D gives up")
        if back:
            tty.say(f"< alone takes {back} back, to type it anew")
        while True:
            try:
                typed = prompt.read("characters: ").strip()
                if back and typed == "<":
                    raise WentBack
                return accept(Secret(typed.encode()))
            except InputError as error:
                tty.say(f"again: {error.cause} ({error.hint})")


def ask_passphrase(what: str, *, twice: bool = False) -> Secret:
    """Ask for a passphrase, masked; a new one is typed `twice` until both are the same."""
    with terminal() as tty:
        prompt = Prompt(tty, masked=True)
        while True:
            typed = prompt.read(f"{what}: ")
            if not twice or prompt.read(f"{what} again: ") == typed:
                return Secret(typed.encode())
            tty.say("the two differ: type it again")


def ask_by_hand(
    method: Method, *, wanted: int, accept: Callable[[Secret], T], is_exact: bool = False
) -> T:
    """Ask for chance made by hand, counting it, until `accept` takes it.

    `wanted` says how many outcomes are asked for; an empty line ends with fewer too, unless the
    number `is_exact`. `<` takes the last one back.

    Raises:
        Declined: Ctrl-D.
        MachineError: the terminal is recorded, and what is typed makes a secret.
        WrongUsage: there is no terminal.
    """
    made = Tally(method, wanted, least=wanted if is_exact else 1, is_exact=is_exact)
    with alternate_screen() as tty:
        prompt = Prompt(tty)
        while True:
            while not made.is_complete:
                tty.clear()
                tty.say(f"Key holder: make and type {wanted} {method.many}, alone at the screen")
                tty.say(fill(made.how_to, _WIDTH))
                tty.say(fill(f"again: {made.mistake}", _WIDTH) if made.mistake else "")
                tty.say(made.drawn())
                made.take(prompt.read(made.count))
            try:
                return accept(made.answer)
            except InputError as error:
                made.start_again(error.cause)


def ask_read(text: str, message: str) -> None:
    """Show public text, and wait for Enter.

    Raises:
        Declined: Ctrl-D.
        WrongUsage: there is no terminal.
    """
    with terminal() as tty:
        tty.say(text)
        tty.line(message)


def ask_yes(question: str, *, shown: str = "") -> None:
    """Show what it is about, and ask until somebody types yes or no in full.

    Raises:
        Declined: no, or Ctrl-D.
        WrongUsage: there is no terminal.
    """
    with terminal() as tty:
        if shown:
            _say_in_pages(tty, shown.rstrip().splitlines(), keep=1)
        while True:
            typed = tty.line(f"{question} (yes or no): ").lower()
            if typed == "yes":
                return
            if typed == "no":
                raise Declined("the operator said no", hint=_AGAIN)
            tty.say("type yes or no in full")


def show_pages(text: str) -> None:
    """Show public text at the terminal, one screen at a time.

    Raises:
        Declined: Ctrl-D before the end of it.
        WrongUsage: there is no terminal.
    """
    with terminal() as tty:
        _say_in_pages(tty, text.rstrip().splitlines(), keep=0)


def _say_in_pages(tty: Tty, lines: Sequence[str], *, keep: int) -> None:
    """Say lines a screenful at a time, so that none scrolls away unread; `keep` rows stay free."""
    rows = max(tty.rows - 1, 3)
    left = list(lines)
    while len(left) > rows + 1 - keep:
        for line in left[:rows]:
            tty.say(line)
        left = left[rows:]
        tty.line(f"-- {len(left)} more lines: press Enter --")
    for line in left:
        tty.say(line)


def show_secret(title: str, words: Sequence[str], *, rehearsal: bool = False) -> None:
    """Show words, numbered, on the alternate screen, and clear it on Enter.

    Raises:
        WrongUsage: standard output is not a terminal.
        MachineError: the terminal is recorded, and this is no `rehearsal`.
        Declined: Ctrl-D.
    """
    if not sys.stdout.isatty():
        raise WrongUsage(
            "a secret is shown only on a terminal", hint="use a new file or fd:3 as its sink"
        )
    with alternate_screen(rehearsal=rehearsal) as tty, unechoed(tty):
        tty.say(title)
        tty.say()
        for row in _rows(words):
            tty.say(row)
        tty.say()
        tty.line("write it down, then press Enter: the screen is cleared ")


def _how_to_end(counts: Sequence[int]) -> str:
    shorter = ", ".join(str(count) for count in sorted(counts)[:-1])
    ending = f"\nan empty line ends after {shorter} words" if shorter else ""
    return f"four letters are enough, < goes back one word, Ctrl-D gives up{ending}"


def _phrase(
    tty: Tty, prompt: Prompt, known: Vocabulary, counts: Sequence[int], *, leaves: bool
) -> list[str]:
    words: list[str] = []
    while len(words) < counts[-1]:
        typed = prompt.read(f"word {len(words) + 1} of {counts[-1]}: ").split()
        if not typed and len(words) in counts:
            break
        if typed == ["<"]:
            if leaves and not words:
                raise WentBack
            del words[-1:]
        elif len(words) + len(typed) > counts[-1]:
            tty.say(f"those are more than {counts[-1]} words")
        else:
            words.extend(_known(tty, known, typed, len(words)))
    return words


def _known(tty: Tty, known: Vocabulary, typed: Iterable[str], before: int) -> Iterator[str]:
    for position, written in enumerate(typed, start=before + 1):
        word = known.find(written)
        if word is None:
            tty.say(f"word {position} is not in the list{known.near(written)}")
            return
        yield word


def _rows(words: Sequence[str]) -> Iterator[str]:
    height = math.ceil(len(words) / _COLUMNS)
    width = max((len(word) for word in words), default=0)
    for row in range(height):
        line = range(row, len(words), height)
        yield "   ".join(f"{number + 1:>2} {words[number]:<{width}}" for number in line).rstrip()
