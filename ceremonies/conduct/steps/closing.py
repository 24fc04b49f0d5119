"""The end: secrets dropped, the log sealed, the seal signed by the quorum, the ceremony closed."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Choose, Confirm, SignSeal, Steps
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import Script, Step
from ceremonies.conduct.sealing import sealed
from ceremonies.conduct.slots import EVERY_SLOT
from ceremonies.log import facts


def _wipe(context: Context[Params]) -> Steps[None]:
    yield from ()
    context.table.wipe(EVERY_SLOT)


def _seal(context: Context[Params]) -> Steps[None]:
    seal, persons = yield from sealed(context)
    context.log(facts.Sealed(size=seal.size, seal_sha256=seal.id, persons=persons))


def _close(context: Context[Params]) -> Steps[None]:
    if not isinstance(context.journal.records[-1].fact, facts.Closed):
        _insist_kept(context)
        context.log(
            facts.Closed(steps=len(context.script.steps), wall_claimed=context.world.clock.wall())
        )
    yield from sealed(context, final=True)


def _insist_kept(context: Context[Params]) -> None:
    # people take these files away because the ceremony says complete; who took one did no harm
    logged = [r.fact.name for r in context.journal.records if isinstance(r.fact, facts.FileKept)]
    for name in dict.fromkeys(logged):
        if os.path.lexists(context.folder / name):
            context.kept(name)


def _expects(script: Script, step: Step) -> Iterator[Expected]:
    again = "when the signature is there from an earlier session"
    for number in range(1, script.quorum + 1):
        field = f"{step.id}.signer-{number}"
        yield Expected(field=field, ask=Choose, role=step.role, sometimes=again)
        yield Expected(field=f"{field}.signature", ask=SignSeal, role="signer", sometimes=again)


def _expects_close(script: Script, step: Step) -> Iterator[Expected]:
    yield from _expects(script, step)
    yield Expected(field=f"{step.id}.taken", ask=Confirm, role=step.role)


WIPE = Action(
    name="wipe",
    about="Every secret is dropped from memory.",
    cls=Class.PURE,
    run=_wipe,
    expects=lambda script, step: iter(()),
    params=Params,
)
SEAL_LOG = Action(
    name="seal-log",
    about="The log so far is sealed, and the quorum signs the seal.",
    cls=Class.IDEMPOTENT,
    run=_seal,
    expects=_expects,
    params=Params,
)
CLOSE = Action(
    name="close",
    about="The ceremony is closed, and the quorum signs the closing seal.",
    cls=Class.IDEMPOTENT,
    run=_close,
    expects=_expects_close,
    params=Params,
)
