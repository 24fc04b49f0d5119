"""A person at a pseudo-terminal: wrong words, second thoughts, Ctrl-D, Ctrl-C, clean screens."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pexpect
import pyte
import pytest
from custody_process import environment, stand_in

CLEARED = "\x1b[2J\x1b[3J"
LEFT = "\x1b[?1049l"

WORDS = """
from ceremonies.errors import InputError
from custody_cli import terminal
def accept(words):
    if words[0] == "cabbage":
        raise InputError("the checksum does not hold", hint="check each word")
    return words
def nearest(word):
    import difflib
    return difflib.get_close_matches(word, WORDS, 3)
WORDS = ("abandon", "ability", "zoo", "cabbage", "cabin", "absorb")
got = terminal.ask_words(
    "the phrase of the practice key", wordlist=WORDS, nearest=nearest,
    counts={counts}, accept=accept)
print("result", len(got), got[0][:2], got[-1][:2])
"""


@contextmanager
def person(body: str, *, more: str = "", **env: str) -> Iterator[pexpect.spawn]:
    child = pexpect.spawn(
        sys.executable,
        ["-c", stand_in(body), "key", "try", *more.split()],
        env=environment(TERM="xterm", **env),
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=8,
    )
    try:
        yield child
    finally:
        child.close(force=True)


def ended(child: pexpect.spawn) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus if child.exitstatus is not None else -int(child.signalstatus)


class Screen:
    """What a person sees: a prompt redraws only what changed, so the bytes alone do not tell."""

    def __init__(self, child: pexpect.spawn) -> None:
        self.child = child
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.Stream(self.screen)

    def shows(self, text: str) -> None:
        until = time.monotonic() + 8
        while not any(text in line for line in self.screen.display):
            assert time.monotonic() < until, "\n".join(self.screen.display)
            with suppress(pexpect.TIMEOUT):
                self.stream.feed(self.child.read_nonblocking(4096, timeout=0.2))


def give(child: pexpect.spawn, number: int, of: int, typed: str) -> None:
    child.expect(f"word {number} of {of}:")
    child.send(f"{typed}\r")


def test_a_wrong_word_is_asked_again_with_the_nearest() -> None:
    with person(WORDS.format(counts=(2,))) as child:
        give(child, 1, 2, "abandom")
        child.expect("word 1 is not in the list; nearest: abandon")
        give(child, 1, 2, "abandon")
        give(child, 2, 2, "zoo")
        child.expect("result 2 ab zo")
        assert ended(child) == 0


def test_four_letters_are_enough_and_three_are_not() -> None:
    with person(WORDS.format(counts=(2,))) as child:
        give(child, 1, 2, "aba")
        child.expect("word 1 is not in the list")
        give(child, 1, 2, "ABAN")
        give(child, 2, 2, "abso")
        child.expect("result 2 ab ab")
        assert ended(child) == 0


def test_an_empty_line_ends_a_shorter_phrase_and_only_there() -> None:
    with person(WORDS.format(counts=(2, 4))) as child:
        child.expect("an empty line ends after 2 words")
        give(child, 1, 4, "zoo")
        give(child, 2, 4, "")
        give(child, 2, 4, "cabin")
        give(child, 3, 4, "")
        child.expect("result 2 zo ca")
        assert ended(child) == 0


def test_several_words_on_a_line_and_a_step_back() -> None:
    with person(WORDS.format(counts=(3,))) as child:
        give(child, 1, 3, "zoo zoo")
        give(child, 3, 3, "<")
        give(child, 2, 3, "cabin nothing")
        child.expect("word 3 is not in the list")
        give(child, 3, 3, "absorb")
        child.expect("result 3 zo ab")
        assert ended(child) == 0


def test_a_phrase_that_is_not_accepted_is_asked_again_with_the_cause() -> None:
    with person(WORDS.format(counts=(1,))) as child:
        give(child, 1, 1, "cabbage")
        child.expect(r"again from word 1: the checksum does not hold \(check each word\)")
        give(child, 1, 1, "cabin")
        child.expect("result 1 ca ca")
        assert ended(child) == 0


def test_words_complete_after_four_letters() -> None:
    with person(WORDS.format(counts=(1,))) as child:
        child.expect("word 1 of 1:")
        child.send("cabb")
        child.expect("cabbage")
        child.send("\x15cabi\t\r")
        child.expect("result 1 ca ca")
        assert ended(child) == 0


@pytest.mark.parametrize(("key", "code"), [("\x04", 7), ("\x03", 130)])
@pytest.mark.parametrize("more", ["", "--json"])
def test_ctrl_d_declines_and_ctrl_c_stops(key: str, code: int, more: str) -> None:
    with person(WORDS.format(counts=(2,)), more=more) as child:
        give(child, 1, 2, "zoo")
        child.expect("word 2 of 2:")
        child.send(key)
        child.expect_exact(CLEARED)
        child.expect_exact(LEFT)
        child.expect_exact(f'{{"error": {{"code": {code}' if more else "error: ")
        assert ended(child) == code


def test_typed_words_are_gone_when_it_ends() -> None:
    with person(WORDS.format(counts=(2,))) as child:
        seen = ""
        for number, word in enumerate(("cabbage", "zoo"), start=1):
            child.expect(f"word {number} of 2:")
            child.send(word + "\r")
        child.expect("again from word 1")
        child.expect("word 1 of 2:")
        child.send("\x04")
        child.expect(pexpect.EOF)
        seen = child.before or ""
        assert CLEARED in seen
        assert "cabbage" not in seen.split(LEFT)[-1]


def test_it_fits_80_by_24_without_colour() -> None:
    with person(WORDS.format(counts=(2, 33)), NO_COLOR="1") as child:
        child.expect("word 1 of 33:")
        told = (child.before or "") + (child.after or "")
        assert "\x1b[3" not in told.replace("\x1b[3J", "")
        screen = pyte.Screen(80, 24)
        pyte.Stream(screen).feed(told.replace("\x1b[?1049h", ""))
        assert any("the phrase of the practice key" in line for line in screen.display)
        child.send("\x04")
        assert ended(child) == 7


PASSPHRASE = """
from custody_cli import terminal
got = terminal.ask_passphrase("new passphrase", twice=True)
print("result", len(got))
"""


def test_a_new_passphrase_is_masked_and_typed_twice() -> None:
    with person(PASSPHRASE) as child:
        for typed in ("ab cd", "ab ce"):
            child.expect("new passphrase.*:")
            child.send(typed + "\r")
        child.expect("the two differ")
        for _ in range(2):
            child.expect("new passphrase.*:")
            child.send("sésame \r")
        child.expect("result 8")
        told = child.before or ""
        assert "same" not in told
        assert ended(child) == 0


DICE = """
from ceremonies.errors import InputError
from custody_cli import terminal
def accept(rolls):
    if len(rolls) < 3:
        raise InputError("too few rolls", hint="roll on")
    return rolls
from ceremonies.keys.by_hand import DICE
print("result", len(terminal.ask_by_hand(DICE, wanted=2, accept=accept)))
"""


def test_dice_are_counted_while_they_are_typed() -> None:
    with person(DICE) as child:
        screen = Screen(child)
        screen.shows("0 of 2 rolls, 0 bits:")
        child.send("12")
        screen.shows("2 of 2 rolls, 5 bits: 12")
        child.send("\r7\r")
        screen.shows("dice roll 3 is not a number from 1 to 6: the line was not taken")
        child.send("3<\r\r")
        screen.shows("from the first roll: too few rolls")
        child.send("6 5 4\r")
        screen.shows("3 of 2 rolls")
        child.send("\r")
        child.expect("result 3")
        assert ended(child) == 0


YES = "from custody_cli import terminal\nterminal.ask_yes('sign it?')\nprint('signed')"


@pytest.mark.parametrize(
    ("typed", "code"), [("yes\r", 0), ("no\r", 7), ("\x04", 7), ("\x03", 130), ("y\ryes\r", 0)]
)
def test_yes_is_typed_in_full(typed: str, code: int) -> None:
    with person(YES) as child:
        for line in typed.splitlines(keepends=True):
            child.expect(r"sign it\? \(yes or no\): ")
            child.send(line)
        if code == 0:
            child.expect("signed")
        assert ended(child) == code


def test_what_was_typed_before_the_question_is_no_answer() -> None:
    body = "import time\nprint('wait', flush=True)\ntime.sleep(1)\n" + YES
    with person(body) as child:
        child.expect("wait")
        child.send("yes\r")
        child.expect(r"sign it\?")
        time.sleep(0.5)
        child.send("no\r")
        assert ended(child) == 7


SHOW = """
from custody_cli import terminal
terminal.show_secret("the phrase", [f"word{n}" for n in range(1, 25)])
print("after")
"""


def test_a_secret_is_shown_on_the_alternate_screen_and_cleared_on_enter() -> None:
    with person(SHOW) as child:
        child.expect_exact("\x1b[?1049h")
        child.expect("press Enter")
        shown = child.before or ""
        assert all(f"word{number}" in shown for number in range(1, 25))
        assert max(len(line) for line in shown.splitlines()) <= 80
        child.send("unseen\r")
        child.expect_exact(CLEARED)
        child.expect_exact(LEFT)
        child.expect("after")
        assert ended(child) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("body", [SHOW, WORDS.format(counts=(2,))])
def test_a_signal_clears_the_screen_first(number: signal.Signals, body: str) -> None:
    with person(body) as child:
        child.expect("press Enter|word 1 of 2:")
        child.kill(number)
        child.expect_exact(CLEARED)
        child.expect_exact(LEFT)
        assert ended(child) == 128 + number


def test_suspending_clears_the_screen_first() -> None:
    with person(SHOW) as child:
        child.expect("press Enter")
        child.kill(signal.SIGTSTP)
        child.expect_exact(CLEARED)
        child.expect_exact(LEFT)
        child.kill(signal.SIGCONT)
        child.expect("suspended and cleared")
        child.send("\r")
        child.expect("after")
        assert ended(child) == 0


def test_a_secret_is_not_shown_where_stdout_is_no_terminal() -> None:
    from custody_process import attempt

    done = attempt(SHOW)
    assert done.returncode == 2
    assert b"word1" not in done.stdout + done.stderr


def test_a_dash_at_a_terminal_asks_without_echo() -> None:
    body = (
        "from custody_cli.sources import passphrase_from\nprint('got', len(passphrase_from('-')))"
    )
    with person(body) as child:
        child.expect("passphrase:")
        child.send("hidden\r")
        child.expect("got 6")
        assert "hidden" not in (child.before or "")
        assert ended(child) == 0
