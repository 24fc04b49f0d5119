"""The secret that everything is derived from, and which of two schemes it belongs to."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import count
from typing import TYPE_CHECKING

from ceremonies.errors import InputError
from ceremonies.frozen import Frozen
from ceremonies.keys import bip39
from ceremonies.keys.mark import is_marked, with_mark
from ceremonies.secret import Secret

if TYPE_CHECKING:
    from ceremonies.keys.entropy import Pool

_MARK = b"slip39:"
_CODEX32 = b"ms1"
_BARE_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){16,64}")
_CARD_WORDS = (20, 33)
_LEAST_MASTER, _MOST_MASTER = 16, 64


class Scheme(StrEnum):
    """How a secret becomes a BIP-32 seed.

    The same bytes are different keys under the two, so every script, card and log names one.
    """

    BIP39 = "bip39"
    SLIP39 = "slip39"


class Seed(Frozen):
    """A secret and its scheme.

    `secret` is, under `bip39`, the BIP-39 entropy (16, 20, 24, 28 or 32 bytes); under `slip39`,
    the master secret (16 to 64 bytes), which *is* the BIP-32 seed; SLIP-39 splits an even number.
    `language` is the phrase's, and always `english` under `slip39`.

    Raises:
        InputError: the secret has a length its scheme does not have.
    """

    scheme: Scheme
    secret: Secret
    language: str = "english"

    def __post_init__(self) -> None:
        size = len(self.secret)
        if self.scheme is Scheme.BIP39:
            if size not in bip39.ENTROPY_BYTES:
                raise InputError(
                    f"{size} bytes are no BIP-39 entropy",
                    hint="if these bytes are a master secret, the scheme is slip39",
                )
        elif not _LEAST_MASTER <= size <= _MOST_MASTER:
            raise InputError(
                f"{size} bytes are no master secret",
                hint="it has 16 to 64 bytes; usual are 16, 32 and 64",
            )

    def bip32_seed(self, passphrase: Secret | None = None) -> Secret:
        """Return the BIP-32 seed: 64 bytes under `bip39`, the secret itself under `slip39`.

        Raises:
            InputError: a passphrase under `slip39`, where it belongs to the cards.
            IntegrityError: the two BIP-39 implementations disagree.
        """
        if self.scheme is Scheme.BIP39:
            return bip39.stretch(self.written(), passphrase)
        if passphrase is not None:
            raise InputError(
                "a slip39 master secret takes no passphrase",
                hint="the passphrase belongs to the cards: give it when they are recovered",
            )
        return Secret(self.secret.reveal())

    def written(self) -> Secret:
        """Write it as `read_seed` reads it: the phrase, or `slip39:` and hexadecimal; UTF-8."""
        if self.scheme is Scheme.BIP39:
            return bip39.encode(self.secret, self.language)
        return Secret(_MARK + self.secret.reveal().hex().encode())


def draw_seed(pool: Pool, *, words: int, rehearsal: bool = False) -> Seed:
    """Make a new BIP-39 seed of 12, 15, 18, 21 or 24 words from mixed entropy.

    For a `rehearsal` it carries the mark (`ceremonies.keys.mark`); otherwise it never does.

    Raises:
        InputError: another number of words.
        MachineError: the pool is worth fewer bits than the seed has.
    """
    bip39.insist_count(words)
    size = words // 3 * 4
    pool.insist(size * 8)
    if rehearsal:
        # a purpose of its own: it tells nothing of a real seed that the same pool would give
        return Seed(Scheme.BIP39, with_mark(pool.expand("bip39-rehearsal", size)))
    draws = (
        pool.expand("bip39-entropy", size, turn.to_bytes(4, "big") if turn else b"")
        for turn in count()
    )
    return Seed(Scheme.BIP39, next(entropy for entropy in draws if not is_marked(entropy)))


def read_seed(written: Secret, language: str | None = None) -> Seed:
    """Read a seed as people keep it: a BIP-39 phrase, `slip39:HEX`, or a seed in codex32.

    The phrase may be in any language, or must be in the one that is named. A codex32 string is a
    master secret too: both are the BIP-32 seed itself.

    Raises:
        InputError: neither, by position and never by word; bare hexadecimal too, because it
            does not say which scheme it is of.
        IntegrityError: the two BIP-39 implementations disagree.
    """
    text = written.reveal().strip()
    if text[: len(_MARK)].lower() == _MARK:
        return Seed(Scheme.SLIP39, _master_secret(text[len(_MARK) :]))
    if text[: len(_CODEX32)].lower() == _CODEX32:
        return Seed(Scheme.SLIP39, _codex32_seed(written))
    if _BARE_HEX.fullmatch(text):
        raise InputError(
            "bare hexadecimal does not say its scheme",
            hint="write a SLIP-39 master secret as slip39:HEX, and BIP-39 entropy as its words",
        )
    words = len(text.split())
    if words in _CARD_WORDS:
        raise InputError(
            f"a phrase has 12, 15, 18, 21 or 24 words, not {words}",
            hint="this may be a SLIP-39 card: give it as a share",
        )
    entropy, found = bip39.decode(written, language)
    return Seed(Scheme.BIP39, entropy, found)


def _codex32_seed(written: Secret) -> Secret:
    from ceremonies.keys import codex32

    found = codex32.read(written)
    if not found.is_secret:
        raise InputError(
            "this is a codex32 share, and not the seed itself", hint="give it as a share"
        )
    return found.seed()


def _master_secret(digits: bytes) -> Secret:
    if not re.fullmatch(rb"(?:[0-9a-fA-F]{2})*", digits):
        raise InputError(
            "what follows slip39: is not hexadecimal",
            hint="write two hexadecimal digits for each byte, without spaces",
        )
    return Secret(bytes.fromhex(digits.decode("ascii")))
