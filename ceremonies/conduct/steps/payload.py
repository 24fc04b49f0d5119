"""Payloads across the air gap: the PSBT that comes in, and the one that goes out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ceremonies import disk
from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import GivePayload, Steps, ask, retyped
from ceremonies.conduct.context import AnyContext, Context
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.slots import PSBT, SIGNED, GivenPsbt
from ceremonies.conduct.sweep import insist_paid
from ceremonies.errors import InputError
from ceremonies.log import facts

if TYPE_CHECKING:
    from ceremonies.signing.sign import Signed


CODES = "a picture, a video, or a folder of photos"
"""What codes are brought in."""

_AGAIN = "One was brought before: bring it again, or another. "


class ReadPayload(Params, frozen=True, kw_only=True):
    """The name under which what is read is kept."""

    keep: FileName = "unsigned.psbt"


class SendPayload(Params, frozen=True, kw_only=True):
    """The name of the file that leaves the room."""

    output: FileName = "signed.psbt"


def _read(context: Context[ReadPayload]) -> Steps[None]:
    from ceremonies.exchange import file

    again = "" if not [*context.brought(context.params.keep)] else _AGAIN
    content = yield from ask(
        GivePayload(
            field=context.field("file"),
            by=context.actor,
            text=f"{again}Which PSBT is to be signed? Name its file, or its QR codes: {CODES}.",
            what="the psbt",
            limit=file.MAX_SIZE,
            # a sweep that goes elsewhere is brought again, before it is the one of this ceremony
            check=lambda content: retyped(lambda: insist_paid(context, brought_psbt(content).psbt)),
        )
    )
    context.table.put(PSBT, keep_psbt(context, context.params.keep, content))


def brought_psbt(content: bytes) -> GivenPsbt:
    """Read a PSBT as people bring it.

    Raises:
        Mistyped: it is none.
    """
    retyped(lambda: _given(as_file(content)))
    return _given(as_file(content))


def as_file(content: bytes) -> bytes:
    """Return the file of a payload: as it came, or in binary what its codes hold.

    Codes come as one picture, which may move or show several, or as lines of text.

    Raises:
        InputError: there are codes, and they hold no whole payload.
    """
    from ceremonies.exchange import source
    from ceremonies.exchange.payload import Format

    arrived = source.from_bytes(content)
    return content if arrived.format is Format.FILE else arrived.payload.data


def keep_psbt(context: AnyContext, name: str, content: bytes) -> GivenPsbt:
    """Keep a PSBT as it was brought, beside those that were brought before."""
    return kept_psbt(context, context.keep_brought(name, as_file(content), kind="psbt"))


def kept_psbt(context: AnyContext, name: str) -> GivenPsbt:
    """Read a PSBT back that the ceremony kept."""
    return _given(context.kept(name))


def _given(content: bytes) -> GivenPsbt:
    from ceremonies.bitcoin.psbt import parse
    from ceremonies.exchange import file
    from ceremonies.exchange.payload import Kind

    payload, encoding = file.read(content)
    if payload.kind is not Kind.PSBT:
        raise InputError(f"this is a {payload.kind.value}, not a psbt", hint="name the psbt's file")
    return GivenPsbt(parse(payload.data), encoding)


def _restore(context: Context[ReadPayload]) -> None:
    newest = context.attempted(facts.FileKept)[-1]
    context.table.put(PSBT, kept_psbt(context, newest.name))


def _send(context: Context[SendPayload]) -> Steps[None]:
    yield from ()
    sent(context, context.params.output, context.table.take(PSBT), context.table.take(SIGNED))


def sent(context: AnyContext, name: str, given: GivenPsbt, signed: Signed) -> None:
    """Write a signed PSBT as the unsigned one was written; one that is there already stays."""
    from ceremonies.exchange import file
    from ceremonies.exchange.payload import Kind, Payload

    newest = [name, *context.brought(name)][-1]
    if _is_sent(context, newest, given.psbt.transaction.txid[::-1].hex()):
        content = disk.read(context.folder / newest, limit=file.MAX_SIZE, what=newest)
    else:
        content = file.write(Payload(Kind.PSBT, signed.data), given.encoding)
    context.keep_brought(name, content, kind="psbt")


def _is_sent(context: AnyContext, name: str, txid: str) -> bool:
    """Look whether an interrupted attempt has written this one, signed as the log knows.

    A taproot signature is another one each time, so what this attempt signed may differ from
    what the last one wrote; both are signatures of the same transaction.
    """
    from ceremonies.exchange import file

    path = context.folder / name
    if not path.exists():
        return False
    content = disk.read(path, limit=file.MAX_SIZE, what=name)
    try:
        payload, _ = file.read(content)
    except InputError:
        return False
    digest = hashlib.sha256(payload.data).hexdigest()
    logged = (record.fact for record in context.journal.records)
    return any(
        isinstance(one, facts.PsbtSigned) and (one.txid, one.psbt_sha256) == (txid, digest)
        for one in logged
    )


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.file", ask=GivePayload, role=step.role)


READ_PAYLOAD = Action(
    name="read-payload",
    about="The PSBT is brought in, read strictly, and kept as it came.",
    cls=Class.IDEMPOTENT,
    run=_read,
    expects=_expects,
    params=ReadPayload,
    gives=(PSBT,),
    brings=True,
    restore=_restore,
    outputs=lambda params: (params.keep,),
    writes=(PSBT,),
)
SEND_PAYLOAD = Action(
    name="send-payload",
    about="The signed PSBT is written, to be carried back to the coordinator.",
    cls=Class.PROBE,
    run=_send,
    expects=lambda script, step: iter(()),
    params=SendPayload,
    needs=(PSBT, SIGNED),
    outputs=lambda params: (params.output,),
    writes=(SIGNED,),
)
