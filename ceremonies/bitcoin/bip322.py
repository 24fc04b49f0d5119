"""Signed messages (BIP-322): the two virtual transactions, and how a signature is written.

`to_spend` commits to the message and to an output script; `to_sign` spends it, and whatever unlocks
that input is the signature. Neither can be in a block.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from enum import StrEnum

from ceremonies.bitcoin import transaction
from ceremonies.bitcoin.bytestream import Malformed, Reader, blob, compact
from ceremonies.bitcoin.psbt import Psbt, parse
from ceremonies.bitcoin.transaction import Outpoint, Output, Transaction, TxInput, tagged_hash
from ceremonies.errors import InputError
from ceremonies.frozen import Frozen

TAG = "BIP0322-signed-message"
NOTHING = Output(0, b"\x6a")
"""The one output of `to_sign`: zero satoshi to OP_RETURN."""

MAX_MESSAGE = 1024 * 1024
"""The longest message that is signed or verified, in bytes."""

MAX_UNLOCKING = 400_000
"""The longest witness or transaction of one coin that is read, in bytes: as nodes relay them."""

_COMPACT_SIZE = 65
_HOW = "give it whole, as it was written"


class Form(StrEnum):
    """How a signature is written: a witness, a transaction, a PSBT, or as before BIP-322."""

    SIMPLE = "simple"
    FULL = "full"
    FUNDS = "proof-of-funds"
    LEGACY = "legacy"


_FORMS = {"smp": Form.SIMPLE, "ful": Form.FULL, "pof": Form.FUNDS}
PREFIXES = tuple(_FORMS)
"""What a signature of BIP-322 begins with, each naming its form."""


class Signature(Frozen, kw_only=True):
    """A signature as it was read: what its form carries, and the text without white space."""

    form: Form
    text: str
    witness: tuple[bytes, ...] = ()
    transaction: Transaction | None = None
    psbt: Psbt | None = None
    compact: bytes = b""


def message_hash(message: bytes) -> bytes:
    """Return the hash that stands for a message, which enters exactly as it is."""
    return tagged_hash(TAG, message)


def to_spend(message: bytes, script: bytes) -> Transaction:
    """Return the transaction that commits to a message and an output script."""
    nowhere = Outpoint(bytes(32), 0xFFFFFFFF)
    given = TxInput(nowhere, 0, b"\x00\x20" + message_hash(message))
    return Transaction(0, (given,), (Output(0, script),), 0)


def to_sign(
    spend: Transaction,
    funds: Sequence[Outpoint] = (),
    *,
    locktime: int = 0,
    sequence: int = 0,
) -> Transaction:
    """Return the transaction that spends `to_spend`, and coins that are to be proved with it.

    `locktime` and `sequence` (of every input) open branches of scripts that wait; they take
    version 2 (BIP-68).
    """
    spent = (Outpoint(spend.txid, 0), *funds)
    version = 2 if locktime or sequence else 0
    inputs = tuple(TxInput(one, sequence) for one in spent)
    return Transaction(version, inputs, (NOTHING,), locktime)


def write(form: Form, data: bytes) -> str:
    """Write a signature of BIP-322: its prefix, then Base64."""
    prefix = next(prefix for prefix, known in _FORMS.items() if known is form)
    return prefix + base64.b64encode(data).decode()


def write_witness(stack: Sequence[bytes]) -> bytes:
    """Write a witness stack as a simple signature carries it."""
    return compact(len(stack)) + b"".join(map(blob, stack))


def read(text: str) -> Signature:
    """Read a signature: with its prefix, or without as simple or (65 bytes) BIP-137's.

    Raises:
        InputError: it is none.
    """
    bare = "".join(text.split())
    form = _FORMS.get(bare[:3])
    try:
        data = base64.b64decode(bare[3:] if form else bare, validate=True)
    except (binascii.Error, ValueError):
        raise _malformed("it is not Base64") from None
    if not data:
        raise _malformed("it is empty")
    if form is None:
        form = Form.LEGACY if len(data) == _COMPACT_SIZE else Form.SIMPLE
    if form is not Form.FUNDS and len(data) > MAX_UNLOCKING:
        # a script of megabytes runs for minutes, and whoever sent it chose the address as well
        raise _malformed(f"as a {form} signature it has more than {MAX_UNLOCKING} bytes")
    try:
        return _read(form, bare, data)
    except Malformed as error:
        raise _malformed(f"as a {form} signature {error}") from None


def _read(form: Form, text: str, data: bytes) -> Signature:
    if form is Form.LEGACY:
        return Signature(form=form, text=text, compact=data)
    if form is Form.FULL:
        return Signature(form=form, text=text, transaction=transaction.parse(data))
    if form is Form.FUNDS:
        return Signature(form=form, text=text, psbt=parse(data))
    reader = Reader(data)
    count = reader.compact()
    if count > len(data):
        raise Malformed("it counts more than its bytes can hold")
    witness = tuple(reader.blob() for _ in range(count))
    reader.finish()
    return Signature(form=form, text=text, witness=witness)


def _malformed(reason: str) -> InputError:
    return InputError(f"the signature cannot be read: {reason}", hint=_HOW)
