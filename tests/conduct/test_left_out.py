"""Every record of every built-in left out, one at a time, by insiders who sign the log again."""

from __future__ import annotations

from pathlib import Path

import pytest
from conduct.left_out import Told, without
from conduct.test_actions_declared import heard_unattended
from conduct.test_every_ceremony import ELEVEN

from ceremonies.conduct import practice
from ceremonies.conduct.plan import planned
from ceremonies.log import facts, sealing, signers
from ceremonies.log.facts import Fact
from ceremonies.log.journal import Clock, Journal
from ceremonies.log.seal import Seal
from ceremonies.log.verify import State, verify

DESTROYED = {"decommission": 2, "replace-custodian": 2}
"""Things that people named beyond the script: the last of them alone is missed, by its step."""


@pytest.mark.parametrize("name", ELEVEN)
def test_no_record_is_left_out_unnoticed(tmp_path: Path, name: str) -> None:
    heard_unattended(tmp_path / "at", name)
    told = Told(tmp_path / "at")
    assert not told.is_missed(())
    unmissed = [told.facts[number] for number in told.unmissed()]
    assert [type(fact) for fact in unmissed] == [facts.ItemDestroyed] * DESTROYED.get(name, 0)


def of_second(told: list[Fact]) -> set[int]:
    """The records of the second of two PSBTs, from its reading to its sending."""
    second = [fact for fact in told if isinstance(fact, facts.PsbtReviewed)][1]
    names = {second.txid, second.intent, "unsigned-2.psbt", "signed-2.psbt"}
    return {
        number
        for number, fact in enumerate(told)
        if names & {getattr(fact, field, None) for field in ("txid", "intent", "name")}
    }


def signed_again(folder: Path, told: list[Fact]) -> None:
    """Write a log of these facts into a folder that has what genesis names, its seals signed."""
    known = signers.read(practice.signers_file())
    clock = Clock(boot_id=lambda: "", mono_ms=lambda: 0, wall=lambda: "")

    def sign(seal: Seal) -> None:
        for person in ("alice", "erin"):
            signature = practice.signature(person, seal.text())
            sealing.import_signature(folder, seal, person, signature, known)

    assert isinstance(told[0], facts.Genesis)
    with Journal.begin(folder, told[0], clock=clock) as journal:
        for fact in told[1:]:
            if isinstance(fact, facts.Sealed):
                sign(seal := sealing.make(journal))
                fact = facts.Sealed(size=seal.size, seal_sha256=seal.id, persons=("alice", "erin"))
            journal.append(fact)
        sign(sealing.make(journal))


def test_what_a_quorum_of_liars_leaves_out_whole_no_log_proves(tmp_path: Path) -> None:
    heard_unattended(tmp_path / "at", "sign-batch")
    told = Told(tmp_path / "at").facts
    second = of_second(told)
    assert len(second) == 6
    for number, gone in enumerate((second, *(second - {one} for one in second))):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in ("script.toml", "allowed_signers"):
            (folder / name).write_bytes((tmp_path / "at" / name).read_bytes())
        signed_again(folder, without(told, gone))
        verdict = verify(folder, planned=planned)
        assert verdict.state is (State.TAMPERED if number else State.COMPLETE), verdict.problems
