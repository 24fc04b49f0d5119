"""Both ceremonies at a terminal of 80 by 24, with mistakes, a Ctrl-C and a resume."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.audience import (
    CTRL_C,
    Mistakes,
    audience,
    insist_transcript,
    insist_unseen,
    people_of,
)
from cli.room import Room

from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.conduct import builtin, prepared
from ceremonies.wallets import file


@pytest.fixture
def room(tmp_path: Path) -> Room:
    made = Room(tmp_path)
    for script in ("keygen-2of3", "sign"):
        made.put(f"{script}.people.toml", people_of(script))
    return made


def run(room: Room, script: str, notes: dict[str, list[str]], *more: str, term: str = "xterm"):
    at = ("--at", script, "--rehearse", "--answers", f"{script}.people.toml")
    return audience(room, "ceremony", "run", script, *at, *more, notes=notes, term=term)


def insist_complete(room: Room, folder: str) -> None:
    ran = room.run("log", "verify", folder, "--json")
    assert ran.code == 0, str(ran)
    assert ran.json["logs"][0]["state"] == "complete"


def test_keygen_with_a_wrong_word_and_a_swapped_card(room: Room) -> None:
    notes: dict[str, list[str]] = {}
    with run(room, "keygen-2of3", notes) as played:

        def mistakes(screen: str) -> str | None:
            typed = planned(screen)
            return " ".join(notes["1-1"][:33]) if typed == "CARD 1-1" else typed

        planned = Mistakes(
            (r"step 8 of.*word 1 of 24:", "practice practise"),
            (r"words of card 1-2.*word 1 of 33:", "CARD 1-1"),
            (r"bob.*read off:", "00000000"),
            (r"yes or no:", "y"),
            (r"choice:", "nobody"),
        )
        ran = played.plays(mistakes)
    assert ran.code == 0, str(ran)
    assert planned.left == []
    insist_unseen(played, notes)
    insist_complete(room, "keygen-2of3")
    insist_transcript("keygen-2of3", played.screens)


def test_keygen_stopped_at_the_second_card_and_resumed(room: Room) -> None:
    notes: dict[str, list[str]] = {}
    with run(room, "keygen-2of3", notes) as played:
        ran = played.plays(Mistakes((r"words of card 1-2.*word 1 of 33:", CTRL_C)))
    assert ran.code == 130
    assert "key-1 was in memory alone and is void" in played.screens[-1]
    assert "custody ceremony resume keygen-2of3" in " ".join(played.screens[-1].split())
    insist_unseen(played, notes)
    stopped = played.screens[-3:]
    again = ("ceremony", "resume", "keygen-2of3", "--answers", "keygen-2of3.people.toml")
    with audience(room, *again, notes=notes) as resumed:
        ran = resumed.plays(lambda screen: None)
    assert ran.code == 0, str(ran)
    insist_unseen(resumed, notes)
    insist_complete(room, "keygen-2of3")
    log = [
        json.loads(line) for line in (room.work / "keygen-2of3/log.jsonl").read_text().splitlines()
    ]
    (void,) = [record["data"] for record in log if record["type"] == "key.void"]
    assert void["key"] == "key-1"
    assert [card["person"] for card in void["cards"]] == ["bob", "carol"]
    insist_transcript("keygen-2of3-resumed", [*stopped, *resumed.screens[:4]])


def signable(room: Room) -> dict[str, list[str]]:
    """Have a key made with nobody in the room, and let a practice coin come in."""
    ran = room.run("ceremony", "run", "keygen-2of3", "--at", "keygen", "--rehearse", "--unattended")
    assert ran.code == 0, str(ran)
    wallet = file.read((room.work / "keygen/vault.wallet.json").read_bytes())
    room.put("payment.psbt", practice_psbt(wallet.branches))
    known = prepared.read(builtin.answers("sign")).answers
    cards = {"1-1": known["collect.card-1"], "1-3": known["collect.card-2"]}
    return {card: str(words).split() for card, words in cards.items()}


FILES = (
    (r"the wallet file.*file:", "keygen/vault.wallet.json"),
    (r"the psbt.*file:", "payment.psbt"),
    (r"choice:", "cards"),
)


@pytest.mark.parametrize("term", ["xterm", "dumb"])
def test_sign_with_mistakes_a_ctrl_c_and_a_resume(room: Room, term: str) -> None:
    notes = signable(room)
    planned = Mistakes(
        (r"the wallet file.*file:", "nowhere.json"),
        (r"the psbt.*file:", "keygen/vault.wallet.json"),
        *FILES,
        (r"card number 2.*word 12 of 33:", CTRL_C),
    )
    with run(room, "sign", notes, term=term) as played:
        ran = played.plays(planned)
    assert ran.code == 130
    assert planned.left == []
    before = (room.work / "sign/log.jsonl").read_bytes()
    again = ("ceremony", "resume", "sign", "--answers", "sign.people.toml")
    with audience(room, *again, notes=notes, term=term) as resumed:
        ran = resumed.plays(Mistakes((r"choice:", "cards"), (r"yes or no:", "maybe")))
    assert ran.code == 0, str(ran)
    assert (room.work / "sign/log.jsonl").read_bytes().startswith(before)
    insist_complete(room, "sign")
    final = room.run("psbt", "finalize", "sign/signed.psbt", "-o", "payment.tx", "--json")
    assert final.code == 0, str(final)
    if term == "xterm":
        insist_unseen(played, notes)
        insist_unseen(resumed, notes)
        insist_transcript("sign", [*played.screens, *resumed.screens])


def test_no_at_the_approval_pauses_and_signs_nothing(room: Room) -> None:
    notes = signable(room)
    with run(room, "sign", notes) as played:
        ran = played.plays(Mistakes((r"that exactly this is signed.*yes or no:", "no"), *FILES))
    assert ran.code == 7
    assert not (room.work / "sign/signed.psbt").exists()
    status = room.run("ceremony", "status", "sign", "--json").json
    assert (status["state"], status["next"]) == ("paused", "approve")
