"""What a ceremony signs: brought as codes or as files, approved one by one or at once, finished."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import SIGN, Player, begin, go_on, psbt_bytes, said_of, signing_player
from conduct.interruption import all_of, keeping, left_before
from conduct.test_ceremony_refusals import room_of

from ceremonies.bitcoin.transaction import read_raw
from ceremonies.conduct import builtin, prepared
from ceremonies.conduct.asks import Ask, Confirm, ShowReview
from ceremonies.conduct.plan import planned
from ceremonies.conduct.script import Script
from ceremonies.conduct.script_file import read
from ceremonies.errors import Declined, InputError
from ceremonies.exchange import picture_files, series
from ceremonies.exchange.payload import Format, Kind, Payload
from ceremonies.log import facts
from ceremonies.log.verify import State, verify


def changed(name: str, old: str, new: str) -> Script:
    """A built-in, changed as an institution would."""
    text = builtin.script(name).data.decode()
    assert old in text
    return read(text.replace(old, new).encode())


def asked(room: Player, kind: type[Ask[Any]], step: str) -> list[Any]:
    return [one for one in room.heard if isinstance(one, kind) and one.field.startswith(f"{step}.")]


def test_a_batch_is_approved_at_once_by_a_hash_and_takes_no_coin_twice(tmp_path: Path) -> None:
    script = changed(
        "sign-batch", 'do     = "approve-batch"', 'do="approve-batch"\napproval="batch"'
    )
    first = base64.b64decode(said_of("sign-batch")["psbts.psbt-1"])
    room = room_of("sign-batch", {"psbts.psbt-2": [first]})
    begin(tmp_path / "at", script, room)
    assert "spends a coin that psbt 1 spends" in room.mistakes[0]
    intents = [one.intent for one in all_of(tmp_path / "at", facts.IntentApproved)]
    assert len(set(intents)) == 2
    assert intents == [one.intent for one in all_of(tmp_path / "at", facts.PsbtSigned)]
    text = "".join(f"{line}\n" for line in ("custody-batch/1", *intents))
    digest = hashlib.sha256(text.encode()).hexdigest()
    compared, approved = asked(room, Confirm, "approve")[:2]
    assert (compared.field, approved.field) == ("approve.compared", "approve.approved")
    assert compared.shown == approved.shown
    assert digest in compared.shown.replace(" ", "").replace("\n", "")
    assert "PSBTs     2\npayments  0.00800000 BTC\nfees      0.00002820 BTC\n" in compared.shown
    assert [one.text[:13] for one in asked(room, ShowReview, "review")] == [
        "PSBT 1 of 2. ",
        "PSBT 2 of 2. ",
    ]
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


def test_a_folder_of_photos_is_brought_as_a_file_is(tmp_path: Path) -> None:
    at, photos = tmp_path / "at", tmp_path / "photos"
    frames = [*series.make(Payload(Kind.PSBT, psbt_bytes()), Format.BBQR, max_version=10).codes()]
    assert len(frames) > 1
    photos.mkdir()
    (photos / "half").mkdir()
    for number, frame in enumerate(frames):
        for folder in (photos, *((photos / "half",) if number else ())):
            (folder / f"photo-{number}.png").write_bytes(picture_files.png(frame))
    people = signing_player()
    given = prepared.Answers(schema="ceremony-answers/1", answers={"psbt.file": str(photos)})
    begin(at, SIGN, prepared.Prepared(given, rehearsal=True, otherwise=people))
    assert (at / "unsigned.psbt").read_bytes() == psbt_bytes()
    assert verify(at, planned=planned).state is State.COMPLETE
    lacking = prepared.Answers(
        schema="ceremony-answers/1", answers={"psbt.file": str(photos / "half")}
    )
    with pytest.raises(InputError, match="missing"):
        begin(tmp_path / "b", SIGN, prepared.Prepared(lacking, rehearsal=True, otherwise=people))


def test_another_transaction_of_a_signed_coin_takes_two_people(tmp_path: Path) -> None:
    at, people = tmp_path / "at", signing_player()
    with left_before(keeping("signed.psbt")):
        begin(at, SIGN, people)
    first = (at / "signed.psbt").read_bytes()

    def says_no(asked: Ask[Any]) -> object:
        return "no" if asked.field == "approve.approved" else people(asked)

    with pytest.raises(Declined):
        go_on(at, says_no)
    replaceable = psbt_bytes().replace(b"\xfd\xff\xff\xff", b"\xfc\xff\xff\xff", 1)
    people.files = {**people.files, "psbt.file": replaceable}
    with pytest.raises(Declined):
        go_on(at, lambda asked: "no" if asked.field == "review.agreed-2" else people(asked))
    assert len({one.txid for one in all_of(at, facts.PsbtSigned)}) == 1
    go_on(at, people)
    (rival,) = {one.txid for one in all_of(at, facts.PsbtSigned)[:1]}
    asked_of = {one.by.name for one in asked(people, Confirm, "review") if rival in one.shown}
    assert asked_of == {"alice", "bob"}
    (exception,) = all_of(at, facts.ExceptionMade)
    assert (exception.step, exception.persons) == ("review", ("alice", "bob"))
    assert len({one.txid for one in all_of(at, facts.PsbtSigned)}) == 2
    assert (at / "signed.psbt").read_bytes() == first
    assert (at / "signed-2.psbt").exists()
    assert verify(at, planned=planned).state is State.COMPLETE


FINISHED = '[[step]]\nid = "finish"\ndo = "finalize"\nrole = "operator"\n\n'


def test_codes_come_in_and_a_final_transaction_stays_as_it_was_written_before_a_stop(
    tmp_path: Path,
) -> None:
    at, wipe = tmp_path / "at", '[[step]]\nid   = "wipe"'
    script = changed(SIGN, wipe, FINISHED + wipe)
    made = series.make(Payload(Kind.PSBT, psbt_bytes()), Format.UR, max_version=10)
    frames = [*made.codes()]
    assert len(frames) > 1
    people = signing_player()
    people.files = {**people.files, "psbt.file": picture_files.gif(frames, fps=5)}
    with left_before(keeping("payment.tx")):
        begin(at, script, people)
    assert (at / "unsigned.psbt").read_bytes() == psbt_bytes()
    inode = (at / "payment.tx").stat().st_ino
    go_on(at, people)
    assert (at / "payment.tx").stat().st_ino == inode
    final = all_of(at, facts.TransactionFinalized)[-1]
    written = read_raw(bytes.fromhex((at / "payment.tx").read_text()))
    signed = all_of(at, facts.PsbtSigned)[-1]
    assert written.txid[::-1].hex() == final.txid == signed.txid
    assert final.verified_by
    assert verify(at, planned=planned).state is State.COMPLETE


def test_a_second_transaction_is_kept_beside_the_first(tmp_path: Path) -> None:
    at, wipe = tmp_path / "at", '[[step]]\nid   = "wipe"'
    people = signing_player()
    with left_before(keeping("payment.tx")):
        begin(at, changed(SIGN, wipe, FINISHED + wipe), people)
    with pytest.raises(Declined):
        go_on(at, lambda asked: "no" if asked.field == "approve.approved" else people(asked))
    replaceable = psbt_bytes().replace(b"\xfd\xff\xff\xff", b"\xfc\xff\xff\xff", 1)
    people.files = {**people.files, "psbt.file": replaceable}
    go_on(at, people)
    txids = [
        read_raw(bytes.fromhex((at / name).read_text())).txid[::-1].hex()
        for name in ("payment.tx", "payment-2.tx")
    ]
    assert txids == [one.txid for one in all_of(at, facts.TransactionFinalized)]
    assert verify(at, planned=planned).state is State.COMPLETE
