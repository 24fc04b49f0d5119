"""BIP-39 phrases: entropy as words and back, by two implementations that must agree."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ceremonies.bitcoin import mnemonics
from ceremonies.errors import InputError, IntegrityError
from ceremonies.keys import wordlist as lists
from ceremonies.secret import Secret

if TYPE_CHECKING:
    from mnemonic import Mnemonic

WORD_COUNTS = (12, 15, 18, 21, 24)
ENTROPY_BYTES = (16, 20, 24, 28, 32)

_OTHER_SCRIPTS = ("chinese_simplified", "chinese_traditional", "japanese", "korean", "russian")
"""Lists without a word of Latin letters; they are not loaded for words of nothing else."""


@cache
def languages() -> tuple[str, ...]:
    """Name the languages that both implementations have a list for, in alphabetical order."""
    from mnemonic import Mnemonic

    return tuple(sorted(set(Mnemonic.list_languages()) & set(mnemonics.LANGUAGES)))


@cache
def wordlist(language: str = "english") -> tuple[str, ...]:
    """Return the 2,048 words of a language, NFKD.

    Raises:
        InputError: there is no such language.
    """
    from mnemonic import Mnemonic

    # insisted on before the name becomes part of a path
    if language not in languages():
        raise InputError("no such language", hint=f"use one of {', '.join(languages())}")
    # the library looks words up in NFKD, but its Russian and Turkish lists are not written so
    return tuple(lists.normal("\n".join(Mnemonic(language).wordlist)).split("\n"))


def nearest(word: str, language: str = "english") -> tuple[str, ...]:
    """Find at most three words that a mistyped one may have meant, best first."""
    return lists.nearest(word, wordlist(language))


def complete(prefix: str, language: str = "english") -> tuple[str, ...]:
    """Find the words that begin so: in English at most one after four letters."""
    return lists.complete(prefix, wordlist(language))


def insist_count(words: int) -> None:
    """Refuse a number of words that no phrase has.

    Raises:
        InputError: it is not 12, 15, 18, 21 or 24.
    """
    if words not in WORD_COUNTS:
        raise InputError(f"there are no phrases of {words} words", hint="use 12, 15, 18, 21 or 24")


def encode(entropy: Secret, language: str = "english") -> Secret:
    """Write 16, 20, 24, 28 or 32 bytes as a phrase, in UTF-8 (BIP-39).

    Raises:
        InputError: another number of bytes, or no such language.
        IntegrityError: the two implementations disagree.
    """
    if len(entropy) not in ENTROPY_BYTES:
        raise InputError(
            f"{len(entropy)} bytes are no BIP-39 entropy",
            hint="BIP-39 has phrases for 16, 20, 24, 28 and 32 bytes",
        )
    first = _first(language)
    phrase = _joined(lists.normal(first.to_mnemonic(entropy.reveal())).split(), first.delimiter)
    _insist_equal(_spaced(phrase), _spaced(mnemonics.bip39_phrase(entropy, language)))
    return phrase


def decode(phrase: Secret, language: str | None = None) -> tuple[Secret, str]:
    """Read a phrase in any language, or in the one named: its entropy and its language (BIP-39).

    Where a phrase is valid in two lists with the same entropy (Chinese), the first of them in
    alphabetical order is named.

    Raises:
        InputError: a wrong number of words, words of no list, a wrong checksum, or a phrase
            that says different things in two languages; by position, never by word.
        IntegrityError: the two implementations disagree.
    """
    words = lists.read_words(phrase, what="the phrase")
    if len(words) not in WORD_COUNTS:
        raise InputError(
            f"a phrase has 12, 15, 18, 21 or 24 words, not {len(words)}",
            hint="check that no word is missing or written twice",
        )
    tried_in = candidates(words) if language is None else (language,)
    tried = ((name, _entropy(words, name)) for name in tried_in)
    readings = {name: entropy for name, entropy in tried if entropy is not None}
    if not readings:
        raise InputError(
            "the checksum of the phrase does not match",
            hint="every word is in the list: check for a wrong one and for their order",
        )
    (found, entropy), *others = readings.items()
    if any(other != entropy for _, other in others):
        raise InputError(
            f"the phrase can be read in {lists.in_a_row(list(readings))}, with different results",
            hint="name its language with --language",
        )
    _insist_equal(entropy, mnemonics.bip39_entropy(_joined(words), found))
    return entropy, found


def stretch(phrase: Secret, passphrase: Secret | None = None) -> Secret:
    """Stretch a valid phrase and a passphrase to the 64 bytes of a BIP-32 seed (BIP-39).

    Both are taken in NFKD; the white space of the passphrase is left as it is.

    Raises:
        InputError: the passphrase is not UTF-8.
        IntegrityError: the two implementations disagree.
    """
    from mnemonic import Mnemonic

    spaced = _spaced(phrase)
    extra = lists.read_text(passphrase, what="the passphrase") if passphrase is not None else ""
    seed = Secret(Mnemonic.to_seed(spaced.reveal().decode(), extra))
    _insist_equal(seed, mnemonics.bip39_seed(spaced, extra))
    return seed


def candidates(words: tuple[str, ...]) -> tuple[str, ...]:
    """Name the languages that words may be of: those that know all of them, or else the closest."""
    in_latin = all(map(str.isascii, words))
    possible = [name for name in languages() if not (in_latin and name in _OTHER_SCRIPTS)]
    known = {name: sum(word in _positions(name) for word in words) for name in possible}
    complete_in = tuple(name for name, count in known.items() if count == len(words))
    if complete_in:
        return complete_in
    # the language most of the words are of; English where that says nothing
    closest = max(known, key=lambda name: (known[name], name == "english"))
    return (closest,)


@cache
def _first(language: str) -> Mnemonic:
    from mnemonic import Mnemonic

    return Mnemonic(language, list(wordlist(language)))


@cache
def _positions(language: str) -> frozenset[str]:
    return frozenset(wordlist(language))


def _entropy(words: tuple[str, ...], language: str) -> Secret | None:
    first = _first(language)
    lists.insist_listed(words, _positions(language), what="the phrase", of_list=language)
    try:
        return Secret(first.to_entropy(list(words)))
    except ValueError:
        return None


def _joined(words: list[str] | tuple[str, ...], delimiter: str = " ") -> Secret:
    return Secret(delimiter.join(words).encode())


def _spaced(phrase: Secret) -> Secret:
    return _joined(lists.read_words(phrase, what="the phrase"))


def _insist_equal(first: Secret, second: Secret) -> None:
    if first != second:
        raise IntegrityError(
            "the two BIP-39 implementations disagree",
            hint="stop; do not use this key, and report it with the versions of the libraries",
        )
