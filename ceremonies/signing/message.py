"""Signing a message for an address of a wallet (BIP-322), with coins to prove beside it.

The message becomes a transaction that no block can hold, and is signed as one: reviewed by the
rules about inputs and keys, approved by its intent, each signature verified by another library, and
the whole by every verifier at hand. Several signers hand on the PSBT, as they do for payments.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from ceremonies.bitcoin import bip322, keymaps, updating
from ceremonies.bitcoin import signer as engine
from ceremonies.bitcoin.bip322 import Form
from ceremonies.bitcoin.bytestream import blob
from ceremonies.bitcoin.message_verify import verify
from ceremonies.bitcoin.psbt import Psbt, parse, reread
from ceremonies.bitcoin.script import address
from ceremonies.bitcoin.transaction import Transaction
from ceremonies.errors import Finding, InputError, Level, Refused
from ceremonies.frozen import Frozen
from ceremonies.signing import finish
from ceremonies.signing.facts import Facts, InputFact, gather
from ceremonies.signing.history import History
from ceremonies.signing.intent import intent_of
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules import Rule, amounts, inputs, networks, signatures
from ceremonies.signing.sign import new_signatures, with_signatures
from ceremonies.signing.signer import Signer
from ceremonies.wallets.wallet import Place, Wallet

RULES: tuple[Rule, ...] = (
    networks.network,
    inputs.duplicate_input,
    inputs.prevtx,
    inputs.prevtx_missing,
    inputs.amount,
    inputs.script,
    inputs.foreign_input,
    amounts.value,
    signatures.sighash,
    signatures.bad_signature,
    signatures.signer_missing,
)
"""The rules about inputs and keys; a message pays nobody, so those about payments have no say."""

_GLOBAL_MESSAGE = b"\x09"
_UPDATED = {0x00, 0x01, 0x04, 0x05, 0x06, 0x0A, 0x0B, 0x0C, 0x0D, 0x15, 0x16, 0x17, 0x18}
"""What is taken over of an input to be proved: what it spends, scripts, origins, preimages."""
_SIGNATURES = {0x02, 0x13, 0x14}

Records = list[tuple[bytes, bytes]]


class Wait(Frozen, kw_only=True):
    """The locktime and sequence that a branch which opens with time asks for (BIP-65, BIP-112)."""

    locktime: int = 0
    sequence: int = 0


AT_ONCE = Wait()


class Proposal(Frozen, kw_only=True):
    """What would be signed, and what speaks against it; `intent` is None where something does."""

    message: bytes
    address: str
    facts: Facts
    findings: tuple[Finding, ...]
    intent: bytes | None

    @property
    def form(self) -> Form:
        """How the signature will be written: as simply as it can be (BIP-322)."""
        if self.funds:
            return Form.FUNDS
        is_native = self.facts.inputs[0].kind in ("wpkh", "wsh", "tr")
        waits = self.facts.psbt.transaction.version != 0
        return Form.SIMPLE if is_native and not waits else Form.FULL

    @property
    def funds(self) -> tuple[InputFact, ...]:
        """The coins that are proved besides the address."""
        return self.facts.inputs[1:]

    @property
    def funds_sat(self) -> int:
        """Their sum, in satoshi."""
        return (self.facts.inputs_sat or 0) if self.funds else 0


class SignedMessage(Frozen, kw_only=True):
    """What signing gave: the signature where it is complete, else a PSBT for the next signer."""

    psbt: Psbt
    signature: str | None
    signed_by: str
    signatures_added: int
    verified_by: tuple[str, ...]


def propose(
    message: bytes,
    wallet: Wallet,
    place: Place,
    *,
    funds: Psbt | None = None,
    signed: Sequence[Psbt] = (),
    wait: Wait = AT_ONCE,
) -> Proposal:
    """Put together what signing a message for a place of a wallet means.

    `funds` is a PSBT that spends coins of the wallet: its inputs are proved, its outputs mean
    nothing. `signed` are what other signers gave for the same message. `wait` opens a branch of the
    script that waits.

    Raises:
        InputError: what was signed is of another message, address or coins.
        Refused: the place has no address.
    """
    script = wallet.derive(place).script
    written = address(script, wallet.network)
    if written is None:
        raise Refused("the wallet's scripts have no address", hint="choose another wallet")
    data = _psbt(message, wallet, place, funds, wait)
    psbt = with_signatures(parse(data), {})
    for number, other in enumerate(signed, start=1):
        psbt = _joined(psbt, other, number)
    return _judged(message, written, gather(psbt, wallet))


def with_signer(proposal: Proposal, signer: Signer) -> Proposal:
    """Ask every rule again, now that the key is at hand."""
    facts = gather(proposal.facts.psbt, proposal.facts.wallet, signer)
    return _judged(proposal.message, proposal.address, facts)


def insist(proposal: Proposal, approved: bytes | None = None) -> bytes:
    """Return the intent of what may be signed, and that was approved if `approved` is given.

    Raises:
        Refused: a rule refuses it, or it has another intent than the approved one.
    """
    refusals = [found for found in proposal.findings if found.level is Level.REFUSE]
    if proposal.intent is None:
        rules = ", ".join(dict.fromkeys(found.rule for found in refusals))
        raise Refused(
            f"the message is refused by {rules}",
            hint=refusals[0].hint,
            findings=proposal.findings,
        )
    if approved is not None and approved != proposal.intent:
        raise Refused(
            "the message has another intent than the one approved",
            hint="compare message, address and coins; approve them only after a new review",
            findings=proposal.findings,
        )
    return proposal.intent


def sign(
    proposal: Proposal,
    *,
    approved: bytes | None = None,
    os_random: Callable[[int], bytes] = os.urandom,
) -> SignedMessage:
    """Sign with the key the proposal was made with, and write the signature where it is complete.

    Raises:
        Refused: a rule refuses, or the intent is another one.
        MachineError: libsecp256k1 is not serving.
        IntegrityError: a signature, or the whole, fails its second verification.
    """
    engine.insist_on_libsecp256k1()
    insist(proposal, approved)
    facts = proposal.facts
    assert facts.signer is not None, "the proposal was made with the key at hand"
    additions = new_signatures(facts, os_random)
    psbt = with_signatures(facts.psbt, additions)
    try:
        done = finish.unlocked(psbt)
    except finish.Incomplete:
        done = None
    text = None if done is None else _written(proposal.form, psbt, done)
    verified_by: tuple[str, ...] = ()
    if text is not None:
        script = facts.inputs[0].spent
        assert script is not None, "what a message spends is made here"
        found = verify(proposal.message, proposal.address, script.script, bip322.read(text))
        verified_by = found.verified_by
    return SignedMessage(
        psbt=psbt,
        signature=text,
        signed_by=facts.signer.fingerprint,
        signatures_added=sum(map(len, additions.values())),
        verified_by=verified_by,
    )


def _psbt(message: bytes, wallet: Wallet, place: Place, funds: Psbt | None, wait: Wait) -> bytes:
    script = wallet.derive(place).script
    spend = bip322.to_spend(message, script)
    coins = funds.inputs if funds is not None else ()
    unsigned = bip322.to_sign(
        spend,
        [coin.outpoint for coin in coins],
        locktime=wait.locktime,
        sequence=wait.sequence,
    )
    first = [(b"\x00", spend.serialize(witness=False))]
    maps: list[Records] = [
        [(keymaps.GLOBAL_UNSIGNED_TX, unsigned.serialize(witness=False))],
        [*first, *updating.input_records(wallet.branches[place.branch], place.index)],
        *(_taken_over(funds, index) for index in range(len(coins))),
        [],
    ]
    maps[0].append((_GLOBAL_MESSAGE, message))
    return keymaps.MAGIC + b"".join(map(_map, maps))


def _taken_over(funds: Psbt | None, index: int) -> Records:
    assert funds is not None, "there are coins to prove"
    records = [(r.key, r.value) for r in funds.maps.inputs[index].records if r.key[0] in _UPDATED]
    given = funds.inputs[index]
    # a previous transaction may have been given beside the PSBT
    if given.previous is not None and all(key != b"\x00" for key, _ in records):
        records.insert(0, (b"\x00", given.previous.serialize(witness=True)))
    return records


def _map(records: Records) -> bytes:
    return b"".join(blob(key) + blob(value) for key, value in records) + b"\x00"


def _joined(psbt: Psbt, other: Psbt, number: int) -> Psbt:
    """Add another signer's signatures; whether they hold is asked by the rules."""
    if other.transaction != psbt.transaction:
        raise InputError(
            f"signed psbt {number} is of another message, address or coins",
            hint="give the same message, address and coins to every signer",
        )
    additions: dict[int, Records] = {}
    for index, (mine, theirs) in enumerate(zip(psbt.maps.inputs, other.maps.inputs, strict=True)):
        known = {record.key for record in mine.records}
        new = [r for r in theirs.records if r.key[0] in _SIGNATURES and r.key not in known]
        if new:
            additions[1 + index] = [(record.key, record.value) for record in new]
    return reread(keymaps.spliced(psbt.maps, additions), before=psbt)


def _judged(message: bytes, written: str, facts: Facts) -> Proposal:
    policy, history = Policy(), History()
    found = tuple(finding for rule in RULES for finding in rule(facts, policy, history))
    refused = any(finding.level is Level.REFUSE for finding in found)
    return Proposal(
        message=message,
        address=written,
        facts=facts,
        findings=found,
        intent=None if refused else intent_of(facts),
    )


def _written(form: Form, psbt: Psbt, done: Transaction) -> str:
    if form is Form.SIMPLE:
        return bip322.write(form, bip322.write_witness(done.inputs[0].witness))
    if form is Form.FULL:
        return bip322.write(form, done.raw)
    return bip322.write(form, _finalized(psbt, done))


def _finalized(psbt: Psbt, done: Transaction) -> bytes:
    """Write a PSBT of what inputs spend and what unlocks them, and nothing else (BIP-174)."""
    maps: list[Records] = [[(record.key, record.value) for record in psbt.maps.globals.records]]
    for given, final in zip(psbt.maps.inputs, done.inputs, strict=True):
        kept = [(r.key, r.value) for r in given.records if r.key in (b"\x00", b"\x01")]
        if final.script_sig:
            kept.append((b"\x07", final.script_sig))
        if final.witness:
            kept.append((b"\x08", bip322.write_witness(final.witness)))
        maps.append(kept)
    return keymaps.MAGIC + b"".join(map(_map, [*maps, []]))
