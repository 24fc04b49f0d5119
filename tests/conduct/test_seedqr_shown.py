"""A phrase shown as a SeedQR: to one custodian, who proves that a device has read it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from conduct.aftermath import insist_verified
from conduct.conduct_material import KEYGEN, Player, begin, go_on
from conduct.interruption import all_of, facts_of
from conduct.test_actions_declared import assert_declared

from ceremonies.conduct import builtin, check, prepared
from ceremonies.conduct.asks import Ask, ShowSecret, TypeBack
from ceremonies.conduct.plan import planned
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.errors import InputError, MachineError
from ceremonies.keys import seedqr
from ceremonies.keys.seed import read_seed
from ceremonies.log import facts
from ceremonies.log.verify import State
from ceremonies.secret import Secret
from custody_cli import conducting

SHOW = 'do   = "show-phrase"'


def script_of(form: str, *, words: int = 24) -> Script:
    text = builtin.script(KEYGEN).data.decode()
    text = text.replace(SHOW, f'{SHOW}\nseedqr = "{form}"').replace(
        "words  = 24", f"words = {words}"
    )
    script = read(text.encode())
    check.insist(script)
    return script


class Scanner(Player):
    """A player whose device reads codes; `says` are what it shows at first."""

    def __init__(self, folder: Path, *says: str) -> None:
        super().__init__()
        self.folder = folder
        self.says = list(says)
        self.codes: list[tuple[str, Secret]] = []

    def right(self, asked: Ask[Any]) -> object:
        if isinstance(asked, ShowSecret) and asked.is_code:
            # on the disk before the code is on the screen
            assert isinstance(facts_of(self.folder)[-1], facts.SeedQrShown)
            self.codes.append((asked.by.name, asked.words))
            return "scanned"
        if isinstance(asked, TypeBack) and asked.field.endswith(".device") and self.says:
            return self.says.pop(0)
        return super().right(asked)


@pytest.mark.parametrize(("form", "words"), [("standard", 24), ("compact", 12)])
def test_one_person_is_shown_the_code_after_the_words(
    form: str, words: int, tmp_path: Path
) -> None:
    script, player = script_of(form, words=words), Scanner(tmp_path / "at")
    begin(tmp_path / "at", script, player)
    assert_declared(player.heard, script)
    read_code = {"standard": seedqr.read_digits, "compact": seedqr.read_compact}[form]
    ((person, code),) = player.codes
    assert read_code(code) == read_seed(Secret(player.phrase))
    asked = [one.field for one in player.heard if one.field.startswith("write-down.")]
    assert asked == ["write-down.phrase", "write-down.seedqr", "write-down.device"]
    (shown,) = all_of(tmp_path / "at", facts.SeedQrShown)
    assert shown == facts.SeedQrShown(key="key-1", person=person, form=form)
    said = facts_of(tmp_path / "at")
    after = said[said.index(shown) + 1]
    assert isinstance(after, facts.FingerprintConfirmed)
    assert after.person == person
    insist_verified(tmp_path / "at", State.COMPLETE)
    # only that it was shown is anywhere
    secrets = [code.reveal(), code.reveal().hex().encode()]
    for path in (tmp_path / "at").rglob("*"):
        if path.is_file():
            assert not [one for one in secrets if one in path.read_bytes()], path.name


def test_a_device_that_shows_another_fingerprint_is_no_proof_and_again_shows_it_again(
    tmp_path: Path,
) -> None:
    player = Scanner(tmp_path / "at", "00000000", " AGAIN ", "")
    begin(tmp_path / "at", script_of("compact"), player)
    assert len(player.codes) == 2
    assert player.codes[0] == player.codes[1]
    assert len(all_of(tmp_path / "at", facts.SeedQrShown)) == 2
    mistakes = [one.mistake for one in player.heard if one.field == "write-down.device"]
    assert mistakes[0] == mistakes[2] == ""
    assert "that is not the fingerprint of key-1" in mistakes[1]
    insist_verified(tmp_path / "at", State.COMPLETE)


def test_a_key_whose_code_was_shown_and_not_confirmed_is_void(tmp_path: Path) -> None:
    class Leaves(Scanner):
        def right(self, asked: Ask[Any]) -> object:
            if asked.field.endswith(".device") and not self.says:
                raise KeyboardInterrupt
            return super().right(asked)

    with pytest.raises(KeyboardInterrupt):
        begin(tmp_path / "at", script_of("standard"), Leaves(tmp_path / "at"))
    player = Scanner(tmp_path / "at")
    go_on(tmp_path / "at", player)
    (void,) = all_of(tmp_path / "at", facts.KeyVoid)
    assert (void.key, len(void.phrases)) == ("key-1", 1)
    (told, _) = [one.shown for one in player.heard if one.field.startswith("exception.")]
    assert f"wipe      the device of {void.phrases[0]} that read the SeedQR of key-1" in told
    assert [one.key for one in all_of(tmp_path / "at", facts.SeedQrShown)] == ["key-1", "key-2"]
    insist_verified(tmp_path / "at", State.COMPLETE)


def test_prepared_answers_play_it(tmp_path: Path) -> None:
    answers = prepared.read(builtin.answers(KEYGEN))
    every = {**answers.every, "show-secret": "scanned"}
    said = {**answers.answers, "write-down.device": "as-shown"}
    player = prepared.Prepared(
        prepared.Answers(schema=answers.schema, every=every, answers=said), rehearsal=True
    )
    begin(tmp_path / "at", script_of("standard"), player)
    insist_verified(tmp_path / "at", State.COMPLETE)


@pytest.mark.parametrize("form", ["Standard", "qr", ""])
def test_another_form_is_no_form(form: str) -> None:
    with pytest.raises(InputError, match="seedqr"):
        script_of(form)


@pytest.mark.parametrize(
    ("kind", "lacking"),
    [(facts.SeedQrShown, "compact SeedQR"), (facts.FingerprintConfirmed, "fingerprint of the dev")],
)
def test_a_log_that_lacks_what_the_script_promises_is_told(
    kind: type[facts.Fact], lacking: str, tmp_path: Path
) -> None:
    script = script_of("compact")
    promises = [one for one in planned(script.data, rehearsal=False).promises if one.kind is kind]
    wanted = next(one for one in promises if one.step == "write-down")
    assert lacking in wanted.what
    if kind is facts.SeedQrShown:
        shown = facts.SeedQrShown(key="key-1", person="ana", form="compact")
        assert wanted.holds(shown)
        assert not wanted.holds(facts.SeedQrShown(key="key-1", person="ana", form="standard"))


def test_a_ceremony_does_not_begin_whose_code_could_not_be_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    cast = conducting.Cast(unattended=True)
    with pytest.raises(MachineError, match="zxing-cpp"):
        conducting.run(script_of("standard"), tmp_path / "at", cast, rehearsal=True)
    assert not (tmp_path / "at").exists()
