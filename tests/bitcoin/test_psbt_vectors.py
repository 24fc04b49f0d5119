"""The published PSBT vectors: BIP-174, BIP-370, BIP-371 and BIP-373, valid and invalid."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from shared_data import have_shared, vectors
from signing.psbt_records import read, write
from signing.wallets_made import make_wallet, signer

from ceremonies.bitcoin import keymaps
from ceremonies.bitcoin.psbt import MalformedPsbt, parse
from ceremonies.errors import Refused
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign

if not have_shared():
    pytest.skip("no vectors: set CUSTODY_SHARED to the shared folder", allow_module_level=True)

STANDARDS = ("bip174", "bip370", "bip371", "bip373")
EACH = [(bip, vector) for bip in STANDARDS for vector in vectors(bip)["vectors"]]

SIGNERS_MUST_FAIL = {
    "A Witness UTXO is provided for a non-witness input": "prevtx-missing",
    "redeemScript with non-witness UTXO does not match the scriptPubKey": "script",
    "redeemScript with witness UTXO does not match the scriptPubKey": "script",
    "witnessScript with witness UTXO does not match the redeemScript": "script",
}


def those(*expected: str) -> list[Any]:
    """The vectors with one of these expectations, as parameters."""
    return [
        pytest.param(base64.b64decode(vector["psbt"]), vector, id=f"{bip}-{vector['case'][:90]}")
        for bip, vector in EACH
        if vector["expect"].partition(":")[0] in expected
    ]


@pytest.mark.parametrize(("data", "vector"), those("valid", "fails-signer"))
def test_a_valid_psbt_is_read_and_its_bytes_kept(data: bytes, vector: dict[str, str]) -> None:
    psbt = parse(data)
    assert psbt.data == data
    assert keymaps.spliced(psbt.maps, {}) == data
    assert [[(r.key, r.value) for r in one.records] for one in psbt.maps.flat] == read(data)
    assert write(read(data)) == data
    assert psbt.maps.version == (2 if "PSBTv2" in vector["case"] else 0)


@pytest.mark.parametrize(("data", "vector"), those("valid", "fails-signer"))
@pytest.mark.parametrize("kind", ["pkh", "wpkh", "wsh", "tr-leaf"])
def test_a_valid_psbt_of_somebody_else_is_reviewed_and_not_signed(
    data: bytes, vector: dict[str, str], kind: str
) -> None:
    reviewed = review(parse(data), make_wallet(kind), signer=signer(1))
    with pytest.raises(Refused):
        sign(reviewed)
    assert "signer-missing" in {found.rule for found in reviewed.refusals}, vector["case"]


@pytest.mark.parametrize(("data", "vector"), those("invalid"))
def test_an_invalid_psbt_is_refused(data: bytes, vector: dict[str, str]) -> None:
    with pytest.raises(MalformedPsbt) as malformed:
        parse(data)
    assert [found.rule for found in malformed.value.findings] == ["strict"], vector["case"]


@pytest.mark.parametrize(("data", "vector"), those("fails-signer"))
def test_what_a_signer_must_refuse_is_refused_by_its_rule(
    data: bytes, vector: dict[str, str]
) -> None:
    reviewed = review(parse(data), make_wallet("wsh"))
    rules = {found.rule for found in reviewed.refusals}
    # each has two inputs of another wallet, one without its previous transaction, and signatures
    # that are of the script that was replaced
    unavoidable = {"foreign-input", "prevtx-missing", "bad-signature"}
    assert SIGNERS_MUST_FAIL[vector["case"]] in rules
    assert rules <= unavoidable | {SIGNERS_MUST_FAIL[vector["case"]]}
    assert reviewed.intent is None


@pytest.mark.parametrize(("data", "vector"), those("locktime"))
def test_the_locktime_of_version_2_is_what_its_inputs_require(
    data: bytes, vector: dict[str, str]
) -> None:
    expected = vector["expect"].partition(":")[2]
    if expected == "error":
        with pytest.raises(MalformedPsbt, match="both a time and a height"):
            parse(data)
    else:
        assert parse(data).transaction.locktime == int(expected)


def test_all_vectors_are_used() -> None:
    used = those("valid", "invalid", "fails-signer", "locktime")
    assert len(used) == len(EACH) == 34 + 48 + 17 + 24
