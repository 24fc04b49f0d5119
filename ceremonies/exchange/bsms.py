"""The envelope of BSMS records: a token, a key from it, AES-256-CTR, and a MAC (BIP-129)."""

from __future__ import annotations

import hashlib
import hmac

from ceremonies import strict
from ceremonies.errors import InputError, IntegrityError
from ceremonies.secret import Secret

UNENCRYPTED = "00"
"""The token of a session without encryption."""

MAX_SIZE = 1024 * 1024
_MAC_SIZE = 32
_TOKEN_DIGITS = (16, 32)


def token_text(token: Secret) -> Secret:
    """Return a token as BIP-129 writes it: 16 or 32 hexadecimal digits in lower case.

    Raises:
        InputError: it is no token; what was given is not repeated.
    """
    text = token.reveal().decode("ascii", "replace").strip().lower()
    if len(text) not in _TOKEN_DIGITS or not set(text) <= set("0123456789abcdef"):
        raise InputError(
            "the token is not 16 or 32 hexadecimal digits",
            hint="write the token that the coordinator gave in hexadecimal",
        )
    return Secret(text.encode())


def seal(record: str, token: Secret) -> str:
    """Encrypt a record: MAC and ciphertext in hexadecimal, one line."""
    text = token_text(token).reveal()
    key = _key(text)
    data = record.encode()
    mac = _mac(key, text, data)
    return (mac + _aes_ctr(key, mac[:16], data)).hex()


def open_sealed(data: bytes, token: Secret) -> str:
    """Decrypt a record and prove its MAC.

    Raises:
        InputError: it is no such envelope.
        IntegrityError: the MAC is not that of the text under this token.
    """
    text = token_text(token).reveal()
    sealed = strict.hex_bytes(data.decode("ascii", "replace").strip(), what="the encrypted record")
    if len(sealed) <= _MAC_SIZE:
        raise InputError("the encrypted record is too short", hint="copy it whole")
    key, mac = _key(text), sealed[:_MAC_SIZE]
    opened = _aes_ctr(key, mac[:16], sealed[_MAC_SIZE:])
    if not hmac.compare_digest(mac, _mac(key, text, opened)):
        raise IntegrityError(
            "the record's MAC is not that of its text under this token",
            hint="it is another session's token, or the record was changed",
        )
    return opened.decode("utf-8", "replace")


def is_sealed(data: bytes) -> bool:
    """Whether a file looks like an encrypted record: nothing but hexadecimal digits."""
    text = data.strip()
    return len(text) > 2 * _MAC_SIZE and not text.translate(None, b"0123456789abcdefABCDEF")


def _key(token: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", b"No SPOF", bytes.fromhex(token.decode()), 2048, 32)


def _mac(key: bytes, token: bytes, data: bytes) -> bytes:
    return hmac.new(hashlib.sha256(key).digest(), token + data, "sha256").digest()


def _aes_ctr(key: bytes, start: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CTR(start)).encryptor().update(data)
