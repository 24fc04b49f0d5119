"""Seed XOR: a phrase as several phrases of the same length, all of which are needed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from hashlib import sha256
from itertools import count
from operator import xor

from ceremonies.errors import InputError, IntegrityError, Refused
from ceremonies.frozen import Frozen
from ceremonies.keys import bip39
from ceremonies.keys.card import Group
from ceremonies.keys.entropy import Pool
from ceremonies.keys.mark import is_marked, with_mark
from ceremonies.keys.rehearsal import insist_kind
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.keys.wordlist import read_words
from ceremonies.secret import Secret


class Part(Frozen, kw_only=True):
    """One part: a valid BIP-39 phrase that says nothing of its set; `words` is UTF-8."""

    words: Secret
    entropy: Secret
    language: str


def insist_group(group: Group) -> None:
    """Refuse a group of which not all are needed.

    Raises:
        InputError: fewer than two parts, or fewer needed than there are.
    """
    if group.needs != group.of or group.of < 2:
        raise InputError(
            f"a Seed XOR is not {group.needs} of {group.of}: all its parts are needed",
            hint="write 2of2, 3of3 and so on; where a part may be lost, use SLIP-39 or codex32",
        )


def split(seed: Seed, group: Group, *, pool: Pool, rehearsal: bool = False) -> tuple[Part, ...]:
    """Split an English phrase into parts; all chance comes from `pool`.

    The phrase has been put together again, word by word as on paper, before they are returned. In
    earnest no part carries the practice mark. In a `rehearsal` all do; of an even number the last
    cannot, since the marks of two parts cancel out: it begins with 33 zero bits instead.

    Raises:
        InputError: not all parts would be needed, or the seed is no phrase's, or is nothing but
            zeros.
        Refused: the phrase is not English, or is a rehearsal's where it may not be, or is not
            where it must.
        MachineError: the pool is worth fewer bits than the seed.
        IntegrityError: the parts do not give the phrase back.
    """
    insist_group(group)
    if seed.scheme is not Scheme.BIP39:
        raise InputError(
            "a Seed XOR is made of a phrase, and this is a master secret",
            hint="use SLIP-39 cards or codex32 shares",
        )
    if not any(seed.secret.reveal()):
        raise InputError(
            "a phrase that is nothing but zeros cannot be hidden", hint="everybody knows it"
        )
    if seed.language != "english":
        raise Refused(
            "the parts of a Seed XOR are English phrases, and this phrase is not English",
            hint="they would give back an English phrase, which is another key: make a new key",
        )
    insist_kind(seed, rehearsal=rehearsal)
    pool.insist(8 * len(seed.secret))
    draws = (_entropies(pool, seed, group, turn, rehearsal=rehearsal) for turn in count())
    entropies = next(drawn for drawn in draws if rehearsal or not any(map(is_marked, drawn)))
    parts = tuple(
        Part(words=bip39.encode(entropy), entropy=entropy, language="english")
        for entropy in entropies
    )
    if combine(parts) != seed:
        raise _disagreement()
    return parts


def read_part(written: Secret, language: str | None = None) -> Part:
    """Read one part, which is read like any phrase.

    Raises:
        InputError: it is no phrase, by position and never by word.
        IntegrityError: the two BIP-39 implementations disagree.
    """
    entropy, found = bip39.decode(written, language)
    words = " ".join(read_words(written, what="the part"))
    return Part(words=Secret(words.encode()), entropy=entropy, language=found)


def combine(parts: Sequence[Part]) -> Seed:
    """Put the parts together, by their entropy and again by their words.

    **A part that is missing or foreign is not noticed here**: any parts give a phrase, so compare
    the fingerprint with the one on record.

    Raises:
        InputError: fewer than two, one twice, or different lengths or languages; parts are named
            by position, counting from 1.
        IntegrityError: the two ways disagree.
    """
    if len(parts) < 2:
        raise InputError(
            f"a Seed XOR has two parts or more, and {len(parts)} given", hint="give every part"
        )
    insist_together(parts)
    found = Seed(Scheme.BIP39, _xored([part.entropy for part in parts]), parts[0].language)
    if _word_by_word(parts) != found.secret:
        raise _disagreement()
    return found


def insist_together(parts: Sequence[Part]) -> None:
    """Refuse parts that cannot be of one set; there may be too few of them.

    Raises:
        InputError: one twice, or different lengths or languages; named by position, from 1.
    """
    for number, part in enumerate(parts, start=1):
        for earlier, other in enumerate(parts[: number - 1], start=1):
            if part.entropy == other.entropy:
                raise InputError(
                    f"parts {earlier} and {number} are the same", hint="bring a different part"
                )
            if len(part.entropy) != len(other.entropy) or part.language != other.language:
                raise InputError(
                    f"parts {earlier} and {number} differ in their length or language",
                    hint="one of them is of another set",
                )


def draw_set_id(pool: Pool) -> str:
    """Draw the name that a set has in its record, where parts say nothing: 15 bits in hex."""
    drawn = int.from_bytes(pool.expand("seed-xor-set", 2).reveal(), "big")
    return f"{drawn & 0x7FFF:04x}"


def _entropies(pool: Pool, seed: Seed, group: Group, turn: int, *, rehearsal: bool) -> list[Secret]:
    name = f"{group} {turn}" if turn else f"{group}"
    drawn = [_draw(pool, seed, f"{name} {number}") for number in range(1, group.of)]
    if rehearsal:
        drawn = [with_mark(entropy) for entropy in drawn]
    return [*drawn, _xored([seed.secret, *drawn])]


def _draw(pool: Pool, seed: Seed, name: str) -> Secret:
    # what is split is mixed in too: one pool never hides two phrases behind the same parts
    context = sha256(seed.secret.reveal()).digest() + name.encode()
    return pool.expand("seed-xor", len(seed.secret), context)


def _xored(secrets: Sequence[Secret]) -> Secret:
    pieces = [secret.reveal() for secret in secrets]
    return Secret(bytes(reduce(xor, column) for column in zip(*pieces, strict=True)))


def _word_by_word(parts: Sequence[Part]) -> Secret:
    """Add the numbers of the words, 11 bits each, and leave the checksum of the parts out."""
    listed = {word: number for number, word in enumerate(bip39.wordlist(parts[0].language))}
    total = 0
    for part in parts:
        number = 0
        for word in part.words.reveal().decode().split():
            number = number << 11 | listed[word]
        total ^= number
    size = len(parts[0].entropy)
    return Secret((total >> size // 4).to_bytes(size, "big"))


def _disagreement() -> IntegrityError:
    return IntegrityError(
        "the two ways to put a Seed XOR together disagree",
        hint="stop; do not use these parts, and report it with the version of this program",
    )
