"""Where a ceremony goes on, what of it comes back, and what resuming insists on."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from conduct.aftermath import insist_complete, insist_verified
from conduct.conduct_material import KEYGEN, SIGN, begin, go_on, psbt_bytes, unfit, world
from conduct.interruption import (
    all_of,
    facts_of,
    in_child,
    killed,
    lines_of,
    people,
)

from ceremonies.conduct import builtin, ceremony
from ceremonies.conduct.resuming import restart
from ceremonies.conduct.script_file import read
from ceremonies.errors import InputError, IntegrityError, MachineError, Refused
from ceremonies.log import facts
from ceremonies.log.chain import read_records
from ceremonies.log.verify import State

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

# Killed in the step on the left (or just before it), a ceremony goes on at the step on the right.
GOES_ON_AT = {
    KEYGEN: {
        "machine": "machine",
        "people": "people",
        "program": "program",
        "time": "time",
        "chance": "chance",
        "key": "chance",  # what was collected is gone
        "write-down": "chance",  # the key is gone, and void
        "type-back": "chance",
        "split": "chance",
        "record": "chance",
        "hand-out": "chance",
        "recombine": "recombine",  # the cards are with their holders: a quorum is typed again
        "fingerprint": "recombine",
        "account": "recombine",
        "wallet": "wallet",  # what it needs lies in the folder
        "inventory": "inventory",
        "wipe": "wipe",
        "seal": "seal",
        "close": "close",
    },
    SIGN: {
        "machine": "machine",
        "people": "people",
        "program": "program",
        "wallet": "wallet",
        "time": "time",
        "psbt": "psbt",
        "review": "review",
        "approve": "review",  # nobody approves what was read before the interruption
        "collect": "review",
        "recombine": "review",
        "sign": "review",
        "send": "review",
        "wipe": "wipe",
        "close": "close",
    },
}
STEPS = [(script, step) for script, table in GOES_ON_AT.items() for step in table]


@pytest.mark.parametrize(("script", "step"), STEPS)
def test_each_step_goes_on_where_the_table_says(script: str, step: str) -> None:
    read = builtin.script(script)
    assert list(GOES_ON_AT[script]) == [one.id for one in read.steps]
    ended = {one.id for one in read.steps[: read.index(step)]}
    assert read.steps[restart(read, ended=ended)].id == GOES_ON_AT[script][step]


def begins(folder: Path) -> list[str]:
    return [fact.step for fact in all_of(folder, facts.Begin)]


def record_of(script: str, step: str, tmp_path: Path) -> int:
    """How many records there are when a step of an uninterrupted ceremony has begun."""
    begin(tmp_path / "whole", script, people(script, tmp_path / "whole"))
    return facts_of(tmp_path / "whole").index(facts.Begin(step=step, attempt=1)) + 1


@pytest.mark.parametrize(("script", "step"), STEPS)
def test_killed_in_a_step_it_begins_again_where_the_table_says(
    tmp_path: Path, script: str, step: str
) -> None:
    folder = tmp_path / "c"
    here = killed(script, folder, record_of(script, step, tmp_path))
    before = begins(folder)
    go_on(folder, here)
    assert begins(folder)[len(before)] == GOES_ON_AT[script][step]


@pytest.fixture
def paused(tmp_path: Path) -> Path:
    """A folder whose ceremony was killed in the middle of handing the cards out."""
    killed(KEYGEN, tmp_path / "c", 43)
    return tmp_path / "c"


def test_the_machine_is_checked_and_everybody_called_again(paused: Path) -> None:
    before = len(lines_of(paused))
    here = people(KEYGEN, paused)
    go_on(paused, here)
    after = facts_of(paused)[before:]
    assert isinstance(after[0], facts.Resumed)
    assert isinstance(after[1], facts.MachineChecked)
    assert isinstance(after[2], facts.RoomChecked)
    assert [f.person for f in after[3:9] if isinstance(f, facts.PersonPresent)] == [
        "alice",
        "bob",
        "carol",
        "dave",
        "erin",
        "frank",
    ]
    assert here.heard[0] == "machine.seen"
    assert here.heard[1:3] == ["machine.room-1", "people.operator-1"]


def test_what_had_not_been_opened_yet_is_opened_once(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(KEYGEN, folder, 9)
    go_on(folder, here)
    assert len(all_of(folder, facts.MachineChecked)) == 2
    assert here.heard.count("people.operator-1") == 1


def altered(name: str) -> Callable[[Path], None]:
    def alter(folder: Path) -> None:
        with (folder / name).open("ab") as stream:
            stream.write(b"# and nothing else\n")

    return alter


def cut(folder: Path) -> None:
    """Take one record out of the middle."""
    lines = lines_of(folder)
    (folder / "log.jsonl").write_bytes(b"".join(lines[:10] + lines[11:]))


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (altered("script.toml"), r"script\.toml .* is not the file"),
        (altered("allowed_signers"), r"allowed_signers .* is not the file"),
        (altered("log.jsonl"), r"record 43"),
        (cut, r"record 10"),
    ],
)
def test_a_folder_that_was_changed_is_not_gone_on_with(
    paused: Path, damage: Callable[[Path], None], why: str
) -> None:
    damage(paused)
    log, here = (paused / "log.jsonl").read_bytes(), people(KEYGEN, paused)
    with pytest.raises(IntegrityError, match=why):
        go_on(paused, here)
    assert (paused / "log.jsonl").read_bytes() == log
    assert not here.heard


@pytest.mark.parametrize("name", ["script.toml", "allowed_signers"])
def test_a_file_that_is_missing_is_not_gone_on_without(paused: Path, name: str) -> None:
    (paused / name).unlink()
    with pytest.raises(InputError, match=f"cannot read {name}"):
        go_on(paused, people(KEYGEN, paused))


def test_another_program_does_not_go_on(paused: Path) -> None:
    log = lines_of(paused)
    changed = world(paused, program_sha256="6b" * 32)
    with pytest.raises(Refused, match="this program is another one") as refused:
        go_on(paused, people(KEYGEN, paused), in_world=changed)
    assert "resume with the same program" in refused.value.hint
    assert lines_of(paused) == log


def test_a_plan_that_is_not_the_scripts_is_not_gone_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    real = ceremony.plan_of

    def shorter(*args: object, **options: object) -> facts.Plan:
        plan = real(*args, **options)  # type: ignore[arg-type]
        return facts.Plan(**{f: getattr(plan, f) for f in plan.__struct_fields__} | {"title": "x"})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ceremony, "plan_of", shorter)
        here = people(KEYGEN, folder)
        here.says = {"people.operator-1": [KeyboardInterrupt()]}
        with pytest.raises(KeyboardInterrupt):
            begin(folder, KEYGEN, here)
    with pytest.raises(IntegrityError, match="the plan in the log is not the script's"):
        go_on(folder, people(KEYGEN, folder))
    insist_verified(folder, State.TAMPERED)


def test_two_processes_do_not_go_on_at_once(paused: Path) -> None:
    log = lines_of(paused)
    with ceremony.reopened(paused, world=world(paused)):

        def second() -> None:
            with pytest.raises(MachineError, match="another process is writing this log"):
                go_on(paused, people(KEYGEN, paused))

        assert in_child(second) == 0
        assert lines_of(paused) == log


@pytest.mark.parametrize("what", ["empty", "missing", "seals only"])
def test_a_folder_without_a_log_is_no_ceremony(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "c"
    if what != "missing":
        folder.mkdir()
    if what == "seals only":
        (folder / "seals").mkdir()
    with pytest.raises(InputError, match="there is no log in this folder"):
        go_on(folder, people(KEYGEN, folder))


@pytest.mark.parametrize("script", [KEYGEN, SIGN])
@pytest.mark.parametrize("torn", [b"", b'{"v":1,"seq":1,"prev":"'], ids=["none of it", "half"])
def test_killed_before_its_plan_was_whole_it_is_planned_then(
    tmp_path: Path, script: str, torn: bytes
) -> None:
    folder = tmp_path / "c"
    here = killed(script, folder, 1)
    before = lines_of(folder)
    with (folder / "log.jsonl").open("ab") as stream:
        stream.write(torn)
    go_on(folder, here)
    insist_complete(folder, papers=here.papers, before=before)
    assert len(all_of(folder, facts.Recovered)) == bool(torn)


def test_a_torn_record_is_kept_and_said_to_be(paused: Path) -> None:
    before, here = lines_of(paused), people(KEYGEN, paused)
    with (paused / "log.jsonl").open("ab") as stream:
        stream.write(b'{"v":1,')
    go_on(paused, here)
    insist_complete(paused, papers=here.papers, before=before)
    assert (paused / "torn-00000043.bytes").read_bytes() == b'{"v":1,'


def resumed_at(folder: Path, *, boot: str, now: int) -> facts.Resumed:
    known = world(folder, boot=boot)
    clock = dataclasses.replace(known.clock, mono_ms=lambda: now)
    here = people(KEYGEN, folder)
    go_on(folder, here, in_world=dataclasses.replace(known, clock=clock))
    insist_verified(folder, State.COMPLETE)
    return all_of(folder, facts.Resumed)[-1]


@pytest.mark.parametrize(
    ("boot", "now", "same_boot", "gap"),
    [
        ("one boot", 100_000, True, 100_000),
        ("one boot", 1, True, 1),  # the clock runs backwards, and nothing hangs on it
        ("another boot", 100_000, False, None),
        ("another boot", 0, False, None),
    ],
)
def test_the_gap_is_recorded_as_far_as_the_machine_knows_it(
    paused: Path, boot: str, now: int, same_boot: bool, gap: int | None
) -> None:
    last = read_records(paused)[-1].mono_ms
    resumed = resumed_at(paused, boot=boot, now=now)
    assert resumed.same_boot is same_boot
    assert resumed.gap_ms == (None if gap is None else gap - last)
    assert now >= last or not same_boot or (resumed.gap_ms or 0) < 0


def test_a_torn_record_does_not_hide_the_gap(paused: Path) -> None:
    last = read_records(paused)[-1].mono_ms
    with (paused / "log.jsonl").open("ab") as stream:
        stream.write(b'{"v":1,')
    assert resumed_at(paused, boot="one boot", now=500_000).gap_ms == 500_000 - last


@pytest.mark.parametrize("field", ["machine.seen", "people.operator-1", "people.witness-2"])
def test_stopped_while_it_opens_again_it_goes_on_another_time(paused: Path, field: str) -> None:
    before = lines_of(paused)
    here = people(KEYGEN, paused)
    here.says = {field: [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        go_on(paused, here)
    last = facts_of(paused)[-1]
    assert isinstance(last, facts.Paused)
    assert last.why == "interrupt"
    insist_verified(paused, State.INCOMPLETE)
    again = people(KEYGEN, paused)
    go_on(paused, again)
    insist_complete(paused, papers=again.papers, before=before)


def test_a_machine_that_is_unfit_when_it_opens_again_is_told_so(paused: Path) -> None:
    here = people(KEYGEN, paused)
    go_on(paused, here, in_world=world(paused, probes=unfit))
    fit_then = [fact.fit for fact in all_of(paused, facts.MachineChecked)]
    assert fit_then == [True, False]  # a rehearsal goes on all the same


def test_others_may_come_than_those_who_began(paused: Path) -> None:
    here = people(KEYGEN, paused)
    here.says = {
        "people.operator-1": ["heidi"],
        "people.custodian-2": ["ivan"],
        "people.witness-1": ["judy"],
        "seal.signer-1": ["heidi"],
    }
    before = lines_of(paused)
    go_on(paused, here)
    insist_verified(paused, State.COMPLETE)
    assert lines_of(paused)[: len(before)] == before
    verified = [f.person for f in all_of(paused, facts.CardVerified)][-3:]
    assert verified == ["bob", "ivan", "dave"]
    (void,) = all_of(paused, facts.KeyVoid)
    assert void.phrases == ("alice",)
    assert [card.person for card in void.cards] == ["bob", "carol"]


def test_what_an_ended_ceremony_kept_must_still_be_what_was_logged(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    killed(KEYGEN, folder, 65)
    account = folder / "account.json"
    account.write_bytes(account.read_bytes().replace(b"wpkh", b"pkh "))
    with pytest.raises(IntegrityError, match=r"account\.json .* is not the one that was logged"):
        go_on(folder, people(KEYGEN, folder))


def test_another_psbt_is_kept_beside_the_one_that_was_brought_first(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(SIGN, folder, record_of(SIGN, "psbt", tmp_path) + 1)
    kept = (folder / "unsigned.psbt").read_bytes()
    other = base64.b64encode(psbt_bytes().replace(FINAL, REPLACEABLE, 1))
    here.says = {"psbt.file": [other]}
    go_on(folder, here)
    assert (folder / "unsigned.psbt").read_bytes() == kept
    assert (folder / "unsigned-2.psbt").read_bytes() == other
    (reviewed,), (signed,) = all_of(folder, facts.PsbtReviewed), all_of(folder, facts.PsbtSigned)
    brought = hashlib.sha256(base64.b64decode(other)).hexdigest()
    assert (reviewed.psbt_sha256, reviewed.txid) == (brought, signed.txid)
    insist_verified(folder, State.COMPLETE)


def test_another_psbt_does_not_hide_that_the_first_was_changed(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(SIGN, folder, record_of(SIGN, "psbt", tmp_path) + 1)
    (folder / "unsigned.psbt").write_bytes(b"something else")
    other = base64.b64encode(psbt_bytes().replace(FINAL, REPLACEABLE, 1))
    here.says = {"psbt.file": [other]}
    with pytest.raises(IntegrityError, match=r"unsigned\.psbt .* is not the one that was logged"):
        go_on(folder, here)
    assert not (folder / "unsigned-2.psbt").exists()


def test_what_was_brought_and_changed_since_is_not_taken(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    here = killed(SIGN, folder, record_of(SIGN, "review", tmp_path) + 1)
    other = base64.b64encode(psbt_bytes().replace(FINAL, REPLACEABLE, 1))
    (folder / "unsigned.psbt").write_bytes(other)
    with pytest.raises(IntegrityError, match=r"unsigned\.psbt .* is not the one that was logged"):
        go_on(folder, here)


FINAL, REPLACEABLE = b"\xfd\xff\xff\xff", b"\xfc\xff\xff\xff"
"""Two sequence numbers: the same payment in another transaction."""


def test_what_was_turned_down_is_brought_again_where_no_key_would_be_made_again() -> None:
    sign = builtin.script(SIGN)
    before = {step.id for step in sign.steps[: sign.index("review")]}
    assert restart(sign, ended=before) == sign.index("review")
    assert restart(sign, ended=before, turned_down={"review"}) == sign.index("wallet")
    before.add("review")
    assert restart(sign, ended=before, turned_down={"approve"}) == sign.index("psbt")
    brought = "".join(
        f'[[step]]\nid = "{do}"\ndo = "{do}"\nrole = "operator"\n\n'
        for do in ("read-wallet", "read-payload")
    )
    text = builtin.script(KEYGEN).data.decode()
    chance, wipe = ('[[step]]\nid   = "chance"', '[[step]]\nid   = "wipe"')
    review = brought.split("\n\n")[0].replace("read-wallet", "review-psbt")
    early = read(
        text.replace(chance, brought + chance).replace(wipe, f"{review}\n\n{wipe}").encode()
    )
    at = early.index("review-psbt")
    past = {step.id for step in early.steps[:at]}
    # the wallet is that of register-wallet, and the psbt came before the key was made
    assert restart(early, ended=past, turned_down={"review-psbt"}) == at
