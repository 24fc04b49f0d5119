"""Commit, then mix: the machine's part is fixed by its hash before people make theirs.

Neither side can then choose its part to suit the other's. The opening, the part itself in 24 words,
is half of the key: it is copied by hand, never logged, and lets another machine compute the key
once more.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable

from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys import bip39, entropy
from ceremonies.keys.entropy import Source
from ceremonies.secret import Secret

OPENING_WORDS = 24
_PART_BYTES = 32
_DOMAIN = b"custody-cli commitment 1 "
_HEX = re.compile(r"[0-9a-f]{64}")


def draw_part(os_random: Callable[[int], bytes] = os.urandom) -> Source:
    """Draw the machine's part: 32 bytes of the system's generator, as few as can be copied.

    Raises:
        MachineError: the generator is not fit.
    """
    return entropy.system(os_random, size=_PART_BYTES)


def commit(part: Source) -> str:
    """Commit to the machine's part: 64 hexadecimal digits that may be known to everybody.

    SHA-256 over a domain tag and the part in hexadecimal.
    """
    return hashlib.sha256(_DOMAIN + part.data.reveal().hex().encode()).hexdigest()


def opening(part: Source) -> Secret:
    """Write the machine's part as 24 words of BIP-39's English list."""
    return bip39.encode(part.data)


def read_opening(words: Secret) -> Source:
    """Read the machine's part from its 24 words.

    Raises:
        InputError: they are none, by position and never by word.
    """
    data, _ = bip39.decode(words, "english")
    if len(data) != _PART_BYTES:
        raise InputError(
            "the machine's part has 24 words", hint="check that this is not the phrase of a key"
        )
    return Source(kind="system", data=data, bits=entropy.MOST_BITS)


def read_commitment(text: str) -> str:
    """Read a commitment as people copy it: 64 small hexadecimal digits are returned.

    Raises:
        InputError: it is none.
    """
    said = "".join(text.split()).lower()
    if not _HEX.fullmatch(said):
        raise InputError(
            "the commitment is not 64 hexadecimal digits", hint="read it again from its record"
        )
    return said


def insist_committed(part: Source, commitment: str) -> None:
    """Insist that this is the part that was committed to.

    Raises:
        InputError: the commitment is not 64 hexadecimal digits.
        IntegrityError: it is another part.
    """
    if commit(part) != read_commitment(commitment):
        raise IntegrityError(
            "the machine's part is not the one that it committed to",
            hint="check words and commitment; if both are right, the machine changed its part "
            "afterwards: do not use the key",
        )
