"""Rules about signatures: those asked for, those already there, and ours to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ceremonies.bitcoin import sighash as kinds
from ceremonies.bitcoin import spending
from ceremonies.bitcoin.bytestream import is_signature
from ceremonies.bitcoin.coincurve_verify import Verifier
from ceremonies.bitcoin.descriptor import Derived
from ceremonies.bitcoin.script import instructions, tapleaf_hash
from ceremonies.bitcoin.sighash import SignatureHashes
from ceremonies.bitcoin.transaction import Transaction
from ceremonies.errors import Finding
from ceremonies.signing.facts import Facts, InputFact
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules.finding import refuse

_ASK_AGAIN = "ask for a psbt that signs all inputs and outputs (SIGHASH_ALL)"
_WHO_SIGNED = "find out who signed, and what; then ask for a new psbt"

_MOST_FOREIGN = 20
"""How many signatures of strangers one input may carry; OP_CHECKMULTISIG takes no more."""


_MOST_TRIED = 100_000
"""How many bytes of scripts the interpreter is given for strangers' final inputs together."""

_HASHED_FREELY = 10_000
"""A longer transaction counts more: a legacy script may have it hashed by every byte."""


def sighash(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A signature would not commit to the whole transaction, or one already there does not."""
    for fact in facts.inputs:
        allowed = _allowed(fact)
        asked = fact.given.sighash
        if asked is not None and asked not in allowed:
            message = f"asks for sighash type 0x{asked:02x}"
            yield refuse("sighash", fact.where, message, _ASK_AGAIN)
        for kind in dict.fromkeys(_kinds_present(fact)):
            if kind not in allowed:
                message = f"has a signature of sighash type 0x{kind:02x}"
                yield refuse("sighash", fact.where, message, _WHO_SIGNED)


def _allowed(fact: InputFact) -> set[int]:
    return {kinds.ALL, kinds.DEFAULT} if fact.era == "taproot" else {kinds.ALL}


def _kinds_present(fact: InputFact) -> Iterator[int]:
    for _, signature in fact.given.signatures:
        yield _ecdsa_kind(signature)
    for signature in (fact.given.tap_key_signature, *(s for *_, s in _leaf_signatures(fact))):
        if signature:
            yield _schnorr_kind(signature)
    script_sig, witness = fact.given.final_unlocking
    if fact.era == "taproot":
        # the last two of several are a script and its control block
        signed = witness[:-2] if len(witness) > 1 else witness
        yield from (_schnorr_kind(item) for item in signed if len(item) in (64, 65))
    else:
        pushed = (script_sig[at + 1 : end] for at, end in instructions(script_sig))
        yield from (_ecdsa_kind(item) for item in (*pushed, *witness) if is_signature(item))


def bad_signature(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A signature that is already there does not verify, or is by a key nobody asked."""
    hashes = facts.hashes
    if hashes is None:
        return
    for fact in facts.inputs:
        # whom nobody asked first: of their signatures there may be thousands, and each takes time
        message = _unasked(fact)
        if not message and not all(_present_verify(fact, hashes, facts.verifier)):
            message = "has a signature that does not verify"
        if message:
            yield refuse("bad-signature", fact.where, message, _WHO_SIGNED)
    yield from _bad_final(facts)


def _bad_final(facts: Facts) -> Iterator[Finding]:
    """Yield what is final already and does not unlock what it spends."""
    final = [fact for fact in facts.inputs if fact.given.is_final]
    if not final or facts.spent is None:
        return
    strangers = [fact for fact in final if fact.derived is None]
    if strangers and _trial_size(strangers, facts.psbt.transaction) > _MOST_TRIED:
        # our own scripts are as short as the wallet makes them, theirs may run for an hour
        for fact in strangers:
            message = "is not ours, and final with too much script: the interpreter is not asked"
            yield refuse("bad-signature", fact.where, message, _WHO_SIGNED)
        final = [fact for fact in final if fact.derived is not None]
    which = [fact.index for fact in final]
    # an input that is final is rare, and nothing else of a review needs the interpreter
    from ceremonies.bitcoin.interpreter import rejected_inputs

    unlockings = [fact.given.final_unlocking for fact in facts.inputs]
    data = spending.unlocked(facts.psbt.transaction, unlockings).serialize(witness=True)
    for index, reason in rejected_inputs(data, facts.spent, which, facts.verifier):
        message = f"is final, and the interpreter rejects it: {reason}"
        yield refuse("bad-signature", facts.inputs[index].where, message, _WHO_SIGNED)


def _trial_size(finals: Iterable[InputFact], unsigned: Transaction) -> int:
    hashed = max(1, len(unsigned.serialize(witness=False)) // _HASHED_FREELY)
    total = 0
    for fact in finals:
        assert fact.spent is not None, "what every input spends is known"
        script_sig, witness = fact.given.final_unlocking
        size = len(fact.spent.script) + len(script_sig) + sum(map(len, witness))
        total += size * hashed if fact.era == "legacy" else size
    return total


def _unasked(fact: InputFact) -> str:
    """Say why signatures of an input are not even verified, or nothing."""
    if fact.derived is None:
        given = fact.given
        many = len(given.signatures) + len(given.tap_script_signatures) > _MOST_FOREIGN
        message = f"is not ours, and has more than {_MOST_FOREIGN} signatures: none is verified"
        return message if many else ""
    if not _x_only(_signed_by(fact)) <= _x_only(fact.derived.keys):
        return "has a signature by a key that is not in the wallet"
    signed = {leaf for _, leaf, _ in _leaf_signatures(fact)}
    if signed and not signed <= _leaves(fact.derived):
        return "has a signature for a leaf that is not in the wallet"
    return ""


def _leaves(derived: Derived) -> set[bytes]:
    tree = derived.taproot
    return {tapleaf_hash(leaf, version) for _, leaf, version in tree.leaves} if tree else set()


def _signed_by(fact: InputFact) -> Iterator[bytes]:
    """The keys that signatures are said to be by."""
    return (key for key, *_ in (*fact.given.signatures, *_leaf_signatures(fact)))


def _x_only(keys: Iterable[bytes]) -> set[bytes]:
    return {key[-32:] for key in keys}


def _present_verify(fact: InputFact, hashes: SignatureHashes, verifier: Verifier) -> Iterator[bool]:
    """Verify what commits to everything; the rule `sighash` refuses all else."""
    given, index = fact.given, fact.index
    digest = b""
    for key, signature in given.signatures:
        if _ecdsa_kind(signature) == kinds.ALL:
            # once for all of them: a legacy one hashes the whole transaction
            digest = digest or hashes.ecdsa(
                index, redeem_script=given.redeem_script, witness_script=given.witness_script
            )
            yield verifier.ecdsa(key, digest, signature[:-1])
    if fact.era != "taproot" or fact.spent is None:
        return
    by_output_key = fact.spent.script[2:], b"", given.tap_key_signature
    for key, leaf, signature in (by_output_key, *_leaf_signatures(fact)):
        kind = _schnorr_kind(signature)
        if signature and kind in (kinds.ALL, kinds.DEFAULT):
            digest = hashes.taproot(index, leaf_hash=leaf, kind=kind)
            yield verifier.schnorr(key, digest, signature[:64])


def _ecdsa_kind(signature: bytes) -> int:
    return signature[-1] if signature else 0


def _schnorr_kind(signature: bytes) -> int:
    return signature[64] if len(signature) == 65 else kinds.DEFAULT


def _leaf_signatures(fact: InputFact) -> tuple[tuple[bytes, bytes, bytes], ...]:
    return fact.given.tap_script_signatures


def signer_missing(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """The key that was given signs no input."""
    signer = facts.signer
    if signer is None:
        return
    if not any(fact.derived and signer.nodes(fact.derived) for fact in facts.inputs):
        message = f"key {signer.fingerprint} signs no input"
        yield refuse("signer-missing", "", message, "check the words, the cards and the passphrase")
