"""Attacks on ceremonies that once succeeded: false words, forged folders, scripts, a screen."""

from __future__ import annotations

import hashlib
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cli.person import person
from cli.room import Room
from conduct.conduct_material import (
    KEYGEN,
    SIGN,
    Player,
    begin,
    earnest_signature,
    earnest_signers,
    go_on,
    keygen_player,
    psbt_bytes,
    signing_player,
    unfit,
    world,
)
from conduct.interruption import left_before

from ceremonies.conduct import builtin, ceremony, check, practice
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.asks import Ask, Confirm
from ceremonies.conduct.conductor import hold
from ceremonies.conduct.script_file import read
from ceremonies.errors import Declined, InputError, IntegrityError, Refused
from ceremonies.log import facts, seal
from ceremonies.log.chain import read_records
from ceremonies.log.facts import Fact
from ceremonies.log.records import Record, encode
from ceremonies.log.verify import State, verify
from custody_cli.ceremony_answers import status

Answer = Callable[[Ask[Any]], object]


def stopping(player: Player, field: str) -> Answer:
    """Answer rightly until this field is asked for."""

    def answer(asked: Ask[Any]) -> object:
        if asked.field == field:
            raise KeyboardInterrupt
        return player(asked)

    return answer


def stop(folder: Path, name: str, player: Player, field: str, **how: Any) -> None:
    """Begin a ceremony, and stop it where this field is asked for."""
    with pytest.raises(KeyboardInterrupt):
        begin(folder, name, stopping(player, field), **how)


def end(folder: Path, answer: Answer, **how: Any) -> None:
    """Have two people end a ceremony for good."""
    with ceremony.reopened(folder, world=world(folder, **how)) as again:
        hold(again, aborted(again), answer)


def listening(player: Player, heard: list[str]) -> Answer:
    """Answer rightly, and keep what the two people who end a ceremony are told."""

    def answer(asked: Ask[Any]) -> object:
        if isinstance(asked, Confirm) and asked.field.startswith("exception."):
            heard.append(f"{asked.text}\n{asked.shown}")
        return player(asked)

    return answer


def forge(folder: Path, change: Callable[[Record], Fact]) -> None:
    """Write a log anew with other facts in it, its chain whole."""
    lines, prev = [], bytes(32)
    for record in read_records(folder):
        line = encode(
            change(record), seq=record.seq, prev=prev, boot=record.boot, mono_ms=record.mono_ms
        )
        lines.append(line)
        prev = hashlib.sha256(b"\0" + line).digest()
    (folder / "log.jsonl").write_bytes(b"".join(lines))


def test_nobody_who_brought_a_card_to_sign_is_told_to_destroy_it(tmp_path: Path) -> None:
    folder, player, heard = tmp_path / "at", signing_player(), [""]
    stop(folder, SIGN, player, "collect.card-2")
    end(folder, listening(player, heard))
    assert len(heard) == 3
    assert "keeps them" in heard[-1]
    assert not re.search("is destroyed|destroy  ", "".join(heard))


def test_the_files_of_a_key_that_is_given_up_are_told_with_its_papers(tmp_path: Path) -> None:
    folder, player, heard = tmp_path / "at", keygen_player(), [""]
    stop(folder, KEYGEN, player, "seal.signer-1")
    end(folder, listening(player, heard))
    for told in ("phrase of key-1", "card 1-3", "never use account.json", "vault.wallet.json"):
        assert told in heard[-1]


def test_a_ceremony_can_be_ended_on_a_machine_that_is_no_longer_fit(tmp_path: Path) -> None:
    folder, player = tmp_path / "at", keygen_player(signature=earnest_signature)
    production = {"signers_file": earnest_signers(), "rehearsal": False}
    stop(folder, KEYGEN, player, "hand-out.card-1-2.shown", **production)
    end(folder, player, probes=unfit)
    assert status(folder)["state"] == "void"


def test_a_rehearsals_folder_rewritten_as_production_is_refused(tmp_path: Path) -> None:
    folder, player = tmp_path / "at", keygen_player()
    stop(folder, KEYGEN, player, "chance.dice")

    def earnest(record: Record) -> Fact:
        if isinstance(record.fact, facts.Genesis):
            return msgspec.structs.replace(record.fact, mode="production", log="keygen-2of3/1")
        if isinstance(record.fact, facts.Plan):
            return msgspec.structs.replace(record.fact, network="mainnet")
        return record.fact

    forge(folder, earnest)
    with pytest.raises(Refused, match="practice person"):
        go_on(folder, player)


def test_no_ceremony_in_earnest_is_named_like_a_rehearsal(tmp_path: Path) -> None:
    script = builtin.script(KEYGEN)
    with (
        pytest.raises(InputError, match="rehearsal"),
        ceremony.begun(
            tmp_path / "at",
            script,
            signers_file=earnest_signers(),
            world=world(tmp_path),
            log="REHEARSAL/1",
        ),
    ):
        pass


def test_a_log_that_claims_cards_nobody_typed_back_is_not_gone_on_with(tmp_path: Path) -> None:
    folder, player = tmp_path / "at", keygen_player()
    stop(folder, KEYGEN, player, "hand-out.card-1-2.shown")

    def ended(record: Record) -> Fact:
        is_pause = isinstance(record.fact, facts.Paused)
        return facts.End(step="hand-out") if is_pause else record.fact

    forge(folder, ended)
    with pytest.raises(IntegrityError, match="the log is not one that this program wrote"):
        go_on(folder, player)


def test_signers_put_into_the_folder_make_no_ceremony_complete(tmp_path: Path) -> None:
    folder, player = tmp_path / "at", keygen_player(signature=earnest_signature)
    stop(folder, KEYGEN, player, "close.signer-1", signers_file=earnest_signers())
    assert status(folder)["state"] == "closing"
    closing = seal.path_of(folder, len(read_records(folder)))
    (folder / "allowed_signers").write_bytes(practice.signers_file())
    for name in ("alice", "bob"):
        signature = practice.signature(name, closing.read_bytes())
        closing.with_name(f"{closing.name}.{name}.sig").write_bytes(signature)
    with pytest.raises(IntegrityError, match="allowed_signers"):
        status(folder)


def test_another_psbt_does_not_take_the_place_of_one_that_was_logged(tmp_path: Path) -> None:
    folder, player = tmp_path / "at", signing_player()
    text = player.files["psbt.file"]
    with left_before(lambda fact: isinstance(fact, facts.End) and fact.step == "psbt"):
        begin(folder, SIGN, player)
    (folder / "unsigned.psbt").unlink()
    player.files["psbt.file"] = psbt_bytes()
    with pytest.raises(IntegrityError, match="not the unsigned"):
        go_on(folder, player)
    player.files["psbt.file"] = text
    go_on(folder, player)
    assert verify(folder).state is State.COMPLETE


@pytest.mark.parametrize("name", ["account.json", "vault.wallet.json"])
def test_a_file_swapped_before_the_end_stops_the_closing(tmp_path: Path, name: str) -> None:
    folder, player = tmp_path / "at", keygen_player()
    made: list[bytes] = []

    def swapping(asked: Ask[Any]) -> object:
        if asked.field == "seal.signer-1":
            made.append((folder / name).read_bytes())
            (folder / name).write_bytes(b"{}")
        return player(asked)

    with pytest.raises(IntegrityError, match=re.escape(name)):
        begin(folder, KEYGEN, swapping)
    assert status(folder)["state"] == "paused"
    (folder / name).write_bytes(made[0])
    go_on(folder, player)
    assert status(folder)["state"] == "complete"


ANOTHER_KEY = """
[[step]]
id   = "collect"
do   = "collect-shares"
role = "{role}"
passphrase = {passphrase}

[[step]]
id   = "another"
do   = "recover-seed"
role = "{role}"
"""


def phrase_script(*, before: str = "", after: str = "") -> bytes:
    """Write a script whose key is one phrase, with other steps before or after it is made."""
    head, *steps = builtin.script(KEYGEN).data.decode().split("[[step]]")
    named = {re.findall(r'id +?= "(.*)"', step)[0]: f"[[step]]{step}" for step in steps}
    made = ("chance", "key", "write-down", "type-back")
    first, last = ("machine", "people"), ("account", "wallet", "wipe", "seal", "close")
    head = head.replace('[shares]\ngroups = ["2of3"]', "")
    parts = (head, *map(named.get, first), before, *map(named.get, made), after)
    return "".join(map(str, (*parts, *map(named.get, last)))).encode()


def test_a_script_that_exports_another_key_than_it_makes_is_not_sound() -> None:
    other = ANOTHER_KEY.format(role="custodian", passphrase="false")
    found = {finding.where for finding in check.check(read(phrase_script(before=other)))}
    assert {where.partition(",")[0] for where in found} == {"step collect", "step another"}


@pytest.mark.parametrize("passphrase", [False, True])
def test_a_passphrase_is_asked_for_a_key_that_has_one(passphrase: bool) -> None:
    back = ANOTHER_KEY.format(role="operator", passphrase=str(passphrase).lower())
    found = check.check(read(phrase_script(after=back)))
    assert bool(found) == passphrase


def test_a_machine_is_not_called_fit_because_a_script_demands_nothing(tmp_path: Path) -> None:
    plain = builtin.script(KEYGEN).data.replace(
        b'\n\n[[step]]\nid   = "people"', b'\ndemands = []\n\n[[step]]\nid   = "people"', 1
    )
    player = keygen_player(signature=earnest_signature)
    folder = tmp_path / "at"
    with pytest.raises(KeyboardInterrupt):
        begin(
            folder,
            read(plain),
            stopping(player, "people.operator-1"),
            in_world=world(folder, probes=unfit),
            signers_file=earnest_signers(),
            rehearsal=False,
        )
    assert player.heard[0].field == "machine.seen"
    assert "This machine is fit" not in player.heard[0].text


def test_whoever_says_no_before_the_roll_call_has_a_name_in_the_error(tmp_path: Path) -> None:
    folder, player = tmp_path / "at", keygen_player()
    stop(folder, KEYGEN, player, "close.taken")
    with pytest.raises(Declined, match=r"^operator said no"):
        go_on(folder, lambda asked: "no" if asked.field == "close.taken" else player(asked))


def test_ctrl_backslash_leaves_no_words_on_the_screen(tmp_path: Path) -> None:
    room = Room(tmp_path)
    answers = builtin.answers(KEYGEN).decode()
    room.put("answers.toml", re.sub("(?m)^show-secret.*$", "", answers).encode())
    arguments = ("ceremony", "run", KEYGEN, "--at", "at", "--rehearse", "--answers", "answers.toml")
    with person(room, *arguments) as operator:
        operator.answers("press Enter: ", "")
        operator.reads("Enter clears the screen: ")
        assert "3 practice" in operator.screens.visible()
        operator.types("\x1c", enter=False)
        assert operator.leaves().code == 128 + signal.SIGQUIT
    assert operator.screens.is_main
    assert "practice" not in operator.screens.everything()
    assert status(room.work / "at")["state"] == "paused"
