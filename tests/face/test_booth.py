"""One person alone with a secret: mistakes, second thoughts, and nothing left on any screen."""

from __future__ import annotations

import os
import signal

import pytest
from asks_made import card
from room_material import (
    ALONE,
    CLEARED,
    LEFT,
    come,
    insist_gone,
    sha8,
    visitor,
)


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_shown_words_are_gone_when_the_next_person_comes(term: str) -> None:
    with visitor("show-secret", "choose", term=term) as someone:
        someone.answers(ALONE, "")
        someone.sees("Enter clears the screen")
        assert not someone.screens.is_main
        shown = someone.drawn()
        assert all(f"{n:>2} {word}" in shown for n, word in enumerate(card(), start=1))
        assert "key 05d027a5" in shown
        someone.types("nobody sees this")
        someone.answers("choice: ", "cards")
        someone.ends("answer 'cards'")
        insist_gone(someone, *(f" {word}" for word in card()))


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_words_are_typed_with_mistakes_and_second_thoughts(term: str) -> None:
    words = card()
    with visitor("type-words", term=term) as someone:
        come(someone, "type-words")
        someone.types(words[0][:4] + " zzzz")
        someone.sees("Again +word 2 is not in the list")
        someone.answers("word 2 of 33: ", " ".join([words[2], words[2]]))
        for number in (4, 3):
            someone.answers(f"word {number} of 33: ", "<")
        someone.answers("word 2 of 33: ", " ".join(words[1:20]))
        someone.sees("20 " + words[19])
        someone.answers("word 21 of 33: ", "")
        someone.sees("Again +from word 1: these are other words than those of card 1-2")
        someone.answers("word 1 of 33: ", " ".join(words[:17]))
        someone.answers("word 18 of 33: ", " ".join([*words[17:], "acid"]))
        someone.sees("Again +those are more than 33 words")
        someone.answers("word 18 of 33: ", " ".join(words[17:]))
        someone.ends(f"answer a secret {sha8(' '.join(words))}")
        insist_gone(someone, *(f" {word}" for word in words))


def test_near_words_are_named_and_four_letters_complete() -> None:
    with visitor("type-words") as someone:
        come(someone, "type-words")
        someone.types("acidd")
        someone.sees("(?s)word 1 is not in the list; nearest: acid.*word 1 of 33: ")
        someone.types("acqu", enter=False)
        someone.sees("(?s)word 1 of 33: acqu.*acquire")


def test_in_a_rehearsal_an_equals_sign_types_the_rest_as_shown() -> None:
    with visitor("show-secret", "type-words", rehearse=True) as someone:
        someone.answers(ALONE, "")
        someone.answers("Enter clears the screen", "")
        come(someone, "type-words")
        someone.types(card()[0])
        someone.answers("word 2 of 33: ", "=")
        someone.ends(f"answer a secret {sha8(' '.join(card()))}")


def test_in_earnest_an_equals_sign_is_no_word() -> None:
    with visitor("show-secret", "type-words") as someone:
        someone.answers(ALONE, "")
        someone.answers("Enter clears the screen", "")
        come(someone, "type-words")
        assert "as it was shown" not in someone.screens.visible()
        someone.types("=")
        someone.sees("Again +word 1 is not in the list")
        someone.sees("word 1 of 33")


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_rolls_are_counted_and_taken_back(term: str) -> None:
    with visitor("type-dice", term=term) as someone:
        come(someone, "type-dice")
        someone.types("66 6", enter=False)
        if term == "xterm":
            someone.sees("3 of 6 rolls, 7 bits: 66 6")
        someone.types("")
        someone.answers("(?s)666 .*3 of 6 rolls, 7 bits: ", "7")
        someone.sees("Again +dice roll 4 is not a number from 1 to 6")
        someone.answers("(?s)Again.*3 of 6 rolls", "")
        someone.sees("Again +3 rolls are too few: 6 are needed")
        someone.answers("(?s)too few.*3 of 6 rolls", "666<6")
        someone.answers("(?s)66666 6 .*6 of 6 rolls, 15 bits: ", "")
        someone.sees("Again +from the first roll: every roll is the same")
        someone.answers("(?s)from the first.*0 of 6 rolls", "123456 1")
        someone.answers("(?s)12345 61 .*7 of 6 rolls", "<")
        someone.answers("(?s)12345 6 .*6 of 6 rolls", "")
        someone.ends(f"answer a secret {sha8('123456')}")
        insist_gone(someone, "12345", "66666")


@pytest.mark.parametrize("term", ["xterm", "dumb"])
@pytest.mark.parametrize("typed", ["", " sésame open "])
def test_a_passphrase_is_never_seen_and_may_be_empty(typed: str, term: str) -> None:
    with visitor("type-passphrase", term=term) as someone:
        come(someone, "type-passphrase")
        someone.types(typed)
        someone.ends(f"answer a secret {sha8(typed)}")
        assert "same" not in someone.seen
        insist_gone(someone, "same")


def test_letters_that_are_no_utf8_are_typed_again() -> None:
    with visitor("type-passphrase") as someone:
        come(someone, "type-passphrase")
        someone.child.write("ab")
        someone.child.flush()
        os.write(someone.child.child_fd, b"\xff\xfe\r")
        someone.sees("Again +the terminal sent letters that are no UTF-8")
        someone.answers("passphrase: ", "ab")
        someone.ends(f"answer a secret {sha8('ab')}")


@pytest.mark.parametrize(("key", "told"), [("\x03", "interrupted"), ("\x04", "Declined: alice")])
@pytest.mark.parametrize("kind", ["show-secret", "type-words", "type-passphrase"])
def test_a_dumb_terminal_is_left_as_it_was(kind: str, key: str, told: str) -> None:
    with visitor(kind, term="dumb") as someone:
        come(someone, kind)
        someone.types(key, enter=False)
        someone.ends(f"answer '{told}")
        insist_gone(someone, *(f" {word}" for word in card()))


def test_keys_left_over_by_one_person_are_not_typed_for_the_next() -> None:
    rest = " ".join(card())
    with visitor("type-words", "type-words") as someone:
        come(someone, "type-words")
        someone.types(f"{rest}\r\racid\racid\r")
        # the first gate is on the screen once more when the booth is left
        someone.has_seen(ALONE, times=2)
        come(someone, "type-words")
        someone.types("zzzz")
        someone.sees("Again +word 1 is not in the list")


def test_words_that_were_suspended_come_back_after_enter_only() -> None:
    with visitor("show-secret") as someone:
        come(someone, "show-secret")
        someone.child.kill(signal.SIGTSTP)
        someone.sees("suspended and cleared")
        assert CLEARED + LEFT in someone.seen
        someone.child.kill(signal.SIGCONT)
        assert "05d027a5" not in someone.screens.visible()
        someone.types("")
        someone.answers("(?s)key 05d027a5.*Enter clears the screen: ", "")
        someone.ends("answer None")
