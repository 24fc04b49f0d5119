"""Core's spends as other coordinators would write them, in ten shapes and both versions.

Each is signed to Core's own transaction, or refused by the rule that is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from shared_data import have_shared
from signing.core_corpus import Spend, spends
from signing.psbt_records import Map, blob, drop, edited, put

from ceremonies.bitcoin import psbt as psbts
from ceremonies.bitcoin.psbt_versions import converted
from ceremonies.errors import Level
from ceremonies.signing import finish
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign

if not have_shared():
    pytest.skip("no corpus: set CUSTODY_SHARED to the shared folder", allow_module_level=True)

SPENDS = [one for one in spends() if one.core["inputs"] < 100]

PREVIOUS, WORD, SIGHASH, REDEEM, WITNESS = 0, 1, 3, 4, 5
PATHS, TAP_PATHS = 6, 0x16
TAP_LEAF, TAP_KEY, TAP_ROOT = 0x15, 0x17, 0x18
"""Types of an input's records (BIP-174, BIP-371)."""

OF_OUTPUTS = (0, 1, 2, 5, 6, 7)
"""Types of an output's records that say whose it is: scripts, trees and paths."""

NOTHING_KNOWN = {"prevtx-missing", "signer-missing"}
Refusal = Callable[[Spend], set[str]]


@dataclass(frozen=True)
class Shape:
    """What is done to each input and to each output, and which rules refuse it, if any do."""

    of_input: Callable[[Map], object] = lambda _records: None
    of_output: Callable[[Map], object] = lambda _records: None
    refused_by: Refusal = lambda _core: set()


def kind(core: Spend) -> str:
    return str(core.reviewed.facts.inputs[0].kind)


def without(*kinds: int) -> Callable[[Map], object]:
    return lambda records: drop(records, *kinds)


def reversed_records(records: Map) -> None:
    records.reverse()


def with_unknown_fields(records: Map) -> None:
    records.insert(0, (b"\xfc" + blob(b"others") + b"\x07", b"of somebody"))
    records.append((b"\xe7unknown", bytes(300)))


def saying_all(records: Map) -> None:
    put(records, bytes([SIGHASH]), (1).to_bytes(4, "little"))


def by_word_alone(core: Spend) -> set[str]:
    """Only taproot signs all amounts; an amount of version 0 can be believed where it is alone."""
    if kind(core) == "pkh":
        return NOTHING_KNOWN
    return {"prevtx-missing"} if kind(core) != "tr" and core.core["inputs"] > 1 else set()


def without_paths(core: Spend) -> set[str]:
    """Nothing is ours then, and what of a stranger's is unproved beside others is refused too."""
    unproved = kind(core) == "tr" and core.core["inputs"] > 1
    return {"foreign-input", "signer-missing"} | ({"prevtx-missing"} if unproved else set())


SHAPES = {
    "as Core wrote it": Shape(),
    "records in another order": Shape(reversed_records, reversed_records),
    "fields that nobody knows": Shape(with_unknown_fields, with_unknown_fields),
    "a sighash type that says all": Shape(saying_all),
    "outputs that do not say whose they are": Shape(of_output=without(*OF_OUTPUTS)),
    "previous transactions alone": Shape(
        without(WORD), refused_by=lambda core: NOTHING_KNOWN if kind(core) == "tr" else set()
    ),
    "its word for what is spent": Shape(without(PREVIOUS), refused_by=by_word_alone),
    "nothing of what is spent": Shape(
        without(PREVIOUS, WORD), refused_by=lambda _core: NOTHING_KNOWN
    ),
    "inputs without paths": Shape(without(PATHS, TAP_PATHS), refused_by=without_paths),
    "inputs without scripts": Shape(
        without(REDEEM, WITNESS, TAP_LEAF, TAP_KEY, TAP_ROOT),
        refused_by=lambda core: set() if kind(core) in ("pkh", "wpkh", "tr") else {"script"},
    ),
}


def shaped(core: Spend, shape: Shape, version: int) -> psbts.Psbt:
    count = core.core["inputs"]

    def change(maps: list[Map]) -> None:
        for records in maps[1 : 1 + count]:
            shape.of_input(records)
        for records in maps[1 + count :]:
            shape.of_output(records)

    return psbts.parse(edited(converted(core.psbt, version), change))


@pytest.mark.parametrize("version", [0, 2])
@pytest.mark.parametrize("name", SHAPES)
def test_each_spend_is_signed_as_core_did_or_refused_as_meant(name: str, version: int) -> None:
    for core in SPENDS:
        psbt = shaped(core, SHAPES[name], version)
        reviews = [review(psbt, core.wallet, signer=one) for one in core.signers]
        refusing = {f.rule for f in reviews[0].findings if f.level is Level.REFUSE}
        assert refusing == SHAPES[name].refused_by(core), core
        if refusing:
            assert reviews[0].intent is None, core
            continue
        assert {one.intent for one in reviews} == {core.reviewed.intent}, core
        answers = [sign(one).psbt for one in reviews]
        final = finish.finalize(psbts.parse(finish.combine(answers)))
        assert final.transaction.txid[::-1].hex() == core.core["txid"], core
        if not core.is_taproot:
            assert final.data.hex() == core.core["core_final_hex"], core


def test_the_shapes_are_signed_and_refused() -> None:
    assert len(SPENDS) == 35
    assert len(SHAPES) == 10
    refusals = [bool(shape.refused_by(core)) for shape in SHAPES.values() for core in SPENDS]
    assert 100 < sum(refusals) < len(refusals) - 200
