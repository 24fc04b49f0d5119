"""SLIP-39: a seed split into cards and recovered from them, by two implementations that agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING

from ceremonies.bitcoin import mnemonics
from ceremonies.errors import InputError, IntegrityError, Refused
from ceremonies.keys import rs1024
from ceremonies.keys import wordlist as lists
from ceremonies.keys.card import MOST_OF_ANYTHING, Card, CardSet, Group
from ceremonies.keys.entropy import Pool
from ceremonies.keys.mark import SET_IDENTIFIER
from ceremonies.keys.quorum import insist_quorum, quorums
from ceremonies.keys.rehearsal import insist_kind
from ceremonies.keys.seed import Scheme, Seed
from ceremonies.secret import Secret

if TYPE_CHECKING:
    from shamir_mnemonic import EncryptedMasterSecret, Share

__all__ = [
    "Card",
    "CardSet",
    "Group",
    "complete",
    "insist_exponent",
    "insist_groups",
    "nearest",
    "read_card",
    "recover",
    "split",
    "wordlist",
]

_MOST_EXPONENT = 15
_IDENTIFIER_MASK = 0x7FFF
_LEAST_WORDS, _MOST_WORDS = 20, 59
_INJECTING = Lock()


@cache
def wordlist() -> tuple[str, ...]:
    """Return the 1,024 words of SLIP-39."""
    from shamir_mnemonic.wordlist import WORDLIST

    return tuple(WORDLIST)


def nearest(word: str) -> tuple[str, ...]:
    """Find at most three words that a mistyped one may have meant, best first."""
    return lists.nearest(word, wordlist())


def complete(prefix: str) -> tuple[str, ...]:
    """Find the words that begin so: at most one after four letters."""
    return lists.complete(prefix, wordlist())


def read_card(words: Secret) -> Card:
    """Read one card: its words, its checksum and what it says of itself.

    Raises:
        InputError: it is no SLIP-39 card; words are named by position.
        IntegrityError: the two implementations disagree.
    """
    from shamir_mnemonic import MnemonicError, Share

    said = lists.read_words(words, what="the card")
    if not _LEAST_WORDS <= len(said) <= _MOST_WORDS:
        raise InputError(
            f"a SLIP-39 card has 20 or 33 words, not {len(said)}",
            hint="check that no word is missing or written twice",
        )
    lists.insist_listed(said, wordlist(), what="the card", of_list="SLIP-39")
    text = " ".join(said)
    share = None
    # suppressed, not replaced: its message quotes words, and would stay reachable as a context
    with suppress(MnemonicError):
        share = Share.from_mnemonic(text)
    if share is None:
        raise _misread(said)
    return _card(share, Secret(text.encode()))


def split(
    seed: Seed,
    groups: Sequence[Group],
    *,
    groups_needed: int,
    pool: Pool,
    passphrase: Secret | None = None,
    rehearsal: bool = False,
    extendable: bool = True,
    exponent: int = 1,
) -> CardSet:
    """Split a seed into cards: `groups_needed` of the groups recover it.

    Under `bip39` the cards hold the BIP-39 entropy and `passphrase`, which is BIP-39's, plays no
    part. Under `slip39` they hold the master secret encrypted with `passphrase`, SLIP-39's
    (printable ASCII). All chance comes from `pool`. The second implementation has recovered the
    seed from every quorum, or from a rotation through every card where there are over 1,000,
    before the cards are returned. For a `rehearsal` the seed must carry the mark, and the cards
    carry its identifier; otherwise neither may. Under an `exponent` of 0 to 15 the passphrase is
    stretched 10,000 x 2^exponent times; that of `extendable` cards does not depend on the set.

    Raises:
        InputError: SLIP-39 has no such groups or exponent, or no cards for an odd number of bytes;
            or the passphrase is not printable ASCII.
        Refused: the phrase is not English: cards do not remember a language; or it is a
            rehearsal's where it may not be, or is not where it must.
        MachineError: the pool is worth fewer bits than the seed.
        IntegrityError: some quorum does not give the seed back.
    """
    from shamir_mnemonic import EncryptedMasterSecret
    from shamir_mnemonic.shamir import split_ems

    insist_groups(groups, groups_needed)
    insist_exponent(exponent)
    if len(seed.secret) % 2:
        raise InputError(
            f"SLIP-39 has no cards for a secret of {len(seed.secret)} bytes, an odd number",
            hint="split it as codex32 shares",
        )
    if seed.language != "english":
        raise Refused(
            "cards do not remember a language, and this phrase is not English",
            hint="they would give back an English phrase, which is another key: make a new key",
        )
    insist_kind(seed, rehearsal=rehearsal)
    pool.insist(8 * len(seed.secret))
    secret_words = _card_passphrase(seed.scheme, passphrase)
    plan = f"{groups_needed} of {' '.join(map(str, groups))}".encode()
    identifier = SET_IDENTIFIER if rehearsal else _draw_identifier(pool, plan)
    encrypted = EncryptedMasterSecret.from_master_secret(
        seed.secret.reveal(), secret_words.reveal(), identifier, extendable, exponent
    )
    with _chance_from(_stream(pool, identifier, plan, encrypted)):
        dealt = split_ems(groups_needed, [(g.needs, g.of) for g in groups], encrypted)
    cards = CardSet(
        set_id=_set_id(identifier),
        scheme=seed.scheme,
        groups=tuple(groups),
        groups_needed=groups_needed,
        cards=tuple(
            tuple(read_card(Secret(share.mnemonic().encode())) for share in row) for row in dealt
        ),
    )
    _insist_recoverable(cards, seed, Secret(encrypted.ciphertext), secret_words)
    return cards


def recover(cards: Sequence[Card], *, scheme: Scheme, passphrase: Secret | None = None) -> Seed:
    """Recover a seed from exactly one quorum of cards, by both implementations.

    `passphrase` is the cards' own under `slip39` (printable ASCII), and plays no part under
    `bip39`. **A wrong passphrase or scheme is not noticed here**: it gives another seed, so
    compare the fingerprint with the one on record.

    Raises:
        InputError: the cards are no quorum (`insist_quorum`), or do not belong together.
        IntegrityError: the two implementations disagree.
    """
    from shamir_mnemonic import MnemonicError, combine_mnemonics

    insist_quorum(cards)
    secret_words = _card_passphrase(scheme, passphrase)
    found = None
    spelled = [card.words.reveal().decode() for card in cards]
    with suppress(MnemonicError):
        found = Secret(combine_mnemonics(spelled, secret_words.reveal()))
    if found is None:
        raise InputError(
            "the cards do not belong together, though each is well-formed",
            hint="one of them is of another split: check what is written beside the words",
        )
    if found != mnemonics.slip39_secret([card.words for card in cards], secret_words):
        raise _disagreement()
    return Seed(scheme, found)


def _card(share: Share, words: Secret) -> Card:
    told = mnemonics.CardFields(
        identifier=share.identifier,
        extendable=share.extendable,
        exponent=share.iteration_exponent,
        group=share.group_index,
        groups_needed=share.group_threshold,
        of_groups=share.group_count,
        member=share.index,
        needs=share.member_threshold,
        value_bytes=len(share.value),
    )
    if told != mnemonics.slip39_fields(words):
        raise _disagreement()
    return Card(
        words=words,
        set_id=_set_id(told.identifier),
        group=told.group + 1,
        member=told.member + 1,
        needs=told.needs,
        of_groups=told.of_groups,
        groups_needed=told.groups_needed,
        extendable=told.extendable,
        exponent=told.exponent,
        secret_bytes=told.value_bytes,
    )


def insist_groups(groups: Sequence[Group], groups_needed: int) -> None:
    """Refuse groups that SLIP-39 does not have together.

    Raises:
        InputError: none, more than 16, or more needed than there are.
    """
    if not 1 <= len(groups) <= MOST_OF_ANYTHING:
        raise InputError(
            f"a set has 1 to {MOST_OF_ANYTHING} groups, not {len(groups)}",
            hint="name each group, for example 2of3",
        )
    if not 1 <= groups_needed <= len(groups):
        raise InputError(
            f"{groups_needed} groups cannot be needed where there are {len(groups)}",
            hint="at least one group is needed, and at most all of them",
        )


def insist_exponent(exponent: int) -> None:
    """Refuse an iteration exponent that SLIP-39 does not have.

    Raises:
        InputError: it is not from 0 to 15.
    """
    if not 0 <= exponent <= _MOST_EXPONENT:
        raise InputError(
            f"there is no iteration exponent {exponent}",
            hint="use 0 to 15; each one more takes twice as long at every recovery",
        )


def _misread(said: Sequence[str]) -> InputError:
    """Say what is wrong with the words of a card that are all in the list."""
    numbers = [wordlist().index(word) for word in said]
    wrong = "the checksum of the card does not match"
    if rs1024.is_valid(numbers):
        return InputError(
            "the checksum of the card holds, and what it says of itself cannot be",
            hint="this is no card that a SLIP-39 tool made",
        )
    if (position := rs1024.wrong_word(numbers)) is not None:
        return InputError(
            f"{wrong}: if one word is wrong, it is word {position}",
            hint="read that word again, letter by letter",
        )
    if (pair := rs1024.swapped_words(numbers)) is not None:
        return InputError(
            f"{wrong}: words {pair[0]} and {pair[1]} seem to have changed places",
            hint="check their order on the card",
        )
    return InputError(
        f"{wrong}: more than one word is wrong, or out of its place",
        hint="every word is in the list: read all of them again",
    )


def _card_passphrase(scheme: Scheme, passphrase: Secret | None) -> Secret:
    if scheme is Scheme.BIP39 or passphrase is None:
        return Secret(b"")
    if any(not 32 <= character <= 126 for character in passphrase.reveal()):
        raise InputError(
            "a SLIP-39 passphrase is printable ASCII, and this one is not",
            hint="use unaccented letters, digits, punctuation and spaces, without a line end",
        )
    return passphrase


def _draw_identifier(pool: Pool, plan: bytes) -> int:
    # a plan is text, so no other plan is this one with a turn behind it
    contexts = (plan + turn.to_bytes(4, "big") if turn else plan for turn in count())
    draws = (pool.expand("slip39-set", 2, context).reveal() for context in contexts)
    identifiers = (int.from_bytes(drawn, "big") & _IDENTIFIER_MASK for drawn in draws)
    return next(drawn for drawn in identifiers if drawn != SET_IDENTIFIER)


def _insist_recoverable(cards: CardSet, seed: Seed, encrypted: Secret, passphrase: Secret) -> None:
    first = True
    for quorum in quorums(cards):
        words = [card.words for card in quorum]
        if mnemonics.slip39_encrypted(words) != encrypted:
            raise _disagreement()
        # what is encrypted is the same each time, so it is decrypted, slowly, only once
        if first and mnemonics.slip39_secret(words, passphrase) != seed.secret:
            raise _disagreement()
        first = False


def _stream(
    pool: Pool, identifier: int, plan: bytes, encrypted: EncryptedMasterSecret
) -> Callable[[int], bytes]:
    # what is split is mixed in too: one pool never deals two secrets with the same polynomial
    context = identifier.to_bytes(2, "big") + sha256(encrypted.ciphertext).digest() + plan
    draws = count()

    def draw(size: int) -> bytes:
        turn = next(draws).to_bytes(4, "big")
        return pool.expand("slip39-split", size, turn + context).reveal()

    return draw


@contextmanager
def _chance_from(source: Callable[[int], bytes]) -> Iterator[None]:
    # shamir-mnemonic takes chance from this name alone; left as it is, that is the system's
    # generator, and dice would not protect a split
    from shamir_mnemonic import shamir

    with _INJECTING:
        before = shamir.RANDOM_BYTES
        shamir.RANDOM_BYTES = source
        try:
            yield
        finally:
            shamir.RANDOM_BYTES = before


def _set_id(identifier: int) -> str:
    return f"{identifier:04x}"


def _disagreement() -> IntegrityError:
    return IntegrityError(
        "the two SLIP-39 implementations disagree",
        hint="stop; do not use these cards, and report it with the versions of the libraries",
    )
