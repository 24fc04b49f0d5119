"""OpenSSH signatures over a message, as `ssh-keygen -Y sign` makes them (PROTOCOL.sshsig)."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass

from ceremonies.errors import InputError, IntegrityError
from ceremonies.log.sshkey import PublicKey, Wire, public_key_of, signed_by_ed25519, wire_string
from ceremonies.strict import base64_bytes

NAMESPACE = "ceremony-seal-v1"
"""What a signature over a seal is made for; one made for anything else does not count."""

EXPOSED_NAMESPACE = "ceremony-seal-v1-key-exposed"
"""What a signature is made for by a key that was on the machine of a ceremony: it never counts."""

MAX_SIZE = 16 * 1024
"""The longest armored signature that is read, in bytes; RSA of 16,384 bits needs half of it."""

INTENT_NAMESPACE = "ceremony-intent-v1"
"""What a signature over the approval of an intent is made for."""

_MAGIC = b"SSHSIG"
_VERSION = 1
_WIDTH = 70
_BEGIN = b"-----BEGIN SSH SIGNATURE-----"
_END = b"-----END SSH SIGNATURE-----"
# lines of 76 at most, as the protocol advises; ssh-keygen writes 70
_ARMORED = re.compile(_BEGIN + rb"\n((?:[A-Za-z0-9+/=]{1,76}\n)+)" + _END + rb"\n?")
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_AGAIN = "sign again with `ssh-keygen -Y sign`, for the namespace that is asked for"


@dataclass(frozen=True, kw_only=True)
class _Envelope:
    """One signature, taken apart; `signature` is a blob of the key's own type."""

    key: bytes
    namespace: str
    hash_name: str
    signature: bytes


def verify(armored: bytes, *, message: bytes, namespace: str, key: PublicKey) -> None:
    """Insist that `armored` is a signature of `key` over `message`, made for `namespace`.

    Raises:
        InputError: it is no OpenSSH signature, or of a kind that does not count.
        IntegrityError: it is one, and not this key's over this message for this namespace.
    """
    found, again = _read(armored), f"sign again with `ssh-keygen -Y sign -n {namespace}`"
    if found.key != key.blob:
        raise IntegrityError("the signature was made with another key", hint=again)
    if found.namespace != namespace:
        raise IntegrityError(
            f"the signature was not made for the namespace {namespace}", hint=again
        )
    signed = _signed_over(message, namespace=namespace, hash_name=found.hash_name)
    if not key.signed(found.signature, signed):
        raise IntegrityError("the signature does not hold for this content", hint=again)


def key_in(armored: bytes) -> bytes:
    """Return the public key, as its wire blob, that a signature names as its own.

    Raises:
        InputError: it is no OpenSSH signature, or of a form that does not count.
    """
    return _read(armored).key


def sign_ed25519(private: bytes, message: bytes, namespace: str = NAMESPACE) -> bytes:
    """Sign as `ssh-keygen -Y sign` does, with an Ed25519 private key of 32 bytes, armored."""
    signed = _signed_over(message, namespace=namespace, hash_name="sha512")
    return armored_of(
        public_key_of(private),
        signed_by_ed25519(private, signed),
        namespace=namespace,
        hash_name="sha512",
    )


def armored_of(key: PublicKey, signature: bytes, *, namespace: str, hash_name: str) -> bytes:
    """Put a signature blob of the key's own type into the armor that files have."""
    parts = (key.blob, namespace.encode(), b"", hash_name.encode(), signature)
    blob = _MAGIC + _VERSION.to_bytes(4, "big") + b"".join(wire_string(part) for part in parts)
    text = b64encode(blob)
    lines = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
    return b"\n".join((_BEGIN, *lines, _END, b""))


def _read(armored: bytes) -> _Envelope:
    match = _ARMORED.fullmatch(armored) if len(armored) <= MAX_SIZE else None
    if match is None:
        raise InputError("this is not an armored OpenSSH signature", hint=_AGAIN)
    text = match.group(1).replace(b"\n", b"").decode("ascii")
    wire = Wire(base64_bytes(text, what="the signature"), what="the signature")
    if wire.take(len(_MAGIC)) != _MAGIC or wire.number() != _VERSION:
        raise InputError("this is not an OpenSSH signature of version 1", hint=_AGAIN)
    key, namespace, reserved, hash_name = wire.string(), wire.text(), wire.string(), wire.text()
    found = _Envelope(key=key, namespace=namespace, hash_name=hash_name, signature=wire.string())
    wire.end()
    if reserved or hash_name not in _HASHES:
        raise InputError("the signature is of a form that does not count", hint=_AGAIN)
    return found


def _signed_over(message: bytes, *, namespace: str, hash_name: str) -> bytes:
    digest = _HASHES[hash_name](message).digest()
    parts = (namespace.encode(), b"", hash_name.encode(), digest)
    return _MAGIC + b"".join(wire_string(part) for part in parts)
