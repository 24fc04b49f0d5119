"""SeedQR and CompactSeedQR: what a QR code of a phrase holds, as digits or as bytes."""

from __future__ import annotations

from ceremonies.errors import InputError, Refused
from ceremonies.keys import bip39
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret

_WORD_COUNTS = (12, 24)
_COMPACT = tuple(count * 4 // 3 for count in _WORD_COUNTS)
_DIGITS = 4


def digits(seed: Seed) -> Secret:
    """Write a phrase of 12 or 24 words as a SeedQR: four digits for the number of each word.

    Raises:
        InputError: another number of words, or no phrase.
        Refused: the phrase is not English: readers take the numbers for English words.
    """
    _insist(seed)
    listed = {word: number for number, word in enumerate(bip39.wordlist())}
    words = seed.written().reveal().decode().split()
    return Secret("".join(f"{listed[word]:0{_DIGITS}}" for word in words).encode("ascii"))


def compact(seed: Seed) -> Secret:
    """Write a phrase of 12 or 24 words as a CompactSeedQR: its 16 or 32 bytes of entropy.

    Raises:
        InputError: another number of words, or no phrase.
        Refused: the phrase is not English.
    """
    _insist(seed)
    return Secret(seed.secret.reveal())


def read_digits(written: Secret) -> Seed:
    """Read what a SeedQR holds; white space between the digits does not matter.

    Raises:
        InputError: it is not that; words are named by position.
        IntegrityError: the two BIP-39 implementations disagree.
    """
    if not is_digits(written):
        raise InputError(
            "this is no SeedQR", hint="it is 48 digits for 12 words, or 96 digits for 24"
        )
    text = b"".join(written.reveal().split())
    numbers = [int(text[at : at + _DIGITS]) for at in range(0, len(text), _DIGITS)]
    listed = bip39.wordlist()
    for position, number in enumerate(numbers, start=1):
        if number >= len(listed):
            raise InputError(
                f"word {position} of the SeedQR has a number that no word has",
                hint="each group of four digits is at most 2047",
            )
    phrase = Secret(" ".join(listed[number] for number in numbers).encode())
    entropy, _ = bip39.decode(phrase, "english")
    return Seed(Scheme.BIP39, entropy)


def read_compact(written: Secret) -> Seed:
    """Read what a CompactSeedQR holds: exactly 16 or 32 bytes, which have no checksum.

    Raises:
        InputError: another number of bytes.
    """
    if len(written) not in _COMPACT:
        raise InputError(
            f"{len(written)} bytes are no CompactSeedQR",
            hint="it is the 16 bytes of 12 words or the 32 of 24, with nothing behind them",
        )
    return Seed(Scheme.BIP39, Secret(written.reveal()))


def is_digits(written: Secret) -> bool:
    """Whether a text has as many digits as a SeedQR, and nothing else but white space."""
    text = b"".join(written.reveal().split())
    return text.isdigit() and len(text) in [count * _DIGITS for count in _WORD_COUNTS]


def text_in(code: Secret) -> Secret:
    """Return what the code of a secret says, as people write it: the words of either SeedQR.

    Any other text stays as it is. Of 16 or 32 bytes that are text not one CompactSeedQR in
    millions is made, and it can still be read as what it is (`read_compact`).

    Raises:
        InputError: it is a damaged SeedQR, or neither text nor a CompactSeedQR.
        IntegrityError: the two BIP-39 implementations disagree.
    """
    content = code.reveal()
    if is_digits(code):
        return read_digits(code).written()
    if content.isascii() and all(0x20 <= byte < 0x7F or byte in b"\t\r\n" for byte in content):
        return Secret(content)
    if len(content) in _COMPACT:
        return read_compact(code).written()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(
            f"the code holds {len(content)} bytes, which are neither words nor a SeedQR",
            hint="a CompactSeedQR holds 16 bytes, or 32",
        ) from None
    return Secret(content)


def _insist(seed: Seed) -> None:
    if seed.scheme is not Scheme.BIP39 or len(seed.secret) * 3 // 4 not in _WORD_COUNTS:
        raise InputError(
            "a SeedQR is made of a phrase of 12 or 24 words", hint="this key is not one"
        )
    if seed.language != "english":
        raise Refused(
            "a SeedQR does not remember a language, and this phrase is not English",
            hint="its reader would take it for an English phrase, which is another key",
        )
