"""The end: closed, then sealed by a quorum, and complete only with both."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conduct.aftermath import insist_complete, insist_verified
from conduct.conduct_material import KEYGEN, SIGN, begin, go_on, play
from conduct.interruption import (
    RECORDS,
    all_of,
    die,
    facts_of,
    in_child,
    killed,
    lines_of,
    outputs,
    people,
    trapped,
)

from ceremonies.conduct import practice
from ceremonies.conduct.asks import Ask, Choose, SignSeal
from ceremonies.log import facts, seal
from ceremonies.log.verify import State
from custody_cli.ceremony_answers import status

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

BOTH = pytest.mark.parametrize("script", [KEYGEN, SIGN])


def closing_seal(folder: Path) -> Path:
    return seal.path_of(folder, len(lines_of(folder)))


def signatures(folder: Path) -> list[Path]:
    return sorted((folder / "seals").glob(f"{closing_seal(folder).name}.*.sig"))


@BOTH
def test_killed_before_the_closing_seal_it_is_closing_until_the_quorum_has_signed(
    tmp_path: Path, script: str
) -> None:
    folder = tmp_path / "c"
    here = killed(script, folder, RECORDS[script])
    log = lines_of(folder)
    assert status(folder)["state"] == "closing"
    assert not closing_seal(folder).exists()
    go_on(folder, here)
    assert lines_of(folder) == log
    assert here.heard == [
        "close.signer-1",
        "close.signer-1.signature",
        "close.signer-2",
        "close.signer-2.signature",
        "close.taken",
    ]
    insist_complete(folder, papers=here.papers, before=log)


@BOTH
@pytest.mark.parametrize("field", ["close.signer-2", "close.signer-2.signature"])
def test_stopped_between_two_signatures_only_the_second_is_asked_for(
    tmp_path: Path, script: str, field: str
) -> None:
    folder = tmp_path / "c"
    here = people(script, folder)
    here.says = {field: [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        begin(folder, script, here)
    log, files = lines_of(folder), outputs(folder / "seals")
    assert len(signatures(folder)) == 1
    insist_verified(folder, State.UNSEALED)
    assert status(folder)["state"] == "closing"
    again = people(script, folder)
    go_on(folder, again)
    assert again.heard == ["close.signer-2", "close.signer-2.signature", "close.taken"]
    assert outputs(folder / "seals").items() > files.items()
    insist_complete(folder, papers=again.papers, before=log)


@BOTH
def test_stopped_before_the_seal_was_taken_away_it_is_asked_again(
    tmp_path: Path, script: str
) -> None:
    folder = tmp_path / "c"
    here = people(script, folder)
    here.says = {"close.taken": ["no"]}
    with pytest.raises(BaseException, match="said no"):
        begin(folder, script, here)
    again = people(script, folder)
    go_on(folder, again)
    assert again.heard == ["close.taken"]
    insist_complete(folder, papers=again.papers, before=lines_of(folder))


@BOTH
def test_who_signed_already_is_not_offered_again(tmp_path: Path, script: str) -> None:
    folder = tmp_path / "c"
    here = people(script, folder)
    here.says = {"close.signer-2": [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        begin(folder, script, here)
    again = people(script, folder)
    again.says = {"close.signer-2": ["alice", "erin"]}
    go_on(folder, again)
    asked = [a for a in again.player.heard if isinstance(a, Choose)]
    assert [a.mistake != "" for a in asked] == [False, True]
    assert all("alice" not in a.options for a in asked)
    assert {path.name.split(".")[1] for path in signatures(folder)} == {"alice", "erin"}


@BOTH
def test_a_signature_of_somebody_else_is_asked_for_again(tmp_path: Path, script: str) -> None:
    folder = tmp_path / "c"
    here = killed(script, folder, RECORDS[script])

    def answer(asked: Ask[Any]) -> object:
        right = here(asked)
        if isinstance(asked, SignSeal) and asked.by.name == "alice" and not asked.mistake:
            return practice.signature("bob", asked.seal)
        return right

    go_on(folder, answer)
    mistakes = [a.mistake for a in here.player.heard if a.field == "close.signer-1.signature"]
    assert [bool(mistake) for mistake in mistakes] == [False, True]
    insist_verified(folder, State.COMPLETE)


def without_a_signature(folder: Path) -> None:
    signatures(folder)[0].unlink()


def with_one_of_somebody_else(folder: Path) -> None:
    first, second = signatures(folder)
    first.write_bytes(second.read_bytes())


def without_the_seal(folder: Path) -> None:
    for path in (*signatures(folder), closing_seal(folder)):
        path.unlink()


@BOTH
@pytest.mark.parametrize("change", [without_a_signature, without_the_seal])
def test_a_closing_seal_that_lacks_signatures_is_not_complete(
    tmp_path: Path, script: str, change: Callable[[Path], None]
) -> None:
    folder = tmp_path / "c"
    play(folder, script)
    assert status(folder)["state"] == "complete"
    change(folder)
    assert status(folder)["state"] == "closing"
    insist_verified(folder, State.UNSEALED)
    again = people(script, folder)
    go_on(folder, again)
    assert status(folder)["state"] == "complete"
    insist_verified(folder, State.COMPLETE)


@BOTH
def test_a_signature_that_is_another_ones_does_not_count(tmp_path: Path, script: str) -> None:
    folder = tmp_path / "c"
    play(folder, script)
    with_one_of_somebody_else(folder)
    assert status(folder)["state"] == "closing"
    insist_verified(folder, State.TAMPERED)


@BOTH
def test_gone_on_with_when_it_is_complete_nothing_is_added(tmp_path: Path, script: str) -> None:
    folder = tmp_path / "c"
    play(folder, script)
    files = outputs(folder), outputs(folder / "seals"), lines_of(folder)
    again = people(script, folder)
    go_on(folder, again)
    assert again.heard == ["close.taken"]
    assert (outputs(folder), outputs(folder / "seals"), lines_of(folder)) == files


@BOTH
def test_killed_at_any_write_after_it_was_closed_only_what_is_missing_is_asked(
    tmp_path: Path, script: str
) -> None:
    killed(script, tmp_path / "closed", RECORDS[script])
    # every call of either ceremony is tried by the soak tests of kills
    for fatal in range(1 if script == KEYGEN else 2, 60, 2):
        folder = tmp_path / str(fatal)
        shutil.copytree(tmp_path / "closed", folder)
        here = people(script, folder)

        def trap(
            number: int, _name: str, real: Callable[..., Any], args: Any, fatal: int = fatal
        ) -> Any:
            if number == fatal:
                die()
            return real(*args)

        def life(folder: Path = folder, here: Any = here, trap: Any = trap) -> None:
            with trapped(trap):
                go_on(folder, here)

        log = lines_of(folder)
        status_of_child = in_child(life)
        assert lines_of(folder) == log
        signed = len(signatures(folder))
        assert status(folder)["state"] == ("closing" if signed < 2 else "complete")
        again = people(script, folder)
        go_on(folder, again)
        assert again.heard[-1] == "close.taken"
        assert len([f for f in again.heard if f.endswith(".signature")]) == 2 - signed
        insist_verified(folder, State.COMPLETE)
        if status_of_child == 0:
            break
        assert status_of_child == -signal.SIGKILL
    assert fatal > 15


def test_killed_between_the_seal_and_its_record_it_is_sealed_anew(tmp_path: Path) -> None:
    """The seal before wiping covers more the second time; the first stays as it was signed."""
    folder = tmp_path / "c"
    killed(KEYGEN, tmp_path / "whole", RECORDS[KEYGEN])
    sealed = next(
        at for at, f in enumerate(facts_of(tmp_path / "whole")) if isinstance(f, facts.Sealed)
    )
    here = people(KEYGEN, folder)
    here.says = {"seal.signer-2.signature": [KeyboardInterrupt()]}
    with pytest.raises(KeyboardInterrupt):
        begin(folder, KEYGEN, here)
    files = outputs(folder / "seals")
    assert seal.sizes(folder) == (sealed,)
    again = people(KEYGEN, folder)
    go_on(folder, again)
    assert outputs(folder / "seals").items() > files.items()
    assert len(seal.sizes(folder)) == 3
    (fact,) = all_of(folder, facts.Sealed)
    assert fact.size > sealed
    insist_complete(folder, papers=again.papers, before=())
