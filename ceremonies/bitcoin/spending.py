"""Unlocking scripts and witnesses: how large they will be, and building them from signatures."""

from __future__ import annotations

from collections.abc import Sequence

from ceremonies.bitcoin.bytestream import blob, compact
from ceremonies.bitcoin.descriptor import Descriptor
from ceremonies.bitcoin.psbt import Psbt, PsbtInput
from ceremonies.bitcoin.script import is_p2pkh, is_p2sh, is_p2tr, is_p2wpkh, is_p2wsh
from ceremonies.bitcoin.transaction import Output, Transaction, TxInput
from ceremonies.frozen import replace

SIGNATURE_SIZE = 71
"""A DER signature with low R and low S, and its sighash byte: at most this many bytes."""

Unlocking = tuple[bytes, tuple[bytes, ...]]
"""A script_sig and a witness stack."""


def multisig_of(script: bytes) -> tuple[int, list[bytes]] | None:
    """Read `OP_m <key>… OP_n OP_CHECKMULTISIG` of compressed keys, or None."""
    keys = [script[at + 1 : at + 34] for at in range(1, len(script) - 34, 34)]
    if len(script) < 37 or not 0x51 <= script[0] <= 0x60 or not 1 <= len(keys) <= 16:
        return None
    threshold = script[0] - 0x50
    written = bytes([script[0]]) + b"".join(map(blob, keys)) + bytes([0x50 + len(keys), 0xAE])
    return (threshold, keys) if written == script and threshold <= len(keys) else None


class SignaturesMissing(ValueError):
    """An input of a standard kind has fewer signatures than it needs."""


def unlock(given: PsbtInput, spent: Output) -> Unlocking | None:
    """Build what unlocks one input from its signatures, or return None for uncommon kinds.

    Those are miniscript and taproot leaves, which `unlock_uncommon` serves.

    Raises:
        SignaturesMissing: the kind is a common one, and lacks signatures.
    """
    if is_p2tr(spent.script):
        if given.tap_key_signature:
            return b"", (given.tap_key_signature,)
        if given.tap_leaves:
            return None
        raise SignaturesMissing("no signature")
    wrapped = is_p2sh(spent.script)
    script = given.redeem_script if wrapped else spent.script
    wrapper = blob(given.redeem_script) if wrapped else b""
    signatures = dict(given.signatures)
    if is_p2wpkh(script) or is_p2pkh(script):
        if len(signatures) != 1:
            raise SignaturesMissing(f"{len(signatures)} signatures where 1 is needed")
        ((key, signature),) = signatures.items()
        if is_p2wpkh(script):
            return wrapper, (signature, key)
        return blob(signature) + blob(key) + (pushed(script) if wrapped else b""), ()
    multisig = multisig_of(given.witness_script if is_p2wsh(script) else script)
    if multisig is None:
        return None
    threshold, keys = multisig
    chosen = [signatures[key] for key in keys if key in signatures][:threshold]
    if len(chosen) < threshold:
        raise SignaturesMissing(f"{len(chosen)} of {threshold} signatures")
    if is_p2wsh(script):
        return wrapper, (b"", *chosen, given.witness_script)
    return (b"\x00" + b"".join(map(blob, chosen)) + (pushed(script) if wrapped else b""), ())


def is_amount_signed(spent: Output, final: TxInput) -> bool:
    """Whether by its kind alone a final input holds a signature that commits to its amount.

    A script that is no multisig may ask for no signature, whatever its witness looks like.
    """
    if not final.witness:
        return False
    if is_p2tr(spent.script):
        return len(final.witness) == 1
    program = final.script_sig[1:] if is_p2sh(spent.script) else spent.script
    is_multisig = is_p2wsh(program) and multisig_of(final.witness[-1]) is not None
    return is_multisig or is_p2wpkh(program)


def unlocked(unsigned: Transaction, unlockings: Sequence[Unlocking]) -> Transaction:
    """Return a transaction with what unlocks each of its inputs, in order."""
    inputs = tuple(
        replace(given, script_sig=script_sig, witness=witness)
        for given, (script_sig, witness) in zip(unsigned.inputs, unlockings, strict=True)
    )
    return replace(unsigned, inputs=inputs)


def unlock_uncommon(
    psbt: Psbt, spent: Sequence[Output], known: Sequence[Unlocking | None]
) -> list[Unlocking] | str:
    """Build what unlocks the inputs that `unlock` left, or return why that cannot be done.

    Miniscript is satisfied input by input. Only what is neither common nor miniscript is left to
    the engine's finalizer, whose time grows with the square of the inputs.
    """
    found = [
        mine or _miniscript(psbt, index, output)
        for index, (mine, output) in enumerate(zip(known, spent, strict=True))
    ]
    complete = [one for one in found if one is not None]
    return complete if len(complete) == len(found) else _unlock_by_engine(psbt, found)


def _miniscript(psbt: Psbt, index: int, spent: Output) -> Unlocking | None:
    # reading miniscript takes a while to load, and most wallets need none
    from ceremonies.bitcoin.miniscript_spending import miniscript_unlock

    return miniscript_unlock(psbt, index, spent)


def _unlock_by_engine(psbt: Psbt, known: Sequence[Unlocking | None]) -> list[Unlocking] | str:
    from btclib.script.witness import Witness
    from btclib_wallet.descriptors import miniscript_solver
    from btclib_wallet.psbt import Psbt as EnginePsbt
    from btclib_wallet.psbt import finalize

    from ceremonies.bitcoin.engine_psbt import ENGINE_ERRORS

    def solve(read: EnginePsbt, index: int) -> tuple[bytes, Witness] | None:
        mine = known[index]
        return (mine[0], Witness(mine[1])) if mine else miniscript_solver(read, index)

    try:
        done = finalize(EnginePsbt.parse(psbt.data), solver=solve)
    except ENGINE_ERRORS as error:
        return str(error)
    return [(g.final_script_sig, tuple(g.final_script_witness.stack)) for g in done.inputs]


def unlocking_weight(branch: Descriptor) -> int:
    """Return the weight units that unlocking one output of a wallet will add to a bare input.

    Signatures count at their largest, taproot as a key path spend, scripts of other kinds as a
    two-signature witness: `estimated_vsize` asks for these first what the transaction opens.
    """
    single = 1 + 1 + SIGNATURE_SIZE + 1 + 33
    if branch.kind == "pkh":
        return 4 * (single - 1)
    if branch.kind in ("wpkh", "sh-wpkh"):
        return single + (4 * 23 if branch.kind == "sh-wpkh" else 0)
    if branch.kind == "tr":
        return 1 + 1 + 64
    threshold = branch.multisig.threshold if branch.multisig else 2
    count = branch.multisig.of if branch.multisig else len(branch.keys)
    script = bytes(3 + 34 * count)
    signatures = threshold * (1 + SIGNATURE_SIZE)
    if branch.kind == "sh":
        script_sig = 1 + signatures + len(pushed(script))
        return 4 * (script_sig + len(compact(script_sig)) - 1)
    return 1 + 1 + signatures + len(blob(script)) + (4 * 35 if branch.kind == "sh-wsh" else 0)


def estimated_vsize(psbt: Psbt, branch: Descriptor) -> int:
    """Return the virtual size the transaction will have, every input being of one wallet."""
    bare = 4 * len(psbt.transaction.serialize(witness=False))
    marker_and_flag = 0 if branch.kind in ("pk", "pkh", "sh") else 2
    unlocking = (_script_weight(psbt, branch) or unlocking_weight(branch)) * len(psbt.inputs)
    return (bare + marker_and_flag + unlocking + 3) // 4


def _script_weight(psbt: Psbt, branch: Descriptor) -> int | None:
    if branch.kind not in ("wsh", "sh-wsh", "tr") or branch.multisig or branch.is_key_path_only:
        return None
    from ceremonies.bitcoin.miniscript_spending import smallest_weight

    weight = smallest_weight(psbt, branch) if psbt.inputs else None
    return weight and weight + (4 * 35 if branch.kind == "sh-wsh" else 0)


def pushed(data: bytes) -> bytes:
    """Write a script's push of 1 to 65,535 bytes in its shortest form."""
    if len(data) < 0x4C:
        return blob(data)
    if len(data) <= 0xFF:
        return b"\x4c" + bytes([len(data)]) + data
    return b"\x4d" + len(data).to_bytes(2, "little") + data
