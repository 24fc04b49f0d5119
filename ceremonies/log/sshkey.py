"""OpenSSH public keys, and what their signatures must be: the door of `cryptography` for logs.

Wire forms: RFC 4251 section 5 (strings, integers), RFC 4253 and 8332 (RSA), RFC 5656 (ECDSA), RFC
8709 (Ed25519), and OpenSSH's PROTOCOL.u2f for the keys that live in a security key. Each value is
read in its one canonical form, and nothing may follow the last.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from ceremonies.errors import InputError
from ceremonies.spoken import visible

MIN_RSA_BITS = 3072
MAX_RSA_BITS = 16384
MAX_PRIVATE_SIZE = 64 * 1024

_MAX_EXPONENT_BITS = 32
_ED25519_FIELD = 2**255 - 19
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER = {0, 1, _ED25519_FIELD - 1, _ORDER_8, _ED25519_FIELD - _ORDER_8}
"""The y of every point of small order: a signature of such a key holds for any message."""

_USER_PRESENT = 0x01
_SK_ED25519 = "sk-ssh-ed25519@openssh.com"
_SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"
_OTHER_KEY = "use an Ed25519 key, as `ssh-keygen -t ed25519` makes it"
_OTHER_SIGNATURE = "sign again with `ssh-keygen -Y sign`"

# by name: the curve, the bytes of one coordinate, the hash that goes with it
_CURVES: dict[str, tuple[ec.EllipticCurve, int, hashes.HashAlgorithm]] = {
    "nistp256": (ec.SECP256R1(), 32, hashes.SHA256()),
    "nistp384": (ec.SECP384R1(), 48, hashes.SHA384()),
    "nistp521": (ec.SECP521R1(), 66, hashes.SHA512()),
}
_RSA_HASHES: dict[str, hashes.HashAlgorithm] = {
    "rsa-sha2-256": hashes.SHA256(),
    "rsa-sha2-512": hashes.SHA512(),
}


class Wire:
    """A reader of SSH's binary forms that names `what` it reads in its errors."""

    def __init__(self, data: bytes, *, what: str) -> None:
        self._left = memoryview(data)
        self._what = what

    def take(self, size: int) -> bytes:
        """Read exactly `size` bytes."""
        if size > len(self._left):
            raise self.malformed("it ends too early")
        taken, self._left = bytes(self._left[:size]), self._left[size:]
        return taken

    def number(self) -> int:
        """Read a `uint32`."""
        return int.from_bytes(self.take(4), "big")

    def string(self) -> bytes:
        """Read a `string`: its length and its bytes."""
        return self.take(self.number())

    def text(self) -> str:
        """Read a `string` of printable ASCII."""
        value = self.string()
        if not all(0x21 <= byte <= 0x7E for byte in value):
            raise self.malformed("a name in it is not plain text")
        return value.decode("ascii")

    def integer(self) -> int:
        """Read an `mpint` that is positive and has no needless zero."""
        value = self.string()
        if not value or value[0] & 0x80 or (value[0] == 0 and not value[1:2] >= b"\x80"):
            raise self.malformed("a number in it is not canonical")
        return int.from_bytes(value, "big")

    def end(self) -> None:
        """Insist that nothing is left."""
        if self._left:
            raise self.malformed("something follows it")

    def malformed(self, why: str) -> InputError:
        """Say what is wrong with what is read."""
        return InputError(f"{self._what} is malformed: {why}", hint="copy it again, whole")


def wire_string(value: bytes) -> bytes:
    """Write a `string`."""
    return len(value).to_bytes(4, "big") + value


Holds = Callable[[str, bytes, bytes], None]
"""Check (kind, signature, message) or raise `InvalidSignature`."""


@dataclass(frozen=True, kw_only=True)
class PublicKey:
    """A public key of a type that may sign seals.

    `blob` is its wire form. `identity` is the same for the same key material under whatever type
    or application it is written: one private key cannot be two people. `application` is what a
    security key signs for, `None` for other keys.
    """

    type: str
    blob: bytes
    identity: bytes
    application: bytes | None = None
    holds: Holds = field(repr=False, compare=False)

    @property
    def line(self) -> str:
        """The key as it stands in files: its type and its Base64."""
        return f"{self.type} {b64encode(self.blob).decode()}"

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Tell whether a signature blob of this key's type holds over the message.

        Raises:
            InputError: it is malformed, of a kind that does not count, or nobody was present.
        """
        wire = Wire(signature, what="the signature")
        kind, value = wire.text(), wire.string()
        if kind not in (_RSA_HASHES if self.type == "ssh-rsa" else (self.type,)):
            raise InputError(
                f"a signature of the kind {visible(kind[:40])} does not count for this key",
                hint=_OTHER_SIGNATURE,
            )
        if self.application is not None:
            flags, counter = wire.take(1), wire.take(4)
            if not flags[0] & _USER_PRESENT:
                raise InputError(
                    "nobody touched the security key for this signature",
                    hint="sign again without the option no-touch-required",
                )
            application = hashlib.sha256(self.application).digest()
            message = application + flags + counter + hashlib.sha256(message).digest()
        wire.end()
        try:
            self.holds(kind, value, message)
        except InvalidSignature:
            return False
        return True


def read_key(blob: bytes) -> PublicKey:
    """Read the wire form of a public key.

    Raises:
        InputError: it is malformed, or of a type, curve or size that does not count.
    """
    wire = Wire(blob, what="the public key")
    kind = wire.text()
    if kind == "ssh-ed25519" or kind == _SK_ED25519:
        identity, holds = _ed25519(wire)
    elif kind.removeprefix("ecdsa-sha2-") in _CURVES or kind == _SK_ECDSA:
        curve = "nistp256" if kind == _SK_ECDSA else kind.removeprefix("ecdsa-sha2-")
        identity, holds = _ecdsa(wire, curve)
    elif kind == "ssh-rsa":
        identity, holds = _rsa(wire)
    else:
        raise InputError(f"a key of the type {visible(kind[:60])} does not count", hint=_OTHER_KEY)
    application = wire.string() if kind in (_SK_ED25519, _SK_ECDSA) else None
    wire.end()
    return PublicKey(type=kind, blob=blob, identity=identity, application=application, holds=holds)


def read_private(data: bytes) -> bytes:
    """Read the 32 bytes of an Ed25519 private key file of OpenSSH that has no passphrase.

    Raises:
        InputError: it is not that; what is wrong with it is not quoted.
    """
    try:
        found = serialization.load_ssh_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        found = None
    if not isinstance(found, ed25519.Ed25519PrivateKey):
        raise InputError(
            "this is not an Ed25519 private key without a passphrase",
            hint="sign with `ssh-keygen -Y sign` and give the signature instead",
        )
    return found.private_bytes_raw()


def public_key_of(private: bytes) -> PublicKey:
    """Derive the public key of an Ed25519 private key of 32 bytes (RFC 8032)."""
    point = _private(private).public_key().public_bytes_raw()
    return read_key(wire_string(b"ssh-ed25519") + wire_string(point))


def signed_by_ed25519(private: bytes, message: bytes) -> bytes:
    """Sign with an Ed25519 private key of 32 bytes, as an SSH signature blob."""
    return wire_string(b"ssh-ed25519") + wire_string(_private(private).sign(message))


def _private(private: bytes) -> ed25519.Ed25519PrivateKey:
    if len(private) != 32:
        raise InputError("an Ed25519 private key has 32 bytes", hint="give its seed alone")
    return ed25519.Ed25519PrivateKey.from_private_bytes(private)


def _ed25519(wire: Wire) -> tuple[bytes, Holds]:
    point = wire.string()
    y = int.from_bytes(point, "little") & (2**255 - 1)
    if len(point) != 32 or y >= _ED25519_FIELD or y in _SMALL_ORDER:
        raise wire.malformed("it is no Ed25519 point that can be a key")
    key = ed25519.Ed25519PublicKey.from_public_bytes(point)

    def holds(_kind: str, signature: bytes, message: bytes) -> None:
        key.verify(signature, message)

    return b"ed25519" + point, holds


def _ecdsa(wire: Wire, name: str) -> tuple[bytes, Holds]:
    curve, size, hashed = _CURVES[name]
    if wire.text() != name:
        raise wire.malformed("its curve is not that of its type")
    point = wire.string()
    if len(point) != 1 + 2 * size or point[0] != 4:
        raise wire.malformed("its point is not an uncompressed one")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except ValueError:
        raise wire.malformed("its point is not on the curve") from None

    def holds(_kind: str, signature: bytes, message: bytes) -> None:
        inner = Wire(signature, what="the signature")
        der = utils.encode_dss_signature(inner.integer(), inner.integer())
        inner.end()
        key.verify(der, message, ec.ECDSA(hashed))

    return name.encode() + point, holds


def _rsa(wire: Wire) -> tuple[bytes, Holds]:
    exponent, modulus = wire.integer(), wire.integer()
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise InputError(
            f"an RSA key of {modulus.bit_length()} bits does not count; "
            f"{MIN_RSA_BITS} to {MAX_RSA_BITS} do",
            hint=_OTHER_KEY,
        )
    if exponent.bit_length() > _MAX_EXPONENT_BITS:
        raise wire.malformed("its exponent is not one that keys have")
    try:
        key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise wire.malformed("its numbers are not an RSA key's") from None

    def holds(kind: str, signature: bytes, message: bytes) -> None:
        key.verify(signature, message, padding.PKCS1v15(), _RSA_HASHES[kind])

    # whoever can sign with one exponent can sign with any other
    return b"rsa" + modulus.to_bytes(MAX_RSA_BITS // 8, "big"), holds
