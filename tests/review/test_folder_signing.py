"""A folder of PSBTs is signed as its PSBTs would be alone, and one command has one answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from face.test_signing_many import (
    HEAD,
    PEOPLE,
    WALLET,
    approval,
    bench,
    intent_of,
    line,
    payment,
    put,
)
from signing.psbt_records import Map, edited
from signing.wallets_made import seed

from ceremonies.bitcoin.psbt import parse
from ceremonies.conduct import solitary
from ceremonies.errors import MachineError
from ceremonies.signing import policy_file
from ceremonies.signing.history import History, PastSigning
from ceremonies.wallets import file as wallet_files
from custody_cli import payloads
from custody_cli.commands.psbt_sign import sign
from custody_cli.signing import psbts_in, signed_folder


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    inside = tmp_path / "in"
    inside.mkdir()
    for number in range(2):
        put(inside, f"{number}.psbt", payment(number))
    return inside


def test_each_psbt_of_a_folder_takes_the_approvals_of_its_own_intent(
    tmp_path: Path, pair: Path
) -> None:
    keys = ", ".join(f"'{line(name)}'" for name in PEOPLE)
    policy = policy_file.read(f"{HEAD}[approvals]\nneeded = 2\nsigners = [{keys}]\n".encode())
    approved = [("ana", 0), ("ben", 0), ("cleo", 1)]
    files = [
        put(tmp_path, f"{name}.sig", approval(name, intent_of(payment(n)), policy.sha256))
        for name, n in approved
    ]
    work = bench(policy=policy, files=tuple(files))
    work.is_folder = True
    done = list(signed_folder(work, psbts_in(pair), tmp_path / "out", keep_going=True))
    assert [code for _, code in done] == [0, 4]
    assert done[0][0]["approvals"] == {"needed": 2, "by": ["ana", "ben"]}  # type: ignore[typeddict-item]
    assert done[1][0]["error"]["cause"] == "1 of 2 people approved this intent"  # type: ignore[typeddict-item]


def test_previous_transactions_are_read_once_for_a_folder(
    tmp_path: Path, pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raws = {
        given.previous.txid[::-1].hex(): given.previous.serialize(witness=True).hex()
        for path in psbts_in(pair)
        for given in parse(path.read_bytes()).inputs
        if given.previous is not None
    }

    def without(maps: list[Map]) -> None:
        for given in maps[1:3]:
            given[:] = [record for record in given if record[0] != b"\x00"]

    for path in psbts_in(pair):
        path.write_bytes(edited(path.read_bytes(), without))
    work = bench()
    work.prevtx = [str(put(tmp_path, f"{txid}.hex", raw)) for txid, raw in raws.items()]
    read: list[str] = []
    real = payloads.arrived_from
    monkeypatch.setattr(
        payloads, "arrived_from", lambda name, what: (read.append(name), real(name, what=what))[1]
    )
    done = list(signed_folder(work, psbts_in(pair), tmp_path / "out", keep_going=True))
    assert [code for _, code in done] == [0, 0]
    assert sorted(read) == sorted([*work.prevtx, *map(str, psbts_in(pair))])


@pytest.mark.parametrize("many", [False, True])
def test_nothing_is_printed_as_done_before_the_log_has_ended(
    tmp_path: Path,
    pair: Path,
    many: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def full(*_given: object, **_named: object) -> None:
        raise MachineError("cannot write the log: disk full", hint="make room")

    monkeypatch.setattr(solitary, "_end", full)
    wallet = put(tmp_path, "w.wallet.json", wallet_files.write(WALLET))
    phrase = put(tmp_path, "phrase.txt", seed(1).written().reveal())
    with pytest.raises(MachineError, match="disk full"):
        sign(
            str(pair if many else pair / "0.psbt"),
            wallet,
            tmp_path / "out",
            seed=str(phrase),
            log=tmp_path / "log",
            yes=True,
            json=True,
        )
    assert capsys.readouterr().out == ""


def test_a_link_that_leads_nowhere_is_not_left_out_in_silence(tmp_path: Path, pair: Path) -> None:
    (pair / "2.psbt").symlink_to(tmp_path / "unplugged" / "2.psbt")
    done = list(signed_folder(bench(), psbts_in(pair), tmp_path / "out", keep_going=True))
    assert [code for _, code in done] == [0, 0, 3]


def test_what_a_system_puts_beside_every_file_is_no_payment(tmp_path: Path, pair: Path) -> None:
    put(pair, "._0.psbt", b"\x00\x05\x16\x07")
    put(pair, ".psbt", payment(2))
    assert [path.name for path in psbts_in(pair)] == ["0.psbt", "1.psbt"]


def test_a_folder_that_is_named_like_a_psbt_fails_in_its_turn(tmp_path: Path, pair: Path) -> None:
    (pair / "2.psbt").mkdir()
    put(pair, "3.PSBT", payment(3))
    done = list(signed_folder(bench(), psbts_in(pair), tmp_path / "out", keep_going=True))
    assert [code for _, code in done] == [0, 0, 3, 0]


def _past(txid: str, outpoints: tuple[str, ...]) -> PastSigning:
    return PastSigning(
        log="a", txid=txid, wallet="w", height=None, outpoints=outpoints, payments=(), fee_sat=0
    )


def test_remembering_many_signings_looks_at_each_coin_once() -> None:
    looked: list[str] = []

    class Counted(tuple[str, ...]):
        def __iter__(self) -> Iterator[str]:
            looked.extend(tuple(self[:]))
            return super().__iter__()

    history = History()
    for number in range(100):
        assert history.conflicting(f"{number}:0", "new") is None
        history = history.followed_by(_past(f"tx {number}", Counted((f"{number}:0",))))
    assert len(looked) == 100
    assert history.conflicting("7:0", "new") is history.signings[7]


def test_histories_that_part_do_not_know_each_other() -> None:
    first = History().followed_by(_past("one", ("a:0",)))
    left = first.followed_by(_past("left", ("b:0",)))
    right = first.followed_by(_past("right", ("c:0",)))
    assert [one.conflicting("b:0", "new") is None for one in (first, left, right)] == [
        True,
        False,
        True,
    ]
    assert right.conflicting("c:0", "new") is right.signings[1]
    assert left.conflicting("c:0", "new") is None
    assert first.conflicting("a:0", "new") is left.conflicting("a:0", "new") is first.signings[0]
