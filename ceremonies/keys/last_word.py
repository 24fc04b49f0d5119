"""The last word of a BIP-39 phrase, which is mostly checksum: those there can be, or one drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ceremonies.errors import InputError
from ceremonies.keys import bip39
from ceremonies.keys import wordlist as lists
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret

if TYPE_CHECKING:
    from ceremonies.keys.entropy import Pool

COUNTS = tuple(count - 1 for count in bip39.WORD_COUNTS)
"""How many words there can be before the last one."""

_WORD_BITS = 11


def possible(words: Secret, language: str | None = None) -> tuple[Seed, ...]:
    """Complete 11, 14, 17, 20 or 23 words in every way: 128, 64, 32, 16 or 8 phrases.

    They are in the order of the list.

    Raises:
        InputError: another number of words, words of no list, or of several lists and none named.
        IntegrityError: the two BIP-39 implementations disagree.
    """
    said = lists.read_words(words, what="the beginning")
    if len(said) not in COUNTS:
        raise InputError(
            f"a phrase lacks its last word after 11, 14, 17, 20 or 23 words, not {len(said)}",
            hint="write all the words but the last",
        )
    found = language or _only_language(said)
    listed = {word: number for number, word in enumerate(bip39.wordlist(found))}
    lists.insist_listed(said, listed, what="the beginning", of_list=found)
    begun = 0
    for word in said:
        begun = begun << _WORD_BITS | listed[word]
    size = (len(said) + 1) // 3 * 4
    free = 8 * size - _WORD_BITS * len(said)
    return tuple(
        Seed(Scheme.BIP39, Secret((begun << free | last).to_bytes(size, "big")), found)
        for last in range(1 << free)
    )


def word_of(seed: Seed) -> Secret:
    """Return the last word of a phrase, UTF-8."""
    return Secret(seed.written().reveal().decode().split()[-1].encode())


def draw(seeds: tuple[Seed, ...], pool: Pool) -> Seed:
    """Draw one of the possible phrases from a pool, each as likely as any other.

    Raises:
        IntegrityError: the two HKDF implementations disagree.
    """
    # how many there are is a power of two, so the remainder has no bias
    drawn = int.from_bytes(pool.expand("bip39-last-word", 2).reveal(), "big")
    return seeds[drawn % len(seeds)]


def _only_language(words: tuple[str, ...]) -> str:
    languages = bip39.candidates(words)
    if len(languages) > 1:
        raise InputError(
            f"these words are in the lists of {lists.in_a_row(languages)}",
            hint="name the language with --language",
        )
    return languages[0]
