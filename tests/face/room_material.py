"""A process that has a room answer asks, and a visitor at its terminal.

Run as a program, `room_material.py KIND [rehearse]` asks, and says what it was answered.
`DRAW_SCREENS=1` in the environment of the tests draws the files in `screens/` again.
"""

from __future__ import annotations

import hashlib
import os
import re
import signal
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from asks_made import SECRET_KINDS, TITLE, asked

SCREENS = Path(__file__).parent / "screens"
ROOT = Path(__file__).resolve().parents[2]
CLEARED = "\x1b[2J\x1b[3J\x1b[H"
LEFT = "\x1b[?1049l"
_PATIENCE = 8
PROMPTS = {
    "acknowledge": "Enter goes on: ",
    "choose": "choice: ",
    "confirm": "Enter for more, line 12 of 90: ",
    "give-file": "file: ",
    "show-review": "Enter for more, line 13 of 24: ",
    "show-secret": "Enter clears the screen: ",
    "sign-seal": "file: ",
    "type-back": "read off: ",
    "type-dice": "0 of 6 rolls, 0 bits: ",
    "type-passphrase": "passphrase: ",
    "type-text": "text: ",
    "type-words": "word 1 of 33: ",
}
ALONE = "press Enter: "


class Visitor:
    """A person at a pseudo-terminal: types, and sees what the terminal draws."""

    def __init__(self, child: Any) -> None:
        from cli.person import Screens

        self.child = child
        self.screens = Screens()
        self.seen = ""

    def sees(self, text: str) -> None:
        """Wait until the screen shows it."""
        until = time.monotonic() + _PATIENCE
        while not re.search(text, self.screens.visible()):
            assert time.monotonic() < until, f"no {text!r} in\n{self.screens.visible()}"
            self._read()

    def has_seen(self, text: str, *, times: int) -> None:
        """Wait until the terminal has been sent it so many times."""
        until = time.monotonic() + _PATIENCE
        while self.seen.count(text) < times:
            assert time.monotonic() < until, self.screens.visible()
            self._read()

    def types(self, text: str, *, enter: bool = True) -> None:
        self.child.send(text + ("\r" if enter else ""))

    def answers(self, question: str, typed: str) -> None:
        self.sees(question)
        self.types(typed)

    def ends(self, told: str) -> None:
        """See how it ended, with the modes of the terminal as they were."""
        self.sees(told)
        self.sees("modes kept True")
        assert self.screens.is_main

    def drawn(self) -> str:
        """The screen as it is now, without what is empty."""
        lines = [line.rstrip() for line in self.screens.visible().split("\n")]
        return "\n".join(lines).rstrip("\n") + "\n"

    def _read(self) -> None:
        import pexpect

        with suppress(pexpect.TIMEOUT):
            text = self.child.read_nonblocking(65536, timeout=0.2)
            self.seen += text
            self.screens.feed(text)


@contextmanager
def visitor(
    *kinds: str, rehearse: bool = False, term: str = "xterm", cwd: Path | None = None, **env: str
) -> Iterator[Visitor]:
    """Have a room ask these one after the other, of a visitor at 80 by 24."""
    import pexpect

    child = pexpect.spawn(
        sys.executable,
        [__file__, *kinds, *(["rehearse"] if rehearse else [])],
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
            "TERM": term,
            "NO_COLOR": "1",
            **env,
        },
        dimensions=(24, 80),
        encoding="utf-8",
        cwd=str(cwd) if cwd else None,
        timeout=20,
    )
    child.delaybeforesend = None
    try:
        yield Visitor(child)
    finally:
        child.close(force=True)


def insist_drawn(name: str, drawn: str) -> None:
    """Compare a screen with the file that shows it to readers."""
    file = SCREENS / f"{name}.txt"
    if os.environ.get("DRAW_SCREENS"):
        file.write_text(drawn, "utf-8")
    assert drawn == file.read_text("utf-8")


def come(someone: Visitor, kind: str) -> None:
    """Go as far as the first prompt of an ask, through its gate."""
    if kind in SECRET_KINDS:
        someone.answers(ALONE, "")
    someone.sees(PROMPTS[kind])


def sha8(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def insist_gone(someone: Visitor, *secrets: str) -> None:
    """Nothing secret is on a screen or has scrolled off one, and each booth was cleared."""
    everything = someone.screens.everything()
    assert [secret for secret in secrets if secret in everything] == []
    assert not someone.screens.alternate.history.top
    assert someone.seen.count(LEFT) == someone.seen.count(CLEARED + LEFT) > 0


def _told(answer: object) -> str:
    from ceremonies.secret import Secret

    if isinstance(answer, Secret):
        return f"a secret {hashlib.sha256(answer.reveal()).hexdigest()[:8]}"
    return repr(answer)


def _practice(_ask: object) -> bytes:
    return b"practice signature"


def _ask_all(arguments: list[str]) -> None:
    from ceremonies.conduct.asks import ask
    from ceremonies.errors import CeremonyError
    from custody_cli.room import Room

    rehearsal = "rehearse" in arguments
    # in earnest a practice signer must be of no use
    room = Room(rehearsal, TITLE, _practice)
    modes = termios.tcgetattr(0)
    for kind in arguments:
        if kind == "rehearse":
            continue
        steps = ask(asked(kind, rehearsal=rehearsal))
        asking = next(steps)
        try:
            while True:
                raw = room(asking)
                if kind == "sign-seal":
                    break
                asking = steps.send(raw)
        except StopIteration:
            pass
        except KeyboardInterrupt:
            raw = "interrupted"
        except CeremonyError as error:
            raw = f"{type(error).__name__}: {error.cause}"
        print(f"\nanswer {_told(raw)}")
    print(f"modes kept {termios.tcgetattr(0) == modes}")


if __name__ == "__main__":
    # what a shell in the background has its children ignore, a terminal needs
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _ask_all(sys.argv[1:])
