"""The engine's own BIP-39 and SLIP-39: the second opinion on every phrase and every card.

It is asked only about what a first implementation has already accepted, so that its refusals are
disagreements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from ceremonies.errors import IntegrityError
from ceremonies.secret import Secret

LANGUAGES = {
    "chinese_simplified": "zh",
    "chinese_traditional": "zh_tw",
    "czech": "cs",
    "english": "en",
    "french": "fr",
    "italian": "it",
    "japanese": "ja",
    "korean": "ko",
    "portuguese": "pt",
    "russian": "ru",
    "spanish": "es",
    "turkish": "tr",
}
"""The BIP-39 languages of the engine, by their names elsewhere."""


class CardFields(NamedTuple):
    """What a SLIP-39 card says of itself; group and member count from zero, as it is encoded."""

    identifier: int
    extendable: bool
    exponent: int
    group: int
    groups_needed: int
    of_groups: int
    member: int
    needs: int
    value_bytes: int


def bip39_phrase(entropy: Secret, language: str) -> Secret:
    """Write 16 to 32 bytes of entropy as a BIP-39 phrase, NFKD, in UTF-8.

    Raises:
        IntegrityError: the engine does not accept what the first implementation did.
    """
    from bip39_slip39.bip39 import mnemonic_from_entropy

    with _disagreeing("BIP-39"):
        return Secret(mnemonic_from_entropy(entropy.reveal(), LANGUAGES[language]).encode())


def bip39_entropy(phrase: Secret, language: str) -> Secret:
    """Read the entropy of a BIP-39 phrase, checking its checksum.

    Raises:
        IntegrityError: the engine does not accept what the first implementation did.
    """
    from bip39_slip39.bip39 import entropy_from_mnemonic

    with _disagreeing("BIP-39"):
        bits = entropy_from_mnemonic(phrase.reveal().decode(), LANGUAGES[language])
        return Secret(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def bip39_seed(phrase: Secret, passphrase: str) -> Secret:
    """Stretch a phrase and a passphrase to the 64 bytes of a BIP-32 seed (BIP-39)."""
    from bip39_slip39.bip39 import seed_from_mnemonic

    with _disagreeing("BIP-39"):
        # the checksum was verified when the phrase was read, in the language it was read in
        text = phrase.reveal().decode()
        return Secret(seed_from_mnemonic(text, passphrase, verify_checksum=False))


def slip39_fields(words: Secret) -> CardFields:
    """Read what one SLIP-39 card says of itself."""
    from bip39_slip39.slip39 import share_from_mnemonic

    with _disagreeing("SLIP-39"):
        share = share_from_mnemonic(words.reveal().decode())
    return CardFields(
        identifier=share.identifier,
        extendable=share.extendable,
        exponent=share.iteration_exponent,
        group=share.group_index,
        groups_needed=share.group_threshold,
        of_groups=share.group_count,
        member=share.member_index,
        needs=share.member_threshold,
        value_bytes=len(share.value),
    )


def slip39_encrypted(quorum: Sequence[Secret]) -> Secret:
    """Recombine one exact quorum of cards to the still encrypted master secret (SLIP-39)."""
    from bip39_slip39.slip39 import encrypted_master_secret_from_mnemonics

    with _disagreeing("SLIP-39"):
        cards = [words.reveal().decode() for words in quorum]
        return Secret(encrypted_master_secret_from_mnemonics(cards).value)


def slip39_secret(quorum: Sequence[Secret], passphrase: Secret) -> Secret:
    """Recombine one exact quorum of cards and decrypt the master secret (SLIP-39).

    `passphrase` is printable ASCII, empty where there is none.
    """
    from bip39_slip39.slip39 import master_secret_from_mnemonics

    with _disagreeing("SLIP-39"):
        cards = [words.reveal().decode() for words in quorum]
        return Secret(master_secret_from_mnemonics(cards, passphrase.reveal().decode("ascii")))


@contextmanager
def _disagreeing(standard: str) -> Iterator[None]:
    from bip39_slip39.exceptions import Bip39Slip39Exception

    try:
        yield
    except Bip39Slip39Exception:
        raise IntegrityError(
            f"the second {standard} implementation refuses what the first accepts",
            hint="stop; do not use this key, and report it with the versions of the libraries",
        ) from None
