"""People in the room: one clear screen an ask, mistakes asked again, nothing typed ahead."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from asks_made import KINDS, SEAL, SECRET_KINDS, TITLE, asked, card
from room_material import (
    ALONE,
    PROMPTS,
    come,
    insist_drawn,
    insist_gone,
    visitor,
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_ask_is_one_clear_screen(kind: str) -> None:
    with visitor(kind) as someone:
        come(someone, kind)
        insist_drawn(kind, someone.drawn())
        assert not someone.screens.main.history.top
        assert not someone.screens.alternate.history.top


def test_the_gate_is_on_the_screen_that_everybody_sees() -> None:
    with visitor("show-secret") as someone:
        someone.sees(ALONE)
        assert someone.screens.is_main
        insist_drawn("gate", someone.drawn())


@pytest.mark.parametrize("kind", ["sign-seal", "type-words"])
def test_a_rehearsal_says_so_and_what_it_allows(kind: str) -> None:
    asking = ["show-secret", kind] if kind == "type-words" else [kind]
    with visitor(*asking, rehearse=True) as someone:
        if kind == "type-words":
            someone.answers(ALONE, "")
            someone.answers("Enter clears the screen", "")
            come(someone, kind)
        someone.sees("Enter signs as alice|word 1 of")
        assert someone.drawn().startswith("REHEARSAL · step 3 of 14 · ")
        insist_drawn(f"{kind}-rehearsed", someone.drawn())


@pytest.mark.parametrize("kind", ["confirm", "type-back"])
def test_a_dumb_terminal_gets_no_escape_codes(kind: str) -> None:
    with visitor(kind, term="dumb") as someone:
        come(someone, kind)
        assert "\x1b" not in someone.seen
        insist_drawn(f"{kind}-dumb", someone.drawn())


def test_what_a_script_wrote_cannot_reach_the_terminal() -> None:
    with visitor("acknowledge") as someone:
        come(someone, "acknowledge")
        assert "\x1b[31m" not in someone.seen
        assert "\u202e" not in someone.seen


@pytest.mark.parametrize(("no_color", "bold"), [("", True), ("1", False)])
def test_the_title_is_bold_where_colour_is_not_declined(no_color: str, bold: bool) -> None:
    with visitor("choose", NO_COLOR=no_color) as someone:
        come(someone, "choose")
        assert ("\x1b[1m" in someone.seen) is bold


def test_a_long_review_is_turned_page_by_page_and_not_again_after_a_mistake() -> None:
    with visitor("confirm") as someone:
        someone.sees("Enter for more, line 12 of 90")
        for line in range(0, 84, 12):
            someone.answers(f"(?s)output {line:>2} .*Enter for more", "")
        someone.answers("yes or no: ", "y")
        someone.sees("Again      type yes or no in full")
        someone.answers("yes or no: ", "YES")
        someone.ends("answer 'yes'")
        assert all(f"output {line:>2}" in someone.seen for line in range(90))


@pytest.mark.parametrize("term", ["xterm", "dumb"])
@pytest.mark.parametrize(
    ("kind", "wrong", "why", "right", "told"),
    [
        ("choose", "card", "type one of: cards, phrase", "phrase", "'phrase'"),
        ("type-back", "05d0 27a6", "that is not the fingerprint", "05D027A5", "'05D027A5'"),
        ("type-text", "al1ce", "a name is letters", " alice ", "'alice'"),
    ],
)
def test_a_mistake_is_asked_again_with_the_reason(
    kind: str, wrong: str, why: str, right: str, told: str, term: str
) -> None:
    with visitor(kind, term=term) as someone:
        someone.answers(PROMPTS[kind], wrong)
        someone.sees(f"Again      {why}")
        someone.answers(f"(?s)Again .*{PROMPTS[kind]}", right)
        someone.ends(f"answer {told}")


def test_what_a_person_reads_off_paper_is_never_on_the_screen() -> None:
    with visitor("type-back") as someone:
        someone.answers("read off: ", "wrong")
        someone.sees("Again")
        assert "05d0" not in someone.seen


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_a_file_is_asked_for_until_it_can_be_read(tmp_path: Path, term: str) -> None:
    (tmp_path / "large").write_bytes(b"psbt" * 1000)
    (tmp_path / "text").write_bytes(b"text")
    (tmp_path / "good.psbt").write_bytes(b"psbt\xff")
    with visitor("give-file", cwd=tmp_path, term=term) as someone:
        someone.answers("file: ", "missing")
        someone.answers("(?s)Again +cannot read the payment: no such file.*file: ", ".")
        someone.answers("(?s)Again +that is a folder.*file: ", "large")
        someone.answers("(?s)Again +the payment is longer than 1000 bytes.*file: ", "text")
        someone.answers("(?s)Again +that is no PSBT.*file: ", "")
        someone.answers("(?s)Again +that is no name.*file: ", "good.psbt")
        someone.ends(r"answer b'psbt\\xff'")


def test_names_of_files_complete(tmp_path: Path) -> None:
    (tmp_path / "good.psbt").write_bytes(b"psbt")
    with visitor("give-file", cwd=tmp_path) as someone:
        come(someone, "give-file")
        someone.types("go\t", enter=False)
        someone.sees("file: good.psbt")
        someone.types("")
        someone.ends("answer b'psbt'")


def test_a_seal_is_signed_elsewhere_and_its_signature_brought_back(tmp_path: Path) -> None:
    (tmp_path / "seal.sig").write_bytes(b"armored")
    with visitor("sign-seal", cwd=tmp_path) as someone:
        someone.sees("ssh-keygen -Y sign -n ceremony-seal-v1 -f KEY seal-00000012")
        someone.answers("file: ", "seal.sig")
        someone.ends("answer b'armored'")


def test_a_practice_signer_signs_after_enter() -> None:
    with visitor("sign-seal", rehearse=True) as someone:
        someone.answers("Enter signs as alice: ", "")
        someone.ends("answer b'practice signature'")
        assert SEAL.splitlines()[3] in someone.seen


@pytest.mark.parametrize(("key", "told"), [("\x03", "interrupted"), ("\x04", "Declined: alice")])
@pytest.mark.parametrize("kind", KINDS)
def test_ctrl_c_stops_and_ctrl_d_declines_at_every_ask(kind: str, key: str, told: str) -> None:
    with visitor(kind) as someone:
        come(someone, kind)
        someone.types(key, enter=False)
        someone.ends(f"answer '{told}")
        if kind in SECRET_KINDS:
            insist_gone(someone, *(f" {word}" for word in card()))


@pytest.mark.parametrize("kind", ["confirm", "type-back"])
def test_typing_ahead_answers_nothing(kind: str) -> None:
    with visitor("acknowledge", kind) as someone:
        someone.answers("Enter goes on: ", "\r\r\r\r\r\r\ryes\ryes\r")
        come(someone, kind)
        assert "answer None" in someone.seen
        assert "Again" not in someone.screens.visible()
        assert someone.seen.count("answer") == 1


def test_a_resized_window_is_drawn_again() -> None:
    with visitor("confirm") as someone:
        someone.sees("line 12 of 90")
        someone.child.setwinsize(40, 80)
        someone.sees("Enter for more, line 28 of 90")
        someone.types("")
        someone.sees("(?s)output 55 .*Enter for more, line 56 of 90")
        # other lines: from the beginning, so that none is left out
        someone.child.setwinsize(24, 60)
        someone.sees("line 40 of 180")
        someone.types("")
        someone.sees("(?s)output  0 .*Enter for more, line 12 of 180")


def test_above_a_line_that_is_edited_a_resized_window_is_drawn_again_too() -> None:
    with visitor("type-words") as someone:
        someone.answers("press Enter: ", "")
        someone.sees("word 1 of 33: ")
        someone.types("practice agency", enter=False)
        someone.child.setwinsize(24, 50)
        someone.screens.alternate.resize(24, 50)
        someone.sees(r"(?s)-{50}\s+Who acts .*\s+paper\.\s+Type .*word 1 of 33: practice agency")
        assert max(map(len, someone.drawn().rstrip().splitlines())) <= 50
        someone.types("")
        someone.sees("word 3 of 33: ")


def test_over_a_serial_line_that_knows_no_size_it_is_80_by_24() -> None:
    with visitor("confirm", term="vt100") as someone:
        someone.has_seen("line 12 of 90", times=1)
        time.sleep(0.3)  # by now it waits for a line, and draws no more
        someone.child.setwinsize(0, 0)
        someone.has_seen("line 12 of 90", times=2)
        someone.types("")
        someone.sees("(?s)Enter for more, line 24 of 90")


def test_a_kind_that_no_room_knows_fails_loudly() -> None:
    from ceremonies.conduct.asks import Ask
    from custody_cli.room import Room

    @dataclass(frozen=True, kw_only=True)
    class Sing(Ask[None]):
        kind = "sing"

    known = asked("choose", rehearsal=True)
    unknown: Ask[Any] = Sing(field="x", by=known.by, text="sing")
    with pytest.raises(TypeError, match="cannot ask for Sing"):
        Room(True, TITLE, None)(unknown)


def test_every_kind_of_ask_has_a_screen() -> None:
    from ceremonies.conduct.asks import Ask

    known = {asked.kind for asked in Ask.__subclasses__() if asked.__module__ == Ask.__module__}
    assert known == set(KINDS)
