"""BIP-85: children of a key, by two implementations: phrases, keys and bytes of their own."""

from __future__ import annotations

import hmac
from enum import StrEnum

from ceremonies.bitcoin import children, second_opinion
from ceremonies.bitcoin.derivation import HARDENED, format_path
from ceremonies.errors import InputError, IntegrityError
from ceremonies.frozen import Frozen
from ceremonies.keys import bip39
from ceremonies.keys.account import ROADS, fingerprint_of
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.network import Network
from ceremonies.secret import Secret

LANGUAGES = (
    *("english", "japanese", "korean", "spanish", "chinese_simplified", "chinese_traditional"),
    *("french", "italian", "czech", "portuguese"),
)
"""The languages that BIP-85 has a number for, in the order of these numbers."""

_PURPOSE = 83696968
_LEAST_BYTES, _MOST_BYTES = 16, 64


class Kind(StrEnum):
    """What a child is."""

    WORDS = "words"
    XPRV = "xprv"
    WIF = "wif"
    HEX = "hex"


class Child(Frozen, kw_only=True):
    """A child: `written` is one line of UTF-8 without its end.

    `fingerprint` is that of the master key it makes, 8 hex digits, None for bytes and single keys.
    """

    kind: Kind
    path: str
    written: Secret
    fingerprint: str | None
    agreed_by: tuple[str, ...] = ROADS


def path_of(
    kind: Kind, *, count: int = 24, language: str = "english", size: int = 64, index: int = 0
) -> tuple[int, ...]:
    """Return the path of a child; `count` and `language` are of words alone, `size` of bytes.

    Raises:
        InputError: BIP-85 has no such child.
    """
    match kind:
        case Kind.WORDS:
            bip39.insist_count(count)
            if language not in LANGUAGES:
                raise InputError(
                    "this language has no number in BIP-85",
                    hint=f"use one of {', '.join(LANGUAGES)}",
                )
            return _path(39, LANGUAGES.index(language), count, index=index)
        case Kind.XPRV:
            return _path(32, index=index)
        case Kind.WIF:
            return _path(2, index=index)
        case Kind.HEX:
            if not _LEAST_BYTES <= size <= _MOST_BYTES:
                raise InputError(f"there is no BIP-85 child of {size} bytes", hint="use 16 to 64")
            return _path(128169, size, index=index)


def words(
    seed: Secret, network: Network, *, count: int, language: str = "english", index: int = 0
) -> Child:
    """Derive a phrase of 12, 15, 18, 21 or 24 words from a BIP-32 seed.

    Raises:
        InputError: no such number of words, language or index.
        IntegrityError: two implementations disagree.
    """
    path = path_of(Kind.WORDS, count=count, language=language, index=index)
    entropy = Secret(_forms(seed, path, network).entropy.reveal()[: count // 3 * 4])
    child = Seed(Scheme.BIP39, entropy, language)
    return Child(
        kind=Kind.WORDS,
        path=format_path(path),
        written=child.written(),
        fingerprint=fingerprint_of(child, None),
    )


def xprv(seed: Secret, network: Network, *, index: int = 0) -> Child:
    """Derive an extended private key, the root of a keychain of its own, from a BIP-32 seed.

    Raises:
        InputError: no such index.
        IntegrityError: two implementations disagree.
    """
    path = path_of(Kind.XPRV, index=index)
    forms = _forms(seed, path, network)
    data = forms.entropy.reveal()
    # the reverse of BIP-32's order
    written, fingerprint = second_opinion.master_xprv(Secret(data[32:]), Secret(data[:32]), network)
    if forms.xprv is None or forms.xprv != written:
        raise _disagreement()
    return Child(kind=Kind.XPRV, path=format_path(path), written=written, fingerprint=fingerprint)


def wif(seed: Secret, network: Network, *, index: int = 0) -> Child:
    """Derive a single private key in WIF, as Bitcoin Core's `hdseed` is written.

    Raises:
        InputError: no such index.
        IntegrityError: two implementations disagree.
    """
    path = path_of(Kind.WIF, index=index)
    forms = _forms(seed, path, network)
    written = second_opinion.wif(Secret(forms.entropy.reveal()[:32]), network)
    if forms.wif is None or forms.wif != written:
        raise _disagreement()
    return Child(kind=Kind.WIF, path=format_path(path), written=written, fingerprint=None)


def hexadecimal(seed: Secret, network: Network, *, size: int, index: int = 0) -> Child:
    """Derive 16 to 64 bytes, written in hexadecimal, from a BIP-32 seed.

    Raises:
        InputError: no such number of bytes or index.
        IntegrityError: two implementations disagree.
    """
    path = path_of(Kind.HEX, size=size, index=index)
    written = Secret(_forms(seed, path, network).entropy.reveal()[:size].hex().encode("ascii"))
    return Child(kind=Kind.HEX, path=format_path(path), written=written, fingerprint=None)


def _path(*steps: int, index: int) -> tuple[int, ...]:
    if not 0 <= index < HARDENED:
        raise InputError(
            f"there is no child {index}", hint="children are counted from 0 to 2147483647"
        )
    return tuple(step + HARDENED for step in (_PURPOSE, *steps, index))


def _forms(seed: Secret, path: tuple[int, ...], network: Network) -> children.Forms:
    forms = children.child(seed, path, network)
    key = second_opinion.private_key(seed, path)
    if forms.entropy != Secret(hmac.digest(b"bip-entropy-from-k", key.reveal(), "sha512")):
        raise _disagreement()
    return forms


def _disagreement() -> IntegrityError:
    return IntegrityError(
        "two implementations disagree about this child",
        hint="stop; do not use it, and report it with the versions of the libraries",
    )
