"""Unlocking miniscript (BIP-379), in a witness script or in a taproot leaf (BIP-342).

The engine's miniscript is asked input by input: its finalizer costs the square of the inputs, and
serves a single signed leaf of one key or `multi_a`. A cosigner whose key stands in several leaves
signs them all, and a leaf may be any miniscript.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from btclib.alias import Octets
from btclib_wallet.descriptors.miniscript import P2WSH, TAPSCRIPT, SpendContext, from_script

from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.descriptor import Descriptor
from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS
from ceremonies.bitcoin.psbt import Psbt, PsbtInput
from ceremonies.bitcoin.script import hash160, is_p2sh, is_p2tr, tapleaf_hash
from ceremonies.bitcoin.spending import SIGNATURE_SIZE
from ceremonies.bitcoin.transaction import Output

_RIPEMD160, _SHA256, _HASH160, _HASH256 = 0x0A, 0x0B, 0x0C, 0x0D
"""The types of an input's records that hold preimages (BIP-174)."""


def miniscript_unlock(
    psbt: Psbt, index: int, spent: Output
) -> tuple[bytes, tuple[bytes, ...]] | None:
    """Return the script_sig and the smallest witness that an input's signatures make.

    None where it is not miniscript, or where signatures, preimages or time are missing.
    """
    given, context = psbt.inputs[index], _context(psbt, index)
    if is_p2tr(spent.script):
        stacks = list(_leaf_stacks(given, context))
        return (b"", min(stacks, key=lambda stack: sum(map(len, stack)))) if stacks else None
    signatures, script = dict(given.signatures), given.witness_script
    keys = {claim.key for claim in given.claims} | set(signatures)
    satisfied = _satisfied(script, P2WSH, signatures, keys, context) if script else None
    if satisfied is None:
        return None
    wrapper = blob(given.redeem_script) if is_p2sh(spent.script) else b""
    return wrapper, (*satisfied, script)


def smallest_weight(psbt: Psbt, branch: Descriptor) -> int | None:
    """Return the weight units of the smallest witness that a transaction's time lets keys make.

    All keys of the wallet sign. None where a key path does for less, or where they do not suffice.
    """
    derived, context = branch.at(0), _context(psbt, 0)
    tree, keys = derived.taproot, set(derived.keys)
    stacks: list[tuple[Sequence[bytes] | None, tuple[bytes, ...]]]
    if tree is None:
        script = max(branch.scripts_at(0), key=len)
        signed = dict.fromkeys(keys, bytes(SIGNATURE_SIZE))
        stacks = [(_satisfied(script, P2WSH, signed, keys, context), (script,))]
    elif branch.is_script_path_only:
        own = {key[1:] for key in keys}
        signed = dict.fromkeys(own, bytes(64))
        stacks = [
            (_satisfied(leaf, TAPSCRIPT, signed, own, context), (leaf, control))
            for control, leaf, _ in tree.leaves
        ]
    else:
        return None
    whole = [(*satisfied, *scripts) for satisfied, scripts in stacks if satisfied is not None]
    return min((1 + sum(len(blob(item)) for item in stack) for stack in whole), default=None)


def _leaf_stacks(given: PsbtInput, context: SpendContext) -> Iterator[tuple[bytes, ...]]:
    keys = {claim.key for claim in given.claims}
    for control, leaf, version in given.tap_leaves:
        name = tapleaf_hash(leaf, version)
        signed = {key: sig for key, where, sig in given.tap_script_signatures if where == name}
        satisfied = _satisfied(leaf, TAPSCRIPT, signed, keys, context)
        if satisfied is not None:
            yield *satisfied, leaf, control


def _context(psbt: Psbt, index: int) -> SpendContext:
    records, unsigned = psbt.maps.inputs[index], psbt.transaction
    return SpendContext(
        sha256_preimages=dict(records.of_type(_SHA256)),
        hash256_preimages=dict(records.of_type(_HASH256)),
        ripemd160_preimages=dict(records.of_type(_RIPEMD160)),
        hash160_preimages=dict(records.of_type(_HASH160)),
        locktime=unsigned.locktime,
        sequence=unsigned.inputs[index].sequence,
        version=unsigned.version,
    )


def _satisfied(
    script: bytes,
    kind: str,
    signatures: dict[bytes, bytes],
    keys: set[bytes],
    context: SpendContext,
) -> Sequence[bytes] | None:
    by_hash: dict[Octets, Octets] = {hash160(key): key for key in keys}
    signed: dict[Octets, Octets] = dict(signatures.items())
    try:
        return from_script(script, kind, by_hash).satisfy(signed, context)
    except ENGINE_ERRORS:
        return None
