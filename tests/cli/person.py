"""A person at a pseudo-terminal of 80 by 24, and everything that can be seen there afterwards."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte
from cli.known import Known
from cli.room import PROGRAM, Ran, Room

COLUMNS, LINES = 80, 24
LEFT = "\x1b[?1049l"
_CLEARED_AND_LEFT = "\x1b[2J\x1b[3J\x1b[H" + LEFT
_STYLE = re.compile("\x1b\\[[0-9;]*m")
_SWITCH = re.compile("(\x1b\\[\\?1049[hl])")


class Screens:
    """The main screen with what scrolled off it, and the alternate one, as terminals keep them."""

    def __init__(self) -> None:
        self.main = pyte.HistoryScreen(COLUMNS, LINES, history=5000, ratio=0.5)
        self.alternate = pyte.HistoryScreen(COLUMNS, LINES, history=5000, ratio=0.5)
        self._streams = {"l": pyte.Stream(self.main), "h": pyte.Stream(self.alternate)}
        self._shown = "l"

    def feed(self, text: str) -> None:
        for part in _SWITCH.split(text):
            if _SWITCH.fullmatch(part):
                self._shown = part[-1]
            else:
                self._streams[self._shown].feed(part)

    @property
    def is_main(self) -> bool:
        return self._shown == "l"

    def everything(self) -> str:
        """What is on either screen and in its scrollback."""
        return "\n".join(_text(self.main) + _text(self.alternate))

    def visible(self) -> str:
        """What a person sees now."""
        return "\n".join((self.main if self.is_main else self.alternate).display)


class Person:
    """Types when asked; `seen` is all that the program sent to the terminal."""

    def __init__(self, room: Room, child: pexpect.spawn, arguments: tuple[str, ...]) -> None:
        self.room, self.child, self.arguments = room, child, arguments
        self.before = room.files()
        self.seen = ""
        self.screens = Screens()

    def reads(self, text: str) -> None:
        """Wait until the program has said this."""
        self.child.expect(text)
        self._saw((self.child.before or "") + (self.child.after or ""))

    def types(self, text: str, *, enter: bool = True) -> None:
        self.child.send(text + ("\r" if enter else ""))

    def answers(self, question: str, typed: str) -> None:
        self.reads(question)
        self.types(typed)

    def leaves(self) -> Ran:
        """Wait for the end, and look back at all of it."""
        self.child.expect(pexpect.EOF)
        self._saw(self.child.before or "")
        self.child.close()
        signalled = self.child.signalstatus
        code = self.child.exitstatus if signalled is None else -signalled
        return self.room.record(
            self.arguments, self.child.pid, code, self.before, self.seen.encode(), b""
        )

    def _saw(self, text: str) -> None:
        self.seen += text
        self.screens.feed(text)


@contextmanager
def person(room: Room, *arguments: str, term: str = "xterm") -> Iterator[Person]:
    """Call `custody` with a person at its terminal."""
    child = pexpect.spawn(
        sys.executable,
        [*PROGRAM[1:], *arguments],
        cwd=str(room.work),
        env=room.environment(TERM=term, NO_COLOR="1"),
        dimensions=(LINES, COLUMNS),
        encoding="utf-8",
        timeout=20,
    )
    child.delaybeforesend = None
    try:
        yield Person(room, child, arguments)
    finally:
        child.close(force=True)


def limits_of(child: pexpect.spawn) -> str:
    """The resource limits of a program that is waiting."""
    return Path(f"/proc/{child.pid}/limits").read_text()


def words_of(room: Room, name: str) -> list[str]:
    """The words in a file."""
    return (room.work / name).read_text("utf-8").split()


def wrong_word(someone: Person, of: int) -> None:
    """Mistype the first word, and read which ones are near."""
    someone.answers(f"word 1 of {of}:", "abandom")
    someone.reads("word 1 is not in the list; nearest: ")


def type_words(someone: Person, words: list[str], of: int) -> None:
    """Type a phrase: one word by its first four letters, the others several to a line."""
    someone.answers(f"word 1 of {of}:", words[0][:4])
    for start in range(1, len(words), 8):
        someone.answers(f"word {start + 1} of {of}:", " ".join(words[start : start + 8]))


def insist_clean(someone: Person, known: Known) -> None:
    """Nothing secret is on any screen or scrolled off one, and the main screen is back."""
    assert someone.screens.is_main
    assert known.seen_in(someone.screens.everything().encode()) == set()
    assert not someone.screens.alternate.history.top
    assert someone.seen.count(_CLEARED_AND_LEFT) == someone.seen.count(LEFT)


def insist_answered(ran: Ran, text: str) -> None:
    """It ended well, and the answer on the main screen says this."""
    assert ran.code == 0, str(ran)
    assert text in _STYLE.sub("", ran.out.decode().rpartition(LEFT)[2])


def _text(screen: pyte.HistoryScreen) -> list[str]:
    scrolled = [
        "".join(line[column].data for column in range(COLUMNS)) for line in screen.history.top
    ]
    return scrolled + list(screen.display)
