"""The final transaction: made where the signatures suffice, and tried by every verifier at hand."""

from __future__ import annotations

from ceremonies import disk
from ceremonies.conduct.actions import Action, Class, Params
from ceremonies.conduct.asks import Steps
from ceremonies.conduct.context import Context
from ceremonies.conduct.script import FileName
from ceremonies.conduct.slots import SIGNED, TRANSACTION
from ceremonies.log import facts


class Finalize(Params, frozen=True, kw_only=True):
    """The name of the file with the final transaction, in hex."""

    output: FileName = "payment.tx"


def _run(context: Context[Finalize]) -> Steps[None]:
    from ceremonies.exchange import file
    from ceremonies.exchange.payload import Encoding, Kind, Payload
    from ceremonies.signing import finish

    yield from ()
    signed = context.table.take(SIGNED)
    final = finish.finalize(signed.psbt, signed.verifier)
    txid = final.transaction.txid[::-1].hex()
    name = context.params.output
    newest = [name, *context.brought(name)][-1]
    content = _written(context, newest, txid) or file.write(
        Payload(Kind.TRANSACTION, final.data), Encoding.HEX
    )
    context.log(facts.TransactionFinalized(txid=txid, verified_by=final.verified_by))
    # another transaction, signed in a later turn, is kept beside this one
    context.keep_brought(name, content, kind="transaction")
    context.table.put(TRANSACTION, content)


def _written(context: Context[Finalize], name: str, txid: str) -> bytes | None:
    """Return what an interrupted attempt wrote of this transaction, or None where it did not.

    Its taproot signatures differ from this attempt's, and it may have been taken away already.
    """
    from ceremonies.bitcoin.transaction import read_raw
    from ceremonies.exchange import file
    from ceremonies.exchange.payload import Kind

    path = context.folder / name
    if not path.exists():
        return None
    content = disk.read(path, limit=file.MAX_SIZE, what=name)
    payload, _ = file.read(content)
    is_it = payload.kind is Kind.TRANSACTION and read_raw(payload.data).txid[::-1].hex() == txid
    return content if is_it else None


FINALIZE = Action(
    name="finalize",
    about="The final transaction is made, and every input of it is tried.",
    cls=Class.PROBE,
    run=_run,
    expects=lambda script, step: iter(()),
    params=Finalize,
    needs=(SIGNED,),
    gives=(TRANSACTION,),
    outputs=lambda params: (params.output,),
    writes=(TRANSACTION,),
)
