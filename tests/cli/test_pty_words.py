"""Every command that asks for a phrase, cards or dice, at a terminal: mistakes, and the end."""

from __future__ import annotations

import re

import pytest
from cli.known import Known
from cli.person import (
    COLUMNS,
    LEFT,
    LINES,
    insist_answered,
    insist_clean,
    limits_of,
    person,
    type_words,
    words_of,
    wrong_word,
)
from cli.room import Room
from cli.walk import DICE_ALONE, PASSPHRASE, ROLLS

from ceremonies.keys import bip39
from ceremonies.secret import Secret


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_key_check_asks_for_the_phrase(furnished: Room, known: Known, term: str) -> None:
    words = words_of(furnished, "phrase.txt")
    with person(furnished, "key", "check", "--expect", "00000000", term=term) as someone:
        someone.reads("Key holder: type the words of the phrase")
        wrong_word(someone, 24)
        someone.reads("word 1 of 24:")
        assert "Max core file size        0                    0" in limits_of(someone.child)
        screen = someone.screens.visible().splitlines()
        assert screen[0].startswith("Key holder:")
        assert len(screen) == LINES
        assert len(screen[0]) == COLUMNS
        assert all(
            line == "" or line.startswith(("Key", "four", "an empty", "word"))
            for line in map(str.rstrip, screen)
        )
        someone.types(" ".join(words[:2]))
        someone.answers("word 3 of 24:", "<")
        someone.answers("word 2 of 24:", " ".join([words[2], words[1], *words[3:13]]))
        someone.answers("word 14 of 24:", " ".join(words[13:]))
        someone.reads("again from word 1: the checksum of the phrase does not match")
        type_words(someone, words, 24)
        ran = someone.leaves()
        assert ran.code == 5
        insist_clean(someone, known)


def test_words_complete_after_four_letters(furnished: Room, known: Known) -> None:
    words = words_of(furnished, "phrase.txt")
    long = next(word for word in words if len(word) > 5)
    with person(furnished, "key", "account", "--script", "tr") as someone:
        someone.reads("word 1 of 24:")
        someone.types(long[:4], enter=False)
        someone.reads(long[4:])
        someone.types("\t\x15" + words[0], enter=True)
        for start in range(1, 24, 8):
            someone.answers(f"word {start + 1} of 24:", " ".join(words[start : start + 8]))
        someone.reads("no fingerprint is expected, so type the words once more")
        type_words(someone, words, 24)
        insist_answered(someone.leaves(), "/86h/0h/0h]xpub")
        insist_clean(someone, known)


def test_a_phrase_that_nobody_expects_is_typed_until_it_is_the_same_twice(
    furnished: Room, known: Known
) -> None:
    words = words_of(furnished, "phrase.txt")
    entropy = bytearray(bip39.decode(Secret(" ".join(words).encode()))[0].reveal())
    entropy[0] ^= 0x80
    mistyped = bip39.encode(Secret(entropy)).reveal().decode().split()
    wrong = [n for n, pair in enumerate(zip(words, mistyped, strict=True), 1) if pair[0] != pair[1]]
    with person(furnished, "key", "account", "--script", "wpkh") as someone:
        type_words(someone, mistyped, 24)
        someone.reads("no fingerprint is expected, so type the words once more")
        type_words(someone, words, 24)
        someone.reads(f"words {' and '.join(map(str, wrong))} were not the same both times")
        type_words(someone, words, 24)
        someone.reads("type the words once more")
        type_words(someone, words, 24)
        insist_answered(someone.leaves(), "/84h/0h/0h]xpub")
        insist_clean(someone, known)


@pytest.mark.parametrize(("key", "code"), [("\x04", 7), ("\x03", 130)])
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_ctrl_d_declines_and_ctrl_c_stops(
    furnished: Room, known: Known, key: str, code: int, more: tuple[str, ...]
) -> None:
    words = words_of(furnished, "phrase.txt")
    with person(furnished, "key", "check", "--expect", "00000000", *more) as someone:
        someone.answers("word 1 of 24:", " ".join(words[:8]))
        someone.reads("word 9 of 24:")
        someone.types(key, enter=False)
        ran = someone.leaves()
        assert ran.code == code
        told = someone.seen.rpartition(LEFT)[2].strip()
        assert told.startswith(f'{{"error": {{"code": {code}, ' if more else "error: ")
        insist_clean(someone, known)


def test_key_new_asks_for_dice_and_a_passphrase_and_shows_the_phrase_once(
    furnished: Room, known: Known
) -> None:
    arguments = ("key", "new", "--dice", "-", "--passphrase", "-", "--secret-to", "-")
    with person(furnished, *arguments, "--reveal") as someone:
        someone.answers("0 of 100 rolls", "1237")
        someone.answers("dice roll 4 is not a number from 1 to 6: the line was not taken", "1" * 30)
        someone.answers("30 of 100 rolls, 77 bits, LOOKS MADE UP:", "")
        someone.answers("again: from the first roll: the 30 dice rolls show a pattern", "666<")
        someone.answers("2 of 100 rolls, 5 bits:", "<<")
        someone.answers("0 of 100 rolls, 0 bits:", ROLLS)
        someone.answers("76 of 100 rolls, 196 bits, looks fair:", "")
        someone.answers("passphrase:", PASSPHRASE)
        someone.answers("passphrase again:", PASSPHRASE[:-1])
        someone.reads("the two differ: type it again")
        someone.answers("passphrase:", PASSPHRASE)
        someone.answers("passphrase again:", PASSPHRASE)
        someone.reads("write it down, then press Enter")
        assert not someone.screens.is_main
        lines = [line for line in someone.screens.visible().splitlines() if line.strip()]
        assert lines[0].startswith("key ")
        shown = Known()
        shown.add_words("the new key", " ".join(re.findall("[a-z]+", " ".join(lines[1:9]))))
        shown.add_rolls(ROLLS)
        assert shown.seen_in(someone.screens.everything().encode())
        someone.types("not echoed")
        ran = someone.leaves()
        insist_answered(ran, "made from    system 256 bits, dice")
        assert ran.made == {}
        assert shown.seen_in(someone.screens.everything().encode()) == set()
        assert PASSPHRASE not in someone.seen
        assert "not echoed" not in someone.seen
        insist_clean(someone, known)


def test_a_phrase_is_not_shown_at_a_terminal_unasked(furnished: Room) -> None:
    for sink in ("-", "/dev/tty"):
        with person(furnished, "key", "new", "--secret-to", sink) as someone:
            ran = someone.leaves()
            assert ran.code in (2, 6)
            assert ran.made == {}


def test_share_split_asks_for_the_phrase_and_a_passphrase_twice(
    furnished: Room, known: Known
) -> None:
    arguments = ("share", "split", "--group", "2of3", "--secret-to", "asked-cards")
    more = ("--passphrase", "-", "-o", "asked-set.json")
    with person(furnished, *arguments, *more) as someone:
        wrong_word(someone, 24)
        type_words(someone, words_of(furnished, "phrase.txt"), 24)
        someone.reads("type the words once more")
        type_words(someone, words_of(furnished, "phrase.txt"), 24)
        someone.answers("passphrase:", PASSPHRASE)
        someone.answers("passphrase again:", "another")
        someone.reads("the two differ: type it again")
        someone.answers("passphrase:", PASSPHRASE)
        someone.answers("passphrase again:", PASSPHRASE)
        ran = someone.leaves()
        insist_answered(ran, "asked-cards/card-1-3.txt")
        assert len(ran.made) == 5
        insist_clean(someone, known)


def test_share_check_asks_for_one_card(furnished: Room, known: Known) -> None:
    card = words_of(furnished, "cards/card-1-2.txt")
    broken = words_of(furnished, "broken-card.txt")
    with person(furnished, "share", "check", "--set", "set.json") as someone:
        someone.reads("Card holder: type the words of the card")
        wrong_word(someone, 33)
        type_words(someone, broken, 33)
        someone.reads("again from word 1: the checksum of the card does not match")
        type_words(someone, card, 33)
        insist_answered(someone.leaves(), "the card is valid")
        insist_clean(someone, known)


def test_share_recover_asks_for_cards_until_they_are_a_quorum(
    furnished: Room, known: Known
) -> None:
    first, second = (words_of(furnished, f"cards/card-1-{n}.txt") for n in (1, 2))
    foreign = words_of(furnished, "other-cards/card-1-2.txt")
    with person(furnished, "share", "recover", "--secret-to", "asked.txt") as someone:
        someone.reads("type the words of card 1")
        wrong_word(someone, 33)
        # the wrong card is handed in first, which only the second one shows
        type_words(someone, foreign, 33)
        type_words(someone, first, 33)
        someone.reads("again from word 1: card 2 is of set")
        someone.answers("word 1 of 33:", "<")
        someone.reads("type the words of card 1")
        type_words(someone, first, 33)
        someone.reads("type the words of card 2")
        someone.reads("< at word 1 takes card 1 back, to type it anew")
        assert known.seen_in(someone.screens.visible().encode()) == set()
        type_words(someone, foreign, 33)
        someone.reads("again from word 1: card 2 is of set")
        type_words(someone, first, 33)
        someone.reads("again from word 1: cards 1 and 2 are the same")
        type_words(someone, second, 33)
        ran = someone.leaves()
        assert ran.code == 0
        assert ran.made == {"asked.txt": (furnished.work / "phrase.txt").read_bytes()}
        insist_clean(someone, known)


def test_a_card_too_many_of_one_group_does_not_undo_the_others(walks: dict[str, Room]) -> None:
    room = walks["slip39"]
    groups = ("--group", "2of3", "--group", "1of1", "--groups-needed", "2")
    split = room.ok(
        *("share", "split", "--seed", "seed.txt", "--scheme", "slip39", *groups),
        *("--secret-to", "more-cards", "-o", "more.json"),
    )
    recover = ("share", "recover", "--scheme", "slip39", "--secret-to", "more.txt")
    with person(room, *recover) as someone:
        for number, name in enumerate(("1-1", "1-2", "1-3", "2-1"), start=1):
            someone.reads(f"type the words of card {number}")
            words = words_of(room, f"more-cards/card-{name}.txt")
            someone.answers("word 1 of 33:", " ".join(words))
            someone.answers(f"word {len(words) + 1} of 33:", "")
        ran = someone.leaves()
    room.ran.remove(split)
    room.ran.remove(ran)
    assert ran.code == 0
    assert ran.made == {"more.txt": (room.work / "seed.txt").read_bytes()}


def test_key_new_shows_its_commitment_before_it_asks_for_dice(
    furnished: Room, known: Known
) -> None:
    arguments = ("--dice", "-", "--commit", "asked-opening.txt", "--secret-to", "asked-key.txt")
    with person(furnished, "key", "new", *arguments, "--json") as someone:
        someone.reads("the machine has drawn its part and commits to it:")
        someone.reads("[0-9a-f]{64}")
        committed = re.findall("[0-9a-f]{64}", someone.seen)[0]
        someone.answers("write it down, then press Enter:", "")
        someone.answers("0 of 100 rolls, 0 bits:", ROLLS)
        someone.answers("76 of 100 rolls, 196 bits, looks fair:", "")
        ran = someone.leaves()
        insist_answered(ran, committed)
        assert ran.made.keys() == {"asked-opening.txt", "asked-key.txt"}
        insist_clean(someone, known)
    with person(
        furnished,
        *("key", "recompute", "--dice", "rolls.txt", "--commitment", committed),
        *("--expect", "00000000"),
    ) as someone:
        someone.reads("type the 24 words of the machine's part")
        type_words(someone, words_of(furnished, "asked-opening.txt"), 24)
        ran = someone.leaves()
        assert ran.code == 5
        insist_clean(someone, known)


def test_key_new_of_dice_alone_asks_for_exactly_so_many(furnished: Room, known: Known) -> None:
    arguments = ("--dice", "-", "--dice-only", "--words", "12", "--secret-to", "asked-alone.txt")
    with person(furnished, "key", "new", *arguments) as someone:
        someone.answers("0 of 50 rolls, 0 bits:", DICE_ALONE + "1")
        someone.answers("those are more than 50: the line was not taken", DICE_ALONE[:-1])
        someone.answers("49 of 50 rolls, 126 bits, looks fair:", "")
        someone.answers("49 rolls are too few: 50 are needed", DICE_ALONE[-1])
        someone.answers("50 of 50 rolls, 129 bits, looks fair:", "")
        ran = someone.leaves()
        insist_answered(ran, "sha256sum")
        assert ran.made == {"asked-alone.txt": (furnished.work / "dice-alone.txt").read_bytes()}
        insist_clean(someone, known)


def test_a_card_at_the_prompt_is_checked_against_the_record(furnished: Room, known: Known) -> None:
    first, second = (words_of(furnished, f"cards/card-1-{n}.txt") for n in (1, 2))
    foreign = words_of(furnished, "other-cards/card-1-2.txt")
    arguments = ("share", "recover", "--set", "set.json", "--passphrase", "pass.txt")
    with person(furnished, *arguments, "--secret-to", "recorded.txt") as someone:
        type_words(someone, foreign, 33)
        someone.reads("again from word 1: the card is not of this set")
        type_words(someone, first, 33)
        type_words(someone, second, 33)
        ran = someone.leaves()
        assert ran.code == 0
        assert ran.made == {"recorded.txt": (furnished.work / "phrase.txt").read_bytes()}
        insist_clean(someone, known)


def test_codex32_shares_are_asked_for_and_wrong_characters_named(furnished: Room) -> None:
    split = furnished.ok(
        *("share", "split", "--as", "codex32", "--seed", "codex32.txt", "--group", "2of3"),
        *("--secret-to", "asked-codex", "-o", "codex.json"),
    )
    first, second = ((furnished.work / f"asked-codex/card-1-{n}.txt").read_text() for n in (1, 3))
    known = Known()
    for number, text in enumerate((first, second)):
        known.add_text(f"share {number}", text.strip()[9:])
    wrong = f"{first[:20]}{'p' if first[20] == 'q' else 'q'}{first[21:]}"
    arguments = ("share", "recover", "--as", "codex32", "--secret-to", "codex-out.txt")
    with person(furnished, *arguments) as someone:
        someone.reads("Card holder: type the characters of card 1")
        someone.answers("characters:", wrong.strip())
        someone.reads("character 21 is wrong")
        someone.types(first.strip().upper())
        someone.reads("type the characters of card 2")
        someone.types("<")
        someone.reads("type the characters of card 1")
        someone.types(first.strip())
        someone.reads("type the characters of card 2")
        someone.types(first.strip())
        someone.reads("both have index a, and are the same share")
        someone.types(second.strip())
        ran = someone.leaves()
        assert ran.code == 0
        assert ran.made == {"codex-out.txt": (furnished.work / "codex32.txt").read_bytes()}
        insist_clean(someone, known)
    furnished.ran.remove(split)


def test_last_word_asks_for_the_words_before_it_and_shows_the_phrase(furnished: Room) -> None:
    words = words_of(furnished, "phrase.txt")
    with person(furnished, "key", "last-word", "--secret-to", "-", "--reveal") as someone:
        someone.reads("Key holder: type all the words but the last")
        type_words(someone, words[:-1], 23)
        someone.reads("write it down, then press Enter")
        shown = re.findall("[a-z]+", " ".join(someone.screens.visible().splitlines()[1:]))
        assert [word in shown for word in words[:-1]] == [True] * 23
        someone.types("")
        ran = someone.leaves()
        assert ran.code == 0
        assert ran.made == {}
        known = Known()
        known.add_words("the phrase", " ".join(words[:-1]))
        insist_clean(someone, known)
