"""Stopped at any question, in any way, a ceremony says why and goes on to the same end."""

from __future__ import annotations

from pathlib import Path

import pytest
from conduct.aftermath import insist_complete
from conduct.conduct_material import KEYGEN, SIGN, begin, go_on
from conduct.interruption import facts_of, lines_of, outputs, people

from ceremonies.errors import Declined
from ceremonies.log import facts

FIELDS = {
    KEYGEN: [
        "chance.dice",
        "write-down.phrase",
        "type-back.phrase",
        "hand-out.card-1-2.shown",
        "hand-out.card-1-3.typed",
        "hand-out.attest.witness-2",
        "fingerprint.custodian-2",
        "fingerprint.attest.witness-1",
        "wallet.seen",
        "seal.signer-2",
        "seal.signer-2.signature",
        "close.signer-1",
        "close.signer-2.signature",
        "close.taken",
    ],
    SIGN: [
        "wallet.file",
        "psbt.file",
        "review.seen",
        "approve.compared",
        "approve.approved",
        "approve.attest.witness-1",
        "collect.from",
        "collect.card-2",
        "close.signer-2",
    ],
}


STOPS: dict[type[BaseException], tuple[BaseException, str]] = {
    KeyboardInterrupt: (KeyboardInterrupt(), "interrupt"),
    SystemExit: (SystemExit(143), "signal"),
    Declined: (Declined("nobody answers", hint="ask again"), "declined"),
    RuntimeError: (RuntimeError("unforeseen"), "failed"),
}


@pytest.mark.parametrize(
    ("script", "field", "stop"),
    [
        (script, field, list(STOPS)[number % len(STOPS)])
        for script, many in FIELDS.items()
        for number, field in enumerate(many)
    ],
)
def test_stopped_at_any_question_it_goes_on_to_the_same_end(
    tmp_path: Path, script: str, field: str, stop: type[BaseException]
) -> None:
    folder = tmp_path / "c"
    here = people(script, folder)
    error, why = STOPS[stop]
    here.says = {field: [error]}
    with pytest.raises(stop):
        begin(folder, script, here)
    if not isinstance(last := facts_of(folder)[-1], facts.Closed):
        step = "" if ".attest." in field else field.partition(".")[0]
        assert last == facts.Paused(step=step, why=why)
    before, files = lines_of(folder), outputs(folder)
    again = people(script, folder)
    go_on(folder, again)
    insist_complete(folder, papers=again.papers, before=before)
    assert outputs(folder).items() >= files.items()
