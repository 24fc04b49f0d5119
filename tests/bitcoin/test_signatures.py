"""Making signatures and verifying them: low R and low S, and by two libraries' verdict."""

from __future__ import annotations

import hashlib
import hmac
import os
import subprocess
import sys

import pytest
from coincurve import PrivateKey, PublicKeyXOnly
from ecc.ecc import dsa as engine_dsa
from ecc.ecc import ssa as engine_ssa
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_data import ROOT

from ceremonies.bitcoin import signer
from ceremonies.bitcoin.coincurve_verify import verify_ecdsa, verify_schnorr
from ceremonies.bitcoin.script import taproot_output_key
from ceremonies.secret import Secret

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

KEYS = st.integers(1, ORDER - 1).map(lambda number: Secret(number.to_bytes(32, "big")))
DIGESTS = st.binary(min_size=32, max_size=32)


def public(key: Secret) -> bytes:
    return PrivateKey(key.reveal()).public_key.format()


def numbers(der: bytes) -> tuple[int, int]:
    """R and S of a DER signature, insisting on its shortest form (BIP-66)."""
    r_size = der[3]
    r, s = der[4 : 4 + r_size], der[6 + r_size :]
    assert der[0] == 0x30
    assert der[1] == len(der) - 2
    assert (der[2], der[4 + r_size], der[5 + r_size]) == (2, 2, len(s))
    for part in (r, s):
        assert part[0] < 0x80
        assert part[0] or part[1] >= 0x80
    return int.from_bytes(r, "big"), int.from_bytes(s, "big")


def rfc6979(key: bytes, digest: bytes, counter: int) -> int:
    """The nonce of RFC 6979, with Bitcoin Core's counter as 32 little-endian bytes of extra data.

    Written out here so that what libsecp256k1 does is compared with the standard's own text.
    """
    extra = counter.to_bytes(32, "little") if counter else b""
    chain, secret = b"\x01" * 32, bytes(32)
    for mark in (b"\x00", b"\x01"):
        secret = hmac.digest(secret, chain + mark + key + digest + extra, "sha256")
        chain = hmac.digest(secret, chain, "sha256")
    return int.from_bytes(hmac.digest(secret, chain, "sha256"), "big")


@settings(deadline=None)
@given(KEYS, DIGESTS)
def test_an_ecdsa_signature_is_rfc6979s_ground_to_a_low_r_as_core_does(
    key: Secret, digest: bytes
) -> None:
    number, message = int.from_bytes(key.reveal(), "big"), int.from_bytes(digest, "big")
    for counter in range(100):
        nonce = rfc6979(key.reveal(), digest, counter)
        point = PrivateKey(nonce.to_bytes(32, "big")).public_key.point()
        if point[0] % ORDER < 1 << 255:
            break
    r = point[0] % ORDER
    s = pow(nonce, -1, ORDER) * (message + r * number) % ORDER
    assert numbers(signer.sign_ecdsa(key, digest)) == (r, min(s, ORDER - s))


@settings(deadline=None)
@given(KEYS, DIGESTS)
def test_an_ecdsa_signature_has_low_r_and_low_s_and_both_libraries_accept_it(
    key: Secret, digest: bytes
) -> None:
    signature = signer.sign_ecdsa(key, digest)
    r, s = numbers(signature)
    assert r < 1 << 255
    assert s <= ORDER // 2
    assert len(signature) <= 70
    assert verify_ecdsa(public(key), digest, signature)
    engine_dsa.assert_as_valid_(digest, public(key), signature)
    assert signer.sign_ecdsa(key, digest) == signature


def test_a_published_rfc6979_signature() -> None:
    key = "f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181"
    digest = hashlib.sha256(b"Alan Turing").digest()
    assert numbers(signer.sign_ecdsa(Secret(bytes.fromhex(key)), digest)) == (
        0x7063AE83E7F62BBB171798131B4A0564B956930092B33B07B395615D9EC7E15C,
        0x58DFCC1E00A35E1572F366FFE34BA0FC47DB1E7189759B9FB233C5B05AB388EA,
    )


@given(KEYS, DIGESTS, DIGESTS)
def test_a_schnorr_signature_is_accepted_by_both_libraries(
    key: Secret, digest: bytes, auxiliary: bytes
) -> None:
    signature = signer.sign_schnorr(key, digest, auxiliary)
    assert len(signature) == 64
    assert verify_schnorr(public(key)[1:], digest, signature)
    engine_ssa.assert_as_valid_(digest, public(key)[1:], signature)


# BIP-340's vectors 0 to 3: (secret key, public key, auxiliary, message, signature)
BIP340 = [
    (
        "0000000000000000000000000000000000000000000000000000000000000003",
        "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000000",
        (
            "e907831f80848d1069a5371b402410364bdf1c5f8307b0084c55f1ce2dca8215"
            "25f66a4a85ea8b71e482a74f382d2ce5ebeee8fdb2172f477df4900d310536c0"
        ),
    ),
    (
        "b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9045190cfef",
        "dff1d77f2a671c5f36183726db2341be58feae1da2deced843240f7b502ba659",
        "0000000000000000000000000000000000000000000000000000000000000001",
        "243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89",
        (
            "6896bd60eeae296db48a229ff71dfe071bde413e6d43f917dc8dcf8c78de3341"
            "8906d11ac976abccb20b091292bff4ea897efcb639ea871cfa95f6de339e4b0a"
        ),
    ),
    (
        "c90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b14e5c9",
        "dd308afec5777e13121fa72b9cc1b7cc0139715309b086c960e18fd969774eb8",
        "c87aa53824b4d7ae2eb035a2b5bbbccc080e76cdc6d1692c4b0b62d798e6d906",
        "7e2d58d8b3bcdf1abadec7829054f90dda9805aab56c77333024b9d0a508b75c",
        (
            "5831aaeed7b44bb74e5eab94ba9d4294c49bcf2a60728d8b4c200f50dd313c1b"
            "ab745879a5ad954a72c45a91c3a51d3c7adea98d82f8481e0e1e03674a6f3fb7"
        ),
    ),
    (
        "0b432b2677937381aef05bb02a66ecd012773062cf3fa2549e44f58ed2401710",
        "25d1dff95105f5253c4022f628a996ad3a0d95fbf21d468a1b33f8c160d8f517",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        (
            "7eb0509757e246f19449885651611cb965ecc1a187dd51b64fda1edc9637d5ec"
            "97582b9cb13db3933705b32ba982af5af25fd78881ebb32771fc5922efc66ea3"
        ),
    ),
]


@pytest.mark.parametrize("vector", BIP340, ids=range(4))
def test_bip340s_signatures_are_made_to_the_byte(vector: tuple[str, ...]) -> None:
    key, x_only, auxiliary, digest, signature = map(bytes.fromhex, vector)
    assert signer.sign_schnorr(Secret(key), digest, auxiliary) == signature
    assert verify_schnorr(x_only, digest, signature)


def test_bip340s_invalid_signatures_are_refused() -> None:
    x_only, digest, signature = (bytes.fromhex(BIP340[1][at]) for at in (1, 3, 4))
    field = (2**256 - 2**32 - 977).to_bytes(32, "big")
    order = ORDER.to_bytes(32, "big")
    off_curve = "eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34"
    negated = (ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    assert not verify_schnorr(bytes.fromhex(off_curve), digest, signature)
    assert not verify_schnorr(field, digest, signature)
    for bad in (
        signature[:32] + negated,
        signature[:32] + order,
        field + signature[32:],
        bytes(32) + signature[32:],
        signature[:32] + bytes(32),
    ):
        assert not verify_schnorr(x_only, digest, bad)


@given(KEYS, DIGESTS, DIGESTS)
def test_the_auxiliary_bytes_change_a_schnorr_signature_and_nothing_else_does(
    key: Secret, digest: bytes, auxiliary: bytes
) -> None:
    other = bytes([auxiliary[0] ^ 1]) + auxiliary[1:]
    first = signer.sign_schnorr(key, digest, auxiliary)
    assert first == signer.sign_schnorr(key, digest, auxiliary)
    assert first != signer.sign_schnorr(key, digest, other)


@given(KEYS, st.one_of(st.just(b""), DIGESTS), DIGESTS)
def test_a_tweaked_key_signs_for_its_taproot_output(
    key: Secret, root: bytes, digest: bytes
) -> None:
    output = taproot_output_key(public(key)[1:], root)
    tweaked = signer.taproot_key(key, root)
    assert public(tweaked)[1:] == output
    assert verify_schnorr(output, digest, signer.sign_schnorr(tweaked, digest, bytes(32)))


@settings(max_examples=60)
@given(KEYS, DIGESTS, st.data())
def test_one_flipped_bit_makes_an_ecdsa_signature_invalid(
    key: Secret, digest: bytes, data: st.DataObject
) -> None:
    signature = signer.sign_ecdsa(key, digest)
    flipped = flip(signature, data)
    assert not verify_ecdsa(public(key), digest, flipped)
    assert not verify_ecdsa(public(key), flip(digest, data), signature)
    assert not verify_ecdsa(public(key), digest, signature + b"\x01")
    _r, s = numbers(signature)
    high = (ORDER - s).to_bytes(33, "big").lstrip(b"\x00")
    high = b"\x00" + high if high[0] >= 0x80 else high
    low_r = signature[2 : 4 + signature[3]]
    body = low_r + b"\x02" + bytes([len(high)]) + high
    assert not verify_ecdsa(public(key), digest, b"\x30" + bytes([len(body)]) + body)


@settings(max_examples=60)
@given(KEYS, DIGESTS, st.data())
def test_one_flipped_bit_makes_a_schnorr_signature_invalid(
    key: Secret, digest: bytes, data: st.DataObject
) -> None:
    signature = signer.sign_schnorr(key, digest, bytes(32))
    assert not verify_schnorr(public(key)[1:], digest, flip(signature, data))
    assert not verify_schnorr(public(key)[1:], flip(digest, data), signature)
    assert not verify_schnorr(flip(public(key)[1:], data), digest, signature)


def flip(value: bytes, data: st.DataObject) -> bytes:
    bit = data.draw(st.integers(0, 8 * len(value) - 1))
    return (int.from_bytes(value, "big") ^ (1 << bit)).to_bytes(len(value), "big")


NOISE = st.one_of(st.binary(max_size=80), st.sampled_from([bytes(n) for n in (32, 33, 64, 65)]))
A_KEY = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")


@settings(max_examples=200)
@given(st.one_of(NOISE, st.just(A_KEY)), NOISE, NOISE)
def test_nonsense_is_no_signature_and_no_exception(
    key: bytes, digest: bytes, signature: bytes
) -> None:
    assert verify_ecdsa(key, digest, signature) is False
    assert verify_schnorr(key, digest, signature) is False
    assert verify_schnorr(A_KEY[1:], digest, signature) is False


def test_the_second_verifier_is_another_library_than_the_signing_one() -> None:
    import btclib_secp256k1
    import coincurve

    assert os.path.dirname(coincurve.__file__) != os.path.dirname(btclib_secp256k1.__file__)
    assert PublicKeyXOnly.__module__.startswith("coincurve")


def test_without_libsecp256k1_nothing_signs() -> None:
    code = "from ceremonies.bitcoin.signer import insist_on_libsecp256k1 as insist\ninsist()\n"
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    for off, expected in (({}, 0), ({"ECC_NO_LIBSECP256K1": "1"}, 1)):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**settings, **off},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == expected, done.stderr
        assert expected == 0 or "MachineError: libsecp256k1 is not serving" in done.stderr
