"""What each ceremony does not take: the wrong card, account, key, coin or destination."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import (
    ROTATE,
    SIGN,
    Player,
    begin,
    cast_of,
    go_on,
    player_of,
    said_of,
    signing_cards,
    world,
)
from conduct.conversations import OTHER_CARD
from conduct.interruption import all_of, lines_of
from conduct.test_script_language import END, HEAD, Room

from ceremonies.bitcoin.practice import practice_psbt
from ceremonies.conduct import ceremony, practice
from ceremonies.conduct.aborting import aborted
from ceremonies.conduct.conductor import hold
from ceremonies.conduct.plan import planned
from ceremonies.conduct.script_file import read
from ceremonies.errors import Declined, Refused
from ceremonies.keys.account import account_path, derive
from ceremonies.log import facts, signers
from ceremonies.log.verify import State, verify
from ceremonies.network import REGTEST
from ceremonies.secret import Secret
from ceremonies.wallets import file
from ceremonies.wallets.wallet import register
from custody_cli.ceremony_answers import status


def room_of(name: str, says: dict[str, object]) -> Room:
    """The people of a built-in, who say these things first, each once."""
    room = Room(cast=cast_of(name))
    room.said = said_of(name)
    room.says = {field: [*one] if isinstance(one, list) else one for field, one in says.items()}
    return room


def test_a_sweep_that_pays_anybody_else_is_brought_again(
    tmp_path: Path,
) -> None:
    old = file.read(said_of(ROTATE)["old-wallet.file"].encode())
    left = Declined("they ask the coordinator", hint="resume")
    room = room_of(ROTATE, {"psbt.file": [practice_psbt(old.branches), left]})
    with pytest.raises(Declined):
        begin(tmp_path / "at", ROTATE, room)
    (mistake,) = room.mistakes
    assert "not one of the first 20 addresses of REHEARSAL-new" in mistake
    assert all_of(tmp_path / "at", facts.PsbtReviewed) == []
    assert not (tmp_path / "at" / "unsigned.psbt").exists()
    assert status(tmp_path / "at")["state"] == "paused"


def test_the_new_wallet_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    class Same(Room):
        """Somebody names the new wallet first."""

        def __call__(self, asked: Any) -> object:
            if asked.field == "old-wallet.file" and not asked.mistake:
                return (tmp_path / "at" / "new-vault.wallet.json").read_bytes()
            return super().__call__(asked)

    room = Same(cast=cast_of(ROTATE))
    room.said = said_of(ROTATE)
    begin(tmp_path / "at", ROTATE, room)
    (mistake,) = room.mistakes
    assert "has a key of the old wallet" in mistake
    assert verify(tmp_path / "at", planned=planned).state is State.COMPLETE


def never_to_be_signed(psbt: bytes) -> bytes:
    """The same transaction, claimed for a key that is not in the wallet."""
    raw = base64.b64decode(psbt)
    return base64.b64encode(raw.replace(bytes.fromhex("3d06f671"), bytes.fromhex("3d06f672")))


@pytest.mark.parametrize("name", [SIGN, "sign-batch", ROTATE])
def test_after_a_refused_review_other_files_are_brought_and_nothing_is_undone(
    tmp_path: Path, name: str
) -> None:
    at, field = tmp_path / "at", "psbts.psbt-1" if name == "sign-batch" else "psbt.file"
    right = said_of(name)[field].encode()
    room = room_of(name, {field: [never_to_be_signed(right)]})
    with pytest.raises(Refused):
        begin(at, name, room)
    before = lines_of(at)
    (paused,) = all_of(at, facts.Paused)
    assert (paused.step, paused.why) == ("review", "refused")
    assert status(at)["next"] == "review"
    heard = len(room.heard)
    go_on(at, room)
    again = [asked for asked in room.heard[heard:] if asked.field == field]
    assert len(again) == 1
    if name != "sign-batch":
        assert again[0].text.startswith("One was brought before: bring it again, or another. ")
    assert lines_of(at)[: len(before)] == before
    assert len(all_of(at, facts.SeedMade)) == (name == ROTATE)
    kept = [one.name for one in all_of(at, facts.FileKept) if one.kind == "psbt"]
    assert {"sign": "unsigned-2.psbt", ROTATE: "sweep-2.psbt"}.get(
        name, "unsigned-1-2.psbt"
    ) in kept
    reviewed, signed = all_of(at, facts.PsbtReviewed), all_of(at, facts.PsbtSigned)
    assert reviewed[0].intent is None or reviewed[0].findings
    assert {one.intent for one in signed} == {one.intent for one in reviewed[1:]}
    assert verify(at, planned=planned).state is State.COMPLETE


def test_a_ceremony_whose_review_was_refused_can_still_be_ended(tmp_path: Path) -> None:
    at, right = tmp_path / "at", said_of(ROTATE)["psbt.file"].encode()
    room = room_of(ROTATE, {"psbt.file": [never_to_be_signed(right)]})
    with pytest.raises(Refused):
        begin(at, ROTATE, room)
    with ceremony.reopened(at, world=world(at)) as again:
        hold(again, aborted(again), room)
    assert status(at)["state"] == "void"


def test_another_wallet_is_brought_where_the_first_was_the_wrong_one(tmp_path: Path) -> None:
    at = tmp_path / "at"
    other = said_of(ROTATE)["old-wallet.file"].encode()
    began = room_of("sign", {"wallet.file": [_other_wallet()]})
    with pytest.raises(Refused):
        begin(at, "sign", began)
    go_on(at, began)
    assert (at / "wallet-2.json").read_bytes().strip() == other.strip()
    ids = {one.wallet for one in all_of(at, facts.WalletRegistered)}
    assert len(ids) == 2
    assert verify(at, planned=planned).state is State.COMPLETE


def _other_wallet() -> bytes:
    seed = Secret(hashlib.sha256(b"another vault").digest())
    account = derive(seed, account_path("wpkh", 0, REGTEST), REGTEST)
    descriptor = account.descriptor("wpkh")
    assert descriptor is not None
    return file.write(register("REHEARSAL-vault", [descriptor], REGTEST))


def test_an_audit_takes_each_card_of_the_set_once_and_puts_nothing_together(
    tmp_path: Path,
) -> None:
    bob = signing_cards()["bob"]
    says = {
        "audit.custodian-1": [Secret(OTHER_CARD), Secret(bob)],
        "audit.custodian-2": [Secret(bob)],
    }
    room = room_of("share-audit", says)
    begin(tmp_path / "at", "share-audit", room)
    assert ["not of this set" in one or "shown before" in one for one in room.mistakes] == [
        True
    ] * 2
    audited = [(one.card, one.person) for one in all_of(tmp_path / "at", facts.CardAudited)]
    assert audited == [("1-1", "bob"), ("1-2", "carol"), ("1-3", "dave")]
    assert all_of(tmp_path / "at", facts.KeyRecovered) == []


def test_a_drill_leaves_nothing_but_the_record_it_read(tmp_path: Path) -> None:
    room = room_of("recovery-drill", {"collect.card-1": [Secret(OTHER_CARD)]})
    begin(tmp_path / "at", "recovery-drill", room)
    assert "not of this set" in room.mistakes[0]
    (recovered,) = all_of(tmp_path / "at", facts.KeyRecovered)
    record = json.loads(said_of("recovery-drill")["record.file"])
    assert recovered.fingerprint == record["fingerprint"]
    assert [one.name for one in all_of(tmp_path / "at", facts.FileKept)] == ["set.json"]


def test_a_wallet_takes_each_key_once_and_of_its_network(tmp_path: Path) -> None:
    said = said_of("wallet")
    first = said["join.account-1"].encode()
    says = {
        "join.account-2": [first, b"{}", first.replace(b'"regtest"', b'"mainnet"')],
        "join.account-3": [first.replace(b'"wsh"', b'"wpkh"')],
        "join.own-1": ["00000000"],
        "address.custodian-2": ["qqqqqqqq"],
    }
    room = room_of("wallet", says)
    begin(tmp_path / "at", "wallet", room)
    reasons = ("in the wallet already", "form", "is of mainnet", "has one key", "that is not")
    assert len(room.mistakes) == 6
    for reason, mistake in zip((*reasons, "that is not"), room.mistakes, strict=True):
        assert reason in mistake
    wallet = file.read((tmp_path / "at" / "vault.wallet.json").read_bytes())
    assert (wallet.threshold, len(wallet.signers)) == (2, 3)
    proved = {one.fingerprint for one in all_of(tmp_path / "at", facts.KeyProved)}
    assert proved == set(wallet.signers)
    assert len(all_of(tmp_path / "at", facts.AddressConfirmed)) == 3


def test_a_wallet_is_the_same_whoever_comes_first(tmp_path: Path) -> None:
    said = said_of("wallet")
    turned = {f"join.account-{n}": [said[f"join.account-{4 - n}"].encode()] for n in (1, 3)}
    begin(tmp_path / "one", "wallet", room_of("wallet", {}))
    begin(tmp_path / "two", "wallet", room_of("wallet", turned))
    one, two = ((tmp_path / name / "vault.wallet.json").read_bytes() for name in ("one", "two"))
    assert one == two


def test_enrolment_takes_only_who_holds_the_key(tmp_path: Path) -> None:
    said = said_of("enrol")
    says = {
        "enrol.person-1": ["none", "Alice A"],
        "enrol.person-2": ["alice"],
        "enrol.person-2.key": [said["enrol.person-1.key"].encode(), b"no key"],
        "enrol.person-3.signature": [practice.signature("bob", b"something else")],
    }
    room = room_of("enrol", says)
    begin(tmp_path / "at", "enrol", room)
    assert len(room.mistakes) == 6
    known = signers.read((tmp_path / "at" / "allowed_signers.new").read_bytes())
    assert known.names == ("alice", "erin", "heidi")
    enrolled = [one.person for one in all_of(tmp_path / "at", facts.PersonEnrolled)]
    assert enrolled == [*known.names]
    assert "M-0815" not in (tmp_path / "at" / "log.jsonl").read_text()


def test_what_was_destroyed_is_not_destroyed_again(tmp_path: Path) -> None:
    says = {"destroy.item-2.seen-1": ["no"]}
    with pytest.raises(Declined):
        begin(tmp_path / "at", "decommission", room_of("decommission", says))
    room = room_of("decommission", {})
    go_on(tmp_path / "at", room)
    asked = [one.field for one in room.heard]
    assert "destroy.item-1.serial" not in asked
    assert "destroy.item-2.serial" in asked
    items = [one.item for one in all_of(tmp_path / "at", facts.ItemDestroyed)]
    assert items == ["the disk of signer-1", "the board of signer-1"]


def test_what_one_step_destroyed_another_asks_for_again(tmp_path: Path) -> None:
    only = (
        '[[step]]\nid = "{}"\ndo = "destroy"\nrole = "witness"\nitems = ["a card"]\nmore = false\n'
    )
    text = (HEAD + only.format("first") + only.format("second") + END).replace("= 1, i", "= 2, i")
    says = {f"{step}.item-1.serial": "1-2" for step in ("first", "second")}
    room = Room(cast={"operator": ("alice",), "witness": ("erin", "frank")})
    room.says = {**says, **{f"{step}.item-1.method": "burned" for step in ("first", "second")}}
    begin(tmp_path / "at", read(text.encode()), room)
    assert len(all_of(tmp_path / "at", facts.ItemDestroyed)) == 2
    assert verify(tmp_path / "at", planned=planned).problems == ()


def test_a_player_of_every_ceremony_knows_its_people() -> None:
    assert isinstance(player_of("enrol"), Player)
    assert set(cast_of(ROTATE)) == {"operator", "custodian", "holder", "approver", "witness"}
