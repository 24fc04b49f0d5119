"""Machines that take part together: each log names a seal of the other, so that neither is alone.

Only seals on the way can be named: two closing seals cannot each hold the hash of the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import Confirm, GiveFile, Steps, ask, retyped
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.sealing import seal_text
from ceremonies.conduct.slots import PEER_SEAL
from ceremonies.errors import InputError
from ceremonies.log import facts, seal
from ceremonies.log.meaning import REHEARSAL


class LinkLog(Params, frozen=True, kw_only=True):
    """The name under which the other machine's seal is kept."""

    keep: FileName = "peer-seal"


def _run(context: Context[LinkLog]) -> Steps[None]:
    content = yield from ask(
        GiveFile(
            field=context.field("seal"),
            by=context.actor,
            text="Name the file with the newest seal of the other machine's log, as its people "
            "signed it. Give them the newest seal of this log too.",
            what="the seal",
            limit=seal.MOST_BYTES,
            check=lambda content: retyped(lambda: _insist_other(context, content)),
        )
    )
    peer = seal.parse(content)
    yield from ask(
        Confirm(
            field=context.field("compared"),
            by=context.actor,
            text="Have the people at the other machine read their seal aloud. Is every word the "
            "same?",
            shown=seal_text(peer),
        )
    )
    context.keep(context.params.keep, content, kind="seal")
    context.log(facts.PeerSeal(log=peer.log, size=peer.size, seal_sha256=peer.id))
    context.table.put(PEER_SEAL, content)


def _restore(context: Context[LinkLog]) -> None:
    context.table.put(PEER_SEAL, context.kept(context.params.keep))


def _insist_other(context: Context[LinkLog], content: bytes) -> None:
    peer, own = seal.parse(content), context.journal.genesis.log
    if peer.log == own:
        raise InputError("this is a seal of this very log", hint="name one of the other machine")
    if peer.log.startswith(REHEARSAL) != own.startswith(REHEARSAL):
        raise InputError(
            "one of the two logs is a rehearsal, and the other is in earnest",
            hint="link ceremonies of one kind",
        )


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.seal", ask=GiveFile, role=step.role)
    yield Expected(field=f"{step.id}.compared", ask=Confirm, role=step.role)


LINK_LOG = Action(
    name="link-log",
    about="A seal of the other machine's log is named in this one, and one of this in the other.",
    cls=Class.IDEMPOTENT,
    run=_run,
    expects=_expects,
    params=LinkLog,
    gives=(PEER_SEAL,),
    restore=_restore,
    outputs=lambda params: (params.keep,),
    writes=(PEER_SEAL,),
)
