"""Previous transactions inside a PSBT, made smaller without losing what they prove."""

from __future__ import annotations

from ceremonies.bitcoin import keymaps, transaction
from ceremonies.bitcoin.bytestream import Malformed, blob
from ceremonies.errors import InputError

_NON_WITNESS_UTXO = b"\x00"


def without_witnesses(data: bytes) -> bytes:
    """Return a PSBT whose previous transactions have no witnesses; every other byte stays.

    A txid does not commit to witnesses, so what is left proves the same amounts.

    Raises:
        InputError: it is not a PSBT, or one of its previous transactions is none.
    """
    try:
        maps = keymaps.read(data)
        parts, done = [], 0
        for given in maps.inputs:
            for record in given.records:
                if record.key == _NON_WITNESS_UTXO:
                    smaller = transaction.parse(record.value).serialize(witness=False)
                    parts += [data[done : record.start], blob(record.key) + blob(smaller)]
                    done = record.end
    except Malformed as error:
        raise InputError(f"the psbt is damaged: {error}", hint="export it again") from None
    return b"".join([*parts, data[done:]])
