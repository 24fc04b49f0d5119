"""Combining PSBTs, trimming answers, and making the final transaction of a complete one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

from ceremonies.bitcoin import keymaps, spending
from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.coincurve_verify import Verifier
from ceremonies.bitcoin.keymaps import (
    GLOBAL_TX_MODIFIABLE,
    MAGIC,
    SIGHASH_SINGLE_FLAG,
    KeyMap,
    Record,
)
from ceremonies.bitcoin.psbt import Psbt, reread
from ceremonies.bitcoin.spending import Unlocking
from ceremonies.bitcoin.transaction import Output, Transaction, parse
from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import Frozen

_INPUT_ORIGINS = {(0x06, 1 + 33), (0x16, 1 + 32)}
_OUTPUT_ORIGINS = {(0x02, 1 + 33), (0x07, 1 + 32)}
"""Records that say where a key is from, by type and length."""

_SIGNATURES = {0x02, 0x07, 0x08, 0x13, 0x14, 0x1B, 0x1C}
"""Partial and final signatures, and those of taproot and MuSig2 (BIP-174, 371, 373)."""

_PREVIOUS = b"\x00"
_TRANSACTION_OF_INPUT = {0x0E, 0x0F, 0x10, 0x11, 0x12}
_TRANSACTION_OF_OUTPUT = {0x03, 0x04}
_TRANSACTION = {0x00, 0x02, 0x03, 0x04, 0x05, 0x06, 0xFB}


class Final(Frozen, kw_only=True):
    """A final transaction, and who verified it: every input unlocks what it spends."""

    transaction: Transaction
    data: bytes
    fee_sat: int
    verified_by: tuple[str, ...]


class Incomplete(InputError):
    """Signatures are missing."""


def combine(psbts: Sequence[Psbt]) -> bytes:
    """Add to the first PSBT every record the others have and it lacks (BIP-174's Combiner).

    Raises:
        InputError: they are of different transactions or versions, disagree about a field, or have
            more of them together than are read.
    """
    first = psbts[0].maps
    additions: dict[int, list[tuple[bytes, bytes]]] = {}
    for position, other in enumerate(psbts[1:], start=2):
        if other.transaction != psbts[0].transaction:
            raise InputError(
                f"psbt {position} is of another transaction than psbt 1",
                hint="combine only answers to one and the same psbt",
            )
        if other.maps.version != first.version:
            raise InputError(
                f"psbt {position} is of version {other.maps.version}, psbt 1 of {first.version}",
                hint=f"write it as the other with `custody psbt convert --to {first.version}`",
            )
        for number, (mine, theirs) in enumerate(zip(first.flat, other.maps.flat, strict=True)):
            known = additions.setdefault(number, [])
            new = [r for r in theirs.records if number or r.key != GLOBAL_TX_MODIFIABLE]
            where = f"map {number} of psbt {position}"
            is_input = 0 < number <= len(first.inputs)
            known += _missing(mine, dict(known), new, where, is_input=is_input)
            if len(mine.records) + len(known) > keymaps.MAX_RECORDS:
                raise InputError(
                    f"with psbt {position} one map has more than {keymaps.MAX_RECORDS} records",
                    hint="no reader would take it: find out who put so many there",
                )
    return keymaps.spliced(first, additions, _flags_left(psbts))


def _flags_left(psbts: Sequence[Psbt]) -> tuple[bytes, bytes] | None:
    """Return the TX_MODIFIABLE record of all of them together (BIP-370).

    A signer clears what its signature no longer allows, so what is left is what all still allow;
    the flag of SIGHASH_SINGLE is there as soon as one has it.
    """
    maps = psbts[0].maps
    if maps.version != 2 or maps.globals.get(GLOBAL_TX_MODIFIABLE) is None:
        return None
    flags = [psbt.modifiable for psbt in psbts]
    left = reduce(and_, flags) | (reduce(or_, flags) & SIGHASH_SINGLE_FLAG)
    return GLOBAL_TX_MODIFIABLE, bytes([left])


def _missing(
    mine: KeyMap,
    added: dict[bytes, bytes],
    theirs: Sequence[Record],
    where: str,
    *,
    is_input: bool,
) -> list[tuple[bytes, bytes]]:
    have = {record.key: record.value for record in mine.records} | added
    for record in theirs:
        known = have.get(record.key, record.value)
        if known != record.value and not _is_same(record, known, is_input=is_input):
            raise InputError(
                f"{where} contradicts another psbt about field 0x{record.key[0]:02x}",
                hint="leave one of the two out",
            )
    return [(r.key, r.value) for r in theirs if r.key not in have]


def _is_same(record: Record, known: bytes, *, is_input: bool) -> bool:
    """Whether a record proves the same as the other value that is known of its key.

    What only says where a key is from proves nothing, and programs differ. A previous transaction
    proves the same without its witnesses, which are left out to make codes smaller.
    """
    if is_input and record.key == _PREVIOUS:
        return parse(known).txid == parse(record.value).txid
    origins = _INPUT_ORIGINS if is_input else _OUTPUT_ORIGINS
    return (record.key[0], len(record.key)) in origins


def trimmed(psbt: Psbt) -> bytes:
    """Return a PSBT of the same transaction with nothing else than signatures in it.

    Raises:
        IntegrityError: what was written is of another transaction.
    """
    maps, second = psbt.maps, psbt.maps.version == 2
    of_input = _SIGNATURES | (_TRANSACTION_OF_INPUT if second else set())
    of_output = _TRANSACTION_OF_OUTPUT if second else set()
    parts = [_only(maps.globals, _TRANSACTION)]
    parts += [_only(given, of_input) for given in maps.inputs]
    parts += [_only(made, of_output) for made in maps.outputs]
    data = MAGIC + b"".join(parts)
    if reread(data).transaction != psbt.transaction:
        raise IntegrityError(
            "the trimmed psbt is of another transaction", hint="nothing was written; report this"
        )
    return data


def _only(given: KeyMap, kinds: set[int]) -> bytes:
    kept = (record for record in given.records if record.key[0] in kinds)
    return b"".join(blob(record.key) + blob(record.value) for record in kept) + b"\x00"


def is_complete(psbt: Psbt, verifier: Verifier | None = None) -> bool:
    """Whether every input has the signatures it needs and the interpreter accepts the result.

    The kernel, which takes a while to load, is left to `finalize`: it tries what is broadcast.
    """
    try:
        done = unlocked(psbt)
    except Incomplete:
        return False
    _tried(done, _spent(psbt), verifier, with_kernel=False)
    return True


def finalize(psbt: Psbt, verifier: Verifier | None = None) -> Final:
    """Make the final transaction and let every verifier at hand try it.

    `verifier` is the one a signing had, whose signatures it need not compute again.

    Raises:
        Incomplete: signatures are missing.
        InputError: what an input spends is not in the PSBT, or its amount is not proved.
        IntegrityError: a verifier rejects the transaction.
    """
    done, spent = unlocked(psbt), _spent(psbt)
    fee = sum(output.value for output in spent) - sum(made.value for made in done.outputs)
    verified_by = _tried(done, spent, verifier, with_kernel=True)
    return Final(transaction=done, data=done.raw, fee_sat=fee, verified_by=verified_by)


def unlocked(psbt: Psbt) -> Transaction:
    """Make the final transaction, which no verifier has tried yet.

    Raises:
        Incomplete: signatures are missing.
        InputError: there are no inputs or no outputs, what an input spends is not in the PSBT, or
            its amount is not proved.
    """
    _insist_on_something(psbt)
    spent = _spent(psbt)
    unlockings = [_unlocking(psbt, index, output) for index, output in enumerate(spent)]
    complete = spending.unlock_uncommon(psbt, spent, unlockings)
    if isinstance(complete, str):
        raise _incomplete(complete)
    done = spending.unlocked(psbt.transaction, complete)
    _insist_on_amounts(psbt, spent, done)
    return done


def _insist_on_something(psbt: Psbt) -> None:
    for what, there in (("inputs", psbt.inputs), ("outputs", psbt.outputs)):
        if not there:
            raise InputError(
                f"the transaction has no {what}", hint="ask the coordinator for a whole one"
            )


def _spent(psbt: Psbt) -> list[Output]:
    found = []
    for index, given in enumerate(psbt.inputs):
        output = given.previous_output or given.witness_utxo
        if output is None:
            raise InputError(
                f"what input {index} spends is not in the psbt",
                hint="use a psbt that carries its previous transactions",
            )
        found.append(output)
    return found


def _insist_on_amounts(psbt: Psbt, spent: Sequence[Output], done: Transaction) -> None:
    # a signature in a witness commits to its amount (BIP-143, BIP-341), one in a script_sig not;
    # what came final may hold no signature at all
    for index, (given, output) in enumerate(zip(psbt.inputs, spent, strict=True)):
        final = done.inputs[index]
        is_made_here = final.witness and not given.is_final
        is_signed = is_made_here or spending.is_amount_signed(output, final)
        if given.previous_output is None and not is_signed:
            raise InputError(
                f"the amount of input {index} is not proved, so the fee is not known",
                hint="add its previous transaction with --prevtx FILE",
            )


def _unlocking(psbt: Psbt, index: int, spent: Output) -> Unlocking | None:
    given = psbt.inputs[index]
    if given.is_final:
        return given.final_unlocking
    try:
        return spending.unlock(given, spent)
    except spending.SignaturesMissing as error:
        raise _incomplete(f"input {index} has {error}") from None


def _incomplete(reason: str) -> Incomplete:
    return Incomplete(
        f"the psbt is not complete: {reason}",
        hint="have the missing signers sign it, then combine",
    )


def _tried(
    done: Transaction, spent: Sequence[Output], verifier: Verifier | None, *, with_kernel: bool
) -> tuple[str, ...]:
    from ceremonies.bitcoin.trial import Rejected, tried

    try:
        return tried(done, spent, verifier, with_kernel=with_kernel)
    except Rejected as error:
        raise IntegrityError(
            f"the {error.by} rejects the final transaction: {error.reason}",
            hint="do not broadcast it; review the psbt with its wallet",
        ) from None
