"""People at the terminal of a ceremony: they read each screen, answer it, and keep a transcript."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from difflib import unified_diff
from pathlib import Path

import pexpect
from cli.person import Person, person
from cli.room import Ran, Room

from ceremonies.conduct.practice import NAMES
from ceremonies.spoken import words as spoken
from custody_cli.working import TOLD

TRANSCRIPTS = Path(__file__).parent / "transcripts"
CTRL_C, CTRL_D = "\x03", "\x04"

_ASKS = re.compile(
    r"(Enter goes on|yes or no|choice|PIN|read off|text|file|Enter clears the screen|press Enter|"
    r"Enter signs as \w+|word \d+ of \d+|\d+ of \d+ rolls, \d+ bits(?:, [a-zA-Z ]+)?|"
    r"Enter for more, line .*):$"
)
_NUMBERED = re.compile(r"(?:^|\s)(\d+) ([a-z]+)")
_PGP = "|".join(spoken(bytes(n for byte in range(256) for n in (byte, byte))).split())
# a hash in words, on as many lines as its words happen to need
_SPOKEN = re.compile(rf"\b(?:(?:{_PGP})\s+){{7,}}(?:{_PGP})\b")
# the last rows of one, the others scrolled away
_SCROLLED = re.compile(rf"\A(?:(?:{_PGP})\s+)+(?=yes or no: yes$)", re.MULTILINE)
_QUIET_S = 0.04

Answers = Callable[[str], str | None]
"""From the screen to what is typed; None for what an attentive person would type."""


class Audience:
    """Plays everybody: writes down what is shown, types it back, says yes, signs."""

    def __init__(self, someone: Person, notes: dict[str, list[str]]) -> None:
        self.someone, self.notes = someone, notes
        self.screens: list[str] = []

    def plays(self, mistakes: Answers) -> Ran:
        """Answer every screen until the program ends."""
        while (screen := self._next()) is not None:
            self.screens.append(screen)
            typed = mistakes(screen)
            if typed in (CTRL_C, CTRL_D):
                self.someone.child.send(typed)
            else:
                self.someone.types(self._attentive(screen) if typed is None else typed)
        self.screens.append(self._drawn())
        return self.someone.leaves()

    def _next(self) -> str | None:
        """Wait until the program asks something new, and return the screen; None at its end."""
        until = time.monotonic() + 30
        while True:
            try:
                heard = self.someone.child.read_nonblocking(65536, timeout=_QUIET_S)
                self.someone._saw(heard)
            except pexpect.TIMEOUT:
                screen = self._drawn()
                if _ASKS.search(screen.rstrip()) and screen != (self.screens or [None])[-1]:
                    return screen
                assert time.monotonic() < until, f"nothing is asked on\n{screen}"
            except pexpect.EOF:
                return None

    def _drawn(self) -> str:
        lines = [line.rstrip() for line in self.someone.screens.visible().split("\n")]
        return "\n".join(lines).rstrip("\n")

    def _attentive(self, screen: str) -> str:
        asked = screen.rstrip().rsplit("\n", 1)[-1]
        if asked.startswith("Enter clears"):
            self._writes_down(screen)
            return ""
        if asked.startswith("yes or no"):
            return "yes"
        if asked.startswith("PIN"):
            return pin_of(screen)
        if asked.startswith("choice"):
            options = re.search(r"Type +one of: (\w+)", screen)
            assert options is not None
            return options[1]
        if asked.startswith("read off"):
            return self.notes["fingerprint"][0]
        if found := re.match(r"word (\d+) of \d+", asked):
            words = self._words_for(screen)
            return " ".join(words[int(found[1]) - 1 :][:11])
        if found := re.match(r"(\d+) of (\d+) rolls", asked):
            left = int(found[2]) - int(found[1])
            return ("25163415263621455312641342166532451164235136424613" * 4)[:left] if left else ""
        return ""

    def _writes_down(self, screen: str) -> None:
        words = {int(number): word for number, word in _NUMBERED.findall(screen)}
        about = re.search(r"[Cc]ard (\d-\d)|words of (key-\d+)", screen)
        assert about is not None
        self.notes[about[1] or "phrase"] = [words[number] for number in sorted(words)]
        fingerprint = re.search(r"fingerprint ([0-9a-f]{8})", screen)
        assert fingerprint is not None
        self.notes["fingerprint"] = [fingerprint[1]]

    def _words_for(self, screen: str) -> list[str]:
        if found := re.search(r"words of card (\d-\d)", screen):
            return self.notes[found[1]]
        if found := re.search(r"card number (\d)", screen):
            brought = self.notes.get(found[0])
            return brought or self.notes[{"1": "1-1", "2": "1-3"}[found[1]]]
        if found := re.search(r"Who acts +(\w+).*words of your\s+card of set", screen, re.DOTALL):
            return self.notes[found[1]]
        return self.notes["phrase"]


class Mistakes:
    """What goes wrong, each once: a pattern on the screen, and what is typed instead."""

    def __init__(self, *planned: tuple[str, str]) -> None:
        self.left = list(planned)

    def __call__(self, screen: str) -> str | None:
        for planned in self.left:
            if re.search(planned[0], screen, re.DOTALL):
                self.left.remove(planned)
                return planned[1]
        return None


def insist_unseen(played: Audience, notes: dict[str, list[str]]) -> None:
    """No three words of a secret in a row are left on any screen, and the main screen is back."""
    everything = " ".join(played.someone.screens.everything().split())
    assert played.someone.screens.is_main
    for words in notes.values():
        for at in range(len(words) - 2):
            assert not re.search(r"\W+(?:\d+\W+)?".join(words[at : at + 3]), everything)


def pin_of(screen: str) -> str:
    """The PIN of whoever acts."""
    actor = re.search(r"Who acts +(\w+)", screen)
    assert actor is not None
    return f"{actor[1]}-4711"


@contextmanager
def audience(
    room: Room, *arguments: str, notes: dict[str, list[str]], term: str = "xterm"
) -> Iterator[Audience]:
    """Call `custody` with people at its terminal, who have these notes from before."""
    with person(room, *arguments, term=term) as someone:
        yield Audience(someone, notes)


def insist_transcript(name: str, parts: list[str]) -> None:
    """Compare screens with the transcript that readers see; `DRAW_SCREENS=1` draws it again."""
    drawn = "\n".join(f"{'=' * 80}\n{_stable(part)}" for part in parts) + "\n"
    file = TRANSCRIPTS / f"{name}.txt"
    if os.environ.get("DRAW_SCREENS"):
        file.write_text(drawn, "utf-8")
    told = unified_diff(file.read_text("utf-8").split("\n"), drawn.split("\n"), lineterm="")
    assert not (difference := "\n".join(told)), difference


def _stable(screen: str) -> str:
    """A screen without what differs with machine, day and version of the program."""
    if "Check that the machine is offline" in screen:
        return "(the machine check, which differs from machine to machine)"
    # said where the machine of the tests is slow
    screen = screen.replace(f"{TOLD}\n", "")
    text = re.sub(r"\b([0-9a-f]{4} ){7}[0-9a-f]{4}\b", "HASH", screen)
    # how long a pause was is in the log, and so is its number of digits
    text = re.sub(r"^(bytes) \d+$", r"\1 N", text, flags=re.MULTILINE)
    text = re.sub(r"^(root|sha256|prev-seal) \S+$", r"\1 HASH", text, flags=re.MULTILINE)
    return _SPOKEN.sub("WORDS", _SCROLLED.sub("WORDS\n\n", text))


def people_of(script: str) -> str:
    """An answers file with the practice people, so that a transcript begins where it matters."""
    from ceremonies.conduct import builtin, prepared

    known = prepared.read(builtin.answers(script)).answers
    public = ("people.", "time.", "inventory.")
    lines = [f'"{field}" = "{name}"' for field, name in known.items() if field.startswith(public)]
    assert set(NAMES) & set(str(known.values()).split("'"))
    return "\n".join(['schema = "ceremony-answers/1"', "[answers]", *lines, ""])
