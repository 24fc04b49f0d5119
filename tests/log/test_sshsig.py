"""Signatures of `ssh-keygen -Y sign` are read, ours are read by it, and nothing else is."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, utils
from hypothesis import given
from hypothesis import strategies as st

from ceremonies.errors import InputError, IntegrityError
from ceremonies.log import sshsig
from ceremonies.log.sshkey import PublicKey, public_key_of, read_key, wire_string

SEED = bytes(range(32))
KEY = public_key_of(SEED)
MESSAGE = b"ceremony-seal/1\nlog a/1\n"
NAMESPACE = sshsig.NAMESPACE

needs_ssh_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"
)

REAL = {
    "Ed25519": ("-t", "ed25519"),
    "ECDSA P-256": ("-t", "ecdsa", "-b", "256"),
    "ECDSA P-384": ("-t", "ecdsa", "-b", "384"),
    "ECDSA P-521": ("-t", "ecdsa", "-b", "521"),
    "RSA 3072": ("-t", "rsa", "-b", "3072"),
}


def ssh_keygen(
    *arguments: str, stdin: bytes = b"", folder: Path
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["ssh-keygen", *arguments],
        input=stdin,
        capture_output=True,
        cwd=folder,
        timeout=60,
        check=False,
    )


def key_in(text: str) -> PublicKey:
    """The key of a `.pub` file."""
    return read_key(b64decode(text.split()[1]))


def signed_by_ssh_keygen(
    folder: Path, message: bytes, *options: str, namespace: str = NAMESPACE
) -> bytes:
    arguments = ("-Y", "sign", "-q", "-f", "key", "-n", namespace, *options)
    done = ssh_keygen(*arguments, stdin=message, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def accepted_by_ssh_keygen(folder: Path, key: PublicKey, armored: bytes, message: bytes) -> bool:
    (folder / "allowed").write_text(f"ana {key.line}\n")
    (folder / "signature").write_bytes(armored)
    arguments = ("-Y", "verify", "-f", "allowed", "-I", "ana", "-n", NAMESPACE, "-s", "signature")
    return ssh_keygen(*arguments, stdin=message, folder=folder).returncode == 0


def holds(armored: bytes, key: PublicKey, message: bytes = MESSAGE) -> None:
    sshsig.verify(armored, message=message, namespace=NAMESPACE, key=key)


@pytest.fixture(scope="module", params=REAL)
def real(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a real key of each kind, `key` and `key.pub`."""
    folder = tmp_path_factory.mktemp("key")
    arguments = ("-q", "-N", "", "-C", "a comment", "-f", "key", *REAL[request.param])
    done = ssh_keygen(*arguments, folder=folder)
    assert done.returncode == 0, done.stderr
    return folder


@needs_ssh_keygen
def test_what_ssh_keygen_signs_holds_here_for_that_message_and_key_alone(real: Path) -> None:
    key = key_in((real / "key.pub").read_text())
    armored = signed_by_ssh_keygen(real, MESSAGE)
    holds(armored, key)
    with pytest.raises(IntegrityError, match="does not hold for this content"):
        holds(armored, key, MESSAGE + b"\n")
    with pytest.raises(IntegrityError, match="another key"):
        holds(armored, KEY)
    with pytest.raises(IntegrityError, match="was not made for the namespace"):
        holds(signed_by_ssh_keygen(real, MESSAGE, namespace="file"), key)


@needs_ssh_keygen
def test_either_hash_of_ssh_keygen_is_taken(real: Path) -> None:
    key = key_in((real / "key.pub").read_text())
    for name in ("sha256", "sha512"):
        holds(signed_by_ssh_keygen(real, MESSAGE, "-O", f"hashalg={name}"), key)


@needs_ssh_keygen
def test_the_line_of_a_key_is_what_ssh_keygen_wrote(real: Path) -> None:
    text = (real / "key.pub").read_text()
    assert key_in(text).line == text.removesuffix(" a comment\n")


@needs_ssh_keygen
def test_ssh_keygen_takes_what_is_signed_here(tmp_path: Path) -> None:
    armored = sshsig.sign_ed25519(SEED, MESSAGE)
    assert accepted_by_ssh_keygen(tmp_path, KEY, armored, MESSAGE)
    assert not accepted_by_ssh_keygen(tmp_path, KEY, armored, MESSAGE + b"x")
    other = sshsig.sign_ed25519(SEED, MESSAGE, "file")
    assert not accepted_by_ssh_keygen(tmp_path, KEY, other, MESSAGE)


@needs_ssh_keygen
def test_the_same_key_and_message_give_the_very_bytes_of_ssh_keygen(tmp_path: Path) -> None:
    done = ssh_keygen("-q", "-t", "ed25519", "-N", "", "-f", "key", folder=tmp_path)
    assert done.returncode == 0
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    private = load_ssh_private_key((tmp_path / "key").read_bytes(), None)
    assert isinstance(private, ed25519.Ed25519PrivateKey)
    ours = sshsig.sign_ed25519(private.private_bytes_raw(), MESSAGE)
    assert ours == signed_by_ssh_keygen(tmp_path, MESSAGE)


def mpint(value: int) -> bytes:
    return wire_string(value.to_bytes(value.bit_length() // 8 + 1, "big"))


def to_be_signed(message: bytes, hash_name: str = "sha512") -> bytes:
    digest = hashlib.new(hash_name, message).digest()
    parts = (NAMESPACE.encode(), b"", hash_name.encode(), digest)
    return b"SSHSIG" + b"".join(wire_string(part) for part in parts)


def armored_of(key: PublicKey, signature: bytes, hash_name: str = "sha512") -> bytes:
    return sshsig.armored_of(key, signature, namespace=NAMESPACE, hash_name=hash_name)


def der_to_wire(der: bytes) -> bytes:
    r, s = utils.decode_dss_signature(der)
    return wire_string(mpint(r) + mpint(s))


EC_PRIVATE = ec.derive_private_key(0xC0FFEE, ec.SECP256R1())
EC_POINT = b"\x04" + b"".join(
    n.to_bytes(32, "big")
    for n in (
        EC_PRIVATE.public_key().public_numbers().x,
        EC_PRIVATE.public_key().public_numbers().y,
    )
)
ED_PRIVATE = ed25519.Ed25519PrivateKey.from_private_bytes(SEED)
ED_POINT = ED_PRIVATE.public_key().public_bytes_raw()
APPLICATION = b"ssh:"


def sk_blob(kind: str, application: bytes = APPLICATION) -> bytes:
    if "ed25519" in kind:
        return wire_string(kind.encode()) + wire_string(ED_POINT) + wire_string(application)
    point = wire_string(b"nistp256") + wire_string(EC_POINT)
    return wire_string(kind.encode()) + point + wire_string(application)


def sk_signature(kind: str, *, flags: int = 1, counter: int = 7, named: str | None = None) -> bytes:
    """Sign as a security key does (PROTOCOL.u2f), with a key that is in memory."""
    tail = bytes([flags]) + counter.to_bytes(4, "big")
    digest = hashlib.sha256(to_be_signed(MESSAGE)).digest()
    message = hashlib.sha256(APPLICATION).digest() + tail + digest
    if "ed25519" in kind:
        value = wire_string(ED_PRIVATE.sign(message))
    else:
        value = der_to_wire(EC_PRIVATE.sign(message, ec.ECDSA(hashes.SHA256())))
    return wire_string((named or kind).encode()) + value + tail


SK = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")


@pytest.mark.parametrize("kind", SK)
def test_a_security_key_signs_when_somebody_touched_it(kind: str) -> None:
    key = read_key(sk_blob(kind))
    for flags in (0x01, 0x05):
        holds(armored_of(key, sk_signature(kind, flags=flags)), key)
    for flags in (0x00, 0x04):
        with pytest.raises(InputError, match="nobody touched the security key"):
            holds(armored_of(key, sk_signature(kind, flags=flags)), key)


@pytest.mark.parametrize("kind", SK)
def test_a_security_key_signs_its_application_its_flags_and_its_counter(kind: str) -> None:
    key = read_key(sk_blob(kind))
    signature = sk_signature(kind)
    changed = (
        signature[:-1] + b"\x08",
        signature[:-5] + b"\x05" + signature[-4:],
    )
    for one in changed:
        with pytest.raises(IntegrityError):
            holds(armored_of(key, one), key)
    other = read_key(sk_blob(kind, b"ssh:other"))
    with pytest.raises(IntegrityError):
        holds(armored_of(other, signature), other)
    for cut in (signature[:-1], signature + b"\x00", signature[:-5]):
        with pytest.raises(InputError, match="malformed"):
            holds(armored_of(key, cut), key)


@needs_ssh_keygen
@pytest.mark.parametrize("kind", SK)
def test_ssh_keygen_agrees_about_security_keys(kind: str, tmp_path: Path) -> None:
    key = read_key(sk_blob(kind))
    assert accepted_by_ssh_keygen(tmp_path, key, armored_of(key, sk_signature(kind)), MESSAGE)


def test_a_security_key_is_the_same_person_as_its_key_elsewhere() -> None:
    assert read_key(sk_blob(SK[0])).identity == KEY.identity
    assert read_key(sk_blob(SK[0], b"ssh:b")).identity == KEY.identity
    plain = wire_string(b"nistp256") + wire_string(EC_POINT)
    ecdsa = read_key(wire_string(b"ecdsa-sha2-nistp256") + plain)
    assert read_key(sk_blob(SK[1])).identity == ecdsa.identity != KEY.identity


def rsa_blob(exponent: int, modulus: int) -> bytes:
    return wire_string(b"ssh-rsa") + mpint(exponent) + mpint(modulus)


def test_an_rsa_key_with_another_exponent_is_the_same_person() -> None:
    modulus = 2**3071 + 1
    first, second = read_key(rsa_blob(3, modulus)), read_key(rsa_blob(65537, modulus))
    assert first.blob != second.blob
    assert first.identity == second.identity


@pytest.fixture(scope="module")
def rsa_private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 3072)


def test_rsa_counts_with_sha_2_alone(rsa_private: rsa.RSAPrivateKey) -> None:
    from cryptography.hazmat.primitives.asymmetric import padding

    numbers = rsa_private.public_key().public_numbers()
    key = read_key(rsa_blob(numbers.e, numbers.n))
    message = to_be_signed(MESSAGE)
    for kind, hashed in (("rsa-sha2-256", hashes.SHA256()), ("rsa-sha2-512", hashes.SHA512())):
        value = rsa_private.sign(message, padding.PKCS1v15(), hashed)
        inner = wire_string(kind.encode()) + wire_string(value)
        holds(armored_of(key, inner), key)
        with pytest.raises(IntegrityError):
            holds(armored_of(key, wire_string(kind.encode()) + wire_string(value[:-1])), key)
        short = wire_string(kind.encode()) + wire_string(b"\x00" + value)
        with pytest.raises(IntegrityError):
            holds(armored_of(key, short), key)
    old = rsa_private.sign(message, padding.PKCS1v15(), hashes.SHA1())
    with pytest.raises(InputError, match="does not count"):
        holds(armored_of(key, wire_string(b"ssh-rsa") + wire_string(old)), key)


P = 2**255 - 19
POINT_OF_ORDER_8 = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")


def ed_blob(point: bytes) -> bytes:
    return wire_string(b"ssh-ed25519") + wire_string(point)


def test_a_point_of_small_order_would_sign_anything_elsewhere() -> None:
    identity_point = (1).to_bytes(32, "little")
    weak = ed25519.Ed25519PublicKey.from_public_bytes(identity_point)
    # R is the identity and S is zero: it holds for every message
    weak.verify(identity_point + bytes(32), b"anything")
    with pytest.raises(InputError):
        read_key(ed_blob(identity_point))


BAD_KEYS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no type": lambda: wire_string(b""),
    "a type there is not": lambda: wire_string(b"ssh-dss") + wire_string(b"1"),
    "a certificate": lambda: wire_string(b"ssh-ed25519-cert-v01@openssh.com") + KEY.blob,
    "something after": lambda: KEY.blob + b"\x00",
    "too short": lambda: KEY.blob[:-1],
    "a point of 31 bytes": lambda: ed_blob(ED_POINT[:-1]),
    "a point of 33 bytes": lambda: ed_blob(ED_POINT + b"\x00"),
    "a point of order 1": lambda: ed_blob((1).to_bytes(32, "little")),
    "a point of order 2": lambda: ed_blob((P - 1).to_bytes(32, "little")),
    "a point of order 4": lambda: ed_blob(bytes(32)),
    "a point of order 8": lambda: ed_blob(POINT_OF_ORDER_8),
    "its negative": lambda: ed_blob(POINT_OF_ORDER_8[:31] + b"\xfa"),
    "a point beyond the field": lambda: ed_blob((P + 3).to_bytes(32, "little")),
    "a length that lies": lambda: b"\x7f\xff\xff\xff" + KEY.blob[4:],
    "a curve of another type": lambda: (
        wire_string(b"ecdsa-sha2-nistp384") + wire_string(b"nistp256") + wire_string(EC_POINT)
    ),
    "a curve of another name": lambda: (
        wire_string(b"ecdsa-sha2-nistp256") + wire_string(b"nistp384") + wire_string(EC_POINT)
    ),
    "a compressed point": lambda: (
        wire_string(b"ecdsa-sha2-nistp256")
        + wire_string(b"nistp256")
        + wire_string(b"\x02" + EC_POINT[1:33])
    ),
    "a hybrid point": lambda: (
        wire_string(b"ecdsa-sha2-nistp256")
        + wire_string(b"nistp256")
        + wire_string(b"\x06" + EC_POINT[1:])
    ),
    "a point off the curve": lambda: (
        wire_string(b"ecdsa-sha2-nistp256")
        + wire_string(b"nistp256")
        + wire_string(EC_POINT[:-1] + bytes([EC_POINT[-1] ^ 1]))
    ),
    "the point at infinity": lambda: (
        wire_string(b"ecdsa-sha2-nistp256") + wire_string(b"nistp256") + wire_string(b"\x00")
    ),
    "a curve there is not": lambda: wire_string(b"ecdsa-sha2-secp256k1"),
    "RSA of 2048 bits": lambda: rsa_blob(65537, 2**2047 + 1),
    "RSA of 3071 bits": lambda: rsa_blob(65537, 2**3070 + 1),
    "RSA beyond measure": lambda: rsa_blob(65537, 2**16384 + 1),
    "RSA with exponent 1": lambda: rsa_blob(1, 2**3071 + 1),
    "RSA with an even exponent": lambda: rsa_blob(4, 2**3071 + 1),
    "RSA with a vast exponent": lambda: rsa_blob(2**33 + 1, 2**3071 + 1),
    "a negative modulus": lambda: (
        wire_string(b"ssh-rsa") + mpint(65537) + wire_string(b"\x80" + bytes(383))
    ),
    "a needless zero": lambda: (
        wire_string(b"ssh-rsa") + wire_string(b"\x00\x01\x00\x01") + mpint(2**3071 + 1)
    ),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_key_that_does_not_count_is_refused(name: str) -> None:
    with pytest.raises(InputError) as caught:
        read_key(BAD_KEYS[name]())
    assert caught.value.hint


def rearmored(blob: bytes) -> bytes:
    return b"-----BEGIN SSH SIGNATURE-----\n%b\n-----END SSH SIGNATURE-----\n" % b"\n".join(
        b64encode(blob)[start : start + 70] for start in range(0, len(b64encode(blob)), 70)
    )


GOOD = sshsig.sign_ed25519(SEED, MESSAGE)
BLOB = b64decode(b"".join(GOOD.splitlines()[1:-1]))
INNER = wire_string(b"ssh-ed25519") + wire_string(ED_PRIVATE.sign(to_be_signed(MESSAGE)))


def envelope(
    *,
    magic: bytes = b"SSHSIG",
    version: int = 1,
    reserved: bytes = b"",
    hash_name: bytes = b"sha512",
    inner: bytes = INNER,
    after: bytes = b"",
) -> bytes:
    parts = (KEY.blob, NAMESPACE.encode(), reserved, hash_name, inner)
    head = magic + version.to_bytes(4, "big")
    return rearmored(head + b"".join(wire_string(part) for part in parts) + after)


BAD_ARMOR = {
    "nothing": b"",
    "no armor": BLOB,
    "text before it": b"\n" + GOOD,
    "text after it": GOOD + b"\n",
    "two of them": GOOD + GOOD,
    "DOS line ends": GOOD.replace(b"\n", b"\r\n"),
    "an indented line": GOOD.replace(b"\nU1NI", b"\n U1NI"),
    "an empty line": GOOD.replace(b"\n-----END", b"\n\n-----END"),
    "another armor": GOOD.replace(b"SSH SIGNATURE", b"PGP SIGNATURE"),
    "no Base64 in it": GOOD.replace(b"\nU1NI", b"\nU1N-"),
    "padding where none belongs": GOOD.replace(b"\n-----END", b"==\n-----END"),
    "Base64 of another length": GOOD.replace(b"\n-----END", b"A\n-----END"),
    "something huge": GOOD.replace(b"\nU1NI", b"\n" + b"U1NI" * 10_000 + b"\nU1NI"),
    "another magic": envelope(magic=b"SSHSIH"),
    "version 2": envelope(version=2),
    "something reserved": envelope(reserved=b"x"),
    "SHA-1": envelope(hash_name=b"sha1"),
    "no hash": envelope(hash_name=b""),
    "something after the envelope": envelope(after=b"\x00"),
    "something after the signature": envelope(inner=INNER + b"\x00"),
    "a signature of another kind": envelope(inner=INNER.replace(b"ed25519", b"ed25518")),
    "an envelope cut short": rearmored(BLOB[:-1]),
}


def test_the_envelope_of_these_tests_is_good() -> None:
    assert envelope() == GOOD == rearmored(BLOB)
    holds(GOOD, KEY)
    holds(GOOD.removesuffix(b"\n"), KEY)


@pytest.mark.parametrize("name", BAD_ARMOR)
def test_what_is_no_signature_is_refused(name: str) -> None:
    assert BAD_ARMOR[name] != GOOD
    with pytest.raises(InputError) as caught:
        holds(BAD_ARMOR[name], KEY)
    assert caught.value.hint


def test_every_bit_of_a_signature_counts() -> None:
    for position in range(len(BLOB)):
        for bit in (0x01, 0x80):
            flipped = bytearray(BLOB)
            flipped[position] ^= bit
            with pytest.raises((InputError, IntegrityError)):
                holds(rearmored(bytes(flipped)), KEY)


@given(st.binary(max_size=200))
def test_any_bytes_are_no_signature(data: bytes) -> None:
    for armored in (data, rearmored(data), rearmored(b"SSHSIG\x00\x00\x00\x01" + data)):
        with pytest.raises((InputError, IntegrityError)):
            holds(armored, KEY)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\x00\x00\x00\x0bssh-ed25519"]))
def test_any_bytes_are_a_key_in_one_form_or_refused(data: bytes, begun: bytes) -> None:
    try:
        key = read_key(begun + data)
    except InputError:
        return
    assert key.blob == begun + data
    assert b64decode(key.line.split(" ")[1]) == begun + data


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_is_signed_holds_and_for_nothing_else(seed: bytes, message: bytes) -> None:
    key = public_key_of(seed)
    armored = sshsig.sign_ed25519(seed, message)
    holds(armored, key, message)
    with pytest.raises(IntegrityError):
        holds(armored, key, message + b"\x00")


def test_an_ecdsa_signature_has_one_form() -> None:
    plain = wire_string(b"nistp256") + wire_string(EC_POINT)
    key = read_key(wire_string(b"ecdsa-sha2-nistp256") + plain)
    kind = wire_string(b"ecdsa-sha2-nistp256")
    der = EC_PRIVATE.sign(to_be_signed(MESSAGE), ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(der)
    holds(armored_of(key, kind + wire_string(mpint(r) + mpint(s))), key)
    zero, padded = wire_string(b""), wire_string(b"\x00\x00" + r.to_bytes(32, "big"))
    for bad in (zero + mpint(s), padded + mpint(s), mpint(r) + mpint(s) + b"\x00", mpint(r)):
        with pytest.raises(InputError, match="malformed"):
            holds(armored_of(key, kind + wire_string(bad)), key)
    for wrong in (mpint(s) + mpint(r), mpint(r) + mpint(2**300), mpint(2**4096) + mpint(s)):
        with pytest.raises(IntegrityError):
            holds(armored_of(key, kind + wire_string(wrong)), key)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_private_key_has_32_bytes(size: int) -> None:
    with pytest.raises(InputError, match="32 bytes"):
        sshsig.sign_ed25519(bytes(size), MESSAGE)
