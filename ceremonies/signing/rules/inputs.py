"""Rules about what is spent: is it what the PSBT says it is, and is it ours?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ceremonies.bitcoin import script as scripts
from ceremonies.bitcoin.bip322 import NOTHING
from ceremonies.bitcoin.script import is_p2sh, is_p2wsh
from ceremonies.bitcoin.transaction import Outpoint
from ceremonies.errors import Finding
from ceremonies.signing.facts import Facts, InputFact
from ceremonies.signing.history import History
from ceremonies.signing.policy import Policy
from ceremonies.signing.rules.finding import note, refuse, warn

TapLeaf = tuple[bytes, bytes, int]
"""A control block, a script and a leaf version."""

_MOST_FOREIGN = 20
"""How many leaf scripts of a stranger's input are proved."""

_TAMPERED = "the psbt was altered or badly made: ask for a new one, and find out why"


def empty(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """The transaction spends nothing, or pays nobody: no block can ever hold it."""
    for what, there in (("inputs", facts.inputs), ("outputs", facts.outputs)):
        if not there:
            message = f"the transaction has no {what}"
            yield refuse("empty", "", message, "ask the coordinator for a whole one")


def duplicate_input(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """The same output is spent twice."""
    seen: dict[Outpoint, int] = {}
    for fact in facts.inputs:
        first = seen.setdefault(fact.given.outpoint, fact.index)
        if first != fact.index:
            message = f"spends the same output as input {first}"
            yield refuse("duplicate-input", fact.where, message, _TAMPERED)


def prevtx(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A previous transaction is not the one the input spends."""
    for fact in facts.inputs:
        previous = fact.given.previous
        if previous is None:
            continue
        if previous.txid != fact.given.outpoint.txid:
            message = "its previous transaction has another txid than the one it spends"
            yield refuse("prevtx", fact.where, message, _TAMPERED)
        elif fact.given.outpoint.index >= len(previous.outputs):
            message = f"its previous transaction has no output {fact.given.outpoint.index}"
            yield refuse("prevtx", fact.where, message, _TAMPERED)


def prevtx_missing(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """An amount rests on the PSBT's word alone.

    A legacy signature commits to no amount, a segwit v0 signature to its own input's alone
    (BIP-143), a taproot signature to all of them (BIP-341). Where several inputs are not taproot,
    one unproved amount is enough to lie about the fee: in two signings, each proving one input and
    lying about the other, every signature is valid and both lies are paid (CVE-2020-14199).
    """
    hint = "add the previous transactions with --prevtx FILE"
    # a foreign input may say that it is taproot as easily as it says what it is worth
    blind = [fact for fact in facts.inputs if fact.era != "taproot" or fact.place is None]
    for fact in blind:
        if fact.is_vouched or fact.given.previous is not None:
            continue
        if fact.spent is None or fact.era == "legacy":
            message = "its previous transaction is missing, so its amount is not proved"
            yield refuse("prevtx-missing", fact.where, message, hint)
        elif len(blind) > 1:
            message = "its amount is not proved, and the other signatures do not commit to it"
            yield refuse("prevtx-missing", fact.where, message, hint, may_be_lowered=True)
        elif fact.era == "segwit":
            message = "its amount is the psbt's word, and the signature commits to it"
            yield warn("prevtx-missing", fact.where, message, hint)


def amount(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """The output an input says it spends is not the one in its previous transaction."""
    for fact in facts.inputs:
        proved, claimed = fact.given.previous_output, fact.given.witness_utxo
        if proved is None or claimed is None:
            continue
        if claimed.value != proved.value:
            message = f"says it spends {claimed.value} sat, and really spends {proved.value} sat"
            yield refuse("amount", fact.where, message, _TAMPERED)
        elif claimed.script != proved.script:
            message = "says it spends another script than it really spends"
            yield refuse("amount", fact.where, message, _TAMPERED)


def script(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A redeem script, witness script, internal key or leaf is not what the output commits to."""
    for fact in facts.inputs:
        if fact.spent is None:
            continue
        problems = _taproot_problems(fact) if fact.era == "taproot" else _script_problems(fact)
        for message in problems:
            yield refuse("script", fact.where, message, _TAMPERED)


def _script_problems(fact: InputFact) -> Iterator[str]:
    assert fact.spent is not None
    given, inner = fact.given, fact.spent.script
    if is_p2sh(inner):
        if not given.redeem_script:
            if not given.is_final:
                yield "its redeem script is missing"
            return
        if scripts.hash160(given.redeem_script) != inner[2:22]:
            yield "its redeem script is not the one its output commits to"
            return
        inner = given.redeem_script
    elif given.redeem_script:
        yield "has a redeem script, and its output commits to none"
    if is_p2wsh(inner):
        if not given.witness_script:
            if not given.is_final:
                yield "its witness script is missing"
        elif hashlib.sha256(given.witness_script).digest() != inner[2:]:
            yield "its witness script is not the one its output commits to"
    elif given.witness_script:
        yield "has a witness script, and its output commits to none"


def _taproot_problems(fact: InputFact) -> Iterator[str]:
    assert fact.spent is not None
    given, output_key = fact.given, fact.spent.script[2:]
    if given.redeem_script or given.witness_script:
        yield "has a redeem or witness script, and its output is taproot"
    internal, root = given.tap_internal_key, given.tap_merkle_root
    if internal and scripts.taproot_output_key(internal, root) != output_key:
        yield "its internal key and tree do not make the output key"
    unknown = _leaves_to_prove(fact)
    if fact.derived is None and len(unknown) > _MOST_FOREIGN:
        yield f"is not ours, and has more than {_MOST_FOREIGN} leaf scripts: none is proved"
    elif not all(_is_in_tree(output_key, *leaf) for leaf in unknown):
        yield "one of its leaf scripts is not in the tree its output commits to"


def _leaves_to_prove(fact: InputFact) -> list[TapLeaf]:
    # those that the descriptor derives are in its tree; of others there may be thousands
    tree = fact.derived.taproot if fact.derived is not None else None
    ours = set(tree.leaves) if tree is not None else set()
    return [leaf for leaf in fact.given.tap_leaves if leaf not in ours]


def _is_in_tree(output_key: bytes, control: bytes, leaf: bytes, version: int) -> bool:
    if not control or control[0] & 0xFE != version:
        return False
    return scripts.leaf_is_proved(output_key, leaf, control)


def foreign_input(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """An input is not of this wallet."""
    for fact in facts.inputs:
        if fact.spent is not None and fact.place is None:
            yield refuse(
                "foreign-input",
                fact.where,
                f"is not of wallet {facts.wallet.name}",
                "check the wallet file, and that the psbt carries key paths",
                may_be_lowered=True,
            )


def already_final(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """An input is final already, and is left alone."""
    for fact in facts.inputs:
        if fact.given.is_final:
            message = "is final already: nothing is signed there"
            hint = "the interpreter accepts it, or bad-signature says why not"
            yield note("already-final", fact.where, message, hint)


def message(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """It is a message and no payment (BIP-322): its signature says something in the wallet's name.

    A message spends no satoshi in its first input, whose signature commits to that, and has one
    output, which is worth nothing and says nothing.
    """
    if facts.psbt.transaction.outputs != (NOTHING,):
        return
    first = facts.inputs[0] if facts.inputs else None
    if first is not None and first.spent is not None and first.spent.value == 0:
        yield refuse(
            "message",
            "",
            "is a message to sign, and no payment",
            "read what it says, and sign it with `custody message sign`",
        )


def mixed(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """Inputs are of different script types."""
    kinds = sorted({fact.kind for fact in facts.inputs if fact.spent is not None})
    if len(kinds) > 1:
        message = f"the inputs are of different types: {', '.join(kinds)}"
        yield warn("mixed", "", message, "whoever looks at the chain sees whose they are")


def annex(facts: Facts, _policy: Policy, _history: History) -> Iterator[Finding]:
    """A taproot input carries an annex (BIP-341), whose meaning nobody has defined yet."""
    for fact in facts.inputs:
        stack = fact.given.final_witness or ()
        if fact.era == "taproot" and len(stack) > 1 and stack[-1][:1] == b"\x50":
            yield refuse("annex", fact.where, "has a taproot annex", _TAMPERED)
