"""Spending a taproot leaf (BIP-342): the engine's miniscript (BIP-379), asked leaf by leaf.

The engine's own finalizer serves a single signed leaf of one key or `multi_a`; a cosigner whose key
stands in several leaves signs them all, and a leaf may be any miniscript.
"""

from __future__ import annotations

from btclib.alias import Octets
from btclib.script.witness import Witness
from btclib_wallet.descriptors.miniscript import TAPSCRIPT, SpendContext, from_script
from btclib_wallet.psbt import Psbt
from btclib_wallet.psbt.psbt_in import PsbtIn

from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.bitcoin.script import hash160, tapleaf_hash


def leaf_spend(psbt: Psbt, index: int) -> tuple[bytes, Witness] | None:
    """Return an empty script_sig and the smallest witness its signatures make for a leaf.

    Returns None where the input is not taproot, or no leaf has the signatures it needs. A solver
    for the engine's `finalize`.
    """
    given, unsigned = psbt.inputs[index], psbt.tx
    context = SpendContext(
        sha256_preimages=given.sha256_preimages,
        hash256_preimages=given.hash256_preimages,
        ripemd160_preimages=given.ripemd160_preimages,
        hash160_preimages=given.hash160_preimages,
        locktime=unsigned.lock_time,
        sequence=unsigned.vin[index].sequence,
        version=unsigned.version,
    )
    stacks = [
        [*satisfied, leaf, control]
        for control, (leaf, version) in given.taproot_leaf_scripts.items()
        if (satisfied := _satisfied(given, leaf, version, context)) is not None
    ]
    if not stacks:
        return None
    return b"", Witness(min(stacks, key=lambda stack: sum(map(len, stack))))


def _satisfied(
    given: PsbtIn, leaf: bytes, version: int, context: SpendContext
) -> list[bytes] | None:
    leaf_hash = tapleaf_hash(leaf, version)
    signatures: dict[Octets, Octets] = {
        key[:32]: signature
        for key, signature in given.taproot_script_spend_signatures.items()
        if key[32:] == leaf_hash
    }
    known: dict[Octets, Octets] = {hash160(key): key for key in given.taproot_hd_key_paths}
    try:
        return from_script(leaf, TAPSCRIPT, known).satisfy(signatures, context)
    except ENGINE_ERRORS:
        return None
