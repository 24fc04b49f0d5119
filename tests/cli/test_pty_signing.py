"""Signing with a person at the terminal: the last question, and every answer to it."""

from __future__ import annotations

import pytest
from cli.known import Known
from cli.person import (
    insist_answered,
    insist_clean,
    person,
    type_words,
    words_of,
    wrong_word,
)
from cli.room import Room
from cli.walk import PASSPHRASE

QUESTION = r"Approver: sign exactly this\? \(yes or no\): "
SIGN = ("psbt", "sign", "payment.psbt", "--wallet", "vault.wallet.json")


def test_approved_then_signed_with_words_and_a_passphrase(furnished: Room, known: Known) -> None:
    with person(furnished, *SIGN, "--passphrase", "-", "-o", "asked.psbt") as someone:
        someone.reads(QUESTION)
        shown = someone.screens.visible()
        assert "Payments" in shown
        assert "intent" in shown
        assert "\\x" not in shown
        assert not someone.screens.main.history.top, "the review fits the screen"
        someone.types("y")
        someone.answers(f"type yes or no in full\\s+{QUESTION}", "YES please")
        someone.answers(f"type yes or no in full\\s+{QUESTION}", "Yes")
        wrong_word(someone, 24)
        type_words(someone, words_of(furnished, "phrase.txt"), 24)
        someone.answers("passphrase:", PASSPHRASE)
        ran = someone.leaves()
        insist_answered(ran, "signatures  2 added")
        assert ran.made == {"asked.psbt": (furnished.work / "signed.psbt").read_bytes()}
        assert PASSPHRASE not in someone.seen
        insist_clean(someone, known)


@pytest.mark.parametrize(
    ("typed", "code"), [("no\r", 7), ("\x04", 7), ("\x03", 130)], ids=["no", "ctrl-d", "ctrl-c"]
)
@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_anything_but_yes_signs_nothing(furnished: Room, typed: str, code: int, term: str) -> None:
    with person(furnished, *SIGN, "--seed", "phrase.txt", "-o", "declined", term=term) as someone:
        someone.reads(QUESTION)
        someone.types(typed, enter=False)
        ran = someone.leaves()
        assert ran.code == code
        assert ran.made == {}
        assert "error: " in someone.seen.rpartition("(yes or no): ")[2]


def test_cards_are_asked_for_until_they_sign(furnished: Room, known: Known) -> None:
    with person(furnished, *SIGN, "--yes", "--scheme", "slip39", "-o", "by-cards") as someone:
        someone.reads("Card holder: type the words of card 1")
        wrong_word(someone, 33)
        for number in (1, 2):
            type_words(someone, words_of(furnished, f"cards/card-1-{number}.txt"), 33)
        ran = someone.leaves()
        # under slip39 these cards are another key, and it is not of this wallet
        assert ran.code == 4
        assert "signer-missing" in someone.seen
        assert ran.made == {}
        insist_clean(someone, known)


def test_signing_as_a_script_still_asks_a_person_and_answers_one_object(
    furnished: Room,
) -> None:
    with person(furnished, *SIGN, "--seed", "phrase.txt", "--json", "-o", "declined") as someone:
        someone.answers(QUESTION, "no")
        assert someone.leaves().code == 7
        assert someone.seen.splitlines()[-1].startswith('{"error": {"code": 7, "kind": "declined"')


MESSAGE_QUESTION = r"Approver: sign exactly this message\? \(yes or no\): "
PROVE = ("message", "sign", "--message", "challenge.txt", "--wallet", "vault.wallet.json")
PROVED = ("--index", "0", "--funds", "payment.psbt")


@pytest.mark.parametrize(("typed", "code"), [("yes", 0), ("no", 7)])
def test_what_a_message_proves_is_shown_before_it_is_signed(
    furnished: Room, known: Known, typed: str, code: int
) -> None:
    out = f"{typed}.sig"
    key = ("--seed", "phrase.txt", "--passphrase", "pass.txt")
    with person(furnished, *PROVE, *PROVED, *key, "-o", out) as someone:
        someone.reads("press Enter --")
        shown = someone.screens.visible()
        someone.types("")
        someone.reads(MESSAGE_QUESTION)
        shown += someone.screens.visible()
        for told in ("proof-of-funds", "0.01000000 BTC in 2 coins", "purpose: audit", "intent"):
            assert told in shown
        someone.types(typed)
        ran = someone.leaves()
        assert ran.code == code
        assert set(ran.made) == ({out} if code == 0 else set())
        insist_clean(someone, known)
