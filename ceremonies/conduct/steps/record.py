"""The record of a set of cards: written when they are dealt, read when they are checked again."""

from __future__ import annotations

from collections.abc import Iterator

from ceremonies.conduct.actions import Action, Class, Expected, Params
from ceremonies.conduct.asks import GiveFile, Steps, ask, retyped
from ceremonies.conduct.context import AnyContext, Context, numbered
from ceremonies.conduct.script import FileName, Script, Step
from ceremonies.conduct.slots import ENTROPY, FINGERPRINT, RECORD, SHARES
from ceremonies.log import facts

_LIMIT = 256 * 1024


class WriteRecord(Params, frozen=True, kw_only=True):
    """The name of the file; that of a later key has the key's name in it."""

    output: FileName = "set.json"


class ReadRecord(Params, frozen=True, kw_only=True):
    """The name under which the record is kept."""

    keep: FileName = "set.json"


def _write(context: Context[WriteRecord]) -> Steps[None]:
    from ceremonies.keys import set_record

    yield from ()
    record = set_record.record_of(
        set_record.dealt_cards(context.table.take(SHARES)),
        fingerprint=context.table.take(FINGERPRINT),
        pool=context.table.take(ENTROPY),
    )
    context.keep(_name(context), record.to_json(), kind="set-record")
    context.table.put(RECORD, record)


def _name(context: AnyContext) -> str:
    """Name the file so that the record of a void set, which stays, does not hold its place."""
    splits = sum(isinstance(r.fact, facts.SharesSplit) for r in context.journal.records)
    return numbered(context.params.output, splits)


def _restore_written(context: Context[WriteRecord]) -> None:
    from ceremonies.keys import set_record

    context.table.put(RECORD, set_record.read_record(context.kept(_name(context))))


def _read(context: Context[ReadRecord]) -> Steps[None]:
    from ceremonies.keys import set_record

    content = yield from ask(
        GiveFile(
            field=context.field("file"),
            by=context.actor,
            text="Which set of cards is it? Name the record that was written when it was dealt.",
            what="the set record",
            limit=_LIMIT,
            check=lambda content: retyped(lambda: set_record.read_record(content)),
        )
    )
    context.keep(context.params.keep, content, kind="set-record")
    context.table.put(RECORD, set_record.read_record(content))


def _restore_read(context: Context[ReadRecord]) -> None:
    from ceremonies.keys import set_record

    context.table.put(RECORD, set_record.read_record(context.kept(context.params.keep)))


def _expects(_script: Script, step: Step) -> Iterator[Expected]:
    yield Expected(field=f"{step.id}.file", ask=GiveFile, role=step.role)


WRITE_RECORD = Action(
    name="write-record",
    about="The record of the set is written: what each card is checked against, year after year.",
    cls=Class.IDEMPOTENT,
    run=_write,
    expects=lambda script, step: iter(()),
    params=WriteRecord,
    needs=(SHARES, ENTROPY, FINGERPRINT),
    gives=(RECORD,),
    restore=_restore_written,
    outputs=lambda params: (params.output,),
    writes=(RECORD,),
)
READ_RECORD = Action(
    name="read-record",
    about="The record of the set is read, as it was written when the cards were dealt.",
    cls=Class.IDEMPOTENT,
    run=_read,
    expects=_expects,
    params=ReadRecord,
    gives=(RECORD,),
    restore=_restore_read,
    outputs=lambda params: (params.keep,),
    writes=(RECORD,),
)
