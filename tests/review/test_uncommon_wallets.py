"""Wallets that are read and rarely met: each signs, or is refused in words."""

from __future__ import annotations

import pytest
from signing.psbt_records import drop, edited
from signing.wallets_made import key_expression, make_psbt, signer

from ceremonies.bitcoin import bip32
from ceremonies.bitcoin.derivation import parse_path
from ceremonies.bitcoin.descriptor import normalised, with_checksum
from ceremonies.bitcoin.psbt import parse, reread
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.network import REGTEST
from ceremonies.secret import Secret
from ceremonies.signing.finish import finalize
from ceremonies.signing.review import review
from ceremonies.signing.sign import sign
from ceremonies.wallets.wallet import Wallet, register

_A, _B, _C = (key_expression(number, "87h/1h/0h") for number in (1, 2, 3))


def _wallet(body: str) -> Wallet:
    return register("rare", [with_checksum(body)], REGTEST)


@pytest.mark.parametrize(
    "body",
    [f"rawtr({_A})", f"tr({_C},pk(musig({_A},{_B})))"],
    ids=["the key is the output key", "the key is held with others"],
)
def test_a_key_that_makes_no_signature_is_said_to_sign_nothing(body: str) -> None:
    wallet = _wallet(body)
    data = make_psbt(wallet) if "musig" in body else _bare_taproot(wallet)
    reviewed = review(parse(data), wallet, signer=signer(1))
    assert {found.rule for found in reviewed.refusals} == {"signer-missing"}


def _bare_taproot(wallet: Wallet) -> bytes:
    return edited(make_psbt(wallet), lambda maps: [drop(records, 0) for records in maps[1:3]])


def test_a_key_hash_inside_p2sh_is_finalized() -> None:
    wallet = _wallet(f"sh(pkh({_A}))")
    data = _with_redeem_script(wallet)
    signed = sign(review(parse(data), wallet, signer=signer(1)))
    assert finalize(reread(signed.data)).fee_sat == 3_000


def _with_redeem_script(wallet: Wallet) -> bytes:
    data = make_psbt(wallet)
    assert parse(data).inputs[0].redeem_script, "the made PSBT carries its redeem script"
    return data


def test_a_key_of_mainnet_that_is_written_out_refuses_on_a_test_network() -> None:
    master = bip32.master(Seed(Scheme.BIP39, Secret(b"\x01" * 16)).bip32_seed(), REGTEST)
    path = "84h/0h/0h/0/0"
    key = master.at(parse_path("m/" + path)).public_key.hex()
    wallet = _wallet(f"wsh(multi(1,[{master.fingerprint}/{path}]{key},{_C}))")
    reviewed = review(parse(make_psbt(wallet)), wallet, signer=signer(1))
    assert {found.rule for found in reviewed.refusals} == {"network"}


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace("h/", "'/"),
        lambda body: body[:6] + body[6:14].upper() + body[14:],
        lambda body: body.replace("<0;1>", "<00;1>"),
        lambda body: body.replace("/0h]", "/00h]"),
    ],
    ids=["apostrophes", "upper case fingerprint", "zeros in a branch", "zeros in a path"],
)
def test_one_wallet_has_one_id_however_its_descriptor_is_written(change) -> None:  # type: ignore[no-untyped-def]
    body = f"wpkh({_A})"
    assert change(body) != body
    assert _wallet(change(body)).id == _wallet(body).id


def test_a_public_key_that_spells_xprv_further_on_is_not_taken_for_a_private_one() -> None:
    body = f"wpkh({_A})".replace("/<0;1>/*", "")
    spelled = body[:60] + "xprv" + body[64:]
    assert normalised(with_checksum(spelled)).startswith(spelled[:64])
