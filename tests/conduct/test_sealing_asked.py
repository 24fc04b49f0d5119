"""A seal is signed by the quorum: by different people of the room, each with their own key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conduct.conduct_material import (
    KEYGEN,
    SIGN,
    Player,
    begin,
    earnest_signature,
    earnest_signers,
    go_on,
    signing_player,
)

from ceremonies.conduct import builtin, practice
from ceremonies.conduct.asks import Ask, Choose, Confirm, SignSeal
from ceremonies.conduct.people import Person
from ceremonies.conduct.script_file import read
from ceremonies.log import facts, seal, signers, sshsig
from ceremonies.log.chain import read_records
from ceremonies.log.verify import State, verify
from ceremonies.spoken import words


class Signing(Player):
    """People of `sign`, who give `tries` to the signature of the first signer first."""

    def __init__(self, tries: list[object]) -> None:
        right = signing_player()
        super().__init__(cast=right.cast, cards=right.cards, files=right.files)
        self.tries = tries

    def __call__(self, asked: Ask[Any]) -> object:
        self.heard.append(asked)
        if asked.field == "close.signer-1.signature" and self.tries:
            tried = self.tries.pop(0)
            return tried(asked) if callable(tried) else tried
        return self.right(asked)


def of_field(player: Player, field: str) -> list[Ask[Any]]:
    return [asked for asked in player.heard if asked.field == field]


def signed_files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "seals").iterdir())


def in_armor(data: bytes) -> bytes:
    return b"-----BEGIN SSH SIGNATURE-----\n" + data + b"\n-----END SSH SIGNATURE-----\n"


@pytest.mark.parametrize(
    "tried",
    [
        pytest.param(lambda a: practice.signature("bob", a.seal), id="of somebody else"),
        pytest.param(lambda a: practice.signature(a.by.name, a.seal + b"\n"), id="of another seal"),
        pytest.param(lambda a: earnest_signature(a.by.name, a.seal), id="with another key"),
        pytest.param(lambda a: practice.signature(a.by.name, a.seal)[:-40], id="cut"),
        pytest.param(lambda a: in_armor(b"U1NIU0lH"), id="empty"),
        pytest.param(lambda a: a.seal, id="the seal itself"),
        pytest.param(lambda a: practice.signature(a.by.name, a.seal).decode(), id="text"),
        pytest.param("alice.sig", id="a name"),
        pytest.param(None, id="nothing"),
        pytest.param(b"", id="no bytes"),
        pytest.param(b"\xff" * 100, id="any bytes"),
    ],
)
def test_a_signature_that_does_not_hold_is_told_and_asked_for_again(
    tmp_path: Path, tried: object
) -> None:
    player = Signing([tried])
    begin(tmp_path / "at", SIGN, player)
    first, again = of_field(player, "close.signer-1.signature")
    assert not first.mistake
    assert again.mistake
    assert verify(tmp_path / "at").state is State.COMPLETE
    assert len(signed_files(tmp_path / "at")) == 3


def test_nobody_signs_twice_and_nobody_signs_who_is_not_there(tmp_path: Path) -> None:
    player = signing_player()
    begin(tmp_path / "at", SIGN, player)
    (first,), (second,) = (of_field(player, f"close.signer-{number}") for number in (1, 2))
    assert isinstance(first, Choose)
    assert isinstance(second, Choose)
    assert set(first.options) == {"alice", "bob", "dave", "grace", "erin", "frank"}
    assert set(second.options) == set(first.options) - {"alice"}


def test_the_signature_asked_for_is_over_the_seal_in_the_folder(tmp_path: Path) -> None:
    player = signing_player()
    begin(tmp_path / "at", SIGN, player)
    (asked,) = of_field(player, "close.signer-1.signature")
    assert isinstance(asked, SignSeal)
    assert Path(asked.file).read_bytes() == asked.seal
    assert asked.namespace == sshsig.NAMESPACE
    assert asked.by == Person("alice", "operator")
    size = len(read_records(tmp_path / "at"))
    assert seal.parse(asked.seal).size == size


def test_the_closing_seal_is_read_out_whole_to_be_taken_away(tmp_path: Path) -> None:
    player = signing_player()
    begin(tmp_path / "at", SIGN, player)
    (asked,) = of_field(player, "close.taken")
    assert isinstance(asked, Confirm)
    closing = seal.read(tmp_path / "at", len(read_records(tmp_path / "at")))
    shown = asked.shown.split()
    assert closing.id in asked.shown.replace(" ", "").replace("\n", "")
    spoken = words(bytes.fromhex(closing.id)).split()
    assert shown[-32:] == spoken


def test_signatures_that_lie_there_count_when_the_ceremony_goes_on(tmp_path: Path) -> None:
    folder, player = tmp_path / "at", signing_player()

    def interrupted(asked: Ask[Any]) -> object:
        if asked.field == "close.signer-2.signature":
            raise KeyboardInterrupt
        return player(asked)

    with pytest.raises(KeyboardInterrupt):
        begin(folder, SIGN, interrupted)
    assert verify(folder).state is State.UNSEALED
    records = len(read_records(folder))
    player.heard.clear()
    go_on(folder, player)
    assert [asked.field for asked in player.heard] == [
        "close.signer-2",
        "close.signer-2.signature",
        "close.taken",
    ]
    chosen, signature, _ = player.heard
    # the room is empty now: whoever is enrolled may sign, but who has signed already
    assert isinstance(chosen, Choose)
    assert set(chosen.options) == set(practice.NAMES) - {"alice"}
    assert signature.by.role == "signer"
    assert len(read_records(folder)) == records, "nothing follows `closed`"
    assert verify(folder).state is State.COMPLETE


def test_a_larger_quorum_is_asked_for_whole(tmp_path: Path) -> None:
    text = builtin.script(SIGN).data.decode().replace("quorum    = 2", "quorum    = 3")
    player = signing_player()
    begin(tmp_path / "at", read(text.encode()), player)
    assert len([a for a in player.heard if isinstance(a, SignSeal)]) == 3
    verdict = verify(tmp_path / "at")
    assert (verdict.state, verdict.quorum, len(verdict.signers)) == (State.COMPLETE, 3, 3)


def test_the_log_names_who_signed_the_seal_before_the_end(tmp_path: Path) -> None:
    player = Player(signature=earnest_signature)
    begin(tmp_path / "at", KEYGEN, player, signers_file=earnest_signers(), rehearsal=False)
    known = signers.read(earnest_signers())
    (sealed,) = (
        record.fact
        for record in read_records(tmp_path / "at")
        if isinstance(record.fact, facts.Sealed)
    )
    assert len(sealed.persons) == 2
    text = seal.read(tmp_path / "at", sealed.size).text()
    for name in sealed.persons:
        known.insist(
            name,
            (tmp_path / "at" / "seals" / f"seal-{sealed.size:08d}.{name}.sig").read_bytes(),
            text,
        )
