"""A PSBT as plain values (BIP-174, 370, 371), read twice: by us, and strictly by the engine.

The values are what the bytes say, and no more than that: amounts, paths and fingerprints are
claims until a rule has proved them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ceremonies.bitcoin import fields, keymaps, transaction
from ceremonies.bitcoin.bytestream import Malformed, Reader, TooLarge
from ceremonies.bitcoin.keymaps import KeyMap, KeyMaps
from ceremonies.bitcoin.transaction import MAX_MONEY_SAT, Outpoint, Output, Transaction, TxInput
from ceremonies.errors import Finding, InputError, IntegrityError, Level
from ceremonies.frozen import Frozen, replace

MAX_SIZE = 64 * 1024 * 1024
"""The longest PSBT that is read, in bytes."""

_DEEPEST = 255
"""How deep below its master a key can be (BIP-32)."""

_MOST_PREVIOUS = 100_000
"""How many inputs, outputs and items of witnesses previous transactions may have together, and for
each input _MORE_PREVIOUS more: no transaction that nodes relay has so many."""

_MORE_PREVIOUS = 3_500

_SIGNATURES = (0x02, 0x13, 0x14)
"""The records of an input that are partial signatures."""


class MalformedPsbt(InputError):
    """There is nothing to review: the bytes are not a PSBT, or too much of one."""

    def __init__(self, rule: str, cause: str, hint: str) -> None:
        found = Finding(rule=rule, level=Level.REFUSE, where="", message=cause, hint=hint)
        super().__init__(cause, hint=hint, findings=[found])


class KeyClaim(Frozen):
    """A public key and the master fingerprint (8 hex digits) and path it is said to come from.

    `key` is 33 (or 65) bytes in SEC form, or 32 bytes x-only with the `leaves` (tapleaf hashes)
    it is said to be in.
    """

    key: bytes
    fingerprint: str
    path: tuple[int, ...]
    leaves: tuple[bytes, ...] = ()


class PsbtInput(Frozen, kw_only=True):
    """What one input map says. `previous` is the whole previous transaction, where it is given."""

    outpoint: Outpoint
    sequence: int
    previous: Transaction | None
    witness_utxo: Output | None
    redeem_script: bytes
    witness_script: bytes
    sighash: int | None
    claims: tuple[KeyClaim, ...]
    signatures: tuple[tuple[bytes, bytes], ...]
    tap_key_signature: bytes
    tap_script_signatures: tuple[tuple[bytes, bytes, bytes], ...]
    tap_internal_key: bytes
    tap_merkle_root: bytes
    tap_leaves: tuple[tuple[bytes, bytes, int], ...]
    final_script_sig: bytes | None
    final_witness: tuple[bytes, ...] | None

    @property
    def final_unlocking(self) -> tuple[bytes, tuple[bytes, ...]]:
        """The final script_sig and witness stack, each empty where there is none."""
        return self.final_script_sig or b"", self.final_witness or ()

    @property
    def is_final(self) -> bool:
        """Whether its unlocking script or witness is already complete."""
        return bool(self.final_script_sig or self.final_witness)

    @property
    def signature_count(self) -> int:
        """How many signatures it carries, whether they verify or not."""
        taproot = 1 if self.tap_key_signature else len(self.tap_script_signatures)
        return len(self.signatures) + taproot

    @property
    def previous_output(self) -> Output | None:
        """The output it spends, from the previous transaction where its txid is the outpoint's."""
        previous = self.previous
        if previous is None or previous.txid != self.outpoint.txid:
            return None
        if self.outpoint.index >= len(previous.outputs):
            return None
        return previous.outputs[self.outpoint.index]


class PsbtOutput(Frozen, kw_only=True):
    """What one output map says, and the value (satoshi) and script of the transaction."""

    value: int
    script: bytes
    claims: tuple[KeyClaim, ...]


class Psbt(Frozen, kw_only=True):
    """One PSBT. `transaction` is the unsigned transaction it makes; `maps` its exact bytes."""

    maps: KeyMaps
    transaction: Transaction
    inputs: tuple[PsbtInput, ...]
    outputs: tuple[PsbtOutput, ...]
    modifiable: int

    @property
    def data(self) -> bytes:
        """The bytes it was read from."""
        return self.maps.data

    def with_previous(self, known: Mapping[bytes, Transaction]) -> Psbt:
        """Return it with previous transactions, by txid in wire order, added where it has none."""
        inputs = tuple(
            replace(given, previous=known[given.outpoint.txid])
            if given.previous is None and given.outpoint.txid in known
            else given
            for given in self.inputs
        )
        return replace(self, inputs=inputs)


def parse(data: bytes) -> Psbt:
    """Read a binary PSBT of version 0 or 2.

    Raises:
        MalformedPsbt: rule `size` or `strict`.
        IntegrityError: the two readings disagree about the transaction.
    """
    if len(data) > MAX_SIZE:
        raise _too_large(f"the psbt is longer than {MAX_SIZE} bytes")
    try:
        maps = keymaps.read(data)
        fields.insist_bounded(maps)
        psbt = _values(maps)
    except TooLarge as error:
        raise _too_large(f"the psbt is too large: {error}") from None
    except Malformed as error:
        raise _not_strict(str(error)) from None
    # A duplicate input or an impossible amount has a rule of its own, which names it better than
    # the engine, which then has nothing to say: those rules can never be switched off.
    if not _has_repeated_input(psbt) and not _has_impossible_amount(psbt):
        _engine_agrees(psbt)
    return psbt


def reread(data: bytes, before: Psbt | None = None) -> Psbt:
    """Read bytes that we made from a parsed PSBT: the values, without asking the engine again.

    What is still as in `before` is not parsed again: previous transactions, and all of an input
    but its signatures.
    """
    return _values(keymaps.read(data), before)


def _too_large(cause: str) -> MalformedPsbt:
    return MalformedPsbt("size", cause, f"at most {keymaps.MAX_MAPS} inputs and outputs are read")


def _not_strict(reason: str) -> MalformedPsbt:
    return MalformedPsbt(
        "strict", f"the psbt is malformed: {reason}", "ask the coordinator to export it again"
    )


def _has_repeated_input(psbt: Psbt) -> bool:
    return len({given.outpoint for given in psbt.inputs}) != len(psbt.inputs)


def _has_impossible_amount(psbt: Psbt) -> bool:
    values = [made.value for made in psbt.outputs]
    spent = [one for g in psbt.inputs for one in (g.previous_output, g.witness_utxo) if one]
    return sum(values) > MAX_MONEY_SAT or any(one.value > MAX_MONEY_SAT for one in spent)


def _engine_agrees(psbt: Psbt) -> None:
    """Let the engine read the same bytes strictly, and compare the transaction it finds."""
    from ceremonies.bitcoin import engine_psbt

    refusal, theirs = engine_psbt.read_strictly(psbt.maps)
    if refusal is not None:
        raise _not_strict(refusal)
    if theirs != psbt.transaction.serialize(witness=False):
        raise IntegrityError(
            "two readings of the psbt disagree about its transaction",
            hint="do not sign it; keep the file for examination",
        )


def _values(maps: KeyMaps, before: Psbt | None = None) -> Psbt:
    inputs = tuple(_inputs(maps, before))
    outputs = tuple(_output(maps, index) for index in range(len(maps.outputs)))
    unsigned = maps.unsigned or Transaction(
        version=_number(maps.globals, 0x02, 4),
        inputs=tuple(TxInput(given.outpoint, given.sequence) for given in inputs),
        outputs=tuple(Output(made.value, made.script) for made in outputs),
        locktime=_locktime(maps),
    )
    return Psbt(
        maps=maps,
        transaction=unsigned,
        inputs=inputs,
        outputs=outputs,
        modifiable=_number(maps.globals, 0x06, 1, default=0) if maps.version == 2 else 0,
    )


def _spent(maps: KeyMaps, index: int) -> tuple[Outpoint, int]:
    if maps.unsigned is not None:
        spent = maps.unsigned.inputs[index]
        return spent.outpoint, spent.sequence
    given = maps.inputs[index]
    txid = _value(given, 0x0E)
    if len(txid) != 32:
        raise Malformed(f"input {index} has no previous txid of 32 bytes")
    sequence = _number(given, 0x10, 4, default=0xFFFFFFFF)
    return Outpoint(txid, _number(given, 0x0F, 4)), sequence


def _previous(given: KeyMap, index: int, before: Psbt | None) -> Transaction | None:
    data = given.get(b"\x00")
    if data is None:
        return None
    if before is not None and before.maps.inputs[index].get(b"\x00") == data:
        return before.inputs[index].previous
    return transaction.parse(data, at_most=_MOST_PREVIOUS)


def _inputs(maps: KeyMaps, before: Psbt | None) -> Iterator[PsbtInput]:
    left = _MOST_PREVIOUS + _MORE_PREVIOUS * len(maps.inputs)
    for index in range(len(maps.inputs)):
        yield (given := _input(maps, index, before))
        if previous := given.previous:
            left -= len(previous.outputs) + sum(1 + len(one.witness) for one in previous.inputs)
        if left < 0:
            raise TooLarge("its previous transactions have too many inputs and outputs")


def _input(maps: KeyMaps, index: int, before: Psbt | None) -> PsbtInput:
    given = maps.inputs[index]
    outpoint, sequence = _spent(maps, index)
    previous = _previous(given, index, before)
    signatures = tuple(given.of_type(0x02))
    tap_key_signature = _value(given, 0x13)
    tap_script_signatures = tuple((k[:32], k[32:], sig) for k, sig in given.of_type(0x14))
    if given.get(b"\x13") == b"" or not all(sig for *_, sig in tap_script_signatures):
        # the record would stand where a signature is to go
        raise Malformed(f"input {index} has a taproot signature of no bytes")
    if before is not None and _unsigned_part(given) == _unsigned_part(before.maps.inputs[index]):
        return replace(
            before.inputs[index],
            outpoint=outpoint,
            sequence=sequence,
            previous=previous,
            signatures=signatures,
            tap_key_signature=tap_key_signature,
            tap_script_signatures=tap_script_signatures,
        )
    utxo, witness = given.get(b"\x01"), given.get(b"\x08")
    has_sighash = given.get(b"\x03") is not None
    return PsbtInput(
        outpoint=outpoint,
        sequence=sequence,
        previous=previous,
        witness_utxo=None if utxo is None else _witness_utxo(utxo),
        redeem_script=_value(given, 0x04),
        witness_script=_value(given, 0x05),
        sighash=_number(given, 0x03, 4) if has_sighash else None,
        claims=_claims(given, plain=0x06, taproot=0x16),
        signatures=signatures,
        tap_key_signature=tap_key_signature,
        tap_script_signatures=tap_script_signatures,
        tap_internal_key=_value(given, 0x17),
        tap_merkle_root=_value(given, 0x18),
        tap_leaves=tuple((k, v[:-1], v[-1]) for k, v in given.of_type(0x15) if v),
        final_script_sig=given.get(b"\x07"),
        final_witness=None if witness is None else _stack(witness),
    )


def _unsigned_part(given: KeyMap) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, value, _, _ in given.records if key[0] not in _SIGNATURES]


def _output(maps: KeyMaps, index: int) -> PsbtOutput:
    made = maps.outputs[index]
    claims = _claims(made, plain=0x02, taproot=0x07)
    if maps.unsigned is not None:
        output = maps.unsigned.outputs[index]
        return PsbtOutput(value=output.value, script=output.script, claims=claims)
    script = made.get(b"\x04")
    if script is None:
        raise Malformed(f"output {index} has no script")
    return PsbtOutput(value=_number(made, 0x03, 8), script=script, claims=claims)


def _claims(given: KeyMap, *, plain: int, taproot: int) -> tuple[KeyClaim, ...]:
    claims = [KeyClaim(key, *_origin(value)) for key, value in given.of_type(plain)]
    for key, value in given.of_type(taproot):
        reader = Reader(value)
        leaves = tuple(reader.take(32) for _ in range(min(reader.compact(), len(value))))
        claims.append(KeyClaim(key, *_origin(value[reader.at :]), leaves))
    return tuple(claims)


def _origin(value: bytes) -> tuple[str, tuple[int, ...]]:
    if len(value) < 4 or len(value) % 4:
        raise Malformed("a key origin is not a fingerprint and a path")
    if len(value) > 4 * (1 + _DEEPEST):
        raise Malformed(f"the path of a key has more than {_DEEPEST} steps")
    steps = (int.from_bytes(value[at : at + 4], "little") for at in range(4, len(value), 4))
    return value[:4].hex(), tuple(steps)


def _witness_utxo(value: bytes) -> Output:
    reader = Reader(value)
    output = Output(reader.integer(8), reader.blob())
    reader.finish()
    return output


def _stack(value: bytes) -> tuple[bytes, ...]:
    reader = Reader(value)
    items = tuple(reader.blob() for _ in range(min(reader.compact(), len(value))))
    reader.finish()
    return items


def _locktime(maps: KeyMaps) -> int:
    """Compute version 2's locktime from what its inputs require (BIP-370)."""
    needs = [
        (_number(given, 0x11, 4, default=0), _number(given, 0x12, 4, default=0))
        for given in maps.inputs
    ]
    constrained = [need for need in needs if any(need)]
    if not constrained:
        return _number(maps.globals, 0x03, 4, default=0)
    if all(height for _, height in constrained):
        return max(height for _, height in constrained)
    if all(time for time, _ in constrained):
        return max(time for time, _ in constrained)
    raise Malformed("its inputs require both a time and a height as locktime")


def _value(given: KeyMap, kind: int) -> bytes:
    return given.get(bytes([kind])) or b""


def _number(given: KeyMap, kind: int, size: int, *, default: int | None = None) -> int:
    raw = given.get(bytes([kind]))
    if raw is None and default is not None:
        return default
    if raw is None or len(raw) != size:
        raise Malformed(f"field 0x{kind:02x} is not a number of {size} bytes")
    return int.from_bytes(raw, "little")
