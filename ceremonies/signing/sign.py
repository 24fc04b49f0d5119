"""Making signatures: only after review, each verified twice, spliced into the original bytes."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator

from ceremonies.bitcoin import keymaps
from ceremonies.bitcoin import signer as engine
from ceremonies.bitcoin.child_keys import KeyPair
from ceremonies.bitcoin.coincurve_verify import Verifier
from ceremonies.bitcoin.keymaps import GLOBAL_TX_MODIFIABLE, SIGHASH_SINGLE_FLAG, KeyMaps
from ceremonies.bitcoin.psbt import Psbt, reread
from ceremonies.bitcoin.script import tapleaf_hash
from ceremonies.bitcoin.sighash import ALL, SignatureHashes
from ceremonies.errors import IntegrityError
from ceremonies.frozen import Frozen
from ceremonies.secret import Secret
from ceremonies.signing import approval
from ceremonies.signing.approval import Approval
from ceremonies.signing.facts import Facts, InputFact
from ceremonies.signing.review import Review, insist

Record = tuple[bytes, bytes]
"""A key and a value of an input map."""


class Signed(Frozen, kw_only=True):
    """A signed PSBT, read again as it was written, and how many signatures it gained by whom.

    `verifier` knows those that were verified on the way.
    """

    psbt: Psbt
    signed_by: str
    signatures_added: int
    verifier: Verifier

    @property
    def data(self) -> bytes:
        """The bytes of the signed PSBT."""
        return self.psbt.data


def sign(
    reviewed: Review,
    *,
    approved: bytes | None = None,
    approvals: Collection[Approval] = (),
    os_random: Callable[[int], bytes] = os.urandom,
) -> Signed:
    """Sign every input of ours with the signer the review was made with.

    `approved` is the intent somebody approved, `approvals` those that a policy may ask for.
    Signatures that are there already stay. Time is linear in the inputs, legacy ones apart, whose
    hash covers the whole transaction each.

    Raises:
        Refused: a rule refuses, the intent is another one, or approvals are missing.
        MachineError: libsecp256k1 is not serving.
        IntegrityError: a new signature fails its second verification, or more changed than that.
    """
    engine.insist_on_libsecp256k1()
    approval.insist(reviewed.policy, insist(reviewed, approved), approvals)
    facts = reviewed.facts
    assert facts.signer is not None, "the review was made with the key at hand"
    additions = new_signatures(facts, os_random)
    return Signed(
        psbt=with_signatures(facts.psbt, additions),
        signed_by=facts.signer.fingerprint,
        signatures_added=sum(map(len, additions.values())),
        verifier=facts.verifier,
    )


def new_signatures(
    facts: Facts, os_random: Callable[[int], bytes] = os.urandom
) -> dict[int, list[Record]]:
    """Make the signatures of the key at hand that are not there yet, by number of map.

    Whether they may be made is not asked here.

    Raises:
        IntegrityError: one fails its second verification.
    """
    assert facts.signer is not None, "the review was made with the key at hand"
    assert facts.hashes is not None, "a review that signs knows every amount"
    making = _Making(facts.hashes, facts.verifier, os_random)
    additions: dict[int, list[Record]] = {}
    for fact in facts.inputs:
        if fact.derived is None or fact.given.is_final:
            continue
        for node in facts.signer.nodes(fact.derived):
            for record in making.signatures(fact, node):
                if facts.psbt.maps.inputs[fact.index].get(record[0]) is None:
                    additions.setdefault(1 + fact.index, []).append(record)
    return additions


def with_signatures(psbt: Psbt, additions: dict[int, list[Record]]) -> Psbt:
    """Return a PSBT with records added to its maps, as it reads when it is written.

    Raises:
        IntegrityError: more changed than that.
    """
    maps = psbt.maps
    data = keymaps.spliced(maps, additions, _cleared_flags(maps) if additions else None)
    written = reread(data, before=psbt)
    _insist_only_added(maps, written.maps, additions)
    return written


class _Making(Frozen):
    """What every signature of one transaction is made and verified with."""

    hashes: SignatureHashes
    verifier: Verifier
    os_random: Callable[[int], bytes]

    def signatures(self, fact: InputFact, node: KeyPair) -> Iterator[Record]:
        if fact.era != "taproot":
            yield self._ecdsa(fact, node)
            return
        assert fact.derived is not None
        tree = fact.derived.taproot
        assert tree is not None, "a taproot output of ours has an internal key"
        own = node.public_key[1:]
        if own == tree.internal_key:
            key = engine.taproot_key(node.private_key, tree.merkle_root, public=node.public_key)
            assert fact.spent is not None
            yield b"\x13", self._schnorr(fact, key, fact.spent.script[2:])
        for leaf, version in tree.leaves_of(own):
            leaf_hash = tapleaf_hash(leaf, version)
            yield b"\x14" + own + leaf_hash, self._schnorr(fact, node.private_key, own, leaf_hash)

    def _ecdsa(self, fact: InputFact, node: KeyPair) -> Record:
        given = fact.given
        digest = self.hashes.ecdsa(
            fact.index,
            redeem_script=given.redeem_script,
            witness_script=given.witness_script,
        )
        signature = engine.sign_ecdsa(node.private_key, digest)
        _insist_verified(self.verifier.ecdsa(node.public_key, digest, signature), fact)
        return b"\x02" + node.public_key, signature + bytes([ALL])

    def _schnorr(
        self, fact: InputFact, key: Secret, public: bytes, leaf_hash: bytes = b""
    ) -> bytes:
        kind = fact.given.sighash or 0
        digest = self.hashes.taproot(fact.index, leaf_hash=leaf_hash, kind=kind)
        signature = engine.sign_schnorr(key, digest, self.os_random(32))
        _insist_verified(self.verifier.schnorr(public, digest, signature), fact)
        return signature + bytes([kind]) if kind else signature


def _insist_verified(verified: bool, fact: InputFact) -> None:
    if not verified:
        raise IntegrityError(
            f"the new signature of {fact.where} fails its second verification",
            hint="do not use this machine; nothing was written",
        )


def _cleared_flags(maps: KeyMaps) -> Record | None:
    """Return the TX_MODIFIABLE record as it is after a SIGHASH_ALL signature (BIP-370)."""
    flags = maps.globals.get(GLOBAL_TX_MODIFIABLE) if maps.version == 2 else None
    if not flags:
        return None
    return GLOBAL_TX_MODIFIABLE, bytes([flags[0] & SIGHASH_SINGLE_FLAG])


def _insist_only_added(before: KeyMaps, after: KeyMaps, added: dict[int, list[Record]]) -> None:
    """Insist that the written PSBT is the reviewed one, new signatures and cleared flags apart."""
    for number, (old, new) in enumerate(zip(before.flat, after.flat, strict=True)):
        expected = [(record.key, record.value) for record in old.records]
        flags = _cleared_flags(before) if number == 0 and added else None
        if flags is not None:
            expected = [flags if record[0] == flags[0] else record for record in expected]
        found = [(record.key, record.value) for record in new.records]
        fresh = set(added.get(number, ()))
        if [record for record in found if record not in fresh] != expected or len(found) != len(
            expected
        ) + len(fresh):
            raise IntegrityError(
                "the signed psbt differs from the reviewed one in more than signatures",
                hint="nothing was written; report this",
            )
