"""The nine other ceremonies at a terminal of 80 by 24: mistakes, refusals, a stop and a resume.

Names, times and the inventory are prepared; everything else is typed by people.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.audience import (
    CTRL_C,
    CTRL_D,
    Audience,
    Mistakes,
    audience,
    insist_transcript,
    insist_unseen,
    people_of,
)
from cli.room import Room
from conduct.conduct_material import cast_of, said_of, signing_phrase
from conduct.conversations import OTHER_CARD

from ceremonies.wallets import file as wallets
from ceremonies.wallets.addresses import address_at
from ceremonies.wallets.wallet import RECEIVE, Place

Notes = dict[str, list[str]]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def brought(room: Room, script: str) -> Notes:
    """Lay out the files that people bring, named as the fields they answer; return their cards."""
    room.put("people.toml", people_of(script))
    notes: Notes = {}
    for field, text in said_of(script).items():
        step, name = field.split(".", 1)
        if step == "collect" and name.startswith("card-"):
            notes[name.replace("card-", "card number ")] = text.split()
        elif step == "audit":
            holder = cast_of(script)["custodian"][int(name[-1]) - 1]
            notes[holder] = text.split()
        elif "\n" in text or text.startswith("ssh-"):
            room.put(field, text)
    return notes


def play(
    room: Room, script: str, notes: Notes, *planned: tuple[str, str], code: int = 0
) -> Audience:
    """Begin a ceremony, everybody attentive but for what is planned, all of which comes up."""
    call = ("run", script, "--at", "at", "--rehearse", "--answers", "people.toml")
    return _played(room, call, notes, planned, code)


def resume(room: Room, notes: Notes, *planned: tuple[str, str], code: int = 0) -> Audience:
    """Go on with it."""
    return _played(room, ("resume", "at", "--answers", "people.toml"), notes, planned, code)


def _played(
    room: Room, call: tuple[str, ...], notes: Notes, planned: tuple[tuple[str, str], ...], code: int
) -> Audience:
    mistakes = Mistakes(*planned)
    with audience(room, "ceremony", *call, notes=notes) as played:
        ran = played.plays(mistakes)
    assert ran.code == code, str(ran)
    assert mistakes.left == []
    insist_unseen(played, notes)
    return played


def insist_complete(room: Room) -> None:
    ran = room.run("log", "verify", "at", "--json")
    assert ran.code == 0, str(ran)
    assert ran.json["logs"][0]["state"] == "complete"


def test_enrol_with_a_name_and_a_key_twice(room: Room) -> None:
    brought(room, "enrol")
    room.put("id_ed25519", "-----BEGIN OPENSSH PRIVATE KEY-----\n")
    played = play(
        room,
        "enrol",
        {},
        (r"person 1 enrolled", "none"),
        (r"person 1 enrolled", "Alice!"),
        (r"person 1 enrolled", "alice"),
        (r"alice brings.*file:", "people.toml"),
        (r"alice brings.*file:", "id_ed25519"),
        (r"alice brings.*file:", "enrol.person-1.key"),
        (r"person 2 enrolled", "alice"),
        (r"person 2 enrolled", "erin"),
        (r"erin brings.*file:", "enrol.person-1.key"),
        (r"erin brings.*file:", "enrol.person-2.key"),
        (r"person 3 enrolled", "none"),
        (r"machine called", "signer-1"),
        (r"serial number", "M-0815"),
    )
    insist_complete(room)
    insist_transcript("enrol", played.screens)


FIRST = Place(RECEIVE, 0)
OWN = ("0c19f363", "8c135b7f", "18ef7650")
"""The fingerprints of the three sites of `wallet`, as their people read them off."""


def test_wallet_joined_with_an_account_twice_and_stopped_at_the_address(room: Room) -> None:
    brought(room, "wallet")
    begun = play(
        room,
        "wallet",
        {},
        (r"bob \(.*file with the account", "people.toml"),
        (r"bob \(.*file with the account", "join.account-1"),
        (r"carol \(.*file with the account", "join.account-1"),
        (r"carol \(.*file with the account", "join.account-2"),
        (r"dave \(.*file with the account", "join.account-3"),
        (r"bob \(.*read off:", OWN[1]),
        (r"bob \(.*read off:", OWN[0]),
        (r"carol \(.*read off:", OWN[1]),
        (r"dave \(.*read off:", OWN[2]),
        (r"bob \(.*Type its\s+last.*read off:", CTRL_C),
        code=130,
    )
    made = wallets.read((room.work / "at/vault.wallet.json").read_bytes())
    last = address_at(made, FIRST).text[-8:]
    ended = resume(
        room,
        {},
        (r"bob \(.*Type its\s+last.*read off:", "qqqqqqqq"),
        *((rf"{name} \(.*Type its\s+last.*read off:", last) for name in ("bob", "carol", "dave")),
    )
    insist_complete(room)
    insist_transcript("wallet", [*begun.screens, *ended.screens])


def test_share_audit_with_a_card_shown_twice_and_one_of_another_set(room: Room) -> None:
    notes = brought(room, "share-audit")
    played = play(
        room,
        "share-audit",
        notes,
        (r"the set record.*file:", "people.toml"),
        (r"the set record.*file:", "record.file"),
        (r"bob \(.*word 1 of 33:", "practice agncy"),
        (r"carol \(.*word 1 of 33:", " ".join(notes["bob"])),
        (r"dave \(.*word 1 of 33:", OTHER_CARD.decode()),
        (r"erin \(.*yes or no:", "of course"),
    )
    insist_complete(room)
    insist_transcript("share-audit", played.screens)


def test_recovery_drill_with_a_card_typed_twice_and_a_fingerprint_misread(room: Room) -> None:
    notes = brought(room, "recovery-drill")
    notes["fingerprint"] = ["3d06f671"]
    played = play(
        room,
        "recovery-drill",
        notes,
        (r"the set record.*file:", "record.file"),
        (r"dave \(.*word 1 of 33:", " ".join(notes["card number 1"])),
        (r"dave \(.*word 1 of 33:", " ".join([*notes["card number 2"][:-1], "acid"])),
        (r"carol \(.*read off:", "3d06f617"),
    )
    insist_complete(room)
    insist_transcript("recovery-drill", played.screens)


def test_sign_batch_with_one_coin_twice_and_an_approval_refused_at_first(room: Room) -> None:
    notes = brought(room, "sign-batch")
    refused = play(
        room,
        "sign-batch",
        notes,
        (r"the wallet file.*file:", "wallet.file"),
        (r"PSBT 1.*file:", "psbts.psbt-1"),
        (r"1 PSBT was read.*choice:", "yes"),
        (r"PSBT 2.*file:", "psbts.psbt-1"),
        (r"PSBT 2.*file:", "psbts.psbt-2"),
        (r"2 PSBTs were read.*choice:", "no"),
        (r"grace \(.*yes or no:", "no"),
        code=7,
    )
    assert not [*(room.work / "at").glob("signed-*")]
    signed = resume(
        room,
        notes,
        (r"PSBT 1.*file:", "psbts.psbt-2"),
        (r"1 PSBT was read.*choice:", "no"),
    )
    insist_complete(room)
    insist_transcript("sign-batch", [*refused.screens, *signed.screens])


def test_prove_control_with_a_short_number_and_a_phrase_with_a_wrong_word(room: Room) -> None:
    notes = brought(room, "prove-control")
    notes["phrase"] = signing_phrase().decode().split()
    played = play(
        room,
        "prove-control",
        notes,
        (r"the wallet file.*file:", "wallet.file"),
        (r"What is proved.*text:", "Practice reserves of the example vault"),
        (r"32 digits.*text:", "0001 0203"),
        (r"32 digits.*text:", "000102030405060708090a0b0c0d0e0f"),
        (r"choice:", "phrase"),
        (r"word 1 of 24:", " ".join([*notes["phrase"][:23], "abandon"])),
    )
    insist_complete(room)
    insist_transcript("prove-control", played.screens)


def test_decommission_with_a_witness_who_did_not_see_it(room: Room) -> None:
    brought(room, "decommission")
    disk = (r"What is to be destroyed.*text:", "the disk of signer-1")
    number = (r"number of.*text:", "D-4711")
    refused = play(
        room,
        "decommission",
        {},
        (r"What is to be destroyed.*text:", "none"),
        disk,
        number,
        (r"frank \(.*Did you see it.*yes or no:", "no"),
        code=7,
    )
    seen = resume(room, {}, disk, number, (r"What is to be destroyed.*text:", "none"))
    insist_complete(room)
    insist_transcript("decommission", [*refused.screens, *seen.screens])


def test_replace_custodian_stopped_at_the_second_new_card(room: Room) -> None:
    notes = brought(room, "replace-custodian")
    stopped = play(
        room,
        "replace-custodian",
        notes,
        (r"the set record.*file:", "old-record.file"),
        (r"words of card 1-2.*word 1 of 33:", CTRL_C),
        code=130,
    )
    as_shown = [(rf"words of card 1-{number}.*word 1 of 33:", "=") for number in (1, 2, 3)]
    again = resume(
        room,
        notes,
        *as_shown,
        (r"What is to be destroyed.*text:", "old card 1-2"),
        (r"number of.*text:", "1-2"),
        (r"What is to be destroyed.*text:", "none"),
    )
    insist_complete(room)
    insist_transcript("replace-custodian", [*stopped.screens, *again.screens])


def test_rotate_left_at_the_old_wallet_and_gone_on_with(room: Room) -> None:
    notes = brought(room, "rotate")
    room.put("elsewhere.psbt", said_of("sign")["psbt.file"])
    as_shown = [(rf"words of card 1-{number}.*word 1 of 33:", "=") for number in (1, 2, 3)]
    left = play(
        room,
        "rotate",
        notes,
        (r"0 of \d+ rolls", said_of("rotate")["chance.dice"].replace(" ", "")),
        *as_shown,
        (r"the wallet file.*file:", CTRL_D),
        code=7,
    )
    swept = resume(
        room,
        notes,
        (r"the wallet file.*file:", "old-wallet.file"),
        (r"the psbt.*file:", "elsewhere.psbt"),
        (r"the psbt.*file:", "psbt.file"),
    )
    insist_complete(room)
    insist_transcript("rotate", [*left.screens, *swept.screens])
