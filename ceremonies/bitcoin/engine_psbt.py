"""The engine's strict reading of a PSBT, every field of BIP-174, 370, 371 and 373 included."""

from __future__ import annotations

from btclib.exceptions import BTClibException
from btclib_wallet.psbt import Psbt
from ecc.exceptions import EccException

ENGINE_ERRORS = (BTClibException, EccException)


def read_strictly(data: bytes) -> tuple[str | None, bytes]:
    """Return why the engine refuses these bytes (or None), and the unsigned transaction it reads.

    Whether amounts and previous transactions agree is left to the rules `prevtx` and `amount`:
    they name the input and the two values, so the engine is asked about everything else.
    """
    try:
        psbt = Psbt.parse(data, check_validity=False)
        for given in psbt.inputs:
            given.non_witness_utxo = None
        psbt.assert_valid()
        return None, psbt.tx.serialize(include_witness=False, check_validity=False)
    except ENGINE_ERRORS as error:
        return str(error), b""
